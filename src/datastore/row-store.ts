// The rows on disk: a cache of what the journal says, with the revision up to which it is applied, and its indexes.

import { EdgeconfError } from '../errors.ts';
import { type RowKey, rangeEnd } from '../schema/row-key.ts';
import { genesis, type JournalEntry, type JournalHead, type TargetChanges } from './journal-entry.ts';
import { type LevelStore, revisionAt, revisionBytes, type Write } from './level-store.ts';
import { decodeStanding, encodeStanding, noStanding, type Standing, standingAfter } from './notes.ts';
import { idempotencyLabel } from './request-label.ts';
import type { Row } from './row.ts';
import { emptySum, type RowSum, sumAfter } from './row-sum.ts';

/** What is known of a target without reading its rows. */
interface TargetRecord extends RowSum {
  /** The last revision that changed it; 0 when none did. */
  readonly revision: number;
}

/** What a row held before one revision. */
export interface PastValue {
  readonly key: RowKey;
  /** The revision that changed the row. */
  readonly revision: number;
  /** The value before that revision; undefined when there was no row. */
  readonly before: string | undefined;
}

const appliedKey = Buffer.from('applied');
const standingKey = Buffer.from('standing');
const absent = Buffer.alloc(0);

/** Rows, history index and idempotency index. Nothing here is synced: what a crash takes is replayed from the journal. */
export class RowStore {
  readonly #store: LevelStore;
  readonly #records = new Map<string, TargetRecord>();
  /** What the notes up to the applied revision amount to; undefined until it is read. */
  #standing: Standing | undefined;

