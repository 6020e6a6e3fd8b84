// Laws for random policies: compiled grants decide like Casbin's enforce, and subtrees like the paths in them.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ACTIONS } from '../../src/access/action.ts';
import { type Policy, readPolicy } from '../../src/access/policy.ts';
import { PolicyEnforcer } from '../../src/access/policy-enforcer.ts';
import { PolicyGrants } from '../../src/access/policy-grants.ts';
import { tenantDomain, userSubject } from '../../src/access/subjects.ts';
import type { Path, PathElem } from '../../src/schema/path.ts';
import { queryOf } from '../../src/schema/path.ts';
import type { SchemaNode } from '../../src/schema/schema-node.ts';
import { platformModel, policyTree, sampleTargets, siteModel, snapshotOf, who } from './fixture.ts';

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
const TENANTS = ['acme', 'globex', '*'];
const TARGETS = ['*', '*', 'acme', 'acme-lab', 'globex', 'platform'];
const ROLES = ['r0', 'r1', 'r2', 'r3'];
const USERS = ['u0', 'u1', 'r0'];

const rule = fc.record({
  effect: fc.constantFrom('allow', 'allow', 'deny'),
  target: fc.constantFrom(...TARGETS),
  path: rulePath,
  action: fc.subarray([...ACTIONS], { minLength: 1 }),
});
const policy: fc.Arbitrary<Policy> = fc
  .tuple(
    fc.record(
      Object.fromEntries(
        USERS.map((name) => [
          name,
          fc.uniqueArray(
            fc.tuple(fc.constantFrom(...TENANTS), fc.constantFrom(...ROLES)).map((pair) => pair.join('/')),
            { minLength: 1, maxLength: 3 },
          ),
        ]),
      ),
    ),
    fc.record(
      Object.fromEntries(
        ROLES.map((name) => [
          name,
          fc.record({ inherits: fc.subarray(ROLES, { maxLength: 2 }), rules: fc.array(rule, { maxLength: 4 }) }),
        ]),
      ),
    ),
  )
  .map(([users, roles]) => readPolicy(snapshotOf('platform', platformModel, policyTree(users, roles))));

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

const request = fc.constantFrom(...sampleTargets.map(({ name }) => name)).chain((target) =>
  fc.record({
    target: fc.constant(target),
    user: fc.constantFrom(...USERS, 'stranger'),
    action: fc.constantFrom(...ACTIONS),
    path: walk(target === 'platform' ? platformModel.root : siteModel.root),
  }),
);

const tenantOf = (target: string) => sampleTargets.find(({ name }) => name === target)?.tenant;

function grantsOf(of: Policy, enforcer: PolicyEnforcer, user: string) {
  return new PolicyGrants({
    identity: who(user),
    policyRevision: 1,
    tenants: new Set(of.users.get(user)?.assignments.map(({ tenant }) => tenant)),
    enforcer,
    engine: 'grants',
    targets: {
      names: () => sampleTargets.map(({ name }) => name),
      tenantOf,
      rootOf: (target) => (target === 'platform' ? platformModel.root : siteModel.root),
      roots: () => [platformModel.root, siteModel.root],
    },
  });
}

describe('laws of grants', () => {
  it('decide equals what enforceSync answers, for every policy and request', () => {
    let allowed = 0;
    let denied = 0;
    fc.assert(
      fc.property(policy, fc.array(request, { minLength: 20, maxLength: 40 }), (of, requests) => {
        const enforcer = new PolicyEnforcer(of);
        for (const { user, target, action, path } of requests) {
          const tenant = tenantOf(target) ?? '';
          const expected = enforcer.enforceSync(userSubject(user), tenantDomain(tenant), target, path, action);
          assert.equal(grantsOf(of, enforcer, user).decide(target, action, path), expected);
          if (expected) allowed++;
          else denied++;
        }
      }),
      { numRuns: 300 },
    );
    assert.ok(allowed > 150 && denied > 150, `${allowed} allowed and ${denied} denied are too few to prove anything`);
  });

  it('covers says true only when all paths below are allowed and false only when none is', () => {
    const seen = new Set<boolean | string>();
    fc.assert(
      fc.property(policy, fc.array(request, { minLength: 10, maxLength: 20 }), (of, requests) => {
        const enforcer = new PolicyEnforcer(of);
        for (const { user, target, action, path } of requests) {
          const grants = grantsOf(of, enforcer, user);
          for (let length = 0; length <= path.length; length++) {
            const covers = grants.covers(target, action, queryOf(path.slice(0, length)));
            seen.add(covers);
            if (covers !== 'some') assert.equal(grants.decide(target, action, path), covers);
          }
        }
      }),
      { numRuns: 300 },
    );
    assert.deepEqual(seen, new Set([true, false, 'some']));
  });

  it('lines of a user are those of the implicit roles that Casbin lists', async () => {
    await fc.assert(
      fc.asyncProperty(
        policy,
        fc.constantFrom(...USERS),
        fc.constantFrom(...TENANTS, 'other'),
        async (of, user, tenant) => {
          const enforcer = new PolicyEnforcer(of);
          const roles = await enforcer.getImplicitRolesForUser(userSubject(user), tenantDomain(tenant));
          const lines = (await Promise.all(roles.map((role) => enforcer.getPermissionsForUser(role)))).flat();
          const ours = enforcer
            .linesOf(who(user), tenant)
            .map((l) => [l.role, l.rule, l.target, l.path, l.action, l.effect]);
          assert.deepEqual(ours.map(String).sort(), lines.map(String).sort());
        },
      ),
      { numRuns: 100 },
    );
  });
});
