// What the commit pipeline works on, and one transaction on its way through it.

import { EdgeconfError } from '../errors.ts';
import type { Model } from '../schema/model.ts';
import type { AppendQueue } from './append-queue.ts';
import type { Standing } from './notes.ts';
import type { Running } from './running.ts';
import type { Snapshot } from './snapshot.ts';
import type { Stacks } from './stacks.ts';
import type { Release, TargetLocks } from './target-locks.ts';
import type { Amendment, CommitRequest, Edit, Plan } from './transaction.ts';
import type { Validator } from './validator.ts';

/** What the pipeline works on. */
export interface CommitParts {
  readonly running: Running;
  readonly models: ReadonlyMap<string, Model>;
  readonly validator: Validator;
  readonly locks: TargetLocks;
  readonly stacks: Stacks;
  readonly queue: AppendQueue;
  readonly plan: Plan;
  /** Told of a transaction that may have been planned and of which nothing was kept. */
  readonly released: (request: CommitRequest) => void;
  readonly deadlineMs: number;
  /** What the notes of all transactions so far amount to. */
  readonly standing: () => Standing;
}

/** One transaction on its way, with what must be given back when it is refused. */
export interface Transaction {
  readonly request: CommitRequest;
  /** By target, in name order; a target without edits is only locked. */
  readonly edits: ReadonlyMap<string, readonly Edit[]>;
  /** What its plan adds to the edits. */
  readonly amendments: Amendment[];
  readonly waitUntilMs: number;
  readonly epoch: number;
  /** Targets whose tree holds something staged. */
  readonly staged: Set<string>;
  readonly locks: Release[];
}

/** @throws EdgeconfError NOT_FOUND */
export function knownTarget(parts: CommitParts, target: string): Snapshot {
  const snapshot = parts.running.snapshot(target);
  if (snapshot === undefined) throw new EdgeconfError('NOT_FOUND', `no such target '${target}'`);
  return snapshot;
}
