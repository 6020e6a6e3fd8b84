// An entry of the audit log: one line of canonical JSON, a link of a hash chain that names the journal's head at its time.

import { createHash } from 'node:crypto';
import type { JournalHead } from '../datastore/journal-entry.ts';
import { EdgeconfError } from '../errors.ts';
import { timeOfText, timeText } from './time-text.ts';

/** The format that this release writes and the newest that it reads. */
const auditFormat = 1;

/**
 * `denied`: a caller who was recognized may not do what was asked, or not any more. `login-failed`: nobody was recognized. `exported`: the
 * log was taken. `suppressed`: refusals that came too fast for an entry each. `recovered`: a crash had torn the log's end.
 */
export const auditKinds = ['denied', 'login-failed', 'exported', 'suppressed', 'recovered'] as const;
export type AuditKind = (typeof auditKinds)[number];

/** What happened. Texts are as the client sent them; never a secret, and no values of configuration. */
export interface AuditEvent {
  readonly kind: AuditKind;
  /** Who called; in a failed login the name that was claimed. '' when there is none. */
  readonly user: string;
  /** Groups that a token or certificate gave the caller. */
  readonly groups: readonly string[];
  /** Where the call came from: address and port; of `suppressed` the address alone, or nothing when it is about a user. */
  readonly peer: string;
  /** The RPC, such as `/gnmi.gNMI/Set`. */
  readonly method: string;
  /** Name of the gRPC status code; '' when nothing was refused. */
  readonly code: string;
  /** What was asked for: targets and paths. */
  readonly asked: string;
  readonly message: string;
  /** How often the same happened within a moment; of `suppressed`: how many refusals it stands for. */
  readonly count: number;
}

/** Where the log ends: what the next entry follows. */
export interface AuditHead {
  /** 1, 2, 3, ... without a gap; 0 of an empty log. */
  readonly sequence: number;
  /** ns since the epoch; strictly increasing with the sequence. */
  readonly timeNs: bigint;
  /** SHA-256 of the entry, lower-case hexadecimal. */
  readonly hash: string;
}

/** One entry. */
export interface AuditEntry extends AuditEvent, AuditHead {
  /** The journal's last transaction when it happened, and its hash. */
  readonly revision: number;
  readonly journal: string;
  /** Hash of the entry before. */
  readonly previous: string;
}

/** The head of an empty log. */
export const emptyLog: AuditHead = { sequence: 0, timeNs: 0n, hash: '0'.repeat(64) };

/** Characters that an entry keeps of a text; what is longer ends in `...`. */
const most = { user: 256, group: 64, peer: 128, method: 128, code: 32, asked: 1000, message: 600 };
const mostGroups = 64;

/** The event with its texts cut to what an entry keeps: a request may be large, and events wait in memory. */
export function boundedEvent(event: AuditEvent): AuditEvent {
  return {
    kind: event.kind,
    user: cut(event.user, most.user),
    groups: event.groups.slice(0, mostGroups).map((name) => cut(name, most.group)),
    peer: cut(event.peer, most.peer),
    method: cut(event.method, most.method),
    code: cut(event.code, most.code),
    asked: cut(event.asked, most.asked),
    message: cut(event.message, most.message),
    count: event.count,
  };
}

/**
 * Gives a bounded event its place behind `before`. Its time is that of `nowNs`, but later than that of the entry before and not
 * before that of the journal's head. Pure.
 */
export function sealEntry(event: AuditEvent, before: AuditHead, journal: JournalHead, nowNs: bigint): AuditEntry {
  const earliest = before.timeNs + 1n > journal.timeNs ? before.timeNs + 1n : journal.timeNs;
  const { kind, user, groups, peer, method, code, asked, message, count } = event;
  const content = {
    kind,
    user,
    groups,
    peer,
    method,
    code,
    asked,
    message,
    count,
    sequence: before.sequence + 1,
    timeNs: nowNs > earliest ? nowNs : earliest,
    revision: journal.revision,
    journal: journal.hash,
    previous: before.hash,
  };
  return { ...content, hash: hashOf(content) };
}

