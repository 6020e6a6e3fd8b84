// Rows to JSON.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readJson } from '../../src/schema/json-text.ts';
import { fragmentFromJson } from '../../src/schema/normalize.ts';
import { type PrintOptions, printSubtree } from '../../src/schema/print-json.ts';
import { encodeKey } from '../../src/schema/row-key.ts';
import { anyConfig } from './any-config.ts';
import { at, below, lookupOf, type Plain, refusal, root, rowsOf } from './fixture.ts';

const config: Plain = {
  'edge:banner': 'hi',
  'edge:device': [
    {
      id: 'b',
      enabled: false,
      port: [
        { slot: 2, gain: '1.5' },
        { slot: -1, gain: '0.0', speed: 10 },
      ],
    },
    { id: 'a', radio: { power: 5 }, state: { seen: 'now' } },
  ],
  'edge:event': [{ id: 7, text: 'boom' }],
  'edge:system': {
    name: 'n',
    'extra:name': 'other',
    clock: { zone: 'CET' },
    ntp: { server: [{ address: 'z' }, { address: 'a', prefer: true }] },
    state: { uptime: '12' },
  },
  'edge:values': {
    wide: '18446744073709551615',
    media: 'extra:fibre',
    marker: [null],
    dns: ['b', 'a'],
    notes: { x: 1 },
  },
  'extra:tools': { x: 'y' },
};

const rows = rowsOf(config);

function print(path: string, options: Partial<PrintOptions> = {}): string | undefined {
  const given = below(rows, encodeKey(at(path)));
  return printSubtree(root, at(path), given, { style: 'json-ietf', defaults: false, ...options });
}

