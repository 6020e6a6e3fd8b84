// The rows on disk: a cache of what the journal says, with the revision up to which it is applied, and its indexes.

import { crc32 } from 'node:zlib';
import { EdgeconfError } from '../errors.ts';
import { type RowKey, rangeEnd } from '../schema/row-key.ts';
import { Slices } from '../slices.ts';
import { genesis, type JournalEntry, type JournalHead } from './journal-entry.ts';
import { type LevelStore, revisionAt, revisionBytes, type Write } from './level-store.ts';
import { decodeStanding, encodeStanding, noStanding, type Standing, standingAfter } from './notes.ts';
import { type PastValue, pastOf, pastRecord } from './past-values.ts';
import { idempotencyLabel } from './request-label.ts';
import { RowPage } from './row-page.ts';
import { RowTree } from './row-tree.ts';
import {
  checksumBytes,
  recordKey,
  requestKey,
  requestValue,
  separator,
  storedKey,
  withChecksum,
} from './stored-form.ts';

/** What is stored of a target beside its pages: shows at start when some of them are lost, or older than the others. */
interface TargetRecord {
  /** The last revision that changed it; 0 when none did. */
  readonly revision: number;
  readonly pages: number;
  readonly rows: number;
  /** Sum of the pages' checksums, modulo 2^48. */
  readonly sum: number;
}

/** A target as it is on the disk. */
interface Stored {
  readonly tree: RowTree;
  readonly record: TargetRecord;
}

const appliedKey = Buffer.from('applied');
/** Stands while many pages are written in parts: what a crash leaves then is no one revision. */
const tornKey = Buffer.from('torn');
const standingKey = Buffer.from('standing');
const noRecord: TargetRecord = { revision: 0, pages: 0, rows: 0, sum: 0 };
/** Sums stay below 2^48, where integers are exact. */
const modulus = 2 ** 48;
/** Writes in one batch of the store: level copies a batch before it gives the thread back. */
const writesAtOnce = 1_000;

/** Rows, history index and idempotency index. Nothing here is synced: what a crash takes is replayed from the journal. */
export class RowStore {
  readonly #store: LevelStore;
  readonly #stored = new Map<string, Stored>();
  /** What the notes up to the applied revision amount to; undefined until it is read. */
  #standing: Standing | undefined;

  constructor(store: LevelStore) {
    this.#store = store;
  }

