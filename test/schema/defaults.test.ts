// Defaults in use: in rows, in single values, in changes.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type EffectiveChange, effectiveChanges, effectiveRows, effectiveValue } from '../../src/schema/defaults.ts';
import { formatPath, type Path } from '../../src/schema/path.ts';
import { decodeKey, encodeKey, isRankKey } from '../../src/schema/row-key.ts';
import { linkSchema, type SchemaNode } from '../../src/schema/schema-node.ts';
import { anyConfig } from './any-config.ts';
import { at, below, container, leaf, lookupOf, type Plain, type PlainRow, root, rowsOf } from './fixture.ts';

/** Effective rows below a path as `path value` lines, without rank rows. */
function effective(plain: Plain, path: string, lookup = true): string[] {
  const rows = rowsOf(plain);
  const given = below(rows, encodeKey(at(path)));
  return lines(effectiveRows(root, at(path), given, lookup ? lookupOf(rows) : undefined));
}

function lines(rows: Iterable<PlainRow>): string[] {
  return [...rows]
    .filter(({ key }) => !isRankKey(key))
    .map(({ key, value }) => `${formatPath(decodeKey(root, key))} ${value}`);
}

function changes(before: Plain, after: Plain): string[] {
  const [was, is] = [rowsOf(before), rowsOf(after)];
  return effectiveChanges(root, diff(was, is), lookupOf(was), lookupOf(is)).map(
    ({ key, before: from, after: to }) => `${formatPath(decodeKey(root, key))} ${from} -> ${to}`,
  );
}

function diff(before: readonly PlainRow[], after: readonly PlainRow[]): EffectiveChange[] {
  const was = new Map(before.map(({ key, value }) => [key, value]));
  const is = new Map(after.map(({ key, value }) => [key, value]));
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter((key) => was.get(key) !== is.get(key))
    .sort((a, b) => (a < b ? -1 : 1))
    .map((key) => ({ key, before: was.get(key), after: is.get(key) }));
}

/** RFC 7950 7.6.1 said on objects: fills in the defaults of one instance and goes on below. */
function withDefaults(node: SchemaNode, plain: Plain): Plain {
  const filled: Plain = { ...plain };
  for (const child of node.children.values()) {
    const given = plain[child.segment];
    if (child.kind === 'list') {
      if (given !== undefined) filled[child.segment] = (given as Plain[]).map((entry) => withDefaults(child, entry));
    } else if (child.kind === 'container') {
      if (child.presence ? given === undefined : !hasAnything(given) && !caseInUse(node, child, plain)) continue;
      const inner = withDefaults(child, (given ?? {}) as Plain);
      if (child.presence || Object.keys(inner).length > 0) filled[child.segment] = inner;
    } else if (given === undefined && child.defaults.length > 0 && child.config && !child.conditional) {
      if (!caseInUse(node, child, plain)) continue;
      const values = child.defaults.map((text) => JSON.parse(text) as unknown);
      filled[child.segment] = child.kind === 'leaf-list' ? values : values[0];
    }
  }
  return filled;
}

function caseInUse(parent: SchemaNode, child: SchemaNode, plain: Plain): boolean {
  const present = [...parent.children.values()].filter(({ segment }) => hasAnything(plain[segment]));
  return child.cases.every((ref, level) => {
    const inChoice = present.filter(
      ({ cases }) =>
        cases[level]?.choice === ref.choice &&
        child.cases.slice(0, level).every((outer, i) => cases[i]?.case === outer.case),
    );
    return inChoice.some(({ cases }) => cases[level]?.case === ref.case) || (ref.default && inChoice.length === 0);
  });
}

function hasAnything(value: unknown): boolean {
  if (value === undefined) return false;
  if (value === null || typeof value !== 'object') return true;
  return Object.values(value).some(hasAnything) || (Array.isArray(value) && value.length > 0);
}

