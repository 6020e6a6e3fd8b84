// Notes: what a transaction records beside its changes, as journal labels, and what all notes so far amount to.

import type { EntryHeader } from './journal-entry.ts';
import { reservedLabelPrefix } from './request-label.ts';

/**
 * What a transaction says beside its changes; with a note it has a journal entry even when nothing changes.
 * `commit` begins a confirmed commit: it is undone unless it is confirmed in time. `confirm` and `rollback` end the one of
 * that revision, `extend` gives it a new time limit that starts now. `election` says who may write from now on.
 */
export type Note =
  | { readonly kind: 'commit'; readonly id: string; readonly rollbackAfterNs: bigint }
  | { readonly kind: 'confirm' | 'rollback'; readonly id: string; readonly revision: number }
  | { readonly kind: 'extend'; readonly id: string; readonly revision: number; readonly rollbackAfterNs: bigint }
  | { readonly kind: 'election'; readonly role: string; readonly electionId: bigint };

/** A confirmed commit that waits for its confirmation. */
export interface PendingCommit {
  readonly id: string;
  readonly revision: number;
  readonly author: string;
  /** All targets that the commit was about, in name order. */
  readonly targets: readonly string[];
  /** When it is undone, ns since the epoch by the wall clock. */
  readonly deadlineNs: bigint;
}

/** What the notes of a whole journal amount to; it follows from the journal alone. */
export interface Standing {
  readonly pending: readonly PendingCommit[];
  /** The highest election id by target and role, see `electionKey`. */
  readonly elections: ReadonlyMap<string, bigint>;
}

export const noStanding: Standing = { pending: [], elections: new Map() };

const labelOf = (kind: Note['kind']): string => `${reservedLabelPrefix}${kind}`;

/** A note as the one label that stands for it. @param targets of the transaction, in name order. */
export function noteLabels(note: Note | undefined, targets: readonly string[]): Record<string, string> {
  if (note === undefined) return {};
  const { kind, ...members } = note;
  const text = JSON.stringify({ ...members, targets }, (_, value) => (typeof value === 'bigint' ? `${value}` : value));
  return { [labelOf(kind)]: text };
}

/** Where a role's election id is kept: a role of one target has nothing to do with the same name elsewhere. */
export function electionKey(target: string, role: string): string {
  return JSON.stringify([target, role]);
}

/** The id of the confirmed commit that an entry or event begins or undoes; undefined for all others. */
export function confirmIdOf({ labels }: { readonly labels?: EntryHeader['labels'] }): string | undefined {
  const text = labels?.[labelOf('commit')] ?? labels?.[labelOf('rollback')];
  return text === undefined ? undefined : (JSON.parse(text) as { id: string }).id;
}

/** The members of a label as they were written. */
interface Written {
  readonly id: string;
  readonly revision: number;
  readonly rollbackAfterNs: string;
  readonly role: string;
  readonly electionId: string;
  readonly targets: string[];
}

/** What stands after one more entry; the same object when the entry has no note. */
export function standingAfter(standing: Standing, entry: Omit<EntryHeader, 'digest' | 'previous' | 'hash'>): Standing {
  const read = (kind: Note['kind']): Written | undefined => {
    const text = entry.labels[labelOf(kind)];
    return text === undefined ? undefined : (JSON.parse(text) as Written);
  };
  const { pending, elections } = standing;
  const commit = read('commit');
  if (commit !== undefined) {
    const deadlineNs = entry.timeNs + BigInt(commit.rollbackAfterNs);
    const { id, targets } = commit;
    const begun = { id, revision: entry.revision, author: entry.author, targets, deadlineNs };
    return { pending: [...pending, begun], elections };
  }
  const ended = read('confirm') ?? read('rollback');
  if (ended !== undefined) return { pending: pending.filter((each) => each.revision !== ended.revision), elections };
  const extended = read('extend');
  if (extended !== undefined) {
    const deadlineNs = entry.timeNs + BigInt(extended.rollbackAfterNs);
    const renewed = pending.map((each) => (each.revision === extended.revision ? { ...each, deadlineNs } : each));
    return { pending: renewed, elections };
  }
  const election = read('election');
  if (election === undefined) return standing;
  const raised = new Map(elections);
  for (const target of election.targets) raised.set(electionKey(target, election.role), BigInt(election.electionId));
  return { pending, elections: raised };
}

/** As JSON text, for the store. */
export function encodeStanding({ pending, elections }: Standing): string {
  const plain = {
    pending: pending.map((each) => ({ ...each, deadlineNs: `${each.deadlineNs}` })),
    elections: [...elections].map(([key, id]) => [key, `${id}`]),
  };
  return JSON.stringify(plain);
}

/** The reverse of `encodeStanding`. */
export function decodeStanding(text: string): Standing {
  const plain = JSON.parse(text) as { pending: (PendingCommit & { deadlineNs: string })[]; elections: string[][] };
  return {
    pending: plain.pending.map((each) => ({ ...each, deadlineNs: BigInt(each.deadlineNs) })),
    elections: new Map(plain.elections.map(([key = '', id = '0']) => [key, BigInt(id)])),
  };
}
