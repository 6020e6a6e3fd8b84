// Models, snapshots and a policy with an operator and two enterprises, for the tests of this folder.

import type { SchemaNodeJson } from 'libyang-wasm';
import type { AccessSource } from '../../src/access/access.ts';
import type { Identity } from '../../src/access/identity.ts';
import { parseRulePath } from '../../src/access/rule-path.ts';
import type { Change, Row } from '../../src/datastore/row.ts';
import { Snapshot } from '../../src/datastore/snapshot.ts';
import type { Candidate } from '../../src/datastore/transaction.ts';
import { EdgeconfError } from '../../src/errors.ts';
import type { Model } from '../../src/schema/model.ts';
import { concretePath, type Path, type PathElem, type PathQuery, resolveQuery } from '../../src/schema/path.ts';
import { encodeKey } from '../../src/schema/row-key.ts';
import { linkSchema, type SchemaNode } from '../../src/schema/schema-node.ts';

/** A caller as one is known who signed in with name and password, or with a token that says groups. */
export function who(name: string, ...groups: string[]): Identity {
  return { name, groups };
}

type Base = NonNullable<SchemaNodeJson['type']>['base'];

function leaf(module: string, name: string, base: Base = 'string', more: Partial<SchemaNodeJson> = {}): SchemaNodeJson {
  return { kind: 'leaf', name, module, config: true, type: { base }, ...more };
}

function list(module: string, name: string, keys: string[], children: SchemaNodeJson[]): SchemaNodeJson {
  return { kind: 'list', name, module, config: true, keys, children };
}

function model(id: string, top: SchemaNodeJson[]): Model {
  const [name = '', version = ''] = id.split('@');
  return { id, name, version, root: linkSchema(top), modules: [] };
}

const P = 'edgeconf-platform';
const assignments = list(
  P,
  'role',
  ['tenant', 'role'],
  [
    leaf(P, 'tenant'),
    leaf(P, 'role'),
    list(
      P,
      'parameter',
      ['name'],
      [leaf(P, 'name'), { kind: 'leaf-list', name: 'value', module: P, config: true, type: { base: 'string' } }],
    ),
  ],
);
export const platformModel = model('edgeconf-platform@1', [
  list(P, 'tenant', ['name'], [leaf(P, 'name')]),
  list(P, 'target', ['name'], [leaf(P, 'name'), leaf(P, 'tenant')]),
  list(
    P,
    'user',
    ['name'],
    [
      leaf(P, 'name'),
      leaf(P, 'password-hash'),
      { kind: 'leaf-list', name: 'group', module: P, config: true, type: { base: 'string' } },
      assignments,
    ],
  ),
  list(P, 'group', ['name'], [leaf(P, 'name'), assignments]),
  list(
    P,
    'role',
    ['name'],
    [
      leaf(P, 'name'),
      { kind: 'leaf-list', name: 'inherits', module: P, config: true, type: { base: 'string' } },
      list(
        P,
        'rule',
        ['name'],
        [
          leaf(P, 'name'),
          leaf(P, 'effect', 'enumeration'),
          leaf(P, 'target'),
          leaf(P, 'path', 'string', { defaults: ['"/"'] }),
          { kind: 'leaf-list', name: 'action', module: P, config: true, type: { base: 'enumeration' } },
        ],
      ),
    ],
  ),
]);

const S = 'test-site';
const X = 'test-extra';
/** `/site[site-id]` with keyed and nested lists, a name that two modules share, and `/port[number]` with a numeric key. */
export const siteModel = model('site@1', [
  list(
    S,
    'site',
    ['site-id'],
    [
      leaf(S, 'site-id'),
      leaf(S, 'display-name'),
      leaf(X, 'display-name'),
      {
        kind: 'container',
        name: 'mbr',
        module: S,
        config: true,
        children: [leaf(S, 'uplink', 'uint64'), leaf(S, 'downlink', 'uint64')],
      },
      list(S, 'slice', ['slice-id'], [leaf(S, 'slice-id'), leaf(S, 'sst'), leaf(S, 'display-name')]),
    ],
  ),
  list(S, 'port', ['number'], [leaf(S, 'number', 'uint16'), leaf(S, 'open', 'boolean')]),
  leaf(S, 'contact'),
]);

/** A plain tree as rows, e.g. `{ site: [{ 'site-id': 'a', mbr: { uplink: '5' } }] }`; names bare or with their module. */
export interface Tree {
  readonly [name: string]: unknown;
}

export function snapshotOf(target: string, of: Model, tree: Tree, revision = 1): Snapshot {
  const rows = [...rowsOf(of.root, [], tree, revision)].sort((a, b) => (a.key < b.key ? -1 : 1));
  return Snapshot.of(target, of, revision, rows);
}

function* rowsOf(node: SchemaNode, path: Path, tree: Tree, revision: number): Iterable<Row> {
  for (const [name, value] of Object.entries(tree)) {
    const child = childOf(node, name);
    if (child.kind === 'leaf' || child.kind === 'leaf-list') {
      yield { key: encodeKey([...path, { node: child }]), value: JSON.stringify(value), revision };
    } else if (child.kind === 'container') {
      yield* rowsOf(child, [...path, { node: child }], value as Tree, revision);
    } else {
      for (const entry of value as Tree[]) {
        const keys = child.keys.map((key) => String(entry[key.name]));
        const elem: PathElem = { node: child, keys };
        yield* rowsOf(child, [...path, elem], entry, revision);
      }
    }
  }
}

