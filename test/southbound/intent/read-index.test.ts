// Checks that changes find exactly those who read what they change.

import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Change } from '../../../src/datastore/row.ts';
import { encodeKey, rankKey } from '../../../src/schema/row-key.ts';
import type { IntentNode } from '../../../src/southbound/adapter.ts';
import { intentView, noReads } from '../../../src/southbound/intent/intent-view.ts';
import { ReadIndex } from '../../../src/southbound/intent/read-index.ts';
import { candidateTo, type Plain, snapshotOf } from '../intent.ts';
import { odd } from '../schemas.ts';

const before: Plain = {
  box: { small: 1, text: 'a' },
  pair: [{ name: 'a', number: 1, value: 'x' }],
  step: [{ name: 's' }],
};

/** Who reads what is told again after a change from `before` to `after`. */
function touched(after: Plain, readers: Record<string, (intent: IntentNode) => void>): string[] {
  const snapshot = snapshotOf('t', odd, 1, before);
  return lookup(candidateTo(snapshot, 2, after).changes, readers);
}

function lookup(changes: readonly Change[], readers: Record<string, (intent: IntentNode) => void>): string[] {
  const index = new ReadIndex();
  for (const [name, read] of Object.entries(readers)) {
    const reads = noReads();
    read(intentView(snapshotOf('t', odd, 1, before), odd.root, reads));
    index.add(name, reads);
  }
  const found = new Set<string>();
  index.touched(odd.root, changes, found);
  return [...found].sort();
}

const readers = {
  small: (intent: IntentNode) => intent.leaf('box', 'small'),
  text: (intent: IntentNode) => intent.leaf('box', 'text'),
  pairs: (intent: IntentNode) => intent.list('pair'),
  value: (intent: IntentNode) => intent.entry('pair', 'a', '1')?.leaf('value'),
  absent: (intent: IntentNode) => intent.entry('pair', 'b', '2'),
  port: (intent: IntentNode) => intent.leaf('box', 'tcp-port'),
  steps: (intent: IntentNode) => intent.list('step'),
};

describe('ReadIndex', () => {
  const base = before as { [name: string]: Plain };

  it('finds the readers of a changed leaf and nobody else', () => {
    assert.deepEqual(touched({ ...base, box: { small: 2, text: 'a' } }, readers), ['small']);
  });

  it('finds the readers of a leaf that vanishes', () => {
    assert.deepEqual(touched({ ...base, box: { small: 1 } }, readers), ['text']);
  });

  it('finds those who walked a list when an entry comes, and those who looked for that entry', () => {
    const pair = [...(base.pair as Plain[]), { name: 'b', number: 2 }];
    assert.deepEqual(touched({ ...base, pair }, readers), ['absent', 'pairs']);
  });

  it('does not find those who only walked a list when a leaf of an entry changes', () => {
    assert.deepEqual(touched({ ...base, pair: [{ name: 'a', number: 1, value: 'y' }] }, readers), ['value']);
  });

  it('finds those who walked a list when its order changes', () => {
    const step = odd.root.children.get('odd:step');
    assert.ok(step);
    const key = rankKey(encodeKey([{ node: step, keys: ['s'] }]));
    assert.deepEqual(lookup([{ key, before: '"1"', after: '"2"' }], readers), ['steps']);
  });

  it('finds those whose default depends on another case when that one gets a row', () => {
    assert.deepEqual(touched({ ...base, box: { small: 1, text: 'a', 'udp-name': 'dns' } }, readers), ['port']);
  });

  it('forgets whoever is taken out', () => {
    const index = new ReadIndex();
    const reads = noReads();
    intentView(snapshotOf('t', odd, 1, before), odd.root, reads).leaf('box', 'small');
    index.add('reader', reads);
    index.remove('reader', reads);
    const found = new Set<string>();
    const { changes } = candidateTo(snapshotOf('t', odd, 1, before), 2, { ...base, box: { small: 9, text: 'a' } });
    index.touched(odd.root, changes, found);
    assert.deepEqual([...found], []);
  });
});
