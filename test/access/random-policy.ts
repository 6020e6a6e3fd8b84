// Random policies and requests: rules with paths that fit the test models, or not at all, in roles that inherit in circles.

import fc from 'fast-check';
import { ACTIONS } from '../../src/access/action.ts';
import { type Policy, readPolicy } from '../../src/access/policy.ts';
import type { Path, PathElem } from '../../src/schema/path.ts';
import type { SchemaNode } from '../../src/schema/schema-node.ts';
import { platformModel, policyTree, sampleTargets, siteModel, snapshotOf, type Tree } from './fixture.ts';

const rulePath = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .array(
        fc.tuple(
          fc.constantFrom(
            'site',
            'test-site:site',
            'port',
            'contact',
            'mbr',
            'uplink',
            'slice',
            'sst',
            'display-name',
            'test-extra:display-name',
            '*',
            '...',
            'tenant',
            'user',
          ),
          fc.constantFrom(
            '',
            '',
            '[site-id=a]',
            '[site-id=*]',
            '[site-id=b]',
            '[slice-id=a]',
            '[number=1]',
            '[number=+01]',
            '[name=a]',
          ),
        ),
        { maxLength: 3 },
      )
      .map((elems) => elems.map(([name, key]) => `/${name}${name === '...' ? '' : key}`).join('') || '/'),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      '/',
      '/site',
      '/site[site-id=a]',
      '/site[site-id=b]/slice[slice-id=a]',
      '/site/mbr',
      '/*/mbr',
      '/port[number=1]',
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom('', 'site', '/site[') },
);
export const TENANTS = ['acme', 'globex', '*'];
const TARGETS = ['*', '*', 'acme', 'acme-lab', 'globex', 'platform'];
const ROLES = ['r0', 'r1', 'r2', 'r3'];
const GROUPS = ['g0', 'g1'];
export const USERS = ['u0', 'u1', 'r0'];

const rule = fc.record({
  effect: fc.constantFrom('allow', 'allow', 'deny'),
  target: fc.constantFrom(...TARGETS),
  path: rulePath,
  action: fc.subarray([...ACTIONS], { minLength: 1 }),
});
/** Some of the assignments come by the groups g0 and g1. */
const assignments = fc.uniqueArray(
  fc.tuple(fc.constantFrom(...TENANTS), fc.constantFrom(...ROLES)).map((pair) => pair.join('/')),
  { minLength: 1, maxLength: 3 },
);
export const policy: fc.Arbitrary<Policy> = fc
  .record({
    users: fc.record(Object.fromEntries(USERS.map((name) => [name, assignments]))),
    memberships: fc.array(fc.subarray(GROUPS), { minLength: USERS.length, maxLength: USERS.length }),
    groups: fc.record(Object.fromEntries(GROUPS.map((name) => [name, assignments]))),
    roles: fc.record(
      Object.fromEntries(
        ROLES.map((name) => [
          name,
          fc.record({ inherits: fc.subarray(ROLES, { maxLength: 2 }), rules: fc.array(rule, { maxLength: 4 }) }),
        ]),
      ),
    ),
  })
  .map(({ users, memberships, groups, roles }) => {
    const tree = policyTree(users, roles);
    const given = policyTree(groups, {});
    return readPolicy(
      snapshotOf('platform', platformModel, {
        ...tree,
        group: given.user,
        user: (tree.user as Tree[]).map((user, i) => ({ ...user, group: memberships[i] })),
      }),
    );
  });

/** A random walk down the schema; sometimes it stops at a whole list. */
function walk(root: SchemaNode): fc.Arbitrary<Path> {
  return fc.array(fc.tuple(fc.nat(20), fc.constantFrom('a', 'b', '1'), fc.boolean()), { maxLength: 4 }).map((steps) => {
    const path: PathElem[] = [];
    let node = root;
    for (const [n, key, whole] of steps) {
      const children = [...node.children.values()];
      const child = children[n % Math.max(1, children.length)];
      if (child === undefined) break;
      if (child.keys.length === 0) path.push({ node: child });
      else if (whole && n % 5 === 0) return [...path, { node: child }];
      else path.push({ node: child, keys: child.keys.map(() => key) });
      node = child;
    }
    return path;
  });
}

export const request = fc.constantFrom(...sampleTargets.map(({ name }) => name)).chain((target) =>
  fc.record({
    target: fc.constant(target),
    user: fc.constantFrom(...USERS, 'stranger'),
    action: fc.constantFrom(...ACTIONS),
    path: walk(target === 'platform' ? platformModel.root : siteModel.root),
  }),
);
