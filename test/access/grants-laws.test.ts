// Laws for random policies: compiled grants decide like Casbin's enforce, and subtrees like the paths in them.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Policy } from '../../src/access/policy.ts';
import { PolicyEnforcer } from '../../src/access/policy-enforcer.ts';
import { PolicyGrants } from '../../src/access/policy-grants.ts';
import { tenantDomain, userSubject } from '../../src/access/subjects.ts';
import { queryOf } from '../../src/schema/path.ts';
import { platformModel, sampleTargets, siteModel, who } from './fixture.ts';
import { policy, request, TENANTS, USERS } from './random-policy.ts';

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
