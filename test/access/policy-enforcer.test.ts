// The policy in Casbin: domains, inheritance, deny wins, and names that must not be confused.

import assert from 'node:assert/strict';
import { readPolicy } from '../../src/access/policy.ts';
import { PolicyEnforcer } from '../../src/access/policy-enforcer.ts';
import { roleSubject, tenantDomain, userSubject } from '../../src/access/subjects.ts';
import { path, platformModel, policyTree, samplePolicy, snapshotOf, type Tree, who } from './fixture.ts';

const enforcerOf = (tree: Tree) => new PolicyEnforcer(readPolicy(snapshotOf('platform', platformModel, tree)));
const everything = { rules: [{ path: '/', action: ['read'] }] };
const contact = path('/contact');

describe('the policy enforcer', () => {
  const sample = enforcerOf(samplePolicy);

  it('gives a role in the tenant that it is assigned for and in no other', () => {
    assert.ok(sample.allows(who('alice'), 'acme', 'acme', 'update', contact));
    assert.ok(!sample.allows(who('alice'), 'globex', 'globex', 'read', contact));
    assert.ok(sample.allows(who('bob'), 'globex', 'globex', 'update', contact));
  });

  it('gives a role for all tenants in each', () => {
    for (const tenant of ['acme', 'globex', 'new'])
      assert.ok(sample.allows(who('root'), tenant, tenant, 'delete', contact));
  });

  it('lets denials win over allowances, whichever comes first', () => {
    const uplink = path('/site[site-id=a]/mbr/uplink');
    assert.ok(!sample.allows(who('alice'), 'acme', 'acme', 'update', uplink));
    assert.ok(sample.allows(who('alice'), 'acme', 'acme', 'read', uplink));
    const deny = { effect: 'deny', path: '/contact', action: ['read'] };
    const allow = { path: '/', action: ['read'] };
    for (const rules of [
      [deny, allow],
      [allow, deny],
    ]) {
      assert.ok(!enforcerOf(policyTree({ u: ['t/r'] }, { r: { rules } })).allows(who('u'), 't', 't', 'read', contact));
    }
  });

  it('denies everything without a policy', () => {
    assert.ok(!enforcerOf({}).allows(who('root'), '', 'platform', 'read', []));
    assert.ok(!enforcerOf({}).allows(who(''), '', '', 'read', []));
  });

  it('reaches the platform target only by a rule that names it in a role for all tenants', () => {
    const named = { rules: [{ target: 'platform', path: '/', action: ['read'] }] };
    const tree = policyTree(
      { a: ['*/named'], b: ['*/star'], c: ['acme/named'], d: ['/named'] },
      { named, star: everything },
    );
    const enforcer = enforcerOf(tree);
    const reaches = (user: string) => enforcer.allows(who(user), '', 'platform', 'read', []);
    assert.deepEqual(['a', 'b', 'c', 'd'].map(reaches), [true, false, false, false]);
  });

  it('applies a rule with a target to that target only, and only in the tenant of the role', () => {
    const lab = { rules: [{ target: 'acme-lab', path: '/', action: ['read'] }] };
    const enforcer = enforcerOf(policyTree({ u: ['acme/lab'], v: ['globex/lab'] }, { lab }));
    assert.ok(enforcer.allows(who('u'), 'acme', 'acme-lab', 'read', contact));
    assert.ok(!enforcer.allows(who('u'), 'acme', 'acme', 'read', contact));
    assert.ok(!enforcer.allows(who('v'), 'acme', 'acme-lab', 'read', contact));
  });

  it('follows inheritance however deep, where Casbin alone would stop after ten roles', () => {
    const chain = Object.fromEntries(
      Array.from({ length: 60 }, (_, i) => [`r${i}`, i === 59 ? everything : { inherits: [`r${i + 1}`] }]),
    );
    const enforcer = enforcerOf(policyTree({ u: ['t/r0'] }, chain));
    assert.ok(enforcer.allows(who('u'), 't', 't', 'read', contact));
    assert.equal(enforcer.linesOf(who('u'), 't').length, 1);
  });

  it('survives roles that inherit each other in every direction', () => {
    const names = Array.from({ length: 30 }, (_, i) => `r${i}`);
    const circle = Object.fromEntries(names.map((name) => [name, { inherits: names }]));
    const enforcer = enforcerOf(policyTree({ u: ['t/r0'] }, { ...circle, other: everything }));
    assert.ok(!enforcer.allows(who('u'), 't', 't', 'read', contact));
    assert.equal(enforcer.linesOf(who('u'), 't').length, 0);
  });

  it('does not take a user for the role of the same name', () => {
    const enforcer = enforcerOf(policyTree({ admin: [] }, { admin: everything }));
    assert.ok(!enforcer.allows(who('admin'), 't', 't', 'read', contact));
  });

  it('does not take names with separators in them for one another', () => {
    const enforcer = enforcerOf(policyTree({ 'u,tenant:a': ['b/admin'], u: ['a,b/admin'] }, { admin: everything }));
    assert.ok(enforcer.allows(who('u,tenant:a'), 'b', 'b', 'read', contact));
    assert.ok(!enforcer.allows(who('u'), 'a,tenant:b', 'x', 'read', contact));
    assert.ok(enforcer.allows(who('u'), 'a,b', 'x', 'read', contact));
    assert.ok(!enforcer.allows(who('u'), 'a', 'x', 'read', contact));
  });

  it('lists the same lines for a user as the calls that Casbin offers for it', async () => {
    const enforcer = enforcerOf(
      policyTree(
        { u: ['a/x', '*/y'] },
        {
          x: { inherits: ['z'], rules: [{ path: '/a', action: ['read', 'update'] }] },
          y: { rules: [{ path: '/b', action: ['read'] }] },
          z: { inherits: ['x'], rules: [{ effect: 'deny', path: '/c', action: ['read'] }] },
        },
      ),
    );
    for (const tenant of ['a', 'b', '*']) {
      const roles = await enforcer.getImplicitRolesForUser(userSubject('u'), tenantDomain(tenant));
      const lines = (await Promise.all(roles.map((role) => enforcer.getPermissionsForUser(role)))).flat();
      const ours = enforcer
        .linesOf(who('u'), tenant)
        .map((line) => [line.role, line.rule, line.target, line.path, line.action, line.effect]);
      assert.deepEqual(ours.sort(), lines.sort());
      assert.equal(lines.length, tenant === 'a' ? 4 : 1);
    }
  });

  it('answers the questions of a role manager', async () => {
    const manager = sample.getRoleManager();
    assert.deepEqual(await manager.getUsers(roleSubject('reader'), tenantDomain('acme')), [
      userSubject('rita'),
      roleSubject('admin'),
    ]);
    assert.deepEqual(await manager.getDomains(userSubject('alice')), [tenantDomain('acme')]);
    assert.ok(await manager.hasLink(userSubject('alice'), roleSubject('reader'), tenantDomain('acme')));
    await assert.rejects(manager.hasLink('a', 'b'), /exactly one domain/);
  });
});
