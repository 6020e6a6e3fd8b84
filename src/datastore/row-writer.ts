// Stores rows behind the journal: what is committed within a moment, or while rows are being stored, is stored together.

import { collectGarbage } from '../collect-garbage.ts';
import type { JournalEntry } from './journal-entry.ts';
import type { RowStore } from './row-store.ts';
import type { RowTree } from './row-tree.ts';

/** Rows are a cache of the journal: storing them can wait, and many commits touch the same pages. */
const waitMs = 20;

/** After a failure nothing is stored until `reset`: what is lacking is replayed from the journal then. */
export class RowWriter {
  readonly #rows: RowStore;
  readonly #onError: (error: unknown) => void;
  #waiting: JournalEntry[] = [];
  #trees = new Map<string, RowTree>();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #failed = false;

  constructor(rows: RowStore, onError: (error: unknown) => void) {
    this.#rows = rows;
    this.#onError = onError;
  }

  /** Entries that are not stored yet, those that are being stored left out. */
  get behind(): number {
    return this.#waiting.length;
  }

  /** @param trees the rows of each target that the entries changed, behind the last of them. */
  add(entries: readonly JournalEntry[], trees: ReadonlyMap<string, RowTree>): void {
    if (this.#failed) return;
    for (const entry of entries) this.#waiting.push(entry);
    for (const [target, tree] of trees) this.#trees.set(target, tree);
    if (this.#running === undefined) this.#timer ??= setTimeout(() => this.#start(), waitMs);
  }

  /** Resolves when all that was added is stored, at once and not after a moment, or a failure was told. */
  async settled(): Promise<void> {
    if (this.#timer !== undefined) this.#start();
    await this.#running;
  }

  /** Nothing waits, and storing can begin anew. */
  reset(): void {
    this.#waiting = [];
    this.#trees = new Map();
    this.#failed = false;
  }

  #start(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#failed) {
      const entries = this.#waiting;
      const trees = this.#trees;
      this.#waiting = [];
      this.#trees = new Map();
      try {
        await this.#rows.apply(entries, trees);
        if (changesOf(entries) > manyChanges) setTimeout(collectGarbage, collectAfterMs).unref();
      } catch (error) {
        this.#failed = true;
        this.#onError(error);
      }
    }
  }
}

/** By then nobody holds what the transaction was made of. */
const collectAfterMs = 1_000;
/** So many changes leave hundreds of bytes each on the heap. */
const manyChanges = 100_000;

function changesOf(entries: readonly JournalEntry[]): number {
  return entries.reduce((sum, { commits }) => commits.reduce((more, { changes }) => more + changes.length, sum), 0);
}
