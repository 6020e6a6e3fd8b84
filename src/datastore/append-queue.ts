// Group commit: transactions that are ready at the same time get consecutive revisions and share one durable write.

import { EdgeconfError } from '../errors.ts';
import type { Journal } from './journal.ts';
import { type Draft, type JournalEntry, type JournalHead, type SealedEntry, seal } from './journal-entry.ts';
import { replay } from './recovery.ts';
import { auditLabel } from './request-label.ts';
import type { RowStore } from './row-store.ts';
import type { RowTree } from './row-tree.ts';
import { RowWriter } from './row-writer.ts';
import type { Candidate } from './transaction.ts';

/** Told when writes stop and when they go on. */
export interface Alarm {
  readonly kind: 'writes-stopped' | 'writes-resumed';
  /** A sentence for the operator. */
  readonly message: string;
}

/** A transaction that asks for its place in the journal. */
export interface Submission {
  readonly draft: Draft;
  readonly candidates: readonly Candidate[];
  /** The state that the transaction was made on; it is refused when the queue lost its footing since. */
  readonly epoch: number;
  /**
   * Asked when the entry gets its place: whether what was decided still stands, e.g. the policy did not move. Answering
   * false sends the transaction back. `top` gives a target's rows behind those that get their places just before, if any.
   */
  readonly stands: (top: (target: string) => RowTree | undefined) => boolean;
  /** Whether decisions about later transactions may depend on this one, so that they must wait until it is applied. */
  readonly barrier: boolean;
}

/** A transaction that is durable and applied. */
export interface Appended {
  readonly entry: JournalEntry;
  /** The candidates at their final revision. */
  readonly candidates: readonly Candidate[];
}

/** What the queue needs. */
export interface AppendQueueParts {
  readonly journal: Journal;
  readonly rows: RowStore;
  readonly now: () => bigint;
  /**
   * Applies a durable entry in memory, at once and without failing; called in revision order, each entry once.
   * `candidates` is undefined when the entry is not known from a submission but was found in the journal.
   */
  readonly apply: (entry: JournalEntry, candidates: readonly Candidate[] | undefined) => readonly Candidate[];
  readonly onAlarm: (alarm: Alarm) => void;
  /** The audit log's head, see auditLabel. */
  readonly auditMark?: () => string | undefined;
}

interface Pending {
  readonly submission: Submission;
  readonly resolve: (result: Appended | 'moved') => void;
  readonly reject: (error: EdgeconfError) => void;
}

/** Enough that the rows of one large transaction hold up nobody, and little to replay after a crash. */
const mostEntriesBehind = 4_000;

/** The only writer of the journal. */
export class AppendQueue {
  readonly #parts: AppendQueueParts;
  readonly #pending: Pending[] = [];
  /** The last entry applied in memory. */
  #head: JournalHead;
  #epoch = 0;
  /** The audit log's head that the last entry, or one before it, has recorded. */
  #auditMark: string | undefined;
  #flushing: Promise<void> | undefined;
  readonly #writer: RowWriter;
  #stopped: string | undefined;
  #resuming: Promise<void> | undefined;
  #closed = false;
  /** Why nothing is written any more, for good. */
  #condemned: EdgeconfError | undefined;

  /** The rows must be up to the journal's head. */
  constructor(parts: AppendQueueParts) {
    this.#parts = parts;
    this.#head = parts.journal.head;
    this.#writer = new RowWriter(parts.rows, (error) => this.#stop(error));
  }

  /** The last durable and applied entry. */
  get head(): JournalHead {
    return this.#head;
  }

  /** To be taken before a transaction looks at any snapshot. */
  get epoch(): number {
    return this.#epoch;
  }

