// Rows and changes of rows: the two things that the whole service speaks in.

import type { RowKey } from '../schema/row-key.ts';

/** A row: one leaf, leaf-list, presence container or anydata. `value` is the RFC 7951 text that libyang printed. */
export interface Row {
  readonly key: RowKey;
  readonly value: string;
  /** The revision that last wrote the row; 0 for a state row, which no transaction wrote. */
  readonly revision: number;
}

/** One row's change; undefined means that there is no such row. `before` and `after` always differ. */
export interface Change {
  readonly key: RowKey;
  readonly before: string | undefined;
  readonly after: string | undefined;
}
