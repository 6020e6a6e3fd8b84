// A journal whose writes can be made to fail: before anything is stored, or after all is stored; for tests of recovery.

import type { Journal, Outline } from '../../src/datastore/journal.ts';
import type { EntryHeader, JournalEntry, JournalHead, SealedEntry } from '../../src/datastore/journal-entry.ts';

/** Passes everything to a real journal, counts its writes, and fails as told. */
export class FaultyJournal implements Journal {
  readonly #journal: Journal;
  readonly #waiting: (() => void)[] = [];
  /** Sizes of the appends that were asked for. */
  readonly appends: number[] = [];
  /** What the next append does; `lost` fails before the write, `unanswered` after it. */
  fault: 'none' | 'lost' | 'unanswered' = 'none';
  /** Whether the store cannot be opened again, as with a full disk. */
  unreadable = false;
  /** Awaited by every append before it writes. */
  gate: Promise<void> = Promise.resolve();

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  get head(): JournalHead {
    return this.#journal.head;
  }

  /** Resolves when the next append is asked for. */
  asked(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async append(entries: readonly SealedEntry[]): Promise<void> {
    this.appends.push(entries.length);
    for (const resolve of this.#waiting.splice(0)) resolve();
    await this.gate;
    if (this.fault === 'lost') throw new Error('no space left on device');
    await this.#journal.append(entries);
    if (this.fault === 'unanswered') throw new Error('input/output error');
  }

  entries(fromRevision: number): AsyncIterable<JournalEntry> {
    return this.#journal.entries(fromRevision);
  }

  headers(fromRevision: number): AsyncIterable<EntryHeader> {
    return this.#journal.headers(fromRevision);
  }

  outlines(fromRevision: number): AsyncIterable<Outline> {
    return this.#journal.outlines(fromRevision);
  }

  async reread(): Promise<JournalHead> {
    if (this.unreadable) throw new Error('no space left on device, still');
    return this.#journal.reread();
  }

  close(): Promise<void> {
    return this.#journal.close();
  }
}
