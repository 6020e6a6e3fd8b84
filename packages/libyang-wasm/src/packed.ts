// Packed buffers: little-endian numbers and length-prefixed UTF-8, as the C side reads and writes them.

const encoder = new TextEncoder();

/** Stands for "no keys" where a count of keys is expected. */
export const noKeys = 0xffffffff;

/** Appends to a growing buffer. */
export class PackedWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView;
  #length = 0;

  /** @param size about what will be written, in bytes. */
  constructor(size = 256) {
    this.#bytes = new Uint8Array(size);
    this.#view = new DataView(this.#bytes.buffer);
  }

  u8(value: number): void {
    this.#room(1);
    this.#bytes[this.#length++] = value;
  }

  u32(value: number): void {
    this.#room(4);
    this.#view.setUint32(this.#length, value, true);
    this.#length += 4;
  }

  text(value: string): void {
    this.#room(4 + value.length * 3);
    const { written } = encoder.encodeInto(value, this.#bytes.subarray(this.#length + 4));
    this.u32(written);
    this.#length += written;
  }

  /** Like `text`, of UTF-8. */
  bytes(value: Uint8Array): void {
    this.#room(4 + value.length);
    this.u32(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  /** The bytes so far, in a buffer that has little or no room besides. */
  finish(): Uint8Array<ArrayBuffer> {
    const isTight = this.#bytes.length - this.#length < 1024;
    return isTight ? this.#bytes.subarray(0, this.#length) : this.#bytes.slice(0, this.#length);
  }

  #room(count: number): void {
    const need = this.#length + count;
    if (need <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(need, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/** Reads what was packed; throws RangeError when the buffer ends early. */
export class PackedReader {
  readonly #bytes: Buffer;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u8(): number {
    return this.#bytes.readUInt8(this.at++);
  }

  u32(): number {
    const value = this.#bytes.readUInt32LE(this.at);
    this.at += 4;
    return value;
  }

  i32(): number {
    return this.u32() | 0;
  }

  text(): string {
    const from = this.#over(this.u32());
    return this.#bytes.toString('utf8', from, this.at);
  }

  /** Whether the bytes from one place to another are those that stand at a third. */
  equal(from: number, to: number, other: number): boolean {
    const bytes = this.#bytes;
    if (other + to - from > bytes.length) return false;
    for (let i = to - from - 1; i >= 0; i--) if (bytes[from + i] !== bytes[other + i]) return false;
    return true;
  }

  /** The bytes that were not read yet, as a copy. */
  rest(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#bytes.subarray(this.at));
  }

  #over(length: number): number {
    const from = this.at;
    if (from + length > this.#bytes.length) throw new RangeError('the packed buffer ends early');
    this.at += length;
    return from;
  }
}