  /**
   * Whether writes go on; when they were stopped, tries to go on by reading the journal's head again.
   * @throws EdgeconfError UNAVAILABLE saying why writes are stopped; DATA_LOSS when that is for good.
   */
  async ready(): Promise<void> {
    if (this.#closed) throw new EdgeconfError('UNAVAILABLE', 'the datastore is closed');
    if (this.#condemned !== undefined) throw this.#condemned;
    if (this.#stopped === undefined) return;
    this.#resuming ??= this.#resume().finally(() => {
      this.#resuming = undefined;
    });
    await this.#resuming;
  }

  /** Resolves when the rows and indexes of everything up to the head are stored, or writes are stopped. */
  stored(): Promise<void> {
    return this.#writer.settled();
  }

  /**
   * Appends a transaction.
   * @returns the durable, applied transaction, or 'moved' when `stands` answered false.
   * @throws EdgeconfError UNAVAILABLE when it could not be made durable.
   */
  submit(submission: Submission): Promise<Appended | 'moved'> {
    return new Promise((resolve, reject) => {
      if (this.#stopped !== undefined || this.#closed || submission.epoch !== this.#epoch) {
        reject(notWritten(this.#stopped ?? 'the store was reopened meanwhile'));
        return;
      }
      this.#pending.push({ submission, resolve, reject });
      this.#flushing ??= this.#flush();
    });
  }

  /** Stops writes for good: what is stored was found not to be whole. Reads go on. */
  condemn(fault: EdgeconfError): void {
    this.#condemned = fault;
    this.#stop(fault);
  }

  /** Waits for what is under way; later submissions are refused. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#flushing;
    await this.#writer.settled();
  }

  async #flush(): Promise<void> {
    // Transactions that become ready in the same turn of the event loop share the write.
    await Promise.resolve();
    while (this.#pending.length > 0) {
      const { sealed, takers } = this.#take();
      if (sealed.length > 0) await this.#append(sealed, takers);
    }
    // In the same step in which nothing was found pending, or a submission in between would wait for ever.
    this.#flushing = undefined;
  }

  /** Takes pending transactions up to and including a barrier and gives them their places. */
  #take(): { sealed: SealedEntry[]; takers: Pending[] } {
    const sealed: SealedEntry[] = [];
    const takers: Pending[] = [];
    const tops = new Map<string, RowTree>();
    let head = this.#head;
    const mark = this.#parts.auditMark?.();
    let isMarked = mark === this.#auditMark;
    for (;;) {
      const next = this.#pending.shift();
      if (next === undefined) break;
      if (!next.submission.stands((target) => tops.get(target))) {
        next.resolve('moved');
        continue;
      }
      const { draft } = next.submission;
      const entry = seal(isMarked ? draft : withMark(draft, mark), head, this.#parts.now());
      isMarked = true;
      sealed.push(entry);
      takers.push(next);
      for (const { target, after } of next.submission.candidates) tops.set(target, after.rows);
      head = entry.entry;
      if (next.submission.barrier) break;
    }
    return { sealed, takers };
  }

  async #append(sealed: SealedEntry[], takers: Pending[]): Promise<void> {
    try {
      await this.#parts.journal.append(sealed);
    } catch (error) {
      if (!(await this.#wasAppended(sealed, error))) {
        const refusal =
          this.#stopped === undefined ? notWritten(reasonOf(error), error) : unknown(this.#stopped, error);
        for (const taker of takers) taker.reject(refusal);
        return;
      }
    }
    const entries = sealed.map((each) => each.entry);
    const rows = new Map<string, RowTree>();
    for (const [i, entry] of entries.entries()) {
      const taker = takers[i];
      const candidates = this.#apply(entry, taker?.submission.candidates);
      for (const { target, after } of candidates) rows.set(target, after.rows);
      taker?.resolve({ entry, candidates });
    }
    // Rows are stored while the next writes are being made durable, but do not fall behind without bound.
    this.#writer.add(entries, rows);
    if (this.#writer.behind > mostEntriesBehind) await this.#writer.settled();
  }

  #apply(entry: JournalEntry, candidates?: readonly Candidate[]): readonly Candidate[] {
    this.#head = { revision: entry.revision, timeNs: entry.timeNs, hash: entry.hash };
    this.#auditMark = entry.labels[auditLabel] ?? this.#auditMark;
    return this.#parts.apply(entry, candidates);
  }

  /** After a failed append only the store itself can say whether the entries are there. */
  async #wasAppended(sealed: readonly SealedEntry[], error: unknown): Promise<boolean> {
    await this.#writer.settled();
    let head: JournalHead;
    try {
      head = await this.#parts.journal.reread();
    } catch (rereadError) {
      this.#stop(error, rereadError);
      return false;
    }
    if (head.hash === sealed.at(-1)?.entry.hash) return true;
    if (head.hash !== this.#head.hash)
      this.#stop(new Error(`the journal's head is revision ${head.revision}, unexpectedly`));
    return false;
  }

  #stop(error: unknown, later?: unknown): void {
    if (this.#stopped !== undefined) return;
    const reason = later === undefined ? reasonOf(error) : `${reasonOf(error)}; then ${reasonOf(later)}`;
    this.#stopped = reason;
    this.#epoch++;
    for (const pending of this.#pending.splice(0)) pending.reject(notWritten(reason, error));
    this.#parts.onAlarm({
      kind: 'writes-stopped',
      message:
        this.#condemned === undefined
          ? `writes are stopped, reads go on: ${reason}. Check the disk of the data folder; writes go on by themselves`
          : `writes are stopped, reads go on: ${reason}`,
    });
  }

  async #resume(): Promise<void> {
    await this.#flushing;
    await this.#writer.settled();
    const { journal, rows } = this.#parts;
    try {
      await journal.reread();
      await rows.repair();
      // Entries whose append had an unknown result are applied now; those that are applied in memory only lack rows.
      await replay(journal, rows, (entry) => {
        if (entry.revision > this.#head.revision) this.#apply(entry);
      });
    } catch (error) {
      this.#stopped = reasonOf(error);
      throw notWritten(this.#stopped, error);
    }
    this.#stopped = undefined;
    this.#writer.reset();
    this.#parts.onAlarm({ kind: 'writes-resumed', message: `writes go on after revision ${this.#head.revision}` });
  }
}

function withMark(draft: Draft, mark: string | undefined): Draft {
  return mark === undefined ? draft : { ...draft, labels: { ...draft.labels, [auditLabel]: mark } };
}

function notWritten(reason: string, cause?: unknown): EdgeconfError {
  const message = `writes are not possible at the moment: ${reason}; nothing was changed, try again later`;
  return new EdgeconfError('UNAVAILABLE', message, { cause });
}

function unknown(reason: string, cause?: unknown): EdgeconfError {
  const message = `the write failed and it is not known whether it was kept: ${reason}; read before you try again`;
  return new EdgeconfError('UNAVAILABLE', message, { cause });
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error ? `${error.message} (${cause.message})` : error.message;
}
