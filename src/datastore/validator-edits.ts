// Packed edits on their way to a worker: cut into parts, so that copying a large request does not hold the main thread up.

/** A part of one packed buffer. */
export interface EditPart {
  /** In a buffer of its own. */
  readonly bytes: Uint8Array;
  readonly first: boolean;
  readonly last: boolean;
}

const bytesPerPart = 1 << 20;

/** Joins buffers of packed edits, each with its count in front, to one and cuts that. The buffers stay as they are. */
export function* editParts(packed: readonly Uint8Array[]): Generator<EditPart> {
  const sources = [countOf(packed), ...packed.map((bytes) => bytes.subarray(4))];
  const total = sources.reduce((length, source) => length + source.length, 0);
  let sent = 0;
  let part = new Uint8Array(Math.min(bytesPerPart, total));
  let filled = 0;
  for (const source of sources) {
    for (let at = 0; at < source.length; ) {
      const taken = source.subarray(at, at + part.length - filled);
      part.set(taken, filled);
      at += taken.length;
      filled += taken.length;
      if (filled < part.length) continue;
      yield { bytes: part, first: sent === 0, last: sent + filled === total };
      sent += filled;
      part = new Uint8Array(Math.min(bytesPerPart, total - sent));
      filled = 0;
    }
  }
}

function countOf(packed: readonly Uint8Array[]): Uint8Array {
  const count = new Uint8Array(4);
  const view = new DataView(count.buffer);
  for (const { buffer, byteOffset } of packed) {
    view.setUint32(0, view.getUint32(0, true) + new DataView(buffer, byteOffset).getUint32(0, true), true);
  }
  return count;
}
