// The audit log while the service runs: takes in refusals at once, writes them a moment later, many together.

import { type FileHandle, mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JournalHead } from '../datastore/journal-entry.ts';
import { EdgeconfError } from '../errors.ts';
import { auditLog } from '../log.ts';
import { type AuditEvent, type AuditHead, boundedEvent, emptyLog, entryLine, sealEntry } from './audit-entry.ts';
import { Backlog, noEvent } from './backlog.ts';
import type { FloodLimits } from './flood-gate.ts';
import {
  auditFile,
  auditFolder,
  endCutOff,
  type FoundEntry,
  findEnd,
  type LogEnd,
  readEntries,
  readNote,
  writeNote,
} from './log-file.ts';

export interface AuditLogOptions {
  /** The data folder; the log is in `audit/` in it. */
  readonly folder: string;
  /** The journal's last durable and applied transaction. */
  readonly journalHead: () => JournalHead;
  /** Told why nothing can be written, and undefined when it goes on. */
  readonly onAlarm?: (reason: string | undefined) => void;
  /** Wall clock, ns since the epoch. */
  readonly now?: () => bigint;
  /** For the limits, ms that never run backwards: a wall clock that is set back would have nothing written for as long. */
  readonly nowMs?: () => number;
  readonly limits?: FloodLimits;
  /** Makes bytes durable at a position of the file; default: a write and a sync. */
  readonly write?: (file: FileHandle, bytes: Buffer, position: number) => Promise<void>;
}

/** A crash may lose what was noted within this time. */
const writeEveryMs = 100;
const retryMs = 1_000;
/** Entries of one write are together about this long: some ms of hashing. */
const bytesAtOnce = 128 * 1024;

export class AuditLog {
  readonly #options: AuditLogOptions;
  readonly #file: FileHandle;
  readonly #backlog: Backlog;
  /** The last entry with a place in the chain. */
  #head: AuditHead;
  /** The last entry that is on the disk. */
  #durable: LogEnd;
  #mark: string | undefined;
  /** Entries that have a place in the chain and are not on the disk yet: of one write. */
  #unwritten: Buffer | undefined;
  #failed = false;
  #closed = false;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  readonly #listeners = new Set<(head: AuditHead) => void>();

  private constructor(options: AuditLogOptions, file: FileHandle, end: LogEnd) {
    this.#options = options;
    this.#file = file;
    this.#backlog = new Backlog(options.limits);
    this.#head = end.head;
    this.#durable = end;
    this.#mark = markOf(end.head);
  }

  /**
   * Opens the log, or begins one. An end that a crash has torn is put aside in a file of its own, and an entry says so.
   * @throws EdgeconfError DATA_LOSS when the log is damaged or its end is cut off. Nothing was changed then.
   */
  static async open(options: AuditLogOptions): Promise<AuditLog> {
    const { folder } = options;
    await ensureFile(folder);
    const file = await open(auditFile(folder), 'r+');
    try {
      const end = await findEnd(file);
      const noted = await readNote(folder);
      if (noted !== undefined && noted.sequence > end.head.sequence) throw endCutOff(end.head, noted);
      const torn = await putAside(folder, file, end);
      const log = new AuditLog(options, file, end);
      if (torn > 0) log.#noteTorn(torn);
      return log;
    } catch (error) {
      await file.close();
      throw EdgeconfError.from(error).code === 'DATA_LOSS' ? withRemedy(error as EdgeconfError) : error;
    }
  }

  /** The last entry that is on the disk. */
  get head(): AuditHead {
    return this.#durable.head;
  }

  /** The same as `<sequence>:<hash>`, to be recorded in the journal; undefined of an empty log. */
  get mark(): string | undefined {
    return this.#mark;
  }

  /** Takes an event in, at once and without failing. What there is no room for is counted. */
  note(event: AuditEvent): void {
    const { journalHead, nowMs = () => performance.now() } = this.#options;
    this.#backlog.add(boundedEvent(event), this.#now(), journalHead(), nowMs());
    this.#writeIn(this.#failed ? retryMs : writeEveryMs);
  }