/** The canonical line of an entry, without line end. */
export function entryLine(entry: AuditEntry): string {
  return `{${membersOf(entry)},"hash":"${entry.hash}"}`;
}

/**
 * Reads a line and proves that not one byte of it was changed.
 * @param sequence that the entry is expected to have, for the error.
 * @throws EdgeconfError DATA_LOSS naming the sequence, FAILED_PRECONDITION when a newer release wrote the line.
 */
export function openLine(line: Buffer, sequence: number): AuditEntry {
  const json = parsed(line);
  if (json === undefined) throw notWhole(sequence, 'it cannot be decoded');
  if (typeof json.format === 'number' && json.format > auditFormat && hasOwnHash(line, json.hash)) {
    throw new EdgeconfError(
      'FAILED_PRECONDITION',
      `audit entry ${sequence} has format ${json.format}, this release reads up to ${auditFormat}; use the release that wrote it or a newer one`,
    );
  }
  const content = {
    kind: String(json.kind) as AuditKind,
    user: String(json.user),
    groups: Array.isArray(json.groups) ? json.groups.map(String) : [],
    peer: String(json.peer),
    method: String(json.method),
    code: String(json.code),
    asked: String(json.asked),
    message: String(json.message),
    count: Number(json.count),
    sequence: Number(json.sequence),
    timeNs: timeOfText(String(json.time)) ?? -1n,
    revision: Number(json.revision),
    journal: String(json.journal),
    previous: String(json.previous),
  };
  const known = auditKinds.includes(content.kind) && content.timeNs >= 0n;
  const entry = { ...content, hash: known ? hashOf(content) : '' };
  if (json.hash !== entry.hash || !Buffer.from(entryLine(entry)).equals(line)) {
    throw notWhole(sequence, 'its hash does not fit: it was changed after it was written');
  }
  return entry;
}

/** Proves that an entry follows the one before. @throws EdgeconfError DATA_LOSS naming the first sequence that does not. */
export function proveEntryLink(before: AuditHead, entry: AuditEntry): void {
  if (entry.sequence !== before.sequence + 1) {
    throw notWhole(before.sequence + 1, `it is missing; the next entry found is ${entry.sequence}`);
  }
  if (entry.previous !== before.hash) {
    throw notWhole(entry.sequence, `its previous hash is not the hash of entry ${before.sequence}`);
  }
  if (entry.timeNs <= before.timeNs) throw notWhole(entry.sequence, 'its time is not after that of the entry before');
}

/** The error for an audit log that is not whole. */
export function notWhole(sequence: number, reason: string): EdgeconfError {
  return new EdgeconfError('DATA_LOSS', `audit entry ${sequence} cannot be trusted: ${reason}`);
}

type Content = Omit<AuditEntry, 'hash'>;

/** Whether a line of any format ends in the hash of what stands before it. */
function hasOwnHash(line: Buffer, hash: unknown): boolean {
  const end = `,"hash":"${hash}"}`;
  if (!line.toString('latin1').endsWith(end)) return false;
  const content = line.subarray(0, line.length - end.length);
  return createHash('sha256').update(content).update('}').digest('hex') === hash;
}

function hashOf(content: Content): string {
  return createHash('sha256')
    .update(`{${membersOf(content)}}`)
    .digest('hex');
}

/** The canonical text that is hashed: members in this order, no spaces. */
function membersOf(content: Content): string {
  const members: [string, unknown][] = [
    ['format', auditFormat],
    ['sequence', content.sequence],
    ['time', timeText(content.timeNs)],
    ['kind', content.kind],
    ['user', content.user],
    ['groups', content.groups],
    ['peer', content.peer],
    ['method', content.method],
    ['code', content.code],
    ['asked', content.asked],
    ['message', content.message],
    ['count', content.count],
    ['revision', content.revision],
    ['journal', content.journal],
    ['previous', content.previous],
  ];
  return members.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',');
}

function parsed(line: Buffer): Record<string, unknown> | undefined {
  try {
    const json: unknown = JSON.parse(line.toString('utf8'));
    return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  // Copied: a part of a string would keep all of it in memory.
  return Buffer.from(`${text.slice(0, length - 4)} ...`, 'utf16le').toString('utf16le');
}
