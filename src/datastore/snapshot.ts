// A target's configuration at one revision: an immutable sorted map of rows, cheap to take and to derive from.

import BTreeModule from 'sorted-btree';
import type { Model } from '../schema/model.ts';
import { type RowKey, rangeEnd } from '../schema/row-key.ts';
import type { Change, Row } from './row.ts';

// sorted-btree is CommonJS: under Node's ESM its class is the `default` member of the default import.
const BTree = BTreeModule.default;
type Tree = InstanceType<typeof BTree<RowKey, Row>>;

/** The revision of state rows: they belong to none. */
export const STATE = 0;

/** Immutable: `with` shares structure with the snapshot it comes from and costs O(changes * log rows). */
export class Snapshot {
  readonly target: string;
  readonly model: Model;
  /** The last revision that changed this target; 0 when none did. */
  readonly revision: number;
  readonly #rows: Tree;
  /** How many of the rows are state. */
  readonly #state: number;

  private constructor(target: string, model: Model, revision: number, rows: Tree, state: number) {
    this.target = target;
    this.model = model;
    this.revision = revision;
    this.#rows = rows;
    this.#state = state;
  }

  /** A snapshot of these rows, which must come in key order. O(rows). */
  static of(target: string, model: Model, revision: number, rows: Iterable<Row>): Snapshot {
    const tree = new BTree<RowKey, Row>(undefined, compareKeys);
    for (const row of rows) tree.set(row.key, row);
    return new Snapshot(target, model, revision, tree, 0);
  }

  /** Rows of configuration. */
  get size(): number {
    return this.#rows.size - this.#state;
  }

  /** Rows of state. */
  get stateSize(): number {
    return this.#state;
  }

  get(key: RowKey): Row | undefined {
    return this.#rows.get(key);
  }

  /** The rows with `from <= key < to`, in tree order. O(log rows) to start, O(1) each. */
  *range(from: RowKey, to: RowKey): IterableIterator<Row> {
    for (const [key, row] of this.#rows.entries(from)) {
      if (key >= to) return;
      yield row;
    }
  }

  /** The rows at and below a key. */
  subtree(prefix: RowKey): IterableIterator<Row> {
    return this.range(prefix, rangeEnd(prefix));
  }

  /** Whether any row stands at or below the key. */
  has(prefix: RowKey): boolean {
    return this.subtree(prefix).next().done !== true;
  }

  /** The snapshot after these changes. */
  with(changes: readonly Change[], revision: number): Snapshot {
    const rows = this.#rows.clone();
    for (const { key, after } of changes) {
      if (after === undefined) rows.delete(key);
      else rows.set(key, { key, value: after, revision });
    }
    return new Snapshot(this.target, this.model, revision, rows, this.#state);
  }

  /** The snapshot with these state rows; it stands at the same revision. */
  withState(changes: readonly Change[]): Snapshot {
    const rows = this.#rows.clone();
    let state = this.#state;
    for (const { key, before, after } of changes) {
      state += Number(after !== undefined) - Number(before !== undefined);
      if (after === undefined) rows.delete(key);
      else rows.set(key, { key, value: after, revision: STATE });
    }
    return new Snapshot(this.target, this.model, this.revision, rows, state);
  }
}

function compareKeys(a: RowKey, b: RowKey): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