  /** Called with the new head each time that entries have come to the disk. @returns ends the listening. */
  listen(listener: (head: AuditHead) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** All entries that are on the disk now. @throws EdgeconfError DATA_LOSS naming the first that does not hold. */
  entries(): AsyncIterable<FoundEntry> {
    return readEntries(auditFile(this.#options.folder), this.#durable.bytes);
  }

  /** Resolves when what was noted before is on the disk, or cannot be written now. */
  async settled(): Promise<void> {
    const { added } = this.#backlog.progress;
    do await this.#write();
    while (this.#backlog.progress.taken < added && !this.#failed);
  }

  /** To be called when nothing is noted any more. */
  async close(): Promise<void> {
    do await this.#write();
    while (this.#hasMore && !this.#failed);
    this.#closed = true;
    clearTimeout(this.#timer);
    if (this.#hasMore) auditLog.error('the last refusals could not be written to the audit log');
    await this.#file.close();
  }

  get #hasMore(): boolean {
    return !this.#backlog.isEmpty || this.#unwritten !== undefined;
  }

  #noteTorn(bytes: number): void {
    const message = `${bytes} bytes at the end were no whole entry and are put aside; a crash had torn them`;
    auditLog.warn({ file: auditFile(this.#options.folder) }, `the audit log is recovered: ${message}`);
    this.note({ ...noEvent, kind: 'recovered', message });
  }

  #now(): bigint {
    return this.#options.now?.() ?? BigInt(Date.now()) * 1_000_000n;
  }

  #writeIn(ms: number): void {
    if (!this.#closed) this.#timer ??= setTimeout(() => void this.#write(), ms).unref();
  }

  /** One write after the other. */
  #write(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#writeGroup());
    return this.#writing;
  }

  async #writeGroup(): Promise<void> {
    this.#unwritten ??= this.#seal();
    const bytes = this.#unwritten;
    if (bytes === undefined) return;
    const { folder, write = writeDurably, onAlarm } = this.#options;
    try {
      await write(this.#file, bytes, this.#durable.bytes);
    } catch (error) {
      const reason = `the audit log cannot be written: ${(error as Error).message}. Refusals go on and are counted`;
      if (!this.#failed) auditLog.error({ err: error }, reason);
      if (!this.#failed) onAlarm?.(reason);
      this.#failed = true;
      this.#writeIn(retryMs);
      return;
    }
    this.#unwritten = undefined;
    this.#durable = { head: this.#head, bytes: this.#durable.bytes + bytes.length };
    this.#mark = markOf(this.#head);
    if (this.#failed) onAlarm?.(undefined);
    this.#failed = false;
    await writeNote(folder, this.#head).catch((err: unknown) =>
      auditLog.warn({ err }, 'cannot note the head of the audit log beside it'),
    );
    this.#tell();
    if (this.#hasMore) this.#writeIn(writeEveryMs);
  }

  #tell(): void {
    for (const listener of this.#listeners) {
      try {
        listener(this.#durable.head);
      } catch (err) {
        auditLog.error({ err }, 'a listener of the audit log failed');
      }
    }
  }

  /** Gives what waits its place in the chain, as far as one write goes. */
  #seal(): Buffer | undefined {
    const lines: Buffer[] = [];
    let bytes = 0;
    const now = () => ({ timeNs: this.#now(), journal: this.#options.journalHead() });
    for (const { event, timeNs, journal } of this.#backlog.take(now)) {
      const entry = sealEntry(event, this.#head, journal, timeNs);
      const line = Buffer.from(`${entryLine(entry)}\n`);
      lines.push(line);
      bytes += line.length;
      this.#head = entry;
      if (bytes >= bytesAtOnce) break;
    }
    return lines.length === 0 ? undefined : Buffer.concat(lines);
  }
}

function withRemedy({ code, message }: EdgeconfError): EdgeconfError {
  return new EdgeconfError(
    code,
    `${message}. Nothing was changed; restore the data folder from a backup, or move audit/ in it away and keep that, to go on with a new log`,
  );
}

function markOf({ sequence, hash }: AuditHead): string | undefined {
  return sequence === emptyLog.sequence ? undefined : `${sequence}:${hash}`;
}

/** Makes an empty log where there is none, so that a power cut does not take the file with what is written to it. */
async function ensureFile(folder: string): Promise<void> {
  await mkdir(auditFolder(folder), { recursive: true });
  await (await open(auditFile(folder), 'a')).close();
  for (const made of [auditFolder(folder), folder]) {
    const handle = await open(made, 'r');
    await handle.sync().finally(() => handle.close());
  }
}

/** Cuts off what is behind the last whole entry, once it is kept elsewhere. @returns its bytes */
async function putAside(folder: string, file: FileHandle, { head, bytes }: LogEnd): Promise<number> {
  const { size } = await file.stat();
  if (size === bytes) return 0;
  const torn = Buffer.alloc(size - bytes);
  await file.read(torn, 0, torn.length, bytes);
  await writeFile(join(auditFolder(folder), `torn-behind-${head.sequence}`), torn);
  await file.truncate(bytes);
  await file.datasync();
  return torn.length;
}

async function writeDurably(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, at, bytes.length - at, position + at);
    at += bytesWritten;
  }
  await file.datasync();
}