function childOf(node: SchemaNode, name: string): SchemaNode {
  const child = node.children.get(name) ?? [...node.children.values()].find((candidate) => candidate.name === name);
  if (child === undefined) throw new Error(`the test schema has no ${name}`);
  return child;
}

/** A concrete path from text such as `/site[site-id=a]/mbr`; `test-site:` or `test-extra:` tells equal names apart. */
export function path(text: string, of: Model = siteModel): Path {
  const concrete = concretePath(query(text, of));
  if (concrete === undefined) throw new Error(`${text} leaves a key open`);
  return concrete;
}

export function query(text: string, of: Model = siteModel): PathQuery {
  const [found] = resolveQuery(of.root, parseRulePath(text) ?? []);
  if (found === undefined) throw new Error(`the test schema has no ${text}`);
  return found;
}

export interface TestRule {
  readonly name?: string;
  readonly effect?: string;
  readonly target?: string;
  readonly path?: string;
  readonly action: readonly string[];
}

/** The lists /user and /role of the platform target: roles by user as `tenant:role`, rules by role. */
export function policyTree(
  users: Readonly<Record<string, readonly string[]>>,
  roles: Readonly<Record<string, { inherits?: readonly string[]; rules?: readonly TestRule[] }>>,
  hashes: Readonly<Record<string, string>> = {},
): Tree {
  return {
    user: Object.entries(users).map(([name, given]) => ({
      name,
      ...(hashes[name] === undefined ? {} : { 'password-hash': hashes[name] }),
      role: given.map((text) => {
        const [tenant, role] = text.split('/');
        return { tenant, role };
      }),
    })),
    role: Object.entries(roles).map(([name, { inherits = [], rules = [] }]) => ({
      name,
      ...(inherits.length === 0 ? {} : { inherits }),
      rule: rules.map((rule, i) => ({ name: `r${i}`, effect: 'allow', target: '*', ...rule })),
    })),
  };
}

export const EDIT = ['create', 'update', 'delete'];
export const ALL = ['read', ...EDIT, 'execute'];

/** What a platform with two enterprises would have; `site-admin` rules one site only. */
export const sampleRoles = {
  operator: {
    rules: [
      { path: '/', action: ALL },
      { target: 'platform', path: '/', action: ALL },
    ],
  },
  reader: { rules: [{ path: '/', action: ['read'] }] },
  admin: {
    inherits: ['reader'],
    rules: [
      { path: '/', action: EDIT },
      { effect: 'deny', path: '/site/mbr', action: EDIT },
    ],
  },
  'site-admin': {
    rules: [
      { path: '/site[site-id=chicago]', action: ['read', ...EDIT] },
      { effect: 'deny', path: '/site/test-site:display-name', action: ['update'] },
    ],
  },
};
export const sampleUsers = {
  root: ['*/operator'],
  alice: ['acme/admin'],
  rita: ['acme/reader'],
  sam: ['acme/site-admin'],
  bob: ['globex/admin'],
};
export const samplePolicy = policyTree(sampleUsers, sampleRoles);

export const sampleTargets = [
  { name: 'platform', tenant: '' },
  { name: 'acme', tenant: 'acme' },
  { name: 'acme-lab', tenant: 'acme' },
  { name: 'globex', tenant: 'globex' },
];

/** A read side whose platform target can be replaced, as a commit does. */
export class TestSource implements AccessSource {
  platform: Snapshot;
  list = sampleTargets;

  constructor(tree: Tree, revision = 1) {
    this.platform = snapshotOf('platform', platformModel, tree, revision);
  }

  snapshot(target: string): Snapshot | undefined {
    if (target === 'platform') return this.platform;
    return this.list.some(({ name }) => name === target) ? snapshotOf(target, siteModel, {}) : undefined;
  }

  targets() {
    return this.list;
  }

  models() {
    return new Map([platformModel, siteModel].map((each) => [each.id, each]));
  }

  commit(tree: Tree): void {
    this.platform = snapshotOf('platform', platformModel, tree, this.platform.revision + 1);
  }
}

/** A staged transaction of one target, from the whole trees before and after it. */
export function candidate(target: string, before: Tree, after: Tree, of: Model = siteModel): Candidate {
  const a = snapshotOf(target, of, before, 1);
  const b = snapshotOf(target, of, after, 2);
  const keys = [...new Set([...a.subtree(''), ...b.subtree('')].map((row) => row.key))].sort();
  const changes = keys.flatMap((key): Change[] => {
    const change = { key, before: a.get(key)?.value, after: b.get(key)?.value };
    return change.before === change.after ? [] : [change];
  });
  return { target, before: a, after: b, changes };
}

/** Code and message of what is refused; fails when it is not. */
export function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof EdgeconfError) return `${error.code}: ${error.message}`;
    throw error;
  }
  throw new Error('nothing was refused');
}
