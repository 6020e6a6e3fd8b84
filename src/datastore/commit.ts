// The commit pipeline: stage -> authorize -> plan -> append -> apply; any refusal undoes everything.

import { EdgeconfError, type Violation } from '../errors.ts';
import type { Model } from '../schema/model.ts';
import { Slices } from '../slices.ts';
import type { Appended, AppendQueue } from './append-queue.ts';
import { packEdits } from './edit-packing.ts';
import { packBodyInSlices } from './journal-body.ts';
import type { Draft } from './journal-entry.ts';
import { checkFree, checkNotes } from './note-checks.ts';
import { noteLabels, type Standing } from './notes.ts';
import { idempotencyLabel, reservedLabelPrefix } from './request-label.ts';
import { RowChanges } from './row-changes.ts';
import type { Running } from './running.ts';
import type { Link, Stacks } from './stacks.ts';
import type { Release, TargetLocks } from './target-locks.ts';
import { checkTurn, platformTarget, targetTurns } from './targets.ts';
import type { Candidate, Check, CommitRequest, CommitResult, Edit } from './transaction.ts';
import { describeViolations, type Validator } from './validator.ts';

/** What the pipeline works on. */
export interface CommitParts {
  readonly running: Running;
  readonly models: ReadonlyMap<string, Model>;
  readonly validator: Validator;
  readonly locks: TargetLocks;
  readonly stacks: Stacks;
  readonly queue: AppendQueue;
  readonly plan: Check;
  readonly deadlineMs: number;
  /** What the notes of all transactions so far amount to. */
  readonly standing: () => Standing;
}

/** One transaction on its way, with what must be given back when it is refused. */
interface Transaction {
  readonly request: CommitRequest;
  readonly edits: ReadonlyMap<string, readonly Edit[]>;
  readonly waitUntilMs: number;
  readonly epoch: number;
  /** Targets whose tree holds something staged. */
  readonly staged: Set<string>;
  readonly locks: Release[];
}

/** @throws EdgeconfError; nothing was kept then. See `Datastore.commit`. */
export async function commit(parts: CommitParts, request: CommitRequest): Promise<CommitResult> {
  checkLabels(request);
  const edits = editsByTarget(request);
  // Twice the limit, so that waiting behind one transaction that uses up its whole time is not yet fatal.
  const waitUntilMs = performance.now() + 2 * parts.deadlineMs;
  for (;;) {
    await parts.queue.ready();
    for (const target of edits.keys()) knownTarget(parts, target);
    const locks = [await parts.locks.acquire([...edits.keys()], waitUntilMs)];
    const transaction = { request, edits, waitUntilMs, epoch: parts.queue.epoch, staged: new Set<string>(), locks };
    const result = await attempt(parts, transaction);
    if (result !== 'again') return result;
    if (performance.now() < waitUntilMs) continue;
    throw new EdgeconfError('ABORTED', 'the transactions before this one failed again and again; try again');
  }
}

