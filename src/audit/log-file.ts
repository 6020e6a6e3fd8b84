// The file of the audit log: one entry a line, only ever written at its end; how it is read, and where it ends after a crash.

import { createReadStream } from 'node:fs';
import { type FileHandle, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EdgeconfError } from '../errors.ts';
import { type AuditEntry, type AuditHead, emptyLog, notWhole, openLine, proveEntryLink } from './audit-entry.ts';

const lineEnd = 0x0a;
/** What is read of a log's end at a start: far more than one write, which is all that a crash can tear. */
const tailBytes = 4 * 1024 * 1024;

/** The folder of the log in a data folder. */
export function auditFolder(dataFolder: string): string {
  return join(dataFolder, 'audit');
}

/** The file of the log in a data folder. */
export function auditFile(dataFolder: string): string {
  return join(auditFolder(dataFolder), 'log.jsonl');
}

/** An entry as it was found in the file. */
export interface FoundEntry {
  readonly entry: AuditEntry;
  /** Bytes of the file up to its end. */
  readonly end: number;
}

/**
 * All entries in order, each proven and linked to the one before. What stands behind the last line end is no entry yet.
 * @param bytes of the file that are read.
 * @throws EdgeconfError DATA_LOSS naming the first sequence that does not hold.
 */
export async function* readEntries(file: string, bytes: number): AsyncIterable<FoundEntry> {
  if (bytes === 0) return;
  let end = 0;
  let rest: Buffer = Buffer.alloc(0);
  let before: AuditHead = emptyLog;
  for await (const chunk of createReadStream(file, { end: bytes - 1 }) as AsyncIterable<Buffer>) {
    const { lines, tail } = splitLines(rest.length === 0 ? chunk : Buffer.concat([rest, chunk]));
    for (const line of lines) {
      const entry = openLine(line, before.sequence + 1);
      proveEntryLink(before, entry);
      end += line.length + 1;
      yield { entry, end };
      before = entry;
    }
    rest = tail;
  }
}

/** Where a log ends. */
export interface LogEnd {
  readonly head: AuditHead;
  /** Bytes of the file up to the end of the last whole entry. */
  readonly bytes: number;
}

/**
 * Finds the last whole entry. What a crash can have torn is behind it.
 * @throws EdgeconfError DATA_LOSS when whole entries come behind something that is none: no crash does that.
 */
export async function findEnd(handle: FileHandle): Promise<LogEnd> {
  const { size } = await handle.stat();
  const from = Math.max(0, size - tailBytes);
  const window = Buffer.alloc(size - from);
  await handle.read(window, 0, window.length, from);
  let at = from === 0 ? 0 : window.indexOf(lineEnd) + 1;
  let end: LogEnd = { head: emptyLog, bytes: 0 };
  let fault: EdgeconfError | undefined;
  for (const line of splitLines(window.subarray(at)).lines) {
    at += line.length + 1;
    const entry = opened(line, end.head.sequence + 1);
    if (entry instanceof EdgeconfError) fault ??= entry;
    else if (fault !== undefined) throw fault;
    else {
      if (end.bytes > 0 || from === 0) proveEntryLink(end.head, entry);
      end = { head: entry, bytes: from + at };
    }
  }
  if (end.bytes === 0 && from > 0) throw notWhole(0, `the last ${tailBytes} bytes of the log have no whole entry`);
  return end;
}

/** The note beside the log of how far it went: shows when its end is cut off. It may lag behind, and is never ahead. */
export async function readNote(dataFolder: string): Promise<Pick<AuditHead, 'sequence' | 'hash'> | undefined> {
  const text = await readFile(noteFile(dataFolder), 'utf8').catch(() => '');
  const [, sequence, hash] = /^\{"sequence":(\d+),"hash":"([0-9a-f]{64})"\}\n$/.exec(text) ?? [];
  return hash === undefined ? undefined : { sequence: Number(sequence), hash };
}

/** Replaces the note in one step. */
export async function writeNote(dataFolder: string, { sequence, hash }: AuditHead): Promise<void> {
  const file = noteFile(dataFolder);
  await writeFile(`${file}.new`, `${JSON.stringify({ sequence, hash })}\n`);
  await rename(`${file}.new`, file);
}

/** The error for a log that ends before its note. */
export function endCutOff(end: AuditHead, noted: Pick<AuditHead, 'sequence'>): EdgeconfError {
  return notWhole(
    end.sequence + 1,
    `it is missing; the log ends at entry ${end.sequence}, but entry ${noted.sequence} was written before`,
  );
}

function noteFile(dataFolder: string): string {
  return join(auditFolder(dataFolder), 'head.json');
}

function opened(line: Buffer, sequence: number): AuditEntry | EdgeconfError {
  try {
    return openLine(line, sequence);
  } catch (error) {
    if (error instanceof EdgeconfError && error.code === 'DATA_LOSS') return error;
    throw error;
  }
}

function splitLines(bytes: Buffer): { lines: Buffer[]; tail: Buffer } {
  const lines: Buffer[] = [];
  let from = 0;
  for (let to = bytes.indexOf(lineEnd); to >= 0; to = bytes.indexOf(lineEnd, from)) {
    lines.push(bytes.subarray(from, to));
    from = to + 1;
  }
  return { lines, tail: bytes.subarray(from) };
}
