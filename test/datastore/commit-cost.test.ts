// What a commit of one leaf costs, in things counted and not in time: the same in a small and in a huge configuration.

import assert from 'node:assert/strict';
import type { Datastore } from '../../src/datastore/datastore.ts';
import { LevelJournal } from '../../src/datastore/level-journal.ts';
import type { LevelStore } from '../../src/datastore/level-store.ts';
import { closeAll, openWith, rowValue, send, update } from './edge.ts';
import { removeTempFolders } from './temp-folder.ts';

const nameOf = (i: number): string => `s${String(i).padStart(6, '0')}`;

interface Cost {
  /** Pages of the new snapshot that the one before does not have. */
  readonly pages: number;
  /** Rows in these pages: all that was copied. */
  readonly rowsCopied: number;
  /** Records written: header and body of the entry, page, history, and two notes of how far the rows are. */
  readonly writes: number;
}

describe('a commit of one leaf', () => {
  afterEach(async () => {
    await closeAll();
    await removeTempFolders();
  });

  async function filled(count: number): Promise<{ datastore: Datastore; store: LevelStore }> {
    let store: LevelStore | undefined;
    const { datastore } = await openWith(['acme'], {
      journal: (opened) => {
        store = opened;
        return LevelJournal.open(opened);
      },
    });
    const sites = Array.from({ length: count }, (_, i) => ({ name: nameOf(i), size: i % 1000, limit: 1000 }));
    await send(datastore, { acme: [update('', { 'test-edge:site': sites })] });
    assert.ok(store);
    return { datastore, store };
  }

  async function costOf(count: number): Promise<Cost> {
    const { datastore, store } = await filled(count);
    const at = nameOf(count / 2);
    // The first commit behind a load finds rows that are still being stored.
    await send(datastore, { acme: [update('', { 'test-edge:site': [{ name: at, size: 1 }] })] });
    for await (const _ of datastore.history.changes('acme', 'none\x00'));
    const before = datastore.snapshot('acme');
    let writes = 0;
    const { write } = store;
    store.write = (batch, sync) => {
      writes += batch.length;
      return write.call(store, batch, sync);
    };
    await send(datastore, { acme: [update('', { 'test-edge:site': [{ name: at, size: 2 }] })] });
    for await (const _ of datastore.history.changes('acme', 'none\x00'));
    store.write = write;
    const after = datastore.snapshot('acme');
    assert.ok(before && after);
    const { made, gone } = before.rows.pagesChanged(after.rows);
    assert.equal(gone.length, made.length);
    assert.equal(rowValue(datastore, 'acme', `/site[name=${at}]/size`), '2');
    return {
      pages: made.length,
      rowsCopied: made.reduce((sum, { size }) => sum + size, 0),
      writes,
    };
  }

  it('makes as many pages and writes in 1,000 entries as in 100,000', async () => {
    const small = await costOf(1_000);
    const huge = await costOf(100_000);
    assert.deepEqual([small.pages, small.writes], [1, 6]);
    assert.deepEqual([huge.pages, huge.writes], [small.pages, small.writes]);
    assert.ok(Math.abs(huge.rowsCopied - small.rowsCopied) <= 16, `${small.rowsCopied} ${huge.rowsCopied}`);
  });
});
