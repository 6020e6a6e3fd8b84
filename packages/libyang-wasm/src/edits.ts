// Packs edits for the C side, and unpacks them to explain a refused one.
import type { Edit, PathElem } from './api.ts';
import { encodeJson } from './normalize-json.ts';
import { noKeys, PackedReader, PackedWriter } from './packed.ts';

const ops = ['update', 'replace', 'delete'] as const;

/** Packs edits so that they can cross threads in one transferable buffer. */
export function encodeEdits(edits: readonly Edit[]): Uint8Array<ArrayBuffer> {
  // Room for JSON that is bytes already, which may be much, and for a path.
  const known = edits.reduce((sum, { json }) => sum + (typeof json === 'string' ? 0 : (json?.length ?? 0)), 0);
  const out = new PackedWriter(known + 512);
  out.u32(edits.length);
  for (const { op, path, json } of edits) {
    if (json === undefined && op !== 'delete') throw new TypeError(`an ${op} needs json`);
    out.u8(ops.indexOf(op));
    writePath(out, path);
    out.bytes(encodeJson(op === 'delete' ? '' : (json ?? '')));
    out.u8(0); // libyang reads the JSON up to this end
  }
  return out.finish();
}

/** The edits of a packed buffer. */
export function decodeEdits(buffer: Uint8Array): Edit[] {
  const input = new PackedReader(buffer);
  return Array.from({ length: input.u32() }, () => {
    const op = ops[input.u8()] ?? 'update';
    const path = readPath(input);
    const json = input.text();
    input.u8();
    return op === 'delete' ? { op, path } : { op, path, json };
  });
}

/** Packs one path. */
export function encodePath(path: readonly PathElem[]): Uint8Array<ArrayBuffer> {
  const out = new PackedWriter();
  writePath(out, path);
  return out.finish();
}

function writePath(out: PackedWriter, path: readonly PathElem[]): void {
  out.u32(path.length);
  for (const { name, keys } of path) {
    out.text(name);
    out.u32(keys ? keys.length : noKeys);
    for (const key of keys ?? []) out.text(key);
  }
}

/** Unpacks one path. */
function readPath(input: PackedReader): PathElem[] {
  return Array.from({ length: input.u32() }, () => readPathElem(input));
}

/** Unpacks one element of a path. */
export function readPathElem(input: PackedReader): PathElem {
  const name = input.text();
  const count = input.u32();
  return count === noKeys ? { name } : { name, keys: Array.from({ length: count }, () => input.text()) };
}
