// The commit pipeline: stage -> authorize -> plan -> append -> apply; any refusal undoes everything.

import { EdgeconfError } from '../errors.ts';
import { type LockToo, stageAndAgree } from './commit-agree.ts';
import { type CommitParts, knownTarget, type Transaction } from './commit-parts.ts';
import { draftOf, keep, place, placeOnStack } from './commit-place.ts';
import { checkNotes } from './note-checks.ts';
import { reservedLabelPrefix } from './request-label.ts';
import { platformTarget } from './targets.ts';
import type { CommitRequest, CommitResult, Edit, TargetEdits } from './transaction.ts';

/** @throws EdgeconfError; nothing was kept then. See `Datastore.commit`. */
export async function commit(parts: CommitParts, request: CommitRequest): Promise<CommitResult> {
  try {
    const result = await untilPlaced(parts, request);
    if (result.candidates.length === 0 || request.dryRun === true) parts.released(request);
    return result;
  } catch (error) {
    // It may be in the journal all the same.
    if (EdgeconfError.from(error).code !== 'UNAVAILABLE') parts.released(request);
    throw error;
  }
}

async function untilPlaced(parts: CommitParts, request: CommitRequest): Promise<CommitResult> {
  checkLabels(request);
  let edits = editsByTarget(request.edits);
  const lockToo = new Set<string>();
  // Twice the limit, so that waiting behind one transaction that uses up its whole time is not yet fatal.
  const waitUntilMs = performance.now() + 2 * parts.deadlineMs;
  for (;;) {
    await parts.queue.ready();
    for (const target of edits.keys()) knownTarget(parts, target);
    const locks = [await parts.locks.acquire([...edits.keys()], waitUntilMs)];
    const { epoch } = parts.queue;
    const transaction = { request, edits, amendments: [], waitUntilMs, epoch, staged: new Set<string>(), locks };
    const result = await attempt(parts, transaction);
    if (result !== 'again' && !('lockToo' in result)) return result;
    if (result !== 'again') {
      for (const target of result.lockToo) lockToo.add(target);
      edits = editsByTarget([...request.edits, ...[...lockToo].map((target) => ({ target, edits: [] }))]);
    }
    if (performance.now() < waitUntilMs) continue;
    throw new EdgeconfError('ABORTED', 'the transactions before this one failed again and again; try again');
  }
}

/** @returns 'again' when what the transaction was staged on did not become durable: it has to be staged anew. */
async function attempt(parts: CommitParts, transaction: Transaction): Promise<CommitResult | 'again' | LockToo> {
  const { request, edits, staged, locks } = transaction;
  let placing: Promise<CommitResult | 'again'>;
  try {
    checkNotes(parts.standing(), request, [...edits.keys()]);
    const shared = sharesWrites(transaction);
    if (!shared) await parts.stacks.empty(edits.keys());
    const agreed = await stageAndAgree(parts, transaction);
    if ('lockToo' in agreed) return agreed;
    const { candidates, policyRevision } = agreed;
    const [only] = candidates;
    if (only === undefined && request.note === undefined) {
      placing = unchanged(parts, edits.keys());
    } else {
      if (request.dryRun === true) return { ...headOf(parts), candidates };
      request.onProgress?.({ phase: 'storage', done: undefined });
      const draft = await draftOf(transaction, candidates);
      if (!shared || only === undefined) return await place(parts, transaction, draft, candidates, policyRevision);
      const link = parts.stacks.push(only.before, only.after);
      if (link === undefined) {
        parts.validator.drop(only.target);
        return 'again';
      }
      keep(parts, transaction);
      placing = placeOnStack(parts, transaction, draft, only, link, policyRevision);
    }
  } finally {
    // What was appended, or is on its way, is kept by then and no longer in the set.
    for (const target of staged) parts.validator.undo(target);
    for (const each of locks.reverse()) each();
  }
  // Without the lock: the target's next transaction is staged while this one is being made durable.
  return placing;
}

/** Transactions of one target may be on their way together. Those that others depend on in other ways go alone. */
function sharesWrites({ request, edits }: Transaction): boolean {
  return edits.size === 1 && !edits.has(platformTarget) && request.note === undefined;
}

/** Nothing is to be done, if what is on its way before becomes durable. */
async function unchanged(parts: CommitParts, targets: Iterable<string>): Promise<CommitResult | 'again'> {
  for (const target of targets) if (!(await parts.stacks.settled(target))) return 'again';
  return { ...headOf(parts), candidates: [] };
}

function headOf({ queue }: CommitParts): Pick<CommitResult, 'revision' | 'timeNs'> {
  const { revision, timeNs } = queue.head;
  return { revision, timeNs };
}

/** The edits of each target, in the order given, targets in name order. */
function editsByTarget(given: readonly TargetEdits[]): Map<string, Edit[]> {
  const grouped = new Map<string, Edit[]>();
  for (const { target } of [...given].sort((a, b) => (a.target < b.target ? -1 : 1))) grouped.set(target, []);
  for (const { target, edits } of given) {
    const list = grouped.get(target);
    for (const edit of edits) list?.push(edit);
  }
  return grouped;
}

function checkLabels(request: CommitRequest): void {
  for (const name of Object.keys(request.labels ?? {})) {
    if (!name.startsWith(reservedLabelPrefix)) continue;
    throw new EdgeconfError(
      'INVALID_ARGUMENT',
      `label '${name}': names that start with ${reservedLabelPrefix} are reserved`,
    );
  }
}
