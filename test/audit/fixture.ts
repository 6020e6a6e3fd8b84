// A data folder with a real journal and a real audit log, made without models: for tests of the chains.

import { randomBytes } from 'node:crypto';
import { cp, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { AuditEvent } from '../../src/audit/audit-entry.ts';
import { AuditLog, type AuditLogOptions } from '../../src/audit/audit-log.ts';
import { auditFile, readEntries } from '../../src/audit/log-file.ts';
import { verifyAudit } from '../../src/audit/verify.ts';
import { openDataFolder } from '../../src/datastore/data-folder.ts';
import { seal } from '../../src/datastore/journal-entry.ts';
import { LevelJournal } from '../../src/datastore/level-journal.ts';
import type { LevelStore } from '../../src/datastore/level-store.ts';
import { auditLabel } from '../../src/datastore/request-label.ts';
import { tempFolder } from '../datastore/temp-folder.ts';

export function refusal(more: Partial<AuditEvent> = {}): AuditEvent {
  return {
    kind: 'denied',
    user: 'eve',
    groups: [],
    peer: '127.0.0.1:40000',
    method: '/gnmi.gNMI/Set',
    code: 'PERMISSION_DENIED',
    asked: 'target globex: update /site',
    message: "no access to target 'globex'",
    count: 1,
    ...more,
  };
}

/** A data folder while it is written. */
export class TestFolder {
  readonly folder: string;
  readonly #store: LevelStore;
  readonly journal: LevelJournal;
  log: AuditLog;
  nowNs = 1_767_225_600_000_000_000n;
  #marked: string | undefined;

  private constructor(folder: string, store: LevelStore, journal: LevelJournal, log: AuditLog) {
    this.folder = folder;
    this.#store = store;
    this.journal = journal;
    this.log = log;
  }

  static async make(more: Partial<AuditLogOptions> = {}): Promise<TestFolder> {
    const folder = join(await tempFolder(), 'data');
    const store = await openDataFolder(folder, 0n);
    const journal = await LevelJournal.open(store);
    const clock = { now: (): bigint => 0n };
    const nowMs = (): number => Number(clock.now() / 1_000_000n);
    const options = { folder, journalHead: () => journal.head, now: () => clock.now(), nowMs, ...more };
    const made = new TestFolder(folder, store, journal, await AuditLog.open(options));
    clock.now = () => made.nowNs;
    return made;
  }

  /** Commits a transaction, which names the audit log as one of the service would. @param size of its value, bytes */
  async commit(size = 1): Promise<void> {
    this.nowNs += 1_000n;
    const { mark } = this.log;
    const labels = mark === undefined || mark === this.#marked ? {} : { [auditLabel]: mark };
    this.#marked = mark;
    const changes = [{ key: 'a\x00', before: undefined, after: `"${randomBytes(size).toString('hex')}"` }];
    const commits = [{ target: 'acme', model: 'edge@1', changes }];
    await this.journal.append([seal({ author: 'ann', comment: '', labels, commits }, this.journal.head, this.nowNs)]);
  }

  /** Refuses `count` different requests. */
  async refuse(count = 1, more: Partial<AuditEvent> = {}): Promise<void> {
    for (let i = 0; i < count; i++) {
      this.nowNs += 1_000n;
      this.log.note(refusal({ asked: `request ${i}`, ...more }));
    }
    await this.log.settled();
  }

  async close(): Promise<string> {
    await this.log.close();
    await this.#store.close();
    return this.folder;
  }
}

/** A closed folder in which three transactions and six refusals name each other in turn. */
export async function sampleFolder(): Promise<string> {
  const made = await TestFolder.make();
  await made.refuse(2);
  await made.commit();
  await made.commit();
  await made.refuse(3);
  await made.commit();
  await made.refuse(1, { kind: 'login-failed', code: 'UNAUTHENTICATED', asked: '' });
  return made.close();
}

/** A copy of a folder, to be damaged. */
export async function copyOf(folder: string): Promise<string> {
  const copy = join(await tempFolder(), 'data');
  await cp(folder, copy, { recursive: true });
  return copy;
}

/** What the check prints. */
export async function verified(folder: string, head?: string): Promise<string[]> {
  const lines: string[] = [];
  await verifyAudit({ folder, head, tell: (line) => lines.push(line) });
  return lines;
}

/** The lines of the log. */
export async function linesOf(folder: string): Promise<string[]> {
  return (await readFile(auditFile(folder), 'utf8')).trimEnd().split('\n');
}

/** The entries of the log, proven. */
export async function entriesOf(folder: string) {
  const file = auditFile(folder);
  const entries = [];
  for await (const { entry } of readEntries(file, (await stat(file)).size)) entries.push(entry);
  return entries;
}
