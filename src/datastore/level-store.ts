// The embedded store: one level database with a table for the journal's headers and bodies, pages of rows, history and meta data.

import { Level, type Level as LevelType } from 'level';

type Database = LevelType<Buffer, Buffer>;
/** A named part of the database with keys and values of bytes. */
export type Table = ReturnType<typeof openTable>;
/** One write of a batch. */
export type Write =
  | { readonly type: 'put'; readonly sublevel: Table; readonly key: Buffer; readonly value: Buffer }
  | { readonly type: 'del'; readonly sublevel: Table; readonly key: Buffer };

interface Tables {
  /** revision -> header */
  readonly headers: Table;
  /** revision, chunk -> body */
  readonly bodies: Table;
  /** target, first key -> checksum and page of rows */
  readonly pages: Table;
  /** target, key, revision -> value before that revision, and the revision that wrote it */
  readonly history: Table;
  /** author, idempotency id -> revision and time */
  readonly requests: Table;
  /** name -> value */
  readonly meta: Table;
}

/** Owns the level database; the journal and the row store share it. */
export class LevelStore {
  readonly #path: string;
  #db: Database;
  #tables: Tables;

  private constructor(path: string, db: Database) {
    this.#path = path;
    this.#db = db;
    this.#tables = openTables(db);
  }

  /** @param create whether a database may be made; otherwise a missing one is an error and never replaced. */
  static async open(path: string, create: boolean): Promise<LevelStore> {
    return new LevelStore(path, await openDatabase(path, create));
  }

  get tables(): Tables {
    return this.#tables;
  }

  /** @param sync whether the write must survive a power cut before this returns. */
  async write(batch: Write[], sync: boolean): Promise<void> {
    // Built in the store's own memory: half the cost of handing it an array.
    const chained = this.#db.batch();
    for (const each of batch) {
      const key = Buffer.concat([prefixOf(each.sublevel), each.key]);
      if (each.type === 'del') chained.del(key);
      else chained.put(key, each.value);
    }
    await chained.write({ sync });
  }

  /**
   * Closes and opens the database. After a failed write this is the only safe way on: level may hold a torn record at the
   * end of its log, and what is written behind that would be lost at the next start.
   */
  async reopen(): Promise<void> {
    await this.#db.close();
    this.#db = await openDatabase(this.#path, false);
    this.#tables = openTables(this.#db);
  }

  /** Empties tables, also those of earlier formats. */
  async clear(names: readonly string[]): Promise<void> {
    for (const name of names) await openTable(this.#db, name).clear();
  }

  async close(): Promise<void> {
    await this.#db.close();
  }
}

const prefixes = new WeakMap<Table, Buffer>();

/** What stands before each key of a table in the database. */
function prefixOf(table: Table): Buffer {
  let prefix = prefixes.get(table);
  if (prefix === undefined) {
    prefix = Buffer.from(table.prefix);
    prefixes.set(table, prefix);
  }
  return prefix;
}

/** A revision as 8 bytes that sort numerically. */
export function revisionBytes(revision: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(revision));
  return bytes;
}

/** The reverse of `revisionBytes`. */
export function revisionAt(bytes: Buffer, offset: number): number {
  return Number(bytes.readBigUInt64BE(offset));
}

async function openDatabase(path: string, create: boolean): Promise<Database> {
  const db = new Level<Buffer, Buffer>(path, {
    keyEncoding: 'buffer',
    valueEncoding: 'buffer',
    createIfMissing: create,
  });
  await db.open();
  return db;
}

function openTable(db: Database, name: string) {
  return db.sublevel<Buffer, Buffer>(name, { keyEncoding: 'buffer', valueEncoding: 'buffer' });
}

function openTables(db: Database): Tables {
  return {
    headers: openTable(db, 'headers'),
    bodies: openTable(db, 'bodies'),
    pages: openTable(db, 'pages'),
    history: openTable(db, 'history'),
    requests: openTable(db, 'requests'),
    meta: openTable(db, 'meta'),
  };
}
