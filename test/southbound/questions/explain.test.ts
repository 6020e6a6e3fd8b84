// Why a document is as it is: rules, what they read, and which leaf of intent to look at.

import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { formatPath } from '../../../src/schema/path.ts';
import type { Adapter, Because, Device, IntentNode, Json } from '../../../src/southbound/adapter.ts';
import {
  causesOf,
  type Explanation,
  explain,
  type Reason,
  reasonsAround,
} from '../../../src/southbound/questions/explain.ts';
import { pointerAbove, pointerTo } from '../../../src/southbound/questions/json-pointer.ts';
import { core } from '../../adapters/sd-core/fixture.ts';
import { type Plain, snapshotOf } from '../intent.ts';
import { aether } from '../schemas.ts';

const intent: Plain = {
  site: [
    {
      'site-id': 'chicago',
      'display-name': 'Chicago',
      slice: [
        { 'slice-id': 'robots', sst: '1', mbr: { uplink: 5_000_000n }, filter: [{ application: 'cam', priority: 7 }] },
      ],
    },
  ],
};

function explained(
  render: (site: IntentNode, because: Because, device: Device) => Json,
  tree: Plain = intent,
): Explanation {
  const snapshot = snapshotOf('acme', aether, 1, tree);
  const adapter: Pick<Adapter, 'render'> = {
    render: (root, device, _ref, because) => {
      const site = root.entry('site', 'chicago');
      return site === undefined ? {} : render(site, because, device);
    },
  };
  const ref = { kind: 'thing', id: 'thing/1', source: ['site', 'chicago'], dependsOn: [] };
  return explain({ adapter, device: core(), ref, intent: snapshot, root: aether.root });
}

const SITE = '/site[site-id=chicago]';
const SLICE = `${SITE}/slice[slice-id=robots]`;

function read({ intent: reads }: Reason): string[] {
  return reads.map(({ kind, path, value, isDefault }) =>
    [kind === 'leaf' ? '' : `${kind} `, formatPath(path), value && ` ${value}`, isDefault && ' by default']
      .filter((text) => text !== undefined && text !== false)
      .join(''),
  );
}

function reasons(explanation: Explanation, path: string): [string, ...string[]][] {
  const leaf = explanation.leaves.find((each) => each.path === path);
  assert.ok(leaf, `there is no leaf ${path}`);
  return [...reasonsAround(leaf.reason)].map((reason) => [reason.rule, ...read(reason)]);
}

