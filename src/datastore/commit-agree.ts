// The second phase of a commit: everybody who has a say agrees to what was staged.

import { EdgeconfError } from '../errors.ts';
import type { CommitParts, Transaction } from './commit-parts.ts';
import { checkFree } from './note-checks.ts';
import { checkTurn, platformTarget, targetTurns } from './targets.ts';
import type { Candidate } from './transaction.ts';

/** Authorization, then the plan. @returns the revision of the policy that allowed it. */
export async function agree(
  parts: CommitParts,
  transaction: Transaction,
  candidates: readonly Candidate[],
): Promise<number> {
  const policyRevision = parts.running.platform.revision;
  await within(parts.deadlineMs, 'authorization', transaction.request.authorize(candidates));
  lockTurns(parts, transaction, candidates);
  await within(parts.deadlineMs, 'the plan', parts.plan(candidates, transaction.request));
  return policyRevision;
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

async function within(deadlineMs: number, what: string, work: void | Promise<void>): Promise<void> {
  if (work === undefined) return;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const message = `${what} took longer than ${deadlineMs} ms; nothing was changed`;
    timer = setTimeout(() => reject(new EdgeconfError('DEADLINE_EXCEEDED', message)), deadlineMs);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
