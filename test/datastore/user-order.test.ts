// User-ordered lists: the hidden rank rows that keep their order.

import assert from 'node:assert/strict';
import { printSubtree } from '../../src/schema/print-json.ts';
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
    const snapshot = datastore.snapshot('acme');
    assert.ok(snapshot);
    const ranks = [...snapshot.subtree('')].filter((row) => isRankKey(row.key)).map((row) => row.value);
    assert.deepEqual(ranks.sort(), ['"i0000000"', '"i0000001"', '"i0000002"']);
    const options = { style: 'json-ietf', defaults: false } as const;
    assert.equal(
      printSubtree(snapshot.model.root, [], snapshot.subtree(''), options),
      '{"test-edge:step":[{"name":"b"},{"name":"a"},{"name":"0"}]}',
    );
  });
});
