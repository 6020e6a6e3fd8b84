// User-ordered lists: the hidden rank rows that keep their order.

import assert from 'node:assert/strict';
import { isRankKey } from '../../src/schema/row-key.ts';
import { changesOf, closeAll, openWith, remove, replace, send, update } from './edge.ts';
import { removeTempFolders } from './temp-folder.ts';

const steps = (...names: string[]) => replace('/step', { 'test-edge:step': names.map((name) => ({ name })) });

describe('a commit to a user-ordered list', () => {
  afterEach(async () => {
    await closeAll();
    await removeTempFolders();
  });

  it('keeps the order, and a move changes one rank row', async () => {
    const { datastore } = await openWith(['acme']);
    const first = await send(datastore, { acme: [steps('c', 'a', 'b')] });
    assert.deepEqual(changesOf(first).filter((text) => text.endsWith('(rank)')).length, 3);
    const moved = await send(datastore, { acme: [steps('a', 'b', 'c')] });
    assert.deepEqual(changesOf(moved), ['/step[name=c] (rank)']);
  });

  it('takes an entry away together with its rank', async () => {
    const { datastore } = await openWith(['acme']);
    await send(datastore, { acme: [steps('a', 'b', 'c')] });
    const result = await send(datastore, { acme: [remove('/step[name=b]')] });
    assert.deepEqual(changesOf(result), ['/step[name=b] (rank)', '/step[name=b]/name: "b" -> nothing']);
    await send(datastore, { acme: [remove('/step')] });
    assert.equal(datastore.snapshot('acme')?.size, 0);
  });

  it('adds an entry at the end with one rank row', async () => {
    const { datastore } = await openWith(['acme']);
    await send(datastore, { acme: [steps('b', 'a')] });
    const result = await send(datastore, { acme: [update('', { 'test-edge:step': [{ name: '0' }] })] });
    assert.deepEqual(changesOf(result), ['/step[name=0] (rank)', '/step[name=0]/name: nothing -> "0"']);
    const ranks = [...(datastore.snapshot('acme')?.subtree('') ?? [])].filter((row) => isRankKey(row.key));
    const byRank = ranks.sort((a, b) => (a.value < b.value ? -1 : 1)).map((row) => row.key.split('\x02')[1]?.[0]);
    assert.deepEqual(byRank, ['b', 'a', '0']);
  });
});
