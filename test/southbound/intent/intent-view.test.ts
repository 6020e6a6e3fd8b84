// Checks what adapters see of rows: values, defaults in use, lists, and that every read is recorded.

import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { encodeKey } from '../../../src/schema/row-key.ts';
import type { SchemaNode } from '../../../src/schema/schema-node.ts';
import type { IntentNode } from '../../../src/southbound/adapter.ts';
import { intentView, noReads, type Reads } from '../../../src/southbound/intent/intent-view.ts';
import { type Plain, snapshotOf } from '../intent.ts';
import { aether, odd } from '../schemas.ts';

function view(value: Plain, reads: Reads = noReads()): IntentNode {
  return intentView(snapshotOf('t', odd, 1, value), odd.root, reads);
}

function child(node: SchemaNode, name: string): SchemaNode {
  const found = node.children.get(name);
  assert.ok(found);
  return found;
}

describe('intent view', () => {
  it('gives small numbers as numbers, 64-bit ones as text, an empty leaf as true', () => {
    const box = view({ box: { small: -7, big: 18446744073709551615n, flag: null } }).container('box');
    assert.deepEqual([box.leaf('small'), box.leaf('big'), box.leaf('flag')], [-7, '18446744073709551615', true]);
  });

  it('gives text as it was before it was quoted', () => {
    assert.equal(view({ box: { text: 'a "quoted" \u00e9\n' } }).leaf('box', 'text'), 'a "quoted" \u00e9\n');
  });

  it('has no value for a leaf without row and default', () => {
    assert.equal(view({}).leaf('box', 'small'), undefined);
  });

  it('gives defaults in use, of leaf-lists too, and explicit values before them', () => {
    assert.equal(view({}).leaf('box', 'text'), 'none');
    assert.deepEqual(view({}).leafList('box', 'colours'), ['red', 'green']);
    assert.deepEqual(view({ box: { colours: ['blue'] } }).leafList('box', 'colours'), ['blue']);
    assert.deepEqual(view({ box: { colours: [] } }).leafList('box', 'colours'), []);
  });

  it('gives a default below a presence container only when that is there', () => {
    assert.equal(view({}).leaf('box', 'extra', 'level'), undefined);
    assert.equal(view({ box: { extra: {} } }).leaf('box', 'extra', 'level'), 3);
  });

  it('gives no default of a node that a when decides about', () => {
    assert.equal(view({}).leaf('box', 'when-leaf'), undefined);
    assert.equal(view({ box: { 'when-leaf': 5 } }).leaf('box', 'when-leaf'), 5);
  });

  it('gives the defaults of the active case only', () => {
    const ports = (box: Plain) => [view({ box }).leaf('box', 'tcp-port'), view({ box }).leaf('box', 'udp-port')];
    assert.deepEqual(ports({}), [80, undefined]);
    assert.deepEqual(ports({ 'udp-name': 'dns' }), [undefined, 53]);
    assert.deepEqual(ports({ 'udp-port': 99 }), [undefined, 99]);
  });

  it('lists entries in tree order with their keys, and finds one by its keys', () => {
    const intent = view({
      pair: [
        { name: 'b', number: 2, value: 'b2' },
        { name: 'a', number: 10, value: 'a10' },
        { name: 'a', number: 9, value: 'a9' },
      ],
    });
    assert.deepEqual(
      intent.list('pair').map((entry) => [...entry.keys, entry.leaf('value')]),
      [
        ['a', '9', 'a9'],
        ['a', '10', 'a10'],
        ['b', '2', 'b2'],
      ],
    );
    assert.equal(intent.entry('pair', 'a', '10')?.leaf('value'), 'a10');
    assert.equal(intent.entry('pair', 'a', '11'), undefined);
  });

  it('finds the root from every node, and records what is read there', () => {
    const reads = noReads();
    const source = snapshotOf('t', aether, 1, {
      site: [{ 'site-id': 's', device: [{ 'device-id': 'd' }] }],
      'traffic-class': [{ 'traffic-class-id': 'c', qci: 3 }],
    });
    const entry = intentView(source, aether.root, reads).entry('site', 's')?.entry('device', 'd');
    const rows = reads.rows.size;
    assert.equal(entry?.root.entry('traffic-class', 'c')?.leaf('qci'), 3);
    assert.deepEqual([entry?.root.keys, entry?.root.target, reads.rows.size - rows], [[], 't', 2]);
  });

  it('does not mix up a list with one whose name only starts alike', () => {
    const source = snapshotOf('t', aether, 1, {
      site: [{ 'site-id': 's', device: [{ 'device-id': 'd' }], 'device-group': [{ 'device-group-id': 'g' }] }],
    });
    const [site] = intentView(source, aether.root, noReads()).list('site');
    assert.deepEqual(
      site?.list('device').map(({ keys }) => keys[0]),
      ['d'],
    );
  });

  it('does not see state: an entry that was deleted may have some until the deletion is committed', () => {
    const pair = child(odd.root, 'odd:pair');
    const key = encodeKey([{ node: pair, keys: ['a', '1'] }, { node: child(pair, 'value') }]);
    const source = snapshotOf('t', odd, 1, {}).withState([{ key, before: undefined, after: '"x"' }]);
    assert.equal(source.get(key)?.value, '"x"');
    assert.deepEqual(intentView(source, odd.root, noReads()).list('pair'), []);
  });

  it('throws for what is a fault of the adapter: an unknown name, a wrong kind, state, a wrong number of keys', () => {
    const intent = view({});
    assert.throws(() => intent.leaf('box', 'nothing'), /intent has no leaf 'nothing' under \/odd:box/);
    assert.throws(() => intent.leaf('box'), /intent has no leaf 'box' under the root/);
    assert.throws(() => intent.container('box', 'seen'), /no container 'seen'/);
    assert.throws(() => intent.leaf('box', 'seen'), /no leaf 'seen'/);
    assert.throws(() => intent.entry('pair', 'a'), /\/odd:pair has 2 keys, not 1/);
  });

  it('records rows that were looked at, there or not, lists that were walked, and cases that were decided about', () => {
    const reads = noReads();
    const intent = view({ pair: [{ name: 'a', number: 1, value: 'x' }] }, reads);
    intent.list('pair')[0]?.leaf('value');
    intent.entry('pair', 'b', '2');
    intent.leaf('box', 'small');
    const pair = child(odd.root, 'odd:pair');
    const box = child(odd.root, 'odd:box');
    const key = (...keys: string[]) => encodeKey([{ node: pair, keys }]);
    assert.deepEqual(
      [...reads.rows].sort(),
      [
        `${key('a', '1')}value\0`,
        `${key('b', '2')}name\0`,
        encodeKey([{ node: box }, { node: child(box, 'small') }]),
      ].sort(),
    );
    assert.deepEqual([...reads.lists], [encodeKey([{ node: pair }])]);
    assert.equal(reads.subtrees.size, 0);
    intent.leaf('box', 'tcp-port');
    assert.ok(reads.subtrees.has(encodeKey([{ node: box }, { node: child(box, 'udp-name') }])));
  });
});
