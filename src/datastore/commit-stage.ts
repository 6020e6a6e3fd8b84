// The first phase of a commit: libyang applies the edits to the trees of all targets, and says what is not valid.

import { EdgeconfError, type Violation } from '../errors.ts';
import { Slices } from '../slices.ts';
import { type CommitParts, knownTarget, type Transaction } from './commit-parts.ts';
import { packEdits } from './edit-packing.ts';
import { RowChanges } from './row-changes.ts';
import type { Candidate } from './transaction.ts';
import { describeViolations } from './validator.ts';

/** Every target applies its edits in its own tree; all violations of all targets are told at once. */
export async function stage(parts: CommitParts, transaction: Transaction): Promise<Candidate[]> {
  const { waitUntilMs, staged, request } = transaction;
  const outcomes = await Promise.allSettled(
    [...transaction.edits].map(async ([target, own]) => {
      const amended = transaction.amendments.filter((amendment) => amendment.target === target);
      const edits = amended.length === 0 ? own : [...own, ...amended.flatMap((amendment) => amendment.edits)];
      // A transaction that only notes something about a target leaves the target's tree alone.
      if (edits.length === 0) return undefined;
      const before = parts.stacks.tip(target) ?? knownTarget(parts, target);
      let changes = new RowChanges(before);
      const violations = await parts.validator.stage(before, packEdits(before, edits), waitUntilMs, {
        onBegin: () => {
          changes = new RowChanges(before);
        },
        onChanges: (chunk) => changes.add(chunk),
        onProgress: ({ bytes, totalBytes }) =>
          request.onProgress?.({ phase: 'validation', done: Math.round((100 * bytes) / Math.max(1, totalBytes)) }),
      });
      if (violations.length === 0) staged.add(target);
      return { before, violations, changes };
    }),
  );
  const violations: Violation[] = [];
  const candidates: Candidate[] = [];
  const revision = parts.queue.head.revision + 1;
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') throw outcome.reason;
    if (outcome.value === undefined) continue;
    const { before } = outcome.value;
    for (const violation of outcome.value.violations) violations.push(violation);
    if (outcome.value.violations.length > 0) continue;
    const slices = new Slices();
    const changes = await outcome.value.changes.finish(slices);
    if (changes.length === 0) continue;
    const after = await before.stage(changes, revision, slices);
    candidates.push({ target: before.target, before, after, changes });
  }
  if (violations.length > 0) {
    throw new EdgeconfError('INVALID_ARGUMENT', describeViolations(violations), { violations });
  }
  return candidates;
}
