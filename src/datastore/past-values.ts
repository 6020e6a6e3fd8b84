// The history index: what rows held before the transactions that changed or removed them, and who had written that.

import type { RowKey } from '../schema/row-key.ts';
import { revisionAt, revisionBytes } from './level-store.ts';
import type { Row } from './row.ts';

/** What a row held before one revision. */
export interface PastValue {
  readonly key: RowKey;
  /** The revision that changed the row. */
  readonly revision: number;
  /** The value before that revision; undefined when there was no row. */
  readonly before: string | undefined;
}

/** The record of a change that wrote over a value or removed it. @param writer the revision that had written the value. */
export function pastRecord(writer: number, before: string): Buffer {
  return Buffer.concat([revisionBytes(writer), Buffer.from(before)]);
}

/**
 * The changes of rows in key order. That a row came into being has no record, which makes large loads cheap: it is told by
 * whoever wrote the first value that a record or the row itself has, when no record says that it wrote over another one.
 * @param rows the rows as they are now, of the same range as the records.
 * @param keyAt where in a record's key the row's key begins; behind it stand a separator and the revision.
 */
export async function* pastOf(
  rows: Iterator<Row>,
  records: AsyncIterable<[Buffer, Buffer]>,
  keyAt: number,
): AsyncIterable<PastValue> {
  let row = rows.next();
  let key: RowKey | undefined;
  /** The last change of `key` that was told. */
  let told = 0;
  for await (const [stored, value] of records) {
    const at = stored.length - 8;
    const next = stored.toString('latin1', keyAt, at - 1);
    if (next !== key) {
      for (; row.done !== true && row.value.key < next; row = rows.next()) yield* cameToBe(row.value, key, told);
      // The row that has just been left may be one of those that are no more.
      key = next;
      told = 0;
    }
    const writer = revisionAt(value, 0);
    if (writer !== told) yield { key, revision: writer, before: undefined };
    told = revisionAt(stored, at);
    yield { key, revision: told, before: value.toString('utf8', 8) };
  }
  for (; row.done !== true; row = rows.next()) yield* cameToBe(row.value, key, told);
}

function* cameToBe(row: Row, key: RowKey | undefined, told: number): IterableIterator<PastValue> {
  if (row.key === key && row.revision === told) return;
  yield { key: row.key, revision: row.revision, before: undefined };
}
