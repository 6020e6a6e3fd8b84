// Confirmed commits: undoes those that nobody confirms in time, also when their time ran out while the service was down.

import { EdgeconfError } from '../errors.ts';
import { datastoreLog } from '../log.ts';
import type { JournalEntry } from './journal-entry.ts';
import type { Note, PendingCommit } from './notes.ts';
import { restoreEdits } from './restore-edits.ts';
import type { Snapshot } from './snapshot.ts';
import type { CommitRequest, CommitResult, CommitVia, TargetEdits } from './transaction.ts';

/** The author of rollbacks in the journal. */
export const CONFIRMED_COMMIT_AUTHOR = 'edgeconf-commit-confirmed';

/** Calls back once after a time. @returns ends the waiting. */
export type SetTimer = (callback: () => void, delayMs: number) => () => void;

export const systemTimer: SetTimer = (callback, delayMs) => {
  const timer = setTimeout(callback, delayMs);
  return () => clearTimeout(timer);
};

export interface ConfirmedCommitParts {
  readonly pending: () => readonly PendingCommit[];
  readonly snapshot: (target: string) => Snapshot | undefined;
  readonly entry: (revision: number) => Promise<JournalEntry>;
  readonly commit: (request: CommitRequest) => Promise<CommitResult>;
  /** Wall clock, ns since the epoch. */
  readonly now: () => bigint;
  readonly timer: SetTimer;
}

/** The wall clock may be set, so it is looked at again at least this often. */
const longestWaitMs = 60_000;
const firstRetryMs = 5_000;

/** All that waits is in the journal; this object only acts on it. */
export class ConfirmedCommits {
  readonly #parts: ConfirmedCommitParts;
  #stopTimer: () => void = () => {};
  #undoing = false;
  /** By revision, those that could not be undone: how long the last wait was, and when to try again. */
  readonly #failed = new Map<number, { readonly waitMs: number; readonly againNs: bigint }>();
  #closed = false;

  constructor(parts: ConfirmedCommitParts) {
    this.#parts = parts;
  }

  /** Those that wait for their confirmation, oldest first. */
  get pending(): readonly PendingCommit[] {
    return this.#parts.pending();
  }

  /** Makes a commit final. @throws EdgeconfError FAILED_PRECONDITION when it does not wait any more. */
  confirm({ id, revision, targets }: PendingCommit, author: string, via?: CommitVia): Promise<CommitResult> {
    return this.#record(targets, author, { kind: 'confirm', id, revision }, via);
  }

  /** Sets a new time limit that starts now. @throws EdgeconfError FAILED_PRECONDITION when it does not wait any more. */
  extend(
    { id, revision, targets }: PendingCommit,
    author: string,
    rollbackAfterNs: bigint,
    via?: CommitVia,
  ): Promise<CommitResult> {
    return this.#record(targets, author, { kind: 'extend', id, revision, rollbackAfterNs }, via);
  }

  /**
   * Undoes a commit by a transaction of the service itself.
   * @param why for the journal.
   * @param via the RPC that asked for it; absent when nobody confirmed in time.
   * @throws EdgeconfError FAILED_PRECONDITION when it does not wait any more; else like every commit, and it still waits.
   */
  async rollBack({ id, revision, targets }: PendingCommit, why: string, via?: CommitVia): Promise<CommitResult> {
    const { commits } = await this.#parts.entry(revision);
    const edits = this.#edits(targets, (snapshot) => {
      const changes = commits.find(({ target }) => target === snapshot.target)?.changes ?? [];
      return restoreEdits(snapshot, changes);
    });
    return this.#parts.commit({
      author: CONFIRMED_COMMIT_AUTHOR,
      comment: `undoes commit '${id}' of revision ${revision}: ${why}`,
      edits,
      // The service takes back what somebody was allowed to do; nobody's rights matter for that.
      authorize: () => {},
      note: { kind: 'rollback', id, revision },
      ...(via && { via }),
    });
  }

  /** To be called at the start and whenever the pending commits have changed. */
  look(): void {
    if (this.#closed || this.#undoing) return;
    const next = this.pending
      .map((commit) => this.#dueNs(commit))
      .reduce<bigint | undefined>((first, due) => (first === undefined || due < first ? due : first), undefined);
    this.#stopTimer();
    if (next === undefined) return;
    // Rounded up, so that the time is over when the timer is.
    const waitMs = Number((next - this.#parts.now() + 999_999n) / 1_000_000n);
    this.#wait(Math.min(Math.max(0, waitMs), longestWaitMs));
  }

  /** Nothing is undone any more; what waits goes on at the next start. */
  close(): void {
    this.#closed = true;
    this.#stopTimer();
  }

  #wait(delayMs: number): void {
    this.#stopTimer = this.#parts.timer(() => {
      if (!this.pending.some((commit) => this.#isDue(commit))) {
        this.look();
        return;
      }
      this.#undoing = true;
      this.#undoDue().then(() => {
        this.#undoing = false;
        this.look();
      });
    }, delayMs);
  }

  #dueNs({ revision, deadlineNs }: PendingCommit): bigint {
    const againNs = this.#failed.get(revision)?.againNs ?? deadlineNs;
    return againNs > deadlineNs ? againNs : deadlineNs;
  }

  #isDue(commit: PendingCommit): boolean {
    return this.#dueNs(commit) <= this.#parts.now();
  }

  async #undoDue(): Promise<void> {
    for (const commit of this.pending) {
      if (this.#closed || !this.#isDue(commit)) continue;
      try {
        const { revision } = await this.rollBack(commit, 'it was not confirmed in time');
        datastoreLog.warn(
          { commit: commit.id, of: commit.revision, revision },
          'a commit was undone that nobody confirmed',
        );
      } catch (error) {
        // Confirmed or cancelled in the same moment, or left to the next start.
        if (this.#closed || !this.pending.some(({ revision }) => revision === commit.revision)) continue;
        const waitMs = Math.min(2 * (this.#failed.get(commit.revision)?.waitMs ?? firstRetryMs / 2), longestWaitMs);
        this.#failed.set(commit.revision, { waitMs, againNs: this.#parts.now() + BigInt(waitMs) * 1_000_000n });
        const err = EdgeconfError.from(error);
        datastoreLog.error(
          { commit: commit.id, of: commit.revision, err },
          'a commit that nobody confirmed cannot be undone yet',
        );
      }
    }
    const waiting = new Set(this.pending.map(({ revision }) => revision));
    for (const revision of this.#failed.keys()) if (!waiting.has(revision)) this.#failed.delete(revision);
  }

  #record(targets: readonly string[], author: string, note: Note, via: CommitVia | undefined): Promise<CommitResult> {
    const edits = this.#edits(targets, () => []);
    return this.#parts.commit({ author, edits, authorize: () => {}, note, ...(via && { via }) });
  }

  #edits(targets: readonly string[], make: (snapshot: Snapshot) => TargetEdits['edits']): TargetEdits[] {
    return targets.flatMap((target) => {
      const snapshot = this.#parts.snapshot(target);
      return snapshot === undefined ? [] : [{ target, edits: make(snapshot) }];
    });
  }
}