/** @returns 'again' when what the transaction was staged on did not become durable: it has to be staged anew. */
async function attempt(parts: CommitParts, transaction: Transaction): Promise<CommitResult | 'again'> {
  const { request, edits, staged, locks } = transaction;
  let placing: Promise<CommitResult | 'again'>;
  try {
    checkNotes(parts.standing(), request, [...edits.keys()]);
    const shared = sharesWrites(transaction);
    if (!shared) await parts.stacks.empty(edits.keys());
    const candidates = await stage(parts, transaction);
    const [only] = candidates;
    if (only === undefined && request.note === undefined) {
      placing = unchanged(parts, edits.keys());
    } else {
      request.onProgress?.({ phase: 'plan', done: undefined });
      const policyRevision = await agree(parts, transaction, candidates);
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

/** Authorization, then the plan. @returns the revision of the policy that allowed it. */
async function agree(parts: CommitParts, transaction: Transaction, candidates: readonly Candidate[]): Promise<number> {
  const policyRevision = parts.running.platform.revision;
  await within(parts.deadlineMs, 'authorization', transaction.request.authorize(candidates));
  lockTurns(parts, transaction, candidates);
  await within(parts.deadlineMs, 'the plan', parts.plan(candidates));
  return policyRevision;
}

/** Appends while all locks are held. */
async function place(
  parts: CommitParts,
  transaction: Transaction,
  draft: Draft,
  candidates: readonly Candidate[],
  agreedAt: number,
): Promise<CommitResult | 'again'> {
  let policyRevision = agreedAt;
  for (;;) {
    const appended = await append(parts, transaction, draft, candidates, policyRevision);
    if (appended !== 'moved') {
      keep(parts, transaction);
      return resultOf(appended);
    }
    if (!candidates.every((candidate) => isFirm(parts, candidate))) return 'again';
    policyRevision = await agree(parts, transaction, candidates);
  }
}

/** Appends behind those that are on their way before. What is kept in the tree goes when it does not come to that. */
async function placeOnStack(
  parts: CommitParts,
  transaction: Transaction,
  draft: Draft,
  candidate: Candidate,
  link: Link,
  agreedAt: number,
): Promise<CommitResult | 'again'> {
  try {
    let policyRevision = agreedAt;
    for (;;) {
      const appended = await append(parts, transaction, draft, [candidate], policyRevision);
      if (appended !== 'moved') {
        parts.stacks.placed(link);
        return resultOf(appended);
      }
      await link.below?.placed;
      if (!isFirm(parts, candidate)) break;
      policyRevision = await agree(parts, transaction, [candidate]);
    }
  } catch (error) {
    giveUp(parts, link);
    throw error;
  }
  giveUp(parts, link);
  return 'again';
}

function giveUp({ stacks, validator }: CommitParts, link: Link): void {
  if (stacks.failed(link)) validator.drop(link.after.target);
}

/** Whether what the candidate was staged on is what is there. */
function isFirm({ running }: CommitParts, { target, before }: Candidate): boolean {
  return running.snapshot(target)?.rows === before.rows;
}

function keep({ validator }: CommitParts, { staged }: Transaction): void {
  for (const target of staged) validator.keep(target);
  staged.clear();
}

function headOf({ queue }: CommitParts): Pick<CommitResult, 'revision' | 'timeNs'> {
  const { revision, timeNs } = queue.head;
  return { revision, timeNs };
}

function resultOf({ entry, candidates }: Appended): CommitResult {
  return { revision: entry.revision, timeNs: entry.timeNs, candidates };
}

/** Every target applies its edits in its own tree; all violations of all targets are told at once. */
async function stage(parts: CommitParts, transaction: Transaction): Promise<Candidate[]> {
  const { waitUntilMs, staged, request } = transaction;
  const outcomes = await Promise.allSettled(
    [...transaction.edits].map(async ([target, edits]) => {
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

/** The transaction as it is to be stored; large ones are packed while others go on. */
async function draftOf({ request, edits }: Transaction, candidates: readonly Candidate[]): Promise<Draft> {
  const commits = candidates.map(({ target, before, changes }) => ({ target, model: before.model.id, changes }));
  return {
    author: request.author,
    comment: request.comment ?? '',
    labels: { ...labelsOf(request), ...noteLabels(request.note, [...edits.keys()]) },
    commits,
    body: await packBodyInSlices(commits, new Slices()),
  };
}

function append(
  parts: CommitParts,
  { epoch }: Transaction,
  draft: Draft,
  candidates: readonly Candidate[],
  policyRevision: number,
): Promise<Appended | 'moved'> {
  return parts.queue.submit({
    draft,
    candidates,
    epoch,
    stands: (top) =>
      parts.running.platform.revision === policyRevision &&
      candidates.every(({ target, before }) => (top(target) ?? parts.running.snapshot(target)?.rows) === before.rows),
    barrier: candidates.some((candidate) => candidate.target === platformTarget),
  });
}

function knownTarget(parts: CommitParts, target: string) {
  const snapshot = parts.running.snapshot(target);
  if (snapshot === undefined) throw new EdgeconfError('NOT_FOUND', `no such target '${target}'`);
  return snapshot;
}

/** The edits of each target, in the order given, targets in name order. */
function editsByTarget(request: CommitRequest): Map<string, Edit[]> {
  const grouped = new Map<string, Edit[]>();
  for (const { target } of [...request.edits].sort((a, b) => (a.target < b.target ? -1 : 1))) grouped.set(target, []);
  for (const { target, edits } of request.edits) {
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

function labelsOf(request: CommitRequest): Record<string, string> {
  const labels = { ...request.labels };
  if (request.idempotencyId !== undefined) labels[idempotencyLabel] = request.idempotencyId;
  return labels;
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
