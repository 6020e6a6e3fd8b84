// Access as a whole: grants follow the platform target, and only as far as rights really change.

import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Access } from '../../src/access/access.ts';
import { hashPassword } from '../../src/access/password.ts';
import {
  EDIT,
  path,
  policyTree,
  samplePolicy,
  sampleRoles,
  sampleTargets,
  sampleUsers,
  TestSource,
  who,
} from './fixture.ts';

const contact = path('/contact');
const alice = who('alice');
const bob = who('bob');

describe('access', () => {
  it('gives new grants with a new policy revision when a rule changes, to those whom it concerns', () => {
    const source = new TestSource(samplePolicy, 7);
    const access = new Access(source);
    const before = { alice: access.grants(alice), rita: access.grants(who('rita')) };
    assert.equal(before.alice.policyRevision, 7);
    source.commit(
      policyTree(sampleUsers, {
        ...sampleRoles,
        admin: { inherits: ['reader'], rules: [{ path: '/port', action: EDIT }] },
      }),
    );
    assert.notEqual(access.grants(alice), before.alice);
    assert.equal(access.grants(alice).policyRevision, 8);
    assert.ok(!access.grants(alice).decide('acme', 'update', contact));
    assert.equal(access.grants(who('rita')), before.rita);
  });

  it('keeps grants when other parts of the platform target change', () => {
    const source = new TestSource(samplePolicy);
    const access = new Access(source);
    const before = access.grants(alice);
    source.commit({ ...samplePolicy, tenant: [{ name: 'new' }] });
    assert.equal(access.grants(alice), before);
    assert.equal(access.grants(bob).policyRevision, before.policyRevision);
  });

  it('takes rights away from grants held by nobody but the old policy: a removed user has none', () => {
    const source = new TestSource(samplePolicy);
    const access = new Access(source);
    const held = access.grants(alice);
    const { alice: _, ...others } = sampleUsers;
    source.commit(policyTree(others, sampleRoles));
    assert.notEqual(access.grants(alice), held);
    assert.deepEqual(access.grants(alice).readableTargets(), []);
  });

  it('keeps no policy of before, and the rules of a role once, however many are recognized by token', () => {
    const rules = Array.from({ length: 1000 }, (_, i) => ({ path: `/site[site-id=s${i}]`, action: EDIT }));
    const tree = (round: number) => ({
      ...policyTree(
        { alice: ['acme/other'] },
        { wide: { rules }, other: { rules: [{ path: `/site[site-id=${round}]`, action: EDIT }] } },
      ),
      group: [{ name: 'staff', role: [{ tenant: 'acme', role: 'wide' }] }],
    });
    const source = new TestSource(tree(0));
    const access = new Access(source);
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    let before = 0;
    for (let round = 1; round <= 60; round++) {
      source.commit(tree(round));
      for (let i = 0; i < 20; i++) {
        const member = { name: `corp:${round}-${i}`, groups: ['staff'] };
        assert.ok(access.grants(member).decide('acme', 'update', path('/site[site-id=s7]')));
      }
      if (round === 10 || round === 60) collect();
      if (round === 10) before = process.memoryUsage().heapUsed;
    }
    // 50 policies of more than a megabyte each, and the rules of a thousand members, would be far more.
    assert.ok(process.memoryUsage().heapUsed - before < 20e6, `${process.memoryUsage().heapUsed - before} bytes more`);
  });

  it('follows a target to its new tenant at once, also in grants already held', () => {
    const source = new TestSource(samplePolicy);
    const access = new Access(source);
    const held = { alice: access.grants(alice), bob: access.grants(bob) };
    assert.ok(held.alice.decide('acme-lab', 'read', contact));
    source.list = sampleTargets.map((t) => (t.name === 'acme-lab' ? { ...t, tenant: 'globex' } : t));
    source.commit({ ...samplePolicy, tenant: [{ name: 'moved' }] });
    assert.ok(!held.alice.decide('acme-lab', 'read', contact));
    assert.ok(held.bob.decide('acme-lab', 'read', contact));
    source.list = sampleTargets.filter(({ name }) => name !== 'acme-lab');
    source.commit({ ...samplePolicy, tenant: [{ name: 'gone' }] });
    assert.ok(!held.bob.decide('acme-lab', 'read', contact));
  });

  it('follows inherited roles and those given for a second tenant', () => {
    const source = new TestSource(samplePolicy);
    const access = new Access(source);
    source.commit(policyTree({ ...sampleUsers, alice: ['acme/admin', 'globex/reader'] }, sampleRoles));
    const grants = access.grants(alice);
    assert.ok(grants.decide('globex', 'read', contact) && !grants.decide('globex', 'update', contact));
    assert.ok(grants.decide('acme', 'read', contact) && grants.decide('acme', 'update', contact));
  });

  it('authenticates by the hash in the platform target, and no longer by the one before', async () => {
    const cost = { N: 256, r: 1, p: 1 };
    const hash = (password: string) => hashPassword(password, Buffer.alloc(16, 1), cost);
    const source = new TestSource(policyTree(sampleUsers, sampleRoles, { alice: await hash('first') }));
    const access = new Access(source);
    const { proof, ...known } = await access.authenticate({ username: 'alice', password: 'first' });
    assert.deepEqual(known, alice);
    assert.equal(proof?.holds(), true);
    source.commit(policyTree(sampleUsers, sampleRoles, { alice: await hash('second') }));
    await assert.rejects(access.authenticate({ username: 'alice', password: 'first' }), { code: 'UNAUTHENTICATED' });
    assert.equal(proof?.holds(), false);
    assert.equal((await access.authenticate({ username: 'alice', password: 'second' })).name, 'alice');
  });
});