describe('effective rows', () => {
  it('have the defaults of the root even where there are no rows', () => {
    assert.deepEqual(effective({}, '/'), [
      '/banner "hello"',
      '/system/clock/zone "UTC"',
      '/system/color "grey"',
      '/system/mtu 1500',
      '/system/tcp-port 6',
      '/values/port 9339',
      '/values/ports [80,443]',
    ]);
  });

  it('have the defaults of each list entry, in key order', () => {
    const plain = {
      'edge:device': [
        { id: 'a', port: [{ slot: 1, gain: '0.0' }] },
        { id: 'b', enabled: false },
      ],
    };
    assert.deepEqual(effective(plain, '/device'), [
      '/device[id=a]/enabled true',
      '/device[id=a]/id "a"',
      '/device[id=a]/port[slot=1][gain=0.0]/gain "0.0"',
      '/device[id=a]/port[slot=1][gain=0.0]/slot 1',
      '/device[id=a]/port[slot=1][gain=0.0]/speed 100',
      '/device[id=a]/radio/power 20',
      '/device[id=b]/enabled false',
      '/device[id=b]/id "b"',
      '/device[id=b]/radio/power 20',
    ]);
  });

  it('have the defaults of a presence container only when it is there', () => {
    assert.deepEqual(effective({ 'edge:system': {} }, '/system/ntp'), []);
    assert.deepEqual(effective({ 'edge:system': { ntp: {} } }, '/system/ntp'), [
      '/system/ntp {}',
      '/system/ntp/port 123',
    ]);
  });

  it('have no defaults of a node with a when, nor of state', () => {
    const all = effective({}, '/').join();
    assert.ok(!all.includes('only-when') && !all.includes('/state/load'));
  });

  it('have the defaults of a case that is active, or of the default case when none is', () => {
    const of = (system: Plain): string[] =>
      effective({ 'edge:system': system }, '/system').filter((line) => /tcp|udp|tls|psk/.test(line));
    assert.deepEqual(of({}), ['/system/tcp-port 6']);
    assert.deepEqual(of({ 'udp-port': 5 }), ['/system/udp-port 5', '/system/udp-size 512']);
    assert.deepEqual(of({ 'udp-size': 5 }), ['/system/udp-size 5']);
    assert.deepEqual(of({ tls: { cert: 'c' } }), ['/system/tls/cert "c"', '/system/tls/version "1.3"']);
    assert.deepEqual(of({ psk: 'k' }), ['/system/psk "k"']);
  });

  it('decide by what stands outside of the path', () => {
    const udp = { 'edge:system': { 'udp-port': 5 } };
    assert.deepEqual(effective(udp, '/system/tcp-port'), []);
    assert.deepEqual(effective(udp, '/system/udp-size'), ['/system/udp-size 512']);
    const device = { 'edge:device': [{ id: 'a' }] };
    assert.deepEqual(effective(device, '/device[id=a]/radio'), ['/device[id=a]/radio/power 20']);
    assert.deepEqual(effective(device, '/device[id=b]/radio'), []);
    assert.deepEqual(effective(device, '/device[id=b]'), []);
  });

  it("take the caller's word for the instance around the path when they have no lookup", () => {
    assert.deepEqual(effective({}, '/device[id=a]/radio', false), ['/device[id=a]/radio/power 20']);
    assert.deepEqual(effective({}, '/device[id=a]', false), []);
    assert.deepEqual(effective({}, '/device', false), []);
    assert.deepEqual(effective({}, '/system/ntp', false), []);
  });

  it('hand through the rows themselves, rank rows too', () => {
    const rows = rowsOf({ 'edge:system': { ntp: { server: [{ address: 'b' }, { address: 'a' }] } } });
    const out = new Set(effectiveRows(root, [], rows));
    assert.ok(rows.every((row) => out.has(row)));
    assert.equal(rows.filter(({ key }) => isRankKey(key)).length, 2);
  });

  it('are what filling in by the RFC gives, for every configuration', () => {
    fc.assert(
      fc.property(anyConfig, (plain) => {
        const explicit = rowsOf(plain);
        assert.deepEqual([...effectiveRows(root, [], explicit)], rowsOf(withDefaults(root, plain)));
      }),
    );
  });

  it('of a part are the part of the whole', () => {
    fc.assert(
      fc.property(anyConfig, fc.nat(), fc.nat(), (plain, pick, cut) => {
        const rows = rowsOf(plain);
        const whole = [...effectiveRows(root, [], rows)];
        const row = whole[pick % Math.max(whole.length, 1)];
        const deep: Path = row === undefined ? [] : decodeKey(root, row.key);
        const path = deep.slice(0, cut % (deep.length + 1));
        const prefix = encodeKey(path);
        assert.deepEqual([...effectiveRows(root, path, below(rows, prefix), lookupOf(rows))], below(whole, prefix));
      }),
    );
  });
});

