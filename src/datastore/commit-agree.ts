// The second phase of a commit: everybody who has a say agrees to what was staged.

import { EdgeconfError } from '../errors.ts';
import type { CommitParts, Transaction } from './commit-parts.ts';
import { stage } from './commit-stage.ts';
import { checkFixed } from './fixed-leaves.ts';
import { checkFree } from './note-checks.ts';
import { checkTurn, platformTarget, targetTurns } from './targets.ts';
import type { Amendment, Candidate } from './transaction.ts';

/** How often a plan may find that something else is missing. */
const mostAmendments = 4;

/** Targets that have to be locked as well, because the plan adds something to them. */
export interface LockToo {
  readonly lockToo: readonly string[];
}

/** What everybody agreed to. */
export interface Agreed {
  readonly candidates: readonly Candidate[];
  /** The revision of the policy that allowed it. */
  readonly policyRevision: number;
}

/** Stages the edits, and stages them anew with what the plan adds until it adds no more. */
export async function stageAndAgree(parts: CommitParts, transaction: Transaction): Promise<Agreed | LockToo> {
  const { request, edits, amendments, staged, locks } = transaction;
  for (let round = 0; ; round += 1) {
    const candidates = await stage(parts, transaction);
    if (candidates.length === 0 && request.note === undefined) return { candidates, policyRevision: 0 };
    request.onProgress?.({ phase: 'plan', done: undefined });
    const locked = locks.length;
    const { policyRevision, missing } = await agree(parts, transaction, candidates);
    if (missing.length === 0) return { candidates, policyRevision };
    const others = missing.map(({ target }) => target).filter((target) => !edits.has(target));
    if (others.length > 0) return { lockToo: others };
    if (round === mostAmendments)
      throw new EdgeconfError('INTERNAL', 'the plan of the transaction never comes to an end');
    amendments.push(...missing);
    for (const target of staged) parts.validator.undo(target);
    staged.clear();
    for (const release of locks.splice(locked)) release();
  }
}

/** Authorization, then the plan. @returns the revision of the policy that allowed it, and what is missing still. */
export async function agree(
  parts: CommitParts,
  transaction: Transaction,
  candidates: readonly Candidate[],
): Promise<{ policyRevision: number; missing: readonly Amendment[] }> {
  const policyRevision = parts.running.platform.revision;
  const asked = withoutAmendments(candidates, transaction.amendments);
  await within(parts.deadlineMs, 'authorization', transaction.request.authorize(asked));
  checkFixed(candidates);
  lockTurns(parts, transaction, candidates);
  const missing = await within(parts.deadlineMs, 'the plan', planned(parts, transaction, candidates));
  return { policyRevision, missing };
}

async function planned(
  parts: CommitParts,
  { request }: Transaction,
  candidates: readonly Candidate[],
): Promise<readonly Amendment[]> {
  const missing = await parts.plan(candidates, request);
  return Array.isArray(missing) ? missing : [];
}

/** What the author asks for: what the service adds by itself needs no right of the author's. */
function withoutAmendments(candidates: readonly Candidate[], amendments: readonly Amendment[]): readonly Candidate[] {
  if (amendments.length === 0) return candidates;
  return candidates.flatMap((candidate) => {
    const own = amendments.filter(({ target }) => target === candidate.target);
    const changes = candidate.changes.filter(
      ({ key, after }) => after === undefined || !own.some(({ rows }) => rows.get(key) === after),
    );
    return changes.length === 0 ? [] : [{ ...candidate, changes }];
  });
}

/**
 * A platform transaction that ends a target, or gives it another model, holds that target's lock as well. It takes the
 * lock only if it is free: it is found out too late for name order, and waiting could go in a circle.
 */
function lockTurns(parts: CommitParts, transaction: Transaction, candidates: readonly Candidate[]): void {
  const platform = candidates.find((candidate) => candidate.target === platformTarget);
  if (platform === undefined) return;
  for (const turn of targetTurns(platform.before, platform.after, platform.changes)) {
    const own = candidates.find((candidate) => candidate.target === turn.name);
    const size = (own?.after ?? parts.running.snapshot(turn.name))?.size ?? 0;
    checkTurn(turn, parts.models, size);
    const unchanged = turn.before === undefined || turn.before.modelId === turn.after?.modelId;
    if (unchanged) continue;
    if (transaction.edits.has(turn.name)) continue;
    // What a pending commit would be undone in must not go.
    checkFree(parts.standing().pending, turn.name);
    const release = parts.stacks.isEmpty(turn.name) ? parts.locks.tryAcquire(turn.name) : undefined;
    if (release === undefined) {
      throw new EdgeconfError('ABORTED', `target ${turn.name} is being written by another transaction; try again`);
    }
    transaction.locks.push(release);
  }
}

async function within<T>(deadlineMs: number, what: string, work: T | Promise<T>): Promise<T> {
  if (!(work instanceof Promise)) return work;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const message = `${what} took longer than ${deadlineMs} ms; nothing was changed`;
    timer = setTimeout(() => reject(new EdgeconfError('DEADLINE_EXCEEDED', message)), deadlineMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
