// Proposals of adapters as configuration.

import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { formatPath } from '../../../src/schema/path.ts';
import type { IntentEdit, IntentStep } from '../../../src/southbound/adapter.ts';
import { proposedTree } from '../../../src/southbound/questions/proposal-json.ts';
import { aether } from '../schemas.ts';

const slice: readonly IntentStep[] = [
  { name: 'site', keys: ['chicago'] },
  { name: 'slice', keys: ['robots'] },
];
const edit = (value: IntentEdit['value'], ...path: IntentStep[]): IntentEdit => ({ path, value });

describe('proposedTree', () => {
  it('gathers leaves below their entries, with keys, modules at the top, and numbers as intent writes them', () => {
    const { json, deletes } = proposedTree(aether.root, {
      edits: [
        edit('1', ...slice, { name: 'sst' }),
        edit('9007199254740993', ...slice, { name: 'mbr' }, { name: 'uplink' }),
        edit(7, ...slice, { name: 'filter', keys: ['cam'] }, { name: 'priority' }),
        edit(false, ...slice, { name: 'filter', keys: ['cam'] }, { name: 'allow' }),
        edit('Chicago', { name: 'site', keys: ['chicago'] }, { name: 'display-name' }),
        edit('plc', { name: 'application', keys: ['plc'] }, { name: 'application-id' }),
      ],
    });
    assert.deepEqual(JSON.parse(json ?? ''), {
      'edgeconf-site:site': [
        {
          'site-id': 'chicago',
          slice: [
            {
              'slice-id': 'robots',
              sst: '1',
              mbr: { uplink: '9007199254740993' },
              filter: [{ application: 'cam', priority: 7, allow: false }],
            },
          ],
          'display-name': 'Chicago',
        },
      ],
      'edgeconf-application:application': [{ 'application-id': 'plc' }],
    });
    assert.deepEqual(deletes, []);
  });

  it('lists what should go apart from what should be', () => {
    const { json, deletes } = proposedTree(aether.root, { edits: [edit(undefined, ...slice, { name: 'sd' })] });
    assert.equal(json, undefined);
    assert.deepEqual(deletes.map(formatPath), ['/site[site-id=chicago]/slice[slice-id=robots]/sd']);
  });

  it('refuses what the model does not have', () => {
    assert.throws(() => proposedTree(aether.root, { edits: [edit('x', ...slice, { name: 'colour' })] }), {
      code: 'INTERNAL',
      message: 'the adapter proposes /site chicago/slice robots/colour, which the model does not have',
    });
  });
});