  /**
   * Takes away rows that a crash left half written; they are made from the journal again. To be called before all else.
   * @returns whether it was so.
   */
  async repair(): Promise<boolean> {
    if ((await this.#store.tables.meta.get(tornKey)) === undefined) return false;
    await this.#store.clear(['pages', 'history', 'meta']);
    return true;
  }

  /** The journal entry up to which rows are applied. @throws EdgeconfError DATA_LOSS when the record cannot be read. */
  async applied(): Promise<JournalHead> {
    const stored = await this.#store.tables.meta.get(appliedKey);
    if (stored === undefined) return genesis;
    try {
      const json = JSON.parse(stored.toString('utf8')) as { revision: number; time: string; hash: string };
      return { revision: json.revision, timeNs: BigInt(json.time), hash: json.hash };
    } catch (error) {
      throw new EdgeconfError('DATA_LOSS', 'the record of the applied revision cannot be read; restore from a backup', {
        cause: error,
      });
    }
  }

  /**
   * Applies entries that follow the applied revision, as one: a crash leaves all or nothing of it, or what `repair` takes
   * away. Costs O(changes * log rows).
   * @param after the targets' rows behind the last of the entries; where a target is not given, they are made here.
   */
  async apply(entries: readonly JournalEntry[], after: ReadonlyMap<string, RowTree> = new Map()): Promise<void> {
    const last = entries.at(-1);
    if (last === undefined) return;
    const { meta, requests } = this.#store.tables;
    const before = await this.standing();
    const standing = entries.reduce(standingAfter, before);
    const batch: Write[] = [];
    for (const { revision, timeNs, author, labels } of entries) {
      const id = labels[idempotencyLabel];
      if (id === undefined) continue;
      const value = requestValue(revision, timeNs);
      batch.push({ type: 'put', sublevel: requests, key: requestKey(author, id), value });
    }
    const slices = new Slices();
    const targets = new Map<string, Stored>();
    for (const target of new Set(entries.flatMap(({ commits }) => commits.map((commit) => commit.target)))) {
      const stored = await this.#target(target);
      targets.set(target, await this.#putTarget(batch, target, stored, entries, after.get(target), slices));
    }
    const applied = { revision: last.revision, time: last.timeNs.toString(), hash: last.hash };
    batch.push({ type: 'put', sublevel: meta, key: appliedKey, value: Buffer.from(JSON.stringify(applied)) });
    if (standing !== before) {
      batch.push({ type: 'put', sublevel: meta, key: standingKey, value: Buffer.from(encodeStanding(standing)) });
    }
    try {
      await this.#write(batch, slices);
    } catch (error) {
      // Only the store can say now whether the batch is in it.
      this.#stored.clear();
      this.#standing = undefined;
      throw error;
    }
    this.#standing = standing;
    for (const [target, stored] of targets) this.#stored.set(target, stored);
  }

  async #write(batch: Write[], slices: Slices): Promise<void> {
    if (batch.length > writesAtOnce) {
      const { meta } = this.#store.tables;
      await this.#store.write([{ type: 'put', sublevel: meta, key: tornKey, value: Buffer.alloc(0) }], false);
      for (; batch.length > writesAtOnce; await slices.next()) {
        await this.#store.write(batch.splice(0, writesAtOnce), false);
      }
      batch.push({ type: 'del', sublevel: meta, key: tornKey });
    }
    await this.#store.write(batch, false);
  }

  /** What the notes of all applied entries amount to. */
  async standing(): Promise<Standing> {
    if (this.#standing !== undefined) return this.#standing;
    const stored = await this.#store.tables.meta.get(standingKey);
    return stored === undefined ? noStanding : decodeStanding(stored.toString('utf8'));
  }

  /** What the entries did to one target: pages that differ, and what was in the rows that they changed. */
  async #putTarget(
    batch: Write[],
    target: string,
    { tree, record }: Stored,
    entries: readonly JournalEntry[],
    after: RowTree | undefined,
    slices: Slices,
  ): Promise<Stored> {
    const { meta, pages, history } = this.#store.tables;
    /** Who wrote a row last, for rows that these entries change more than once. */
    const writers = new Map<RowKey, number>();
    let made = tree;
    let revision = 0;
    for (const entry of entries) {
      for (const commit of entry.commits) {
        if (commit.target !== target) continue;
        revision = entry.revision;
        for (const { key, before } of commit.changes) {
          // A row that comes into being is told by its own revision: nothing was before it.
          if (before !== undefined) {
            const writer = writers.get(key) ?? tree.get(key)?.revision ?? 0;
            const stored = Buffer.concat([storedKey(target, key), separator, revisionBytes(revision)]);
            batch.push({ type: 'put', sublevel: history, key: stored, value: pastRecord(writer, before) });
          }
          if (entries.length > 1) writers.set(key, revision);
        }
        await slices.next();
        if (after === undefined) made = made.with(commit.changes, revision);
      }
    }
    const now = after ?? made;
    const changed = tree.pagesChanged(now);
    let sum = record.sum;
    const written = new Set(changed.made.map(({ first }) => first));
    for (const page of changed.gone) {
      sum -= crc32(page.bytes);
      if (!written.has(page.first)) batch.push({ type: 'del', sublevel: pages, key: storedKey(target, page.first) });
      await slices.next();
    }
    for (const page of changed.made) {
      const checksum = crc32(page.bytes);
      sum += checksum;
      batch.push({
        type: 'put',
        sublevel: pages,
        key: storedKey(target, page.first),
        value: withChecksum(page, checksum),
      });
      await slices.next();
    }
    const next: TargetRecord = {
      revision,
      pages: record.pages + changed.made.length - changed.gone.length,
      rows: now.size,
      sum: ((sum % modulus) + modulus) % modulus,
    };
    batch.push({ type: 'put', sublevel: meta, key: recordKey(target), value: Buffer.from(JSON.stringify(next)) });
    return { tree: now, record: next };
  }

  /**
   * All rows of a target, and the last revision that changed it. O(pages) the first time.
   * @throws EdgeconfError DATA_LOSS when the rows are not those that were stored.
   */
  async load(target: string): Promise<{ rows: RowTree; revision: number }> {
    const { tree, record } = await this.#target(target);
    return { rows: tree, revision: record.revision };
  }

  async #target(target: string): Promise<Stored> {
    const known = this.#stored.get(target);
    if (known !== undefined) return known;
    const prefix = storedKey(target, '');
    const range = { gte: prefix, lt: storedKey(target, '\u{ff}\u{ff}') };
    const pages: RowPage[] = [];
    let rows = 0;
    let sum = 0;
    for await (const [stored, bytes] of this.#store.tables.pages.iterator(range)) {
      // A copy of its own: the buffer that level hands out may share its memory with others.
      const content = Buffer.allocUnsafeSlow(Math.max(0, bytes.length - checksumBytes));
      bytes.copy(content, 0, checksumBytes);
      const first = stored.toString('latin1', prefix.length);
      const checksum = crc32(content);
      if (bytes.length < checksumBytes || bytes.readUInt32BE(0) !== checksum) {
        throw damaged(target, `the page of rows from ${JSON.stringify(first)} on has another checksum`);
      }
      const page = RowPage.of(first, content);
      pages.push(page);
      rows += page.size;
      sum = (sum + checksum) % modulus;
    }
    const text = await this.#store.tables.meta.get(recordKey(target));
    const record = text === undefined ? noRecord : (JSON.parse(text.toString('utf8')) as TargetRecord);
    if (record.pages !== pages.length || record.rows !== rows || record.sum !== sum) {
      throw damaged(
        target,
        `${rows} rows in ${pages.length} pages were read, ${record.rows} in ${record.pages} were stored` +
          (record.rows === rows ? ', and their checksum differs' : ''),
      );
    }
    const stored = { tree: RowTree.of(pages), record };
    this.#stored.set(target, stored);
    return stored;
  }

  /** Names of the targets that have rows, sorted. O(targets). */
  async targets(): Promise<string[]> {
    const names: string[] = [];
    let from = Buffer.from([1]);
    for (;;) {
      const [first] = await this.#store.tables.pages.keys({ gte: from, limit: 1 }).all();
      if (first === undefined) return names;
      const end = first.indexOf(0);
      names.push(first.toString('utf8', 0, end));
      from = Buffer.concat([first.subarray(0, end), Buffer.from([1])]);
    }
  }

  /** Every change of the row at `key` and of all rows below it, in key order, each row's changes in revision order. */
  async *past(target: string, key: RowKey): AsyncIterable<PastValue> {
    const { tree } = await this.#target(target);
    const range = { gte: storedKey(target, key), lt: storedKey(target, rangeEnd(key)) };
    const records = this.#store.tables.history.iterator(range);
    yield* pastOf(tree.range(key, rangeEnd(key)), records, storedKey(target, '').length);
  }

  /** The result of an earlier request with this idempotency id. */
  async request(author: string, id: string): Promise<{ revision: number; timeNs: bigint } | undefined> {
    const stored = await this.#store.tables.requests.get(requestKey(author, id));
    if (stored === undefined) return undefined;
    return { revision: revisionAt(stored, 0), timeNs: stored.readBigUInt64BE(8) };
  }

  /** Remembers a request that changed nothing and so has no journal entry. Durable before it returns. */
  async rememberRequest(author: string, id: string, head: Pick<JournalHead, 'revision' | 'timeNs'>): Promise<void> {
    const sublevel = this.#store.tables.requests;
    const value = requestValue(head.revision, head.timeNs);
    await this.#store.write([{ type: 'put', sublevel, key: requestKey(author, id), value }], true);
  }
}

function damaged(target: string, what: string): EdgeconfError {
  return new EdgeconfError(
    'DATA_LOSS',
    `the stored rows of target ${target} are damaged: ${what}. Nothing was overwritten; restore the data folder from a backup`,
  );
}
