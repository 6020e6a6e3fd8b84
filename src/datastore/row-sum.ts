// A checksum over the rows of a target that follows each change, so that a start notices rows that were damaged or lost.

import { crc32 } from 'node:zlib';
import type { RowKey } from '../schema/row-key.ts';

/** Number of rows and the sum of their checksums; it does not depend on the order in which rows are added. */
export interface RowSum {
  readonly rows: number;
  readonly sum: number;
}

/** The sum of no rows. */
export const emptySum: RowSum = { rows: 0, sum: 0 };

/** Sums stay below 2^48, where integers are exact. */
const modulus = 2 ** 48;

/** The sum after a row's value went from `before` to `after`; undefined stands for no row. */
export function sumAfter(sum: RowSum, key: RowKey, before: string | undefined, after: string | undefined): RowSum {
  const removed = before === undefined ? 0 : rowSum(key, before);
  const added = after === undefined ? 0 : rowSum(key, after);
  return {
    rows: sum.rows + (after === undefined ? 0 : 1) - (before === undefined ? 0 : 1),
    sum: (sum.sum + added - removed + modulus) % modulus,
  };
}

function rowSum(key: RowKey, value: string): number {
  return crc32(value, crc32(key));
}