  constructor(store: LevelStore) {
    this.#store = store;
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

  /** Applies entries that follow the applied revision, in one atomic batch. */
  async apply(entries: readonly JournalEntry[]): Promise<void> {
    const last = entries.at(-1);
    if (last === undefined) return;
    const batch: Write[] = [];
    const records = new Map<string, TargetRecord>();
    const before = await this.standing();
    const standing = entries.reduce(standingAfter, before);
    for (const entry of entries) {
      for (const commit of entry.commits) {
        const record = records.get(commit.target) ?? (await this.#record(commit.target));
        this.#putChanges(batch, commit, entry.revision);
        records.set(commit.target, { ...sumOf(record, commit), revision: entry.revision });
      }
      const id = entry.labels[idempotencyLabel];
      if (id !== undefined) {
        const value = requestValue(entry.revision, entry.timeNs);
        batch.push({ type: 'put', sublevel: this.#store.tables.requests, key: requestKey(entry.author, id), value });
      }
    }
    const applied = { revision: last.revision, time: last.timeNs.toString(), hash: last.hash };
    const value = Buffer.from(JSON.stringify(applied));
    batch.push({ type: 'put', sublevel: this.#store.tables.meta, key: appliedKey, value });
    if (standing !== before) {
      const value = Buffer.from(encodeStanding(standing));
      batch.push({ type: 'put', sublevel: this.#store.tables.meta, key: standingKey, value });
    }
    for (const [target, record] of records) {
      const sublevel = this.#store.tables.meta;
      batch.push({ type: 'put', sublevel, key: recordKey(target), value: Buffer.from(JSON.stringify(record)) });
    }
    try {
      await this.#store.write(batch, false);
    } catch (error) {
      // Only the store can say now whether the batch is in it.
      this.#records.clear();
      this.#standing = undefined;
      throw error;
    }
    this.#standing = standing;
    for (const [target, record] of records) this.#records.set(target, record);
  }

  /** What the notes of all applied entries amount to. */
  async standing(): Promise<Standing> {
    if (this.#standing !== undefined) return this.#standing;
    const stored = await this.#store.tables.meta.get(standingKey);
    return stored === undefined ? noStanding : decodeStanding(stored.toString('utf8'));
  }

  async #record(target: string): Promise<TargetRecord> {
    const known = this.#records.get(target);
    if (known !== undefined) return known;
    const stored = await this.#store.tables.meta.get(recordKey(target));
    return stored === undefined ? { ...emptySum, revision: 0 } : (JSON.parse(stored.toString('utf8')) as TargetRecord);
  }

  #putChanges(batch: Write[], { target, changes }: TargetChanges, revision: number): void {
    const { rows, history } = this.#store.tables;
    const stamp = revisionBytes(revision);
    for (const { key, before, after } of changes) {
      const rowKey = storedKey(target, key);
      if (after === undefined) batch.push({ type: 'del', sublevel: rows, key: rowKey });
      else batch.push({ type: 'put', sublevel: rows, key: rowKey, value: Buffer.concat([stamp, Buffer.from(after)]) });
      const value = before === undefined ? absent : Buffer.from(before);
      batch.push({ type: 'put', sublevel: history, key: Buffer.concat([rowKey, separator, stamp]), value });
    }
  }

  /**
   * All rows of a target in key order, and the last revision that changed it. O(rows).
   * @throws EdgeconfError DATA_LOSS when the rows are not those that were stored.
   */
  async load(target: string): Promise<{ rows: Row[]; revision: number }> {
    const prefix = storedKey(target, '');
    const iterator = this.#store.tables.rows.iterator({ gte: prefix, lt: storedKey(target, '\u{ff}\u{ff}') });
    const rows: Row[] = [];
    let sum = emptySum;
    for await (const [stored, bytes] of iterator) {
      const key = stored.toString('latin1', prefix.length);
      const value = bytes.toString('utf8', 8);
      rows.push({ key, value, revision: revisionAt(bytes, 0) });
      sum = sumAfter(sum, key, undefined, value);
    }
    const record = await this.#record(target);
    if (record.rows !== sum.rows || record.sum !== sum.sum) {
      throw new EdgeconfError(
        'DATA_LOSS',
        `the stored rows of target ${target} are damaged: ${sum.rows} rows were read, ${record.rows} were stored` +
          `${record.rows === sum.rows ? ', and their checksum differs' : ''}. Nothing was overwritten; restore the data ` +
          'folder from a backup',
      );
    }
    return { rows, revision: record.revision };
  }

  /** Names of the targets that have rows, sorted. O(targets). */
  async targets(): Promise<string[]> {
    const names: string[] = [];
    let from = Buffer.from([1]);
    for (;;) {
      const [first] = await this.#store.tables.rows.keys({ gte: from, limit: 1 }).all();
      if (first === undefined) return names;
      const end = first.indexOf(0);
      names.push(first.toString('utf8', 0, end));
      from = Buffer.concat([first.subarray(0, end), Buffer.from([1])]);
    }
  }

  /** Every recorded change of the row at `key` and of all rows below it, each row's changes in revision order. */
  async *past(target: string, key: RowKey): AsyncIterable<PastValue> {
    const from = storedKey(target, key);
    const start = storedKey(target, '').length;
    const range = { gte: from, lt: storedKey(target, rangeEnd(key)) };
    for await (const [stored, value] of this.#store.tables.history.iterator(range)) {
      const at = stored.length - 8;
      yield {
        key: stored.toString('latin1', start, at - 1),
        revision: revisionAt(stored, at),
        before: value.length === 0 ? undefined : value.toString('utf8'),
      };
    }
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

// Below a row's own key every byte is 0x02 or more, so a row's history sorts before that of its subtree.
const separator = Buffer.from([0]);

function recordKey(target: string): Buffer {
  return Buffer.from(`target\x00${target}`);
}

function sumOf(sum: RowSum, { changes }: TargetChanges): RowSum {
  return changes.reduce((total, { key, before, after }) => sumAfter(total, key, before, after), sum);
}

function storedKey(target: string, key: RowKey): Buffer {
  return Buffer.concat([Buffer.from(`${target}\x00`), Buffer.from(key, 'latin1')]);
}

function requestKey(author: string, id: string): Buffer {
  return Buffer.from(JSON.stringify([author, id]));
}

function requestValue(revision: number, timeNs: bigint): Buffer {
  const value = Buffer.alloc(16);
  value.writeBigUInt64BE(BigInt(revision));
  value.writeBigUInt64BE(timeNs, 8);
  return value;
}
