// A target's configuration at one revision: an immutable sorted map of rows, cheap to take and to derive from.

import type { Model } from '../schema/model.ts';
import { type RowKey, rangeEnd } from '../schema/row-key.ts';
import type { Slices } from '../slices.ts';
import type { Change, Row } from './row.ts';
import type { RowPage } from './row-page.ts';
import { RowTree } from './row-tree.ts';

/** The revision of state rows: they belong to none. */
export const STATE = 0;

/** A transaction that has no place in the journal yet, as the rows that it writes name it. */
interface Stamp {
  /** Below zero. */
  readonly unsettled: number;
  revision: number | undefined;
}

/** A transaction's pages, and the stamps that may stand in them: its own, last, and those of what it was staged on. */
interface Staged {
  readonly made: readonly RowPage[];
  readonly stamps: readonly Stamp[];
}

let lastStamp = 0;

/** Changes that are taken in before others may get the thread. */
const changesPerStep = 2048;

/** Immutable: `with` shares structure with the snapshot it comes from and costs O(changes * log rows). */
export class Snapshot {
  readonly target: string;
  readonly model: Model;
  /** Configuration. */
  readonly rows: RowTree;
  readonly #state: RowTree;
  #revision: number;
  #staged: Staged | undefined;

  private constructor(target: string, model: Model, revision: number, rows: RowTree, state: RowTree, staged?: Staged) {
    this.target = target;
    this.model = model;
    this.rows = rows;
    this.#revision = revision;
    this.#state = state;
    this.#staged = staged;
  }

  /** A snapshot of these rows, which must come in key order when they are no tree yet. */
  static of(target: string, model: Model, revision: number, rows: RowTree | Iterable<Row>): Snapshot {
    return new Snapshot(target, model, revision, rows instanceof RowTree ? rows : RowTree.ofRows(rows), RowTree.empty);
  }

  /** The last revision that changed this target, 0 when none did; what `stage` guessed while the snapshot is only staged. */
  get revision(): number {
    return this.#revision;
  }

  /** Rows of configuration. */
  get size(): number {
    return this.rows.size;
  }

  /** Rows of state. */
  get stateSize(): number {
    return this.#state.size;
  }

  get(key: RowKey): Row | undefined {
    return this.rows.get(key) ?? (this.stateSize === 0 ? undefined : this.#state.get(key));
  }

  /** The rows with `from <= key < to`, in tree order. O(log rows) to start, O(1) each. */
  range(from: RowKey, to: RowKey): IterableIterator<Row> {
    const rows = this.rows.range(from, to);
    return this.stateSize === 0 ? rows : merged(rows, this.#state.range(from, to));
  }

  /** The rows at and below a key. */
  subtree(prefix: RowKey): IterableIterator<Row> {
    return this.range(prefix, rangeEnd(prefix));
  }

  /** Whether any row stands at or below the key. */
  has(prefix: RowKey): boolean {
    return this.subtree(prefix).next().done !== true;
  }

  /** Whether two snapshots of one model have the same configuration at and below a key. Costs what they do not share. */
  hasSame(other: Snapshot, prefix: RowKey): boolean {
    return this.rows.hasSame(other.rows, prefix, rangeEnd(prefix));
  }

  /** The snapshot after these changes of configuration, which come in key order. */
  with(changes: readonly Change[], revision: number): Snapshot {
    return new Snapshot(this.target, this.model, revision, this.rows.with(changes, revision), this.#state);
  }

  /**
   * Like `with`, for a transaction that has no place in the journal yet: `settle` gives it one. Another may be staged on top.
   * @param guess the revision that it will probably have.
   */
  async stage(changes: readonly Change[], guess: number, slices: Slices): Promise<Snapshot> {
    const stamp: Stamp = { unsettled: --lastStamp, revision: undefined };
    const made: RowPage[] = [];
    // Taken now: what this stands on may be settled while pages with its stamp in them are being copied.
    const below = this.#staged?.stamps.filter(({ revision }) => revision === undefined) ?? [];
    let { rows } = this;
    for (let from = 0; from < changes.length; from += changesPerStep) {
      rows = rows.with(changes.slice(from, from + changesPerStep), stamp.unsettled, made);
      await slices.next();
    }
    return new Snapshot(this.target, this.model, guess, rows, this.#state, { made, stamps: [...below, stamp] });
  }

  /** Gives the staged transaction its revision. What it was staged on must be settled before. */
  settle(revision: number): void {
    if (this.#staged === undefined) return;
    const { made, stamps } = this.#staged;
    const own = stamps.at(-1);
    if (own !== undefined) own.revision = revision;
    const revisions = new Map(stamps.map((stamp) => [stamp.unsettled, stamp.revision]));
    for (const page of made) page.settle((unsettled) => revisions.get(unsettled) ?? revision);
    this.#revision = revision;
    this.#staged = undefined;
  }

  /** This snapshot's state beside the configuration of another one of the same target. */
  withConfigurationOf(other: Snapshot): Snapshot {
    if (other.#state === this.#state) return other;
    return new Snapshot(this.target, this.model, other.revision, other.rows, this.#state);
  }

  /** The snapshot with these state rows, which come in key order; it stands at the same revision. */
  withState(changes: readonly Change[]): Snapshot {
    return new Snapshot(this.target, this.model, this.revision, this.rows, this.#state.with(changes, STATE));
  }

  /** The configuration alone. */
  withoutState(): Snapshot {
    return this.stateSize === 0 ? this : new Snapshot(this.target, this.model, this.revision, this.rows, RowTree.empty);
  }
}

/** Two sequences of rows in key order, which have no key in common, as one. */
function* merged(a: IterableIterator<Row>, b: IterableIterator<Row>): IterableIterator<Row> {
  let [one, two] = [a.next(), b.next()];
  while (one.done !== true && two.done !== true) {
    if (one.value.key < two.value.key) {
      yield one.value;
      one = a.next();
    } else {
      yield two.value;
      two = b.next();
    }
  }
  if (one.done !== true) yield one.value;
  yield* a;
  if (two.done !== true) yield two.value;
  yield* b;
}
