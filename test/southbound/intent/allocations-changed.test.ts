// The numbers that a transaction gives and takes back, found in its changes.

import assert from 'node:assert/strict';
import type { SchemaNodeJson } from 'libyang-wasm';
import { describe, it } from 'mocha';
import type { Model } from '../../../src/schema/model.ts';
import { linkSchema } from '../../../src/schema/schema-node.ts';
import { allocationsChanged } from '../../../src/southbound/intent/allocations-changed.ts';
import { candidateTo, type Plain, snapshotOf } from '../intent.ts';

const leaf = (name: string, base: 'string' | 'uint32' = 'string'): SchemaNodeJson => ({
  ...{ kind: 'leaf', name, module: 'm', config: true, type: { base } },
});
const list = (name: string, keys: string[], ...children: SchemaNodeJson[]): SchemaNodeJson => ({
  ...{ kind: 'list', name, module: 'm', config: true, keys, children: [...keys.map((key) => leaf(key)), ...children] },
});
const allocation = list('allocation', ['device', 'pool'], leaf('number', 'uint32'));
const model: Model = {
  ...{ id: 'm@1', name: 'm', version: '1', modules: [] },
  root: linkSchema([list('slice', ['id'], allocation, leaf('number', 'uint32'))]),
};

const slice = (id: string, number: number | undefined): Plain => ({
  ...{ id, number: 9 },
  allocation: number === undefined ? [] : [{ device: 'fabric', pool: 'slice', number }],
});

describe('allocations of a transaction', () => {
  it('are numbers that come, change and go; other leaves of the name are none', () => {
    const before = snapshotOf('acme', model, 1, { slice: [slice('a', 1), slice('b', 2), slice('c', undefined)] });
    const candidate = candidateTo(before, 2, { slice: [slice('a', 3), slice('b', undefined), slice('c', 2)] });
    assert.deepEqual(
      allocationsChanged([candidate]).map(({ path, ...rest }) => ({ ...rest, last: path.at(-1)?.node.name })),
      [
        { entry: '/slice[id=a]', before: 1, after: 3 },
        { entry: '/slice[id=b]', before: 2, after: undefined },
        { entry: '/slice[id=c]', before: undefined, after: 2 },
      ].map((each) => ({ target: 'acme', device: 'fabric', pool: 'slice', ...each, last: 'number' })),
    );
  });
});