describe('effective value', () => {
  it('is the row, or the default in use, or nothing', () => {
    const lookup = lookupOf(rowsOf({ 'edge:device': [{ id: 'a', enabled: false }], 'edge:system': { 'udp-port': 1 } }));
    const of = (path: string): string | undefined => effectiveValue(root, lookup, at(path));
    assert.equal(of('/device[id=a]/enabled'), 'false');
    assert.equal(of('/device[id=a]/radio/power'), '20');
    assert.equal(of('/device[id=b]/radio/power'), undefined);
    assert.equal(of('/system/mtu'), '1500');
    assert.equal(of('/system/tcp-port'), undefined);
    assert.equal(of('/system/udp-size'), '512');
    assert.equal(of('/system/ntp/port'), undefined);
    assert.equal(of('/system/name'), undefined);
    assert.equal(of('/values/ports'), '[80,443]');
  });

  it('agrees with the effective rows, for every configuration and node', () => {
    fc.assert(
      fc.property(anyConfig, (plain) => {
        const rows = rowsOf(plain);
        const lookup = lookupOf(rows);
        const whole = new Map([...effectiveRows(root, [], rows)].map(({ key, value }) => [key, value]));
        for (const key of [...whole.keys(), ...rowsOf(sample).map((row) => row.key)]) {
          if (isRankKey(key)) continue;
          assert.equal(effectiveValue(root, lookup, decodeKey(root, key)), whole.get(key));
        }
      }),
    );
  });
});

/** Leaves with a default of every sort. */
const sample: Plain = {
  'edge:banner': 'x',
  'edge:device': [{ id: 'a', enabled: true, radio: { power: 1 }, port: [{ slot: 1, gain: '0.0', speed: 1 }] }],
  'edge:system': {
    mtu: 1,
    'tcp-port': 1,
    'udp-size': 1,
    tls: { version: 'x' },
    ntp: { port: 1 },
    clock: { zone: 'x' },
  },
  'edge:values': { port: 1, ports: [1] },
};

