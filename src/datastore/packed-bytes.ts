// Numbers and texts packed into bytes: the common form of pages of rows and of journal bodies.

import { EdgeconfError } from '../errors.ts';

/** A buffer that is written in before what was written gets one of its own size. */
let scratch = Buffer.allocUnsafeSlow(64 * 1024);

/** Appends to bytes. Only one may be in use at a time. */
export class ByteWriter {
  length: number;

  /** @param reserved bytes at the start that are written later. */
  constructor(reserved = 0) {
    this.length = reserved;
  }

  byte(value: number): void {
    this.#reserve(1);
    scratch[this.length++] = value;
  }

  /** A whole number from 0 on, seven bits a byte, the lowest first. */
  varint(value: number): void {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.byte((rest % 0x80) | 0x80);
    this.byte(rest);
  }

  /** Text with one char for each byte. */
  binary(text: string): void {
    this.#reserve(text.length);
    this.length += scratch.write(text, this.length, 'latin1');
  }

  /** The length, then the text. */
  sizedBinary(text: string): void {
    this.varint(text.length);
    this.binary(text);
  }

  /** All that was written, with room for more behind, in a buffer that shares its memory with nothing. */
  take(more = 0): Buffer {
    const bytes = Buffer.allocUnsafeSlow(this.length + more);
    scratch.copy(bytes, 0, 0, this.length);
    return bytes;
  }

  #reserve(more: number): void {
    if (this.length + more <= scratch.length) return;
    const larger = Buffer.allocUnsafeSlow(2 * (this.length + more));
    scratch.copy(larger, 0, 0, this.length);
    scratch = larger;
  }
}

/** Reads what was packed. */
export class ByteReader {
  readonly bytes: Buffer;
  at: number;

  constructor(bytes: Buffer, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  byte(): number {
    return this.bytes[this.at++] ?? outOf();
  }

  varint(): number {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 0x80;
    }
  }

  /** @param length in bytes, which are as many chars. */
  binary(length: number): string {
    const from = this.at;
    this.at += length;
    if (this.at > this.bytes.length) outOf();
    return this.bytes.toString('latin1', from, this.at);
  }

  sizedBinary(): string {
    return this.binary(this.varint());
  }
}

/** How many chars two texts have in common at their start. */
export function sharedLength(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  let at = 0;
  while (at < end && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  return at;
}

function outOf(): never {
  throw new EdgeconfError('DATA_LOSS', 'packed bytes end early');
}
