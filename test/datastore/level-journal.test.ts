// The level journal passes the journal suite, and finds every fault in what is stored.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type Journal, verifyJournal } from '../../src/datastore/journal.ts';
import { LevelJournal } from '../../src/datastore/level-journal.ts';
import { LevelStore, revisionBytes } from '../../src/datastore/level-store.ts';
import { appendAll, draft, entriesOf, journalSuite } from './journal-suite.ts';
import { removeTempFolders, tempFolder } from './temp-folder.ts';

describe('the level journal', () => {
  const stores = new Map<Journal, { store: LevelStore; path: string }>();

  async function open(path: string, create: boolean): Promise<Journal> {
    const store = await LevelStore.open(path, create);
    const journal = await LevelJournal.open(store);
    stores.set(journal, { store, path });
    return journal;
  }

  async function reopen(journal: Journal): Promise<Journal> {
    const known = stores.get(journal);
    assert.ok(known);
    await known.store.close();
    return open(known.path, false);
  }

  const create = async () => open(join(await tempFolder(), 'store'), true);

  function storeOf(journal: Journal): LevelStore {
    const known = stores.get(journal);
    assert.ok(known);
    return known.store;
  }

  afterEach(async () => {
    for (const { store } of stores.values()) await store.close();
    stores.clear();
    await removeTempFolders();
  });

  describe('as a journal', () => journalSuite({ create, reopen }));

  async function three(): Promise<Journal> {
    const journal = await create();
    await appendAll(journal, [draft(0), draft(1), draft(2)]);
    return journal;
  }

  async function rewriteHeader(journal: Journal, revision: number, change: (text: string) => string): Promise<void> {
    const { headers } = storeOf(journal).tables;
    const stored = await headers.get(revisionBytes(revision));
    assert.ok(stored);
    await headers.put(revisionBytes(revision), Buffer.from(change(stored.toString())));
  }

  const lost = (revision: number, reason: RegExp) => (error: Error & { code?: string }) => {
    assert.equal(error.code, 'DATA_LOSS');
    assert.match(error.message, new RegExp(`^journal revision ${revision} `));
    assert.match(error.message, reason);
    return true;
  };

  it('a header that was changed is found by its hash', async () => {
    const journal = await three();
    await rewriteHeader(journal, 2, (text) => text.replace('"author":"ann"', '"author":"bob"'));
    await assert.rejects(verifyJournal(journal), lost(2, /its hash does not fit its header/));
  });

  it('a header that was changed together with its own hash is found by the next one', async () => {
    const journal = await three();
    const other = await create();
    await appendAll(other, [draft(0), draft(1, { author: 'bob' })]);
    const forged = await storeOf(other).tables.headers.get(revisionBytes(2));
    assert.ok(forged);
    await storeOf(journal).tables.headers.put(revisionBytes(2), forged);
    await assert.rejects(verifyJournal(journal), lost(3, /its previous hash is not the hash of revision 2/));
  });

  it('changes that were changed are found by their digest', async () => {
    const journal = await three();
    const { bodies } = storeOf(journal).tables;
    for await (const [key, value] of bodies.iterator({ gte: revisionBytes(2), lt: revisionBytes(3) })) {
      await bodies.put(key, Buffer.from(value.toString('latin1').replace('"1"', '"7"'), 'latin1'));
    }
    await assert.rejects(verifyJournal(journal), lost(2, /do not fit their digest/));
  });

  it('a missing entry is named', async () => {
    const journal = await three();
    await storeOf(journal).tables.headers.del(revisionBytes(2));
    await assert.rejects(verifyJournal(journal), lost(2, /it is missing; the next entry found is revision 3/));
  });

  it('an entry that cannot be decoded is named', async () => {
    const journal = await three();
    await rewriteHeader(journal, 1, () => '\u{0}garbage');
    await assert.rejects(verifyJournal(journal), lost(1, /cannot be decoded/));
  });

  it('a journal whose last entry lost its changes does not open', async () => {
    const journal = await three();
    await storeOf(journal).tables.bodies.clear({ gte: revisionBytes(3) });
    await assert.rejects(reopen(journal), lost(3, /do not fit their digest/));
  });

  it('a journal whose last entry does not follow the one before does not open', async () => {
    const journal = await three();
    await storeOf(journal).tables.headers.del(revisionBytes(2));
    await assert.rejects(reopen(journal), lost(2, /it is missing/));
  });

  it('an entry of a newer format is refused and asks for a newer release', async () => {
    const journal = await three();
    await rewriteHeader(journal, 3, (text) => text.replace('"format":2', '"format":3'));
    await assert.rejects(reopen(journal), {
      code: 'FAILED_PRECONDITION',
      message: /journal revision 3 has format 3, this release reads up to 2/,
    });
  });

  it('an append asks the store for a write that survives a power cut', async () => {
    const journal = await create();
    const store = storeOf(journal);
    const write = store.write.bind(store);
    const syncs: boolean[] = [];
    store.write = (batch, sync) => {
      syncs.push(sync);
      return write(batch, sync);
    };
    await appendAll(journal, [draft(0)]);
    assert.deepEqual(syncs, [true]);
  });

  it('an append that the store refuses keeps the head, and reading the head again heals the journal', async () => {
    const journal = await three();
    const { head } = journal;
    await storeOf(journal).close();
    await assert.rejects(appendAll(journal, [draft(3)]));
    assert.deepEqual(journal.head, head);
    assert.deepEqual(await journal.reread(), head);
    await appendAll(journal, [draft(3)]);
    assert.equal((await entriesOf(journal)).length, 4);
  });
});
