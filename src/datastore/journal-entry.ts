// A journal entry and its header: a link of the hash chain that digests the entry's body.

import { createHash } from 'node:crypto';
import { EdgeconfError } from '../errors.ts';
import { type Body, digestOf, packBody, type TargetChanges, unpackBody } from './journal-body.ts';

export type { TargetChanges } from './journal-body.ts';

/** The format that this release writes and the newest that it reads. */
export const journalFormat = 2;

/** The head of an empty journal. */
export const genesis: JournalHead = { revision: 0, timeNs: 0n, hash: '0'.repeat(64) };

/** Where a journal ends: what the next entry follows. */
export interface JournalHead {
  readonly revision: number;
  /** Commit time, ns since the epoch; strictly increasing with the revision. */
  readonly timeNs: bigint;
  /** SHA-256 of the entry's header, lower-case hexadecimal. */
  readonly hash: string;
}

/** A transaction as it goes to the journal, before it has a place there. */
export interface Draft {
  readonly author: string;
  readonly comment: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly commits: readonly TargetChanges[];
  /** The commits as they are stored; made when it is not given. */
  readonly body?: Body;
}

/** The part of an entry that is chained: compaction may drop bodies, never headers. */
export interface EntryHeader extends JournalHead {
  /** 1: the body is JSON text. */
  readonly format: number;
  readonly author: string;
  readonly comment: string;
  readonly labels: Readonly<Record<string, string>>;
  /** SHA-256 of the body, lower-case hexadecimal. */
  readonly digest: string;
  /** Hash of the entry before. */
  readonly previous: string;
}

/** One transaction of the journal. */
export interface JournalEntry extends EntryHeader {
  readonly commits: readonly TargetChanges[];
}

/** An entry with the bytes to be stored. */
export interface SealedEntry {
  readonly entry: JournalEntry;
  readonly header: Buffer;
  readonly body: readonly Buffer[];
}

/** Gives a draft its place after `head` and its hash. Pure. Commit time is `max(nowNs, head + 1 ns)`. */
export function seal(draft: Draft, head: JournalHead, nowNs: bigint): SealedEntry {
  const { chunks: body, digest } = draft.body ?? packBody(draft.commits);
  const content = {
    format: journalFormat,
    revision: head.revision + 1,
    timeNs: nowNs > head.timeNs ? nowNs : head.timeNs + 1n,
    author: draft.author,
    comment: draft.comment,
    labels: draft.labels,
    digest,
    previous: head.hash,
  };
  const hash = hashOf(content);
  const header = Buffer.from(`{${headerMembers(content)},"hash":"${hash}"}`);
  return { entry: { ...content, hash, commits: draft.commits }, header, body };
}

/**
 * Reads a stored header and proves its hash.
 * @throws EdgeconfError DATA_LOSS naming the revision when it cannot be read or was changed, FAILED_PRECONDITION when a
 *   newer release wrote it.
 */
export function openHeader(revision: number, stored: Buffer): EntryHeader {
  const json = parsed(revision, stored);
  if (typeof json.format === 'number' && json.format > journalFormat) {
    throw new EdgeconfError(
      'FAILED_PRECONDITION',
      `journal revision ${revision} has format ${json.format}, this release reads up to ${journalFormat}; use the release that wrote it or a newer one`,
    );
  }
  const header = {
    format: Number(json.format),
    revision: Number(json.revision),
    timeNs: /^[0-9]+$/.test(String(json.time)) ? BigInt(String(json.time)) : -1n,
    author: String(json.author),
    comment: String(json.comment),
    labels: (json.labels ?? {}) as Record<string, string>,
    digest: String(json.digest),
    previous: String(json.previous),
  };
  if (header.revision !== revision) throw lost(revision, `its header says revision ${header.revision}`);
  const hash = hashOf(header);
  if (json.hash !== hash) throw lost(revision, 'its hash does not fit its header: it was changed after it was written');
  return { ...header, hash };
}

/**
 * Reads a stored body and proves that it is the one the header was made for.
 * @throws EdgeconfError DATA_LOSS naming the revision.
 */
export function openBody(header: EntryHeader, stored: readonly Buffer[]): JournalEntry {
  proveBody(header, stored);
  try {
    return { ...header, commits: unpackBody(stored) };
  } catch {
    throw lost(header.revision, 'it cannot be decoded');
  }
}

/**
 * Proves that a stored body is the one the header was made for, without reading it.
 * @throws EdgeconfError DATA_LOSS naming the revision.
 */
export function proveBody(header: EntryHeader, stored: readonly Buffer[]): void {
  if (digestOf(stored, header.format) === header.digest) return;
  throw lost(header.revision, 'its changes do not fit their digest: they were changed, or a part is missing');
}

/**
 * Proves that an entry follows the one before.
 * @throws EdgeconfError DATA_LOSS naming the revision.
 */
export function proveLink(before: JournalHead, header: EntryHeader): void {
  if (header.revision !== before.revision + 1) {
    throw lost(before.revision + 1, `it is missing; the next entry found is revision ${header.revision}`);
  }
  if (header.previous !== before.hash) {
    throw lost(header.revision, `its previous hash is not the hash of revision ${before.revision}`);
  }
  if (header.timeNs <= before.timeNs) throw lost(header.revision, 'its time is not after that of the entry before');
}

/** The error for a journal that is not whole. */
export function lost(revision: number, reason: string): EdgeconfError {
  return new EdgeconfError(
    'DATA_LOSS',
    `journal revision ${revision} cannot be trusted: ${reason}. Nothing was overwritten; restore the data folder from a backup`,
  );
}

function hashOf(header: Omit<EntryHeader, 'hash'>): string {
  return createHash('sha256')
    .update(`{${headerMembers(header)}}`)
    .digest('hex');
}

/** The canonical text that is hashed: members in this order, labels sorted by name, no spaces. */
function headerMembers(header: Omit<EntryHeader, 'hash'>): string {
  const labels = Object.keys(header.labels).sort();
  const members: [string, unknown][] = [
    ['format', header.format],
    ['revision', header.revision],
    ['time', header.timeNs.toString()],
    ['author', header.author],
    ['comment', header.comment],
    ['labels', Object.fromEntries(labels.map((name) => [name, header.labels[name]]))],
    ['digest', header.digest],
    ['previous', header.previous],
  ];
  return members.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',');
}

function parsed(revision: number, stored: Buffer): Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(stored.toString('utf8'));
    if (typeof json === 'object' && json !== null) return json as Record<string, unknown>;
  } catch {
    // Falls through: what cannot be read and what is no object are the same fault.
  }
  throw lost(revision, 'it cannot be decoded');
}