describe('effective changes', () => {
  it('bring the defaults of an entry that appears, and take them when it goes', () => {
    const entry = { 'edge:device': [{ id: 'a' }] };
    assert.deepEqual(changes({}, entry), [
      '/device[id=a]/enabled undefined -> true',
      '/device[id=a]/id undefined -> "a"',
      '/device[id=a]/radio/power undefined -> 20',
    ]);
    assert.deepEqual(changes(entry, {}), [
      '/device[id=a]/enabled true -> undefined',
      '/device[id=a]/id "a" -> undefined',
      '/device[id=a]/radio/power 20 -> undefined',
    ]);
  });

  it('bring the defaults of a presence container that appears', () => {
    assert.deepEqual(changes({}, { 'edge:system': { ntp: {} } }), [
      '/system/ntp undefined -> {}',
      '/system/ntp/port undefined -> 123',
    ]);
  });

  it('put the default in the place of an explicit value that goes, and the reverse', () => {
    const explicit = { 'edge:system': { mtu: 9000 } };
    assert.deepEqual(changes(explicit, {}), ['/system/mtu 9000 -> 1500']);
    assert.deepEqual(changes({}, explicit), ['/system/mtu 1500 -> 9000']);
  });

  it('are none when an explicit value equal to the default comes or goes', () => {
    assert.deepEqual(changes({ 'edge:system': { mtu: 1500 } }, {}), []);
    assert.deepEqual(changes({}, { 'edge:system': { mtu: 1500 } }), []);
  });

  it('follow a choice that switches', () => {
    assert.deepEqual(changes({}, { 'edge:system': { 'udp-port': 5 } }), [
      '/system/tcp-port 6 -> undefined',
      '/system/udp-port undefined -> 5',
      '/system/udp-size undefined -> 512',
    ]);
    assert.deepEqual(changes({ 'edge:system': { 'udp-port': 5 } }, { 'edge:system': { tls: { cert: 'c' } } }), [
      '/system/tls/cert undefined -> "c"',
      '/system/tls/version undefined -> "1.3"',
      '/system/udp-port 5 -> undefined',
      '/system/udp-size 512 -> undefined',
    ]);
  });

  it('hand through changes of nodes without default, and rank rows', () => {
    const order = (...addresses: string[]): Plain => ({
      'edge:system': { ntp: { server: addresses.map((address) => ({ address })) } },
    });
    const [was, is] = [rowsOf(order('a', 'b')), rowsOf(order('b', 'a'))];
    const moved = diff(was, is);
    assert.equal(moved.length, 2);
    assert.deepEqual(effectiveChanges(root, moved, lookupOf(was), lookupOf(is)), moved);
    assert.deepEqual(effectiveChanges(root, [], lookupOf(was), lookupOf(was)), []);
  });

  it('are the difference of the effective rows, for every two configurations', () => {
    fc.assert(
      fc.property(anyConfig, anyConfig, (before, after) => {
        const [was, is] = [rowsOf(before), rowsOf(after)];
        const found = effectiveChanges(root, diff(was, is), lookupOf(was), lookupOf(is));
        assert.deepEqual(found, diff([...effectiveRows(root, [], was)], [...effectiveRows(root, [], is)]));
      }),
      { numRuns: 300 },
    );
  });

  it('never look at entries that did not change', () => {
    const devices = (speed: number): Plain => ({
      'edge:device': [{ id: 'a' }, { id: 'b', port: [{ slot: 1, gain: '0.0', speed }] }, { id: 'c' }],
    });
    const [was, is] = [rowsOf(devices(1)), rowsOf(devices(2))];
    const asked: string[] = [];
    const watched = (rows: PlainRow[]) => {
      const lookup = lookupOf(rows);
      return {
        get: (key: string) => {
          asked.push(key);
          return lookup.get(key);
        },
        has: (key: string) => {
          asked.push(key);
          return lookup.has(key);
        },
      };
    };
    assert.equal(effectiveChanges(root, diff(was, is), watched(was), watched(is)).length, 1);
    const entries = asked.filter((key) => key.startsWith(encodeKey(at('/device'))));
    assert.ok(entries.length > 0 && entries.every((key) => key.startsWith(encodeKey(at('/device[id=b]')))));
  });
});

describe('defaults inside nested containers of a case', () => {
  it('need their case, not the container', () => {
    const top = linkSchema([
      container('deep', [container('er', [leaf('d', 'string', { defaults: ['"x"'] })])], {
        cases: [{ choice: 'c', case: 'one' }],
      }),
      leaf('other', 'string', { cases: [{ choice: 'c', case: 'one' }] }),
    ]);
    assert.deepEqual([...effectiveRows(top, [], [])], []);
    const other = { key: 'edge:other\x00', value: '"1"' };
    assert.deepEqual([...effectiveRows(top, [], [other])], [{ key: 'edge:deep\x00er\x00d\x00', value: '"x"' }, other]);
  });
});
