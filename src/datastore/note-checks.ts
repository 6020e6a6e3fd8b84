// Whether a transaction may go on beside what earlier notes say: pending confirmations and elections.

import { EdgeconfError } from '../errors.ts';
import { electionKey, type PendingCommit, type Standing } from './notes.ts';
import type { CommitRequest } from './transaction.ts';

/**
 * To be asked when the locks of all the targets are held.
 * @throws EdgeconfError FAILED_PRECONDITION while a target waits for a confirmation, or when the transaction is about a
 * confirmed commit that is over; PERMISSION_DENIED for an election id below the highest. [gnmi-commit-confirmed 3.2,
 * gnmi-master-arbitration 3.2]
 */
export function checkNotes(standing: Standing, { note, election }: CommitRequest, targets: readonly string[]): void {
  if (election !== undefined) checkElection(standing, election, targets);
  switch (note?.kind) {
    case 'election':
      return;
    case 'confirm':
    case 'rollback':
    case 'extend':
      if (standing.pending.some(({ revision }) => revision === note.revision)) return;
      throw new EdgeconfError('FAILED_PRECONDITION', `commit '${note.id}' does not wait for a confirmation any more`);
    default:
      for (const target of targets) checkFree(standing.pending, target);
  }
}

/** @throws EdgeconfError FAILED_PRECONDITION saying what the target waits for. */
export function checkFree(pending: readonly PendingCommit[], target: string): void {
  const commit = pending.find(({ targets }) => targets.includes(target));
  if (commit === undefined) return;
  throw new EdgeconfError(
    'FAILED_PRECONDITION',
    `target '${target}' waits for the confirmation of commit '${commit.id}' by '${commit.author}', which is undone at ` +
      `${new Date(Number(commit.deadlineNs / 1_000_000n)).toISOString()}; confirm or cancel it first`,
  );
}

/** @throws EdgeconfError PERMISSION_DENIED naming the highest id. */
export function checkElection(
  { elections }: Standing,
  { role, id }: NonNullable<CommitRequest['election']>,
  targets: readonly string[],
): void {
  for (const target of targets) {
    const highest = elections.get(electionKey(target, role)) ?? 0n;
    if (id >= highest) continue;
    const name = role === '' ? 'the default role' : `role '${role}'`;
    throw new EdgeconfError(
      'PERMISSION_DENIED',
      `election id ${id} of ${name} is below ${highest}, the highest that target '${target}' has seen; ` +
        'another client is the master now',
    );
  }
}
