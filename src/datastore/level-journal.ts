// The journal on level: a header and a body per revision, made durable by one synced batch.

import type { Journal, Outline } from './journal.ts';
import { targetsOf } from './journal-body.ts';
import {
  type EntryHeader,
  genesis,
  type JournalEntry,
  type JournalHead,
  lost,
  openBody,
  openHeader,
  proveBody,
  proveLink,
  type SealedEntry,
} from './journal-entry.ts';
import { type LevelStore, revisionAt, revisionBytes, type Write } from './level-store.ts';

/** The embedded journal. Closing it leaves the store open, which others share. */
export class LevelJournal implements Journal {
  readonly #store: LevelStore;
  #head: JournalHead;

  private constructor(store: LevelStore, head: JournalHead) {
    this.#store = store;
    this.#head = head;
  }

  /** @throws EdgeconfError DATA_LOSS when the last entry is not whole or does not follow the one before. */
  static async open(store: LevelStore): Promise<LevelJournal> {
    return new LevelJournal(store, await readHead(store));
  }

  get head(): JournalHead {
    return this.#head;
  }

  async append(entries: readonly SealedEntry[]): Promise<void> {
    const { headers, bodies } = this.#store.tables;
    const batch: Write[] = [];
    let head = this.#head;
    for (const { entry, header, body } of entries) {
      proveLink(head, entry);
      const key = revisionBytes(entry.revision);
      batch.push({ type: 'put', sublevel: headers, key, value: header });
      for (const [i, chunk] of body.entries()) {
        batch.push({ type: 'put', sublevel: bodies, key: chunkKey(entry.revision, i), value: chunk });
      }
      head = entry;
    }
    await this.#store.write(batch, true);
    this.#head = { revision: head.revision, timeNs: head.timeNs, hash: head.hash };
  }

  async *entries(fromRevision: number): AsyncIterable<JournalEntry> {
    for await (const header of this.headers(fromRevision)) yield openBody(header, await bodyOf(this.#store, header));
  }

  async *headers(fromRevision: number): AsyncIterable<EntryHeader> {
    const from = Math.max(1, fromRevision);
    if (from > this.#head.revision) return;
    let before: JournalHead = from === 1 ? genesis : await headerOf(this.#store, from - 1);
    for await (const [key, value] of this.#store.tables.headers.iterator({ gte: revisionBytes(from) })) {
      const header = openHeader(revisionAt(key, 0), value);
      proveLink(before, header);
      yield header;
      before = header;
    }
  }

  async *outlines(fromRevision: number): AsyncIterable<Outline> {
    for await (const header of this.headers(fromRevision)) {
      yield { header, targets: targetsOf(await bodyOf(this.#store, header)) };
    }
  }

  async reread(): Promise<JournalHead> {
    await this.#store.reopen();
    this.#head = await readHead(this.#store);
    return this.#head;
  }

  async close(): Promise<void> {}
}

async function readHead(store: LevelStore): Promise<JournalHead> {
  for await (const [key, value] of store.tables.headers.iterator({ reverse: true, limit: 1 })) {
    const header = openHeader(revisionAt(key, 0), value);
    proveLink(header.revision === 1 ? genesis : await headerOf(store, header.revision - 1), header);
    proveBody(header, await bodyOf(store, header));
    return { revision: header.revision, timeNs: header.timeNs, hash: header.hash };
  }
  return genesis;
}

async function headerOf(store: LevelStore, revision: number): Promise<EntryHeader> {
  const stored = await store.tables.headers.get(revisionBytes(revision));
  if (stored === undefined) throw lost(revision, 'it is missing');
  return openHeader(revision, stored);
}

async function bodyOf(store: LevelStore, header: EntryHeader): Promise<Buffer[]> {
  const range = { gte: chunkKey(header.revision, 0), lt: chunkKey(header.revision + 1, 0) };
  return store.tables.bodies.values(range).all();
}

function chunkKey(revision: number, chunk: number): Buffer {
  const key = Buffer.alloc(12);
  key.writeBigUInt64BE(BigInt(revision));
  key.writeUInt32BE(chunk, 8);
  return key;
}
