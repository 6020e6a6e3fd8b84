// A change of the policy after which nobody could edit it is refused.

import assert from 'node:assert/strict';
import { Access } from '../../src/access/access.ts';
import { keepsAnEditor } from '../../src/access/keeps-an-editor.ts';
import { hashPassword } from '../../src/access/password.ts';
import {
  ALL,
  candidate,
  platformModel,
  policyTree,
  refusal,
  sampleRoles,
  sampleUsers,
  TestSource,
  type Tree,
  who,
} from './fixture.ts';

describe('the last editor of the policy', () => {
  let tree: Tree;
  let hash: string;
  const staged = (after: Tree, before = tree) => [candidate('platform', before, after, platformModel)];
  const locked = (after: Tree) =>
    assert.match(
      refusal(() => keepsAnEditor(staged(after))),
      /^FAILED_PRECONDITION: after this change .* nobody could edit the policy any more; keep a user/,
    );

  before(async () => {
    hash = await hashPassword('x', Buffer.alloc(16), { N: 2, r: 1, p: 1 });
    tree = policyTree(sampleUsers, sampleRoles, { root: hash });
  });

  it('may not be removed, nor its role, rule or password', () => {
    const { root: _, ...users } = sampleUsers;
    locked(policyTree(users, sampleRoles));
    locked(policyTree({ ...sampleUsers, root: ['acme/operator'] }, sampleRoles, { root: hash }));
    locked(
      policyTree(sampleUsers, { ...sampleRoles, operator: { rules: [{ path: '/', action: ALL }] } }, { root: hash }),
    );
    locked(policyTree(sampleUsers, sampleRoles));
    locked(policyTree(sampleUsers, sampleRoles, { root: 'changeme' }));
    locked({});
  });

  it('may not be denied a part of the policy', () => {
    const deny = { effect: 'deny', target: 'platform', path: '/user[name=root]', action: ['update'] };
    const operator = { rules: [...sampleRoles.operator.rules, deny] };
    locked(policyTree(sampleUsers, { ...sampleRoles, operator }, { root: hash }));
  });

  it('may go when there is another', () => {
    keepsAnEditor(staged(policyTree({ new: ['*/operator'] }, sampleRoles, { new: hash })));
  });

  it('does not matter to changes outside of the policy, of other targets, or where there was none', () => {
    keepsAnEditor(staged({ ...tree, tenant: [{ name: 'x' }] }));
    keepsAnEditor([candidate('acme', { contact: 'x' }, {})]);
    keepsAnEditor(staged(policyTree({ a: [] }, {}), {}));
  });

  it('is looked after when grants check a commit', () => {
    const grants = new Access(new TestSource(tree)).grants(who('root'));
    assert.match(
      refusal(() => grants.check(staged({}))),
      /^FAILED_PRECONDITION/,
    );
    grants.check(staged({ ...tree, tenant: [{ name: 'x' }] }));
  });
});
