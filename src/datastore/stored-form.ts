// Keys and values of what the row store keeps, as bytes.

import type { RowKey } from '../schema/row-key.ts';
import type { RowPage } from './row-page.ts';

/** A page is stored behind its checksum. */
export const checksumBytes = 4;

/** Between a row's key and a revision: below the key every byte is 0x02 or more, so its history sorts before its subtree's. */
export const separator = Buffer.from([0]);

/** Of what is stored of a target beside its pages. */
export function recordKey(target: string): Buffer {
  return Buffer.from(`target\x00${target}`);
}

/** Of a page, by its first row, and the start of a row's history. */
export function storedKey(target: string, key: RowKey): Buffer {
  return Buffer.concat([Buffer.from(`${target}\x00`), Buffer.from(key, 'latin1')]);
}

/** A page's value. */
export function withChecksum({ bytes }: RowPage, checksum: number): Buffer {
  const value = Buffer.allocUnsafe(checksumBytes + bytes.length);
  value.writeUInt32BE(checksum, 0);
  bytes.copy(value, checksumBytes);
  return value;
}

/** Of an idempotency id. */
export function requestKey(author: string, id: string): Buffer {
  return Buffer.from(JSON.stringify([author, id]));
}

/** The result that an idempotency id had. */
export function requestValue(revision: number, timeNs: bigint): Buffer {
  const value = Buffer.alloc(16);
  value.writeBigUInt64BE(BigInt(revision));
  value.writeBigUInt64BE(timeNs, 8);
  return value;
}
