// Snapshots of transactions that have no place in the journal yet: their rows get the right revisions, whatever comes first.

import assert from 'node:assert/strict';
import { Snapshot } from '../../src/datastore/snapshot.ts';
import { Slices } from '../../src/slices.ts';
import { testModel } from './test-schema.ts';

const change = (key: string, after: string) => ({ key: `${key}\x00`, before: undefined, after });
const revisions = (snapshot: Snapshot): [string, number][] =>
  [...snapshot.subtree('')].map(({ key, revision }) => [key.slice(0, -1), revision]);

describe('a snapshot', () => {
  const before = Snapshot.of('acme', testModel, 1, [{ key: 'a\x00', value: '1', revision: 1 }]);

  it('that is staged has its revision only when it is settled, and those staged on it have theirs', async () => {
    const one = await before.stage([change('b', '1')], 2, new Slices());
    const two = await one.stage([change('c', '1')], 3, new Slices());
    const three = await two.stage([change('d', '1')], 4, new Slices());
    one.settle(5);
    two.settle(7);
    three.settle(8);
    assert.deepEqual(revisions(three), [
      ['a', 1],
      ['b', 5],
      ['c', 7],
      ['d', 8],
    ]);
    assert.deepEqual([one.revision, two.revision, three.revision], [5, 7, 8]);
    assert.deepEqual(revisions(before), [['a', 1]]);
  });

  it('keeps the revisions of what it is staged on when that is settled while it is being staged', async () => {
    const one = await before.stage([change('b', '1')], 2, new Slices());
    const staging = one.stage([change('c', '1')], 3, new Slices());
    one.settle(5);
    const two = await staging;
    two.settle(6);
    assert.deepEqual(revisions(two), [
      ['a', 1],
      ['b', 5],
      ['c', 6],
    ]);
  });
});
