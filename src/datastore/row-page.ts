// A page: up to some dozens of consecutive rows, packed into bytes outside of the JavaScript heap; immutable.

import { EdgeconfError } from '../errors.ts';
import { fromBinary, type RowKey, toBinary } from '../schema/row-key.ts';
import { ByteReader, ByteWriter, sharedLength } from './packed-bytes.ts';
import type { Row } from './row.ts';

/** Rows of a full page. More make reads of single rows and edits slower, fewer make the tree above larger. */
export const rowsPerPage = 32;
/** A page that holds so many bytes takes no further row. */
export const bytesPerPage = 8 * 1024;
/** Every so many rows a key stands in full, so that a search need not begin at the start of the page. */
const rowsPerRestart = 16;

/**
 * Bytes: number of rows (u16), number of revisions (u8), the revisions (f64 each), the rows, and the offset of each restart
 * (u32). A row: how many bytes its key shares with the key before, how many follow, these bytes, which of the revisions
 * wrote it (u8), the length of its value and the value in UTF-8; numbers are varints. A revision below zero stands for a
 * transaction that has no place in the journal yet, see `settle`.
 */
export class RowPage {
  readonly first: RowKey;
  readonly bytes: Buffer;
  /** Rows in the page, at least one. */
  readonly size: number;

  private constructor(first: RowKey, bytes: Buffer) {
    this.first = first;
    this.bytes = bytes;
    this.size = bytes.readUInt16BE(0);
  }

  /**
   * A page of these bytes, which are taken as they are: where they come from a disk, a checksum has to vouch for them.
   * @throws EdgeconfError DATA_LOSS when they are no page.
   */
  static of(first: RowKey, bytes: Buffer): RowPage {
    if (bytes.length < 3 || bytes.readUInt16BE(0) === 0)
      throw new EdgeconfError('DATA_LOSS', 'a page of rows is empty');
    return new RowPage(first, bytes);
  }

  get(key: RowKey): Row | undefined {
    const reader = new PageReader(this.bytes);
    reader.seek(key);
    while (reader.next()) {
      if (reader.key < key) continue;
      return reader.key === key ? reader.row() : undefined;
    }
    return undefined;
  }

  /** The rows from the first key that is not below `from`. */
  *rows(from: RowKey): IterableIterator<Row> {
    const reader = new PageReader(this.bytes);
    if (from > this.first) reader.seek(from);
    while (reader.next()) if (reader.key >= from) yield reader.row();
  }

  /** Calls back for each row, values as binary strings: without a step through UTF-8 and back. */
  each(visit: (key: RowKey, binary: string, revision: number) => void): void {
    const reader = new PageReader(this.bytes);
    while (reader.next()) visit(reader.key, reader.binary(), reader.revision());
  }

  /** Writes the revisions of transactions that had none when the page was made. To be called before others see the page. */
  settle(revisionOf: (unsettled: number) => number): void {
    const count = this.bytes.readUInt8(2);
    for (let i = 0; i < count; i++) {
      const revision = this.bytes.readDoubleBE(3 + i * 8);
      if (revision < 0) this.bytes.writeDoubleBE(revisionOf(revision), 3 + i * 8);
    }
  }
}

/** Makes pages, all about equally full, of rows that are added in key order; to be used once. */
export class PagePacker {
  readonly #keys: RowKey[] = [];
  readonly #binaries: string[] = [];
  readonly #revisions: number[] = [];
  #bytes = 0;

  /** @param value RFC 7951 text. */
  add(key: RowKey, value: string, revision: number): void {
    this.addBinary(key, toBinary(value), revision);
  }

  /** @param binary the value with one char for each byte of UTF-8. */
  addBinary(key: RowKey, binary: string, revision: number): void {
    this.#keys.push(key);
    this.#binaries.push(binary);
    this.#revisions.push(revision);
    this.#bytes += key.length + binary.length;
  }

  pages(): RowPage[] {
    const pages: RowPage[] = [];
    const rows = this.#keys.length;
    const count = Math.max(Math.ceil(rows / rowsPerPage), Math.ceil(this.#bytes / bytesPerPage));
    const perPage = Math.min(rowsPerPage, Math.ceil(rows / Math.max(1, count)));
    let from = 0;
    let bytes = 0;
    for (let i = 0; i < rows; i++) {
      bytes += (this.#keys[i]?.length ?? 0) + (this.#binaries[i]?.length ?? 0);
      if (i + 1 < rows && i + 1 - from < perPage && bytes < bytesPerPage) continue;
      pages.push(this.#page(from, i + 1));
      from = i + 1;
      bytes = 0;
    }
    return pages;
  }

  #page(from: number, to: number): RowPage {
    const revisions = [...new Set(this.#revisions.slice(from, to))];
    const places = new Map(revisions.map((revision, place) => [revision, place]));
    const writer = new ByteWriter(3 + revisions.length * 8);
    const restarts: number[] = [];
    let before = '';
    for (let i = from; i < to; i++) {
      const key = this.#keys[i] ?? '';
      const binary = this.#binaries[i] ?? '';
      const restart = (i - from) % rowsPerRestart === 0;
      if (restart) restarts.push(writer.length);
      const shared = restart ? 0 : sharedLength(before, key);
      writer.varint(shared);
      writer.sizedBinary(key.slice(shared));
      writer.byte(places.get(this.#revisions[i] ?? 0) ?? 0);
      writer.sizedBinary(binary);
      before = key;
    }
    const bytes = writer.take(restarts.length * 4);
    bytes.writeUInt16BE(to - from, 0);
    bytes.writeUInt8(revisions.length, 2);
    for (const [i, revision] of revisions.entries()) bytes.writeDoubleBE(revision, 3 + i * 8);
    for (const [i, at] of restarts.entries()) bytes.writeUInt32BE(at, bytes.length - (restarts.length - i) * 4);
    return RowPage.of(this.#keys[from] ?? '', bytes);
  }
}

/** Walks the rows of a page. */
class PageReader {
  readonly #in: ByteReader;
  readonly #end: number;
  readonly #restarts: number;
  #revisionPlace = 0;
  #valueAt = 0;
  /** The key of the row that `next` came to. */
  key: RowKey = '';

  constructor(bytes: Buffer) {
    this.#restarts = Math.ceil(bytes.readUInt16BE(0) / rowsPerRestart);
    this.#end = bytes.length - this.#restarts * 4;
    this.#in = new ByteReader(bytes, 3 + bytes.readUInt8(2) * 8);
  }

  /** Goes to the last restart whose key is not above the wanted one. */
  seek(key: RowKey): void {
    let low = 0;
    let high = this.#restarts - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      this.#in.at = this.#restart(middle);
      this.next();
      if (this.key <= key) low = middle;
      else high = middle - 1;
    }
    this.#in.at = this.#restart(low);
  }

  next(): boolean {
    const input = this.#in;
    if (input.at >= this.#end) return false;
    const shared = input.varint();
    this.key = this.key.slice(0, shared) + input.sizedBinary();
    this.#revisionPlace = input.byte();
    this.#valueAt = input.at;
    const length = input.varint();
    input.at += length;
    return true;
  }

  row(): Row {
    return { key: this.key, value: fromBinary(this.binary()), revision: this.revision() };
  }

  binary(): string {
    return new ByteReader(this.#in.bytes, this.#valueAt).sizedBinary();
  }

  revision(): number {
    return this.#in.bytes.readDoubleBE(3 + this.#revisionPlace * 8);
  }

  #restart(i: number): number {
    return this.#in.bytes.readUInt32BE(this.#end + i * 4);
  }
}
