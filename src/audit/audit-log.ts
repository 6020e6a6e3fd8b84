// The audit log while the service runs: takes in refusals at once, writes them a moment later, many together.

import { type FileHandle, mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JournalHead } from '../datastore/journal-entry.ts';
import { auditLog } from '../log.ts';
import { type AuditEvent, type AuditHead, emptyLog, entryLine, sealEntry } from './audit-entry.ts';
import { defaultFloodLimits, FloodGate, type FloodLimits } from './flood-gate.ts';
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
  readonly limits?: FloodLimits;
  /** Makes bytes durable at a position of the file; default: a write and a sync. */
  readonly write?: (file: FileHandle, bytes: Buffer, position: number) => Promise<void>;
}

/** The same events within one write are one entry that says how many. */
interface Noted {
  readonly event: AuditEvent;
  readonly timeNs: bigint;
  readonly journal: JournalHead;
  count: number;
}

/** A crash may lose what was noted within this time. */
const writeEveryMs = 100;
const retryMs = 1_000;
/** Different events that wait for a write; what comes beyond is counted. */
const mostWaiting = 4_000;
const bytesAtOnce = 1024 * 1024;

export class AuditLog {
  readonly #options: AuditLogOptions;
  readonly #file: FileHandle;
  readonly #gate: FloodGate;
  readonly #waiting = new Map<string, Noted>();
  /** The last entry with a place in the chain. */
  #head: AuditHead;
  /** The last entry that is on the disk. */
  #durable: LogEnd;
  #mark: string | undefined;
  /** Entries that have a place in the chain and are not on the disk yet: of one write. */
  #unwritten: Buffer | undefined;
  #failed = false;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  readonly #listeners = new Set<(head: AuditHead) => void>();

  private constructor(options: AuditLogOptions, file: FileHandle, end: LogEnd) {
    this.#options = options;
    this.#file = file;
    this.#gate = new FloodGate(options.limits ?? defaultFloodLimits);
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
    await mkdir(auditFolder(folder), { recursive: true });
    const file = await open(auditFile(folder), 'a').then(async (made) => {
      await made.sync();
      await made.close();
      return open(auditFile(folder), 'r+');
    });
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
      throw error;
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
    const timeNs = this.#now();
    const address = addressOf(event.peer);
    const key = JSON.stringify({ ...event, peer: address });
    const same = this.#waiting.get(key);
    if (same !== undefined) same.count += event.count;
    else if (this.#waiting.size < mostWaiting && this.#gate.admits(address, Number(timeNs / 1_000_000n))) {
      this.#waiting.set(key, { event, timeNs, journal: this.#options.journalHead(), count: event.count });
    } else this.#gate.suppress(address, event.count);
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

  /** Resolves when what was noted is on the disk, or cannot be written now. */
  async settled(): Promise<void> {
    do await this.#write();
    while (this.#hasMore && !this.#failed);
  }

  async close(): Promise<void> {
    await this.settled();
    clearTimeout(this.#timer);
    if (this.#hasMore) auditLog.error('the last refusals could not be written to the audit log');
    await this.#file.close();
  }

  get #hasMore(): boolean {
    return this.#waiting.size > 0 || this.#gate.hasSuppressed || this.#unwritten !== undefined;
  }

  #noteTorn(bytes: number): void {
    const message = `${bytes} bytes at the end were no whole entry and are put aside; a crash had torn them`;
    auditLog.warn({ file: auditFile(this.#options.folder) }, `the audit log is recovered: ${message}`);
    this.note({ ...nothing, kind: 'recovered', message });
  }

  #now(): bigint {
    return this.#options.now?.() ?? BigInt(Date.now()) * 1_000_000n;
  }

  #writeIn(ms: number): void {
    this.#timer ??= setTimeout(() => void this.#write(), ms).unref();
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
    for (const listener of this.#listeners) listener(this.#head);
    if (this.#hasMore) this.#writeIn(writeEveryMs);
  }

  /** Gives what waits its place in the chain, as far as one write goes. */
  #seal(): Buffer | undefined {
    const lines: Buffer[] = [];
    let bytes = 0;
    const add = (event: AuditEvent, timeNs: bigint, journal: JournalHead): void => {
      const entry = sealEntry(event, this.#head, journal, timeNs);
      const line = Buffer.from(`${entryLine(entry)}\n`);
      lines.push(line);
      bytes += line.length;
      this.#head = entry;
    };
    for (const [key, { event, timeNs, journal, count }] of this.#waiting) {
      if (bytes >= bytesAtOnce) break;
      add({ ...event, count }, timeNs, journal);
      this.#waiting.delete(key);
    }
    if (this.#waiting.size === 0) {
      const message = 'refusals that came too fast for an entry each';
      for (const [peer, count] of this.#gate.take()) {
        add({ ...nothing, kind: 'suppressed', peer, message, count }, this.#now(), this.#options.journalHead());
      }
    }
    return lines.length === 0 ? undefined : Buffer.concat(lines);
  }
}

const nothing: Omit<AuditEvent, 'kind'> = {
  user: '',
  groups: [],
  peer: '',
  method: '',
  code: '',
  asked: '',
  message: '',
  count: 1,
};

function markOf({ sequence, hash }: AuditHead): string | undefined {
  return sequence === emptyLog.sequence ? undefined : `${sequence}:${hash}`;
}

/** Without the port, which is another one with every connection. */
function addressOf(peer: string): string {
  return peer.replace(/:\d+$/, '');
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
