// The last phase of a commit: the transaction gets its place in the journal, or has to be staged anew.

import { Slices } from '../slices.ts';
import type { Appended } from './append-queue.ts';
import { agree } from './commit-agree.ts';
import type { CommitParts, Transaction } from './commit-parts.ts';
import { packBodyInSlices } from './journal-body.ts';
import type { Draft } from './journal-entry.ts';
import { noteLabels } from './notes.ts';
import { allocatedLabel, groupsLabel, idempotencyLabel, peerLabel, policyLabel, viaLabel } from './request-label.ts';
import type { Link } from './stacks.ts';
import { platformTarget } from './targets.ts';
import type { Amendment, Candidate, CommitRequest, CommitResult } from './transaction.ts';

/** The transaction as it is to be stored; large ones are packed while others go on. */
export async function draftOf(
  { request, edits, amendments }: Transaction,
  candidates: readonly Candidate[],
): Promise<Draft> {
  const commits = candidates.map(({ target, before, changes }) => ({ target, model: before.model.id, changes }));
  return {
    author: request.author,
    comment: request.comment ?? '',
    labels: { ...labelsOf(request), ...allocatedLabels(amendments), ...noteLabels(request.note, [...edits.keys()]) },
    commits,
    body: await packBodyInSlices(commits, new Slices()),
  };
}

/** Appends while all locks are held. */
export async function place(
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
    const again = await agree(parts, transaction, candidates);
    if (again.missing.length > 0) return 'again';
    policyRevision = again.policyRevision;
  }
}

/** Appends behind those that are on their way before. What is kept in the tree goes when it does not come to that. */
export async function placeOnStack(
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
      const again = await agree(parts, transaction, [candidate]);
      if (again.missing.length > 0) break;
      policyRevision = again.policyRevision;
    }
  } catch (error) {
    giveUp(parts, link);
    throw error;
  }
  giveUp(parts, link);
  return 'again';
}

/** What is staged becomes the trees' content. */
export function keep({ validator }: CommitParts, { staged }: Transaction): void {
  for (const target of staged) validator.keep(target);
  staged.clear();
}

function giveUp({ stacks, validator }: CommitParts, link: Link): void {
  if (stacks.failed(link)) validator.drop(link.after.target);
}

/** Whether what the candidate was staged on is what is there. */
function isFirm({ running }: CommitParts, { target, before }: Candidate): boolean {
  return running.snapshot(target)?.rows === before.rows;
}

function append(
  parts: CommitParts,
  { epoch, request }: Transaction,
  draft: Draft,
  candidates: readonly Candidate[],
  policyRevision: number,
): Promise<Appended | 'moved'> {
  return parts.queue.submit({
    draft: request.via === undefined ? draft : allowedBy(draft, policyRevision),
    candidates,
    epoch,
    stands: (top) =>
      parts.running.platform.revision === policyRevision &&
      candidates.every(({ target, before }) => (top(target) ?? parts.running.snapshot(target)?.rows) === before.rows),
    barrier: candidates.some((candidate) => candidate.target === platformTarget),
  });
}

function allowedBy(draft: Draft, policyRevision: number): Draft {
  return { ...draft, labels: { ...draft.labels, [policyLabel]: String(policyRevision) } };
}

function allocatedLabels(amendments: readonly Amendment[]): Record<string, string> {
  const count = amendments.reduce((sum, { edits }) => sum + edits.length, 0);
  return count === 0 ? {} : { [allocatedLabel]: String(count) };
}

function labelsOf(request: CommitRequest): Record<string, string> {
  const labels = { ...request.labels };
  if (request.idempotencyId !== undefined) labels[idempotencyLabel] = request.idempotencyId;
  if (request.via !== undefined) {
    const { method, peer, groups } = request.via;
    labels[viaLabel] = method;
    labels[peerLabel] = peer;
    if (groups.length > 0) labels[groupsLabel] = groups.join(' ');
  }
  return labels;
}

function resultOf({ entry, candidates }: Appended): CommitResult {
  return { revision: entry.revision, timeNs: entry.timeNs, candidates };
}
