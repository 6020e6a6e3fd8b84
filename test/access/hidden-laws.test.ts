// A law for random policies: how a Set is answered does not depend on what its user may not read.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Access } from '../../src/access/access.ts';
import type { Action } from '../../src/access/action.ts';
import type { Grants } from '../../src/access/grants.ts';
import type { Change } from '../../src/datastore/row.ts';
import { Snapshot } from '../../src/datastore/snapshot.ts';
import type { Edit } from '../../src/datastore/transaction.ts';
import { EdgeconfError } from '../../src/errors.ts';
import { fragmentValues } from '../../src/schema/fragment-values.ts';
import { matchesKey, type Path, queryOf } from '../../src/schema/path.ts';
import { decodeKey, encodeKey, type RowKey } from '../../src/schema/row-key.ts';
import { path, policyTree, query, siteModel, TestSource, who } from './fixture.ts';

const { root } = siteModel;
const EDIT: readonly Action[] = ['create', 'update', 'delete'];

// Who may create and not delete, say, is told by the answer what was there: see docs/security.md.
const rule = fc.record({
  effect: fc.constantFrom('allow', 'allow', 'allow', 'deny'),
  path: fc.constantFrom(
    '/',
    '/site',
    '/site[site-id=a]',
    '/site[site-id=b]',
    '/site/mbr',
    '/site[site-id=a]/mbr',
    '/site/slice',
    '/site[site-id=b]/slice[slice-id=a]',
    '/site/test-site:display-name',
    '/port',
    '/contact',
  ),
  action: fc.constantFrom<readonly Action[]>(['read'], ['read'], EDIT, ['read', ...EDIT]),
});

const leaves = ['a', 'b', 'c'].flatMap((site) => [
  `/site[site-id=${site}]/test-site:display-name`,
  `/site[site-id=${site}]/mbr/uplink`,
  `/site[site-id=${site}]/slice[slice-id=a]/sst`,
]);
const rows = fc.array(
  fc.tuple(fc.constantFrom(...leaves, '/contact', '/port[number=1]/open'), fc.constantFrom('"1"', '"2"')),
  { maxLength: 6 },
);

const site = (id: string, members: string) => `{"site-id":"${id}",${members}}`;
const mbr = '"mbr":{"uplink":"1"}';
const values: readonly (readonly [at: string, json: string])[] = [
  ['/', `{"test-site:site":[${site('a', mbr)}]}`],
  ['/', `{"test-site:site":[${site('b', mbr)}],"test-site:contact":"1"}`],
  ['/', '{}'],
  ['/site', `{"test-site:site":[${site('b', '"slice":[{"slice-id":"a","sst":"1"}]')}]}`],
  ['/site', `{"test-site:site":[${site('a', '"display-name":"1"')},${site('b', '"display-name":"2"')}]}`],
  ['/site[site-id=a]', `{"test-site:site":[${site('a', mbr)}]}`],
  ['/site[site-id=b]/mbr', `{"test-site:mbr":{"uplink":"2"}}`],
  ['/contact', '{"test-site:contact":"2"}'],
];
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc
    .tuple(fc.constantFrom('update' as const, 'replace' as const), fc.constantFrom(...values))
    .map(([op, [at, json]]): Edit => ({ op, path: at === '/' ? [] : path(at), json })),
  fc
    .constantFrom(
      '/',
      '/site',
      '/site[site-id=a]',
      '/site/mbr',
      '/site[site-id=b]/slice',
      '/site/test-site:display-name',
      '/contact',
    )
    .map((at): Edit => ({ op: 'delete', query: at === '/' ? [] : query(at) })),
);

type Rows = ReadonlyMap<RowKey, string>;

/** The rows with the keys of all entries that they stand in. */
function withKeys(values: Iterable<readonly [Path, string]>): Map<RowKey, string> {
  const all = new Map<RowKey, string>();
  for (const [at, value] of values) {
    for (const [i, { node, keys = [] }] of at.entries()) {
      for (const [k, leaf] of node.keys.entries()) {
        if (keys[k] !== undefined) all.set(encodeKey([...at.slice(0, i + 1), { node: leaf }]), JSON.stringify(keys[k]));
      }
    }
    all.set(encodeKey(at), value);
  }
  return all;
}

function applied(rows: Rows, edits: readonly Edit[]): Rows {
  const after = new Map(rows);
  for (const each of edits) {
    const range = each.op === 'delete' ? each.query : queryOf(each.path);
    if (each.op !== 'update') for (const key of after.keys()) if (matchesKey(range, key)) after.delete(key);
    if (each.op === 'delete') continue;
    const values = [...fragmentValues(root, each.path, each.json as string)];
    for (const [key, value] of withKeys(values.map((v) => [v.path, JSON.stringify(v.value)] as const)))
      after.set(key, value);
  }
  return after;
}

function snapshot(rows: Rows, revision: number): Snapshot {
  const sorted = [...rows].sort(([a], [b]) => (a < b ? -1 : 1));
  return Snapshot.of(
    'acme',
    siteModel,
    revision,
    sorted.map(([key, value]) => ({ key, value, revision })),
  );
}

/** What the user hears of a Set on these rows, as the service goes about it. */
function answer(grants: Grants, before: Rows, edits: readonly Edit[]): string {
  try {
    grants.checkEdits('acme', edits);
    const after = applied(before, edits);
    const changes = [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((key): Change[] => {
      const change = { key, before: before.get(key), after: after.get(key) };
      return change.before === change.after ? [] : [change];
    });
    grants.check([{ target: 'acme', before: snapshot(before, 1), after: snapshot(after, 2), changes }]);
    return 'OK';
  } catch (thrown) {
    if (thrown instanceof EdgeconfError) return `${thrown.code}: ${thrown.message}`;
    throw thrown;
  }
}

/** The keys of the entries that the paths of edits lead through. */
function passed(edits: readonly Edit[]): RowKey[] {
  return edits.flatMap((each) => (each.op === 'delete' ? [] : [...withKeys([[each.path, '']]).keys()]));
}

describe('a law of what is hidden', () => {
  it('a Set is answered alike whatever there is that its user may not read', () => {
    const heard = new Map<string, number>();
    fc.assert(
      fc.property(
        fc.array(rule, { minLength: 1, maxLength: 4 }),
        rows,
        rows,
        rows,
        fc.array(edit, { minLength: 1, maxLength: 2 }),
        (rules, seen, one, two, edits) => {
          const source = new TestSource(policyTree({ u: ['acme/r'] }, { r: { rules } }));
          const grants = new Access(source).grants(who('u'));
          const readable = (key: RowKey) => grants.decide('acme', 'read', decodeKey(root, key));
          const all = (texts: readonly (readonly [string, string])[]) =>
            withKeys(texts.map(([at, value]) => [path(at), value] as const));
          const shared = [...all(seen)];
          const worlds = [one, two].map(
            (hidden) => new Map([...[...all(hidden)].filter(([key]) => !readable(key)), ...shared]),
          );
          const [first = new Map(), second = new Map()] = worlds;
          // To write below an entry that may not be seen is to say that it is there.
          fc.pre(passed(edits).every((key) => first.has(key) === second.has(key)));
          const expected = answer(grants, first, edits);
          assert.equal(answer(grants, second, edits), expected);
          const kind = expected.slice(0, 17);
          heard.set(kind, (heard.get(kind) ?? 0) + 1);
        },
      ),
      { numRuns: 3_000 },
    );
    assert.ok((heard.get('OK') ?? 0) > 100 && (heard.get('PERMISSION_DENIED') ?? 0) > 100, JSON.stringify([...heard]));
  });
});