describe('explain', () => {
  it('gives each leaf its rule and what that read, and what was read around it as context', () => {
    const explanation = explained((site, because) => ({
      label: because('name of the site', () => site.leaf('display-name') ?? ''),
      rates: because('rates of the slices', () =>
        site.list('slice').map((slice) => ({
          up: because('uplink in Mbps', () => Number(slice.leaf('mbr', 'uplink')) / 1e6),
          kind: 'slice',
        })),
      ),
    }));
    assert.deepEqual(explanation.body, { label: 'Chicago', rates: [{ up: 5, kind: 'slice' }] });
    assert.deepEqual(
      explanation.leaves.map(({ path, value }) => [path, value]),
      [
        ['/label', 'Chicago'],
        ['/rates/0/kind', 'slice'],
        ['/rates/0/up', 5],
      ],
    );
    const whole = ['', `${SITE}/site-id "chicago"`];
    assert.deepEqual(reasons(explanation, '/label'), [['name of the site', `${SITE}/display-name "Chicago"`], whole]);
    assert.deepEqual(reasons(explanation, '/rates/0/up'), [
      ['uplink in Mbps', `${SLICE}/mbr/uplink "5000000"`],
      ['rates of the slices', `entries ${SITE}/slice`],
      whole,
    ]);
    assert.deepEqual(reasons(explanation, '/rates/0/kind')[0], ['rates of the slices', `entries ${SITE}/slice`]);
  });

  it('tells defaults in use, and what was looked for and has no value', () => {
    const explanation = explained((site, because) => ({
      allow: because(
        'whether it may',
        () => site.entry('slice', 'robots')?.entry('filter', 'cam')?.leaf('allow') ?? false,
      ),
      sd: because('sd or nothing', () => site.entry('slice', 'robots')?.leaf('sd') ?? null),
    }));
    const slice = `${SLICE}/slice-id "robots"`;
    const filter = `${SLICE}/filter[application=cam]`;
    assert.deepEqual(reasons(explanation, '/allow')[0], [
      'whether it may',
      `${filter}/allow true by default`,
      `${filter}/application "cam"`,
      slice,
    ]);
    assert.deepEqual(reasons(explanation, '/sd')[0], ['sd or nothing', `${SLICE}/sd`, slice]);
  });

  it('counts what is empty as a leaf, keeps 64-bit numbers, and leaves out what a rule leaves out', () => {
    const explanation = explained((_site, because) => ({
      none: because('nobody yet', () => []),
      rate: because('a large one', () => 9_007_199_254_740_993n),
      gone: {
        ...optional(
          'never',
          because('only with a name', () => undefined),
        ),
      },
    }));
    assert.deepEqual(
      explanation.leaves.map(({ path, value }) => [path, value]),
      [
        ['/gone', {}],
        ['/none', []],
        ['/rate', 9_007_199_254_740_993n],
      ],
    );
    assert.deepEqual(explanation.body, { none: [], rate: 9_007_199_254_740_993n, gone: {} });
  });

  it('closes the scope of a rule that fails', () => {
    const explanation = explained((site, because) => {
      let failed = false;
      try {
        because('one that throws', () => {
          throw new Error('no');
        });
      } catch {
        failed = true;
      }
      return { name: because('name', () => site.leaf('display-name') ?? ''), failed };
    });
    assert.deepEqual(reasons(explanation, '/name'), [
      ['name', `${SITE}/display-name "Chicago"`],
      ['', `${SITE}/site-id "chicago"`],
    ]);
  });

  describe('causesOf', () => {
    const explanation = explained((site, because) => ({
      id: because('its id', () => site.entry('slice', 'robots')?.keys[0] ?? ''),
      'slice-id': {
        sst: because('the sst', () => site.entry('slice', 'robots')?.leaf('sst') ?? ''),
        up: because('uplink', () => site.entry('slice', 'robots')?.leaf('mbr', 'uplink') ?? ''),
      },
    }));

    it('names the leaves of intent to change, without what only says that an entry is there', () => {
      assert.deepEqual(causesOf(explanation, '/slice-id/sst'), [`${SLICE}/sst`]);
      assert.deepEqual(causesOf(explanation, '/id'), [`${SLICE}/slice-id`]);
    });

    it('takes all of what a path covers, and what is around a leaf that is not there', () => {
      const both = [`${SLICE}/mbr/uplink`, `${SLICE}/sst`];
      assert.deepEqual(causesOf(explanation, '/slice-id'), both);
      assert.deepEqual(causesOf(explanation, '/slice-id/sd'), both);
      assert.deepEqual(causesOf(explanation, ''), both);
      assert.deepEqual(causesOf(explanation, '/nowhere/to/be/found'), both);
    });
  });

  it('writes paths so that names with slashes stay one step', () => {
    assert.equal(pointerTo(pointerTo('', 'of:1/2'), 'a~b'), '/of:1~12/a~0b');
    assert.equal(pointerAbove('/of:1~12/a~0b'), '/of:1~12');
    assert.equal(pointerAbove('/a'), '');
    assert.equal(pointerAbove(''), undefined);
  });
});

/** As adapters do: a member, or nothing when there is no value. */
function optional(name: string, value: Json | undefined): { [name: string]: Json } {
  return value === undefined ? {} : { [name]: value };
}