describe('printing a subtree', () => {
  it('is the bare value for a leaf, leaf-list or anydata', () => {
    assert.equal(print('/system/name'), '"n"');
    assert.equal(print('/values/wide'), '"18446744073709551615"');
    assert.equal(print('/values/wide', { style: 'json' }), '"18446744073709551615"');
    assert.equal(print('/values/marker'), '[null]');
    assert.equal(print('/values/dns'), '["b","a"]');
    assert.equal(print('/values/notes'), '{"x":1}');
    assert.equal(print('/values/text'), undefined);
  });

  it('names members with their module at the top of the value and where it changes', () => {
    assert.equal(
      print('/system'),
      '{"edge:clock":{"zone":"CET"},"extra:name":"other","edge:name":"n",' +
        '"edge:ntp":{"server":[{"address":"z"},{"address":"a","prefer":true}]},"edge:state":{"uptime":"12"}}',
    );
    assert.equal(print('/system/clock'), '{"edge:zone":"CET"}');
    assert.equal(print('/tools'), '{"extra:x":"y"}');
  });

  it('has bare names in plain JSON, but for siblings that would be the same member', () => {
    assert.equal(
      print('/system', { style: 'json' }),
      '{"clock":{"zone":"CET"},"extra:name":"other","edge:name":"n",' +
        '"ntp":{"server":[{"address":"z"},{"address":"a","prefer":true}]},"state":{"uptime":"12"}}',
    );
    assert.equal(print('/kind', { style: 'json' }), undefined);
    assert.equal(print('/tools', { style: 'json' }), '{"x":"y"}');
    assert.equal(print('/values', { style: 'json' })?.includes('"media":"extra:fibre"'), true);
  });

  it('is the object of the entry at a path with keys, its keys first', () => {
    assert.equal(
      print('/device[id=b]'),
      '{"edge:id":"b","edge:enabled":false,"edge:port":[{"slot":-1,"gain":"0.0","speed":10},{"slot":2,"gain":"1.5"}]}',
    );
    assert.equal(print('/device[id=b]/port[slot=-1][gain=0]'), '{"edge:slot":-1,"edge:gain":"0.0","edge:speed":10}');
    assert.equal(print('/device[id=c]'), undefined);
  });

  it('is an array of entries in key order for a whole list', () => {
    const both = '[{"edge:id":"a","edge:radio":{"power":5},"edge:state":{"seen":"now"}},';
    assert.ok(print('/device')?.startsWith(`${both}{"edge:id":"b",`));
    assert.equal(
      print('/device[id=b]/port', { style: 'json' }),
      '[{"slot":-1,"gain":"0.0","speed":10},{"slot":2,"gain":"1.5"}]',
    );
    assert.equal(print('/kind'), undefined);
  });

  it('has the entries of a list that users order by their rank, which is not printed', () => {
    assert.equal(print('/system/ntp/server'), '[{"edge:address":"z"},{"edge:address":"a","edge:prefer":true}]');
    assert.equal(print('/system/ntp/server[address=z]'), '{"edge:address":"z"}');
  });

  it('has the top-level object for the root, and nothing for no rows', () => {
    assert.ok(print('/')?.startsWith('{"edge:banner":"hi","edge:device":[{"id":"a",'));
    assert.ok(print('/')?.endsWith('"extra:tools":{"x":"y"}}'));
    assert.equal(printSubtree(root, [], [], { style: 'json', defaults: false }), undefined);
  });

  it('shows a presence container that is empty, and no other container', () => {
    const only = rowsOf({ 'edge:system': { ntp: {}, clock: {} } });
    const options = { style: 'json-ietf', defaults: false } as const;
    assert.equal(printSubtree(root, at('/system'), only, options), '{"edge:ntp":{}}');
    assert.equal(printSubtree(root, at('/system/ntp'), only, options), '{}');
    assert.equal(printSubtree(root, at('/system/clock'), [], options), undefined);
  });

  it('shows only configuration when asked to', () => {
    assert.equal(print('/event', { config: true }), undefined);
    assert.equal(print('/device[id=a]', { config: true }), '{"edge:id":"a","edge:radio":{"power":5}}');
    assert.equal(print('/system/state/uptime', { config: true }), undefined);
    assert.ok(!print('/', { config: true })?.includes('uptime'));
  });

  it('shows only state when asked to, with the keys of the entries that have some', () => {
    assert.equal(
      print('/', { config: false }),
      '{"edge:device":[{"id":"a","state":{"seen":"now"}}],"edge:event":[{"id":7,"text":"boom"}],"edge:system":{"state":{"uptime":"12"}}}',
    );
    assert.equal(print('/device[id=b]', { config: false }), undefined);
    assert.equal(print('/system/name', { config: false }), undefined);
    assert.equal(print('/system/ntp', { config: false }), undefined);
  });

  it('includes the defaults in use when asked to', () => {
    assert.equal(print('/device[id=a]/radio', { defaults: true }), '{"edge:power":5}');
    assert.equal(print('/device[id=b]/radio', { defaults: true }), '{"edge:power":20}');
    assert.equal(print('/system/mtu', { defaults: true }), '1500');
    const lookup = lookupOf(rows);
    assert.equal(print('/device[id=zz]/radio', { defaults: true, lookup }), undefined);
    assert.ok(print('/device[id=a]', { defaults: true, style: 'json' })?.startsWith('{"id":"a","enabled":true,'));
  });

  it('refuses rows that are not of the schema', () => {
    const options = { style: 'json', defaults: false } as const;
    const broken = [{ key: 'edge:nothing\x00', value: '1' }];
    assert.throws(() => printSubtree(root, [], broken, options), refusal('DATA_LOSS', 'edge:nothing'));
    assert.throws(() => printSubtree(root, at('/system'), rows, options), refusal('DATA_LOSS', 'edge:banner'));
  });

  it('gives back every configuration, for either style, through reading and normalizing', () => {
    fc.assert(
      fc.property(anyConfig, fc.constantFrom('json' as const, 'json-ietf' as const), (plain, style) => {
        const text = printSubtree(root, [], rowsOf(plain), { style, defaults: false }) ?? '{}';
        const again = JSON.parse(fragmentFromJson(root, [], readJson(text))) as Plain;
        assert.deepEqual(rowsOf(again), rowsOf(plain));
      }),
    );
  });
});
