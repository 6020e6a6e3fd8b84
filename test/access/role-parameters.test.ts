// Roles that are given with parameters, and to groups.

import assert from 'node:assert/strict';
import { Access } from '../../src/access/access.ts';
import { readPolicy } from '../../src/access/policy.ts';
import { policyFaults } from '../../src/access/policy-faults.ts';
import { ALL, path, platformModel, policyTree, snapshotOf, TestSource, type Tree, who } from './fixture.ts';

const roles = policyTree(
  {},
  {
    'site-admin': { inherits: ['helper'], rules: [{ path: '/site[site-id={site}]', action: ALL }] },
    helper: {
      rules: [
        { path: '/site[site-id={site}]/slice[slice-id={slice}]', action: ['execute'] },
        { path: '/contact', action: ['read'] },
      ],
    },
    blind: {
      rules: [
        { path: '/', action: ['read'] },
        { effect: 'deny', path: '/site[site-id={site}]', action: ['read'] },
      ],
    },
  },
).role;

const parameter = (values: Record<string, string[]>) =>
  Object.entries(values).map(([name, value]) => ({ name, value }));
const given = (role: string, values: Record<string, string[]> = {}) => ({
  tenant: 'acme',
  role,
  parameter: parameter(values),
});

function accessOf(tree: Tree) {
  return new Access(new TestSource({ ...tree, role: roles }));
}

describe('a role with parameters', () => {
  const access = accessOf({
    user: [
      { name: 'ann', role: [given('site-admin', { site: ['chicago', 'a]b\\{x}'], slice: ['s1', 's2'] })] },
      { name: 'bea', role: [given('site-admin', { site: ['*'] })] },
      { name: 'cat', role: [given('site-admin')] },
      { name: 'dan', role: [given('blind')] },
      { name: 'eve', role: [given('blind', { site: ['boston'] })] },
    ],
  });
  const may = (name: string, action: 'read' | 'update' | 'execute', text: string) =>
    access.grants(who(name)).decide('acme', action, path(text));

  it('holds for the values it is given with, and for no others', () => {
    assert.ok(may('ann', 'update', '/site[site-id=chicago]'));
    assert.ok(!may('ann', 'update', '/site[site-id=boston]'));
    assert.ok(may('ann', 'read', '/contact'));
  });

  it('takes a value for what it is, whatever characters it has', () => {
    assert.ok(may('ann', 'update', '/site[site-id=a\\]b\\\\\\{x}]'));
    assert.ok(!may('bea', 'update', '/site[site-id=chicago]'), 'a star among the values opens nothing');
  });

  it('gives its parameters to the roles that it inherits, all combinations of them', () => {
    for (const slice of ['s1', 's2'])
      assert.ok(may('ann', 'execute', `/site[site-id=chicago]/slice[slice-id=${slice}]`));
  });

  it('counts a value for missing when all combinations would be more than a role can have', () => {
    const site = '/site[site-id={site}]';
    const rule = { path: `${site}/slice[slice-id={slice}]/filter[filter-id={filter}]`, action: ['read'] };
    const wide = policyTree({}, { wide: { rules: [rule, { path: site, action: ['update'] }] } }).role;
    const values = Array.from({ length: 1000 }, (_, i) => `v${i}`);
    const tree = {
      role: wide,
      user: [{ name: 'ann', role: [given('wide', { site: values, slice: values, filter: values })] }],
    };
    const policy = readPolicy(snapshotOf('platform', platformModel, tree));
    assert.ok([...policy.roles.values()].every(({ rules }) => rules.length <= 20_000));
    const grants = new Access(new TestSource(tree)).grants(who('ann'));
    assert.ok(grants.decide('acme', 'update', path('/site[site-id=v7]')));
    assert.ok(!grants.decide('acme', 'read', path('/site[site-id=v7]/slice[slice-id=v7]')));
    assert.ok([...policyFaults(policy)].some((fault) => fault.includes("without its parameter 'filter'")));
  });

  it('is inherited over any number of roles', () => {
    const depth = 20_000;
    const chain = Object.fromEntries(
      Array.from({ length: depth }, (_, i) => [
        `r${i}`,
        i === depth - 1
          ? { rules: [{ path: '/site[site-id={site}]', action: ['read'] }] }
          : { inherits: [`r${i + 1}`], rules: [] },
      ]),
    );
    const source = new TestSource({
      role: policyTree({}, chain).role,
      user: [{ name: 'ann', role: [given('r0', { site: ['chicago'] })] }],
    });
    const grants = new Access(source).grants(who('ann'));
    assert.ok(grants.decide('acme', 'read', path('/site[site-id=chicago]')));
    assert.ok(!grants.decide('acme', 'read', path('/site[site-id=boston]')));
  });

  it('allows nothing where a value is missing, and denies more than was meant', () => {
    assert.ok(!may('cat', 'update', '/site[site-id=chicago]'));
    assert.ok(may('cat', 'read', '/contact'));
    assert.ok(!may('dan', 'read', '/contact'));
    assert.ok(may('eve', 'read', '/site[site-id=chicago]'));
    assert.ok(!may('eve', 'read', '/site[site-id=boston]'));
  });

  it('has a missing value told to the operator', () => {
    const policy = readPolicy(
      snapshotOf('platform', platformModel, { role: roles, user: [{ name: 'cat', role: [given('helper')] }] }),
    );
    assert.deepEqual(
      [...policyFaults(policy)],
      [
        "user 'cat' has role 'helper' without its parameter 'site', or with more combinations of values than 20000: rules with it allow nothing, and deny every path",
        "user 'cat' has role 'helper' without its parameter 'slice', or with more combinations of values than 20000: rules with it allow nothing, and deny every path",
      ],
    );
  });
});

describe('a group', () => {
  const access = accessOf({
    user: [
      { name: 'ann', group: ['admins'], role: [] },
      { name: 'bob', role: [] },
    ],
    group: [{ name: 'admins', role: [given('site-admin', { site: ['chicago'] })] }],
  });
  const may = (identity: ReturnType<typeof who>) =>
    access.grants(identity).decide('acme', 'update', path('/site[site-id=chicago]'));

  it('gives its roles to the users in it', () => {
    assert.ok(may(who('ann')));
    assert.ok(!may(who('bob')));
  });

  it('gives them to whom a token or certificate puts into it, and only to these', () => {
    assert.ok(may(who('bob', 'admins')));
    assert.ok(may(who('corp:zoe', 'admins')));
    assert.ok(!may(who('corp:zoe', 'others')));
    assert.ok(!may(who('corp:zoe')));
    assert.notEqual(access.grants(who('bob')), access.grants(who('bob', 'admins')));
  });
});
