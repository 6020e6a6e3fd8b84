// Reads of the past: what a revision changed, how a row came to its value, and what it held at a revision.

import { EdgeconfError } from '../errors.ts';
import type { RowKey } from '../schema/row-key.ts';
import type { Journal, Outline } from './journal.ts';
import type { EntryHeader, JournalEntry } from './journal-entry.ts';
import type { PastValue } from './past-values.ts';
import type { RowStore } from './row-store.ts';
import type { Snapshot } from './snapshot.ts';

/** Answers from the journal and the index `(target, path, revision) -> before`; no answer scans the journal. */
export class History {
  readonly #journal: Journal;
  readonly #rows: RowStore;
  readonly #stored: () => Promise<void>;

  /** @param stored resolves when the index tells of everything up to the head. */
  constructor(journal: Journal, rows: RowStore, stored: () => Promise<void>) {
    this.#journal = journal;
    this.#rows = rows;
    this.#stored = stored;
  }

  /** One transaction. @throws EdgeconfError NOT_FOUND when there is no such revision. */
  async entry(revision: number): Promise<JournalEntry> {
    if (Number.isSafeInteger(revision) && revision >= 1 && revision <= this.#journal.head.revision) {
      for await (const entry of this.#journal.entries(revision)) return entry;
    }
    throw new EdgeconfError(
      'NOT_FOUND',
      `no revision ${revision}; the journal has 1 to ${this.#journal.head.revision}`,
    );
  }

  /** What the journal says of each transaction from a revision on, without what it changed. */
  headers(fromRevision: number): AsyncIterable<EntryHeader> {
    return this.#journal.headers(fromRevision);
  }

  /** The same with the targets of each. */
  outlines(fromRevision: number): AsyncIterable<Outline> {
    return this.#journal.outlines(fromRevision);
  }

  /** Every recorded change of the row at `key` and of all rows below, each row's changes in revision order. */
  async *changes(target: string, key: RowKey): AsyncIterable<PastValue> {
    await this.#stored();
    yield* this.#rows.past(target, key);
  }

  /** What the row held right after `revision`; undefined when there was no row. O(changes of the row). */
  async valueAt(snapshot: Snapshot, key: RowKey, revision: number): Promise<string | undefined> {
    for await (const past of this.changes(snapshot.target, key)) {
      if (past.key !== key) break;
      if (past.revision > revision) return past.before;
    }
    return snapshot.get(key)?.value;
  }
}
