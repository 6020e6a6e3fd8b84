// Flips of decisions between two policies, as an operator reads them.

import assert from 'node:assert/strict';
import { type Flip, flips } from '../../src/access/flips.ts';
import { readPolicy } from '../../src/access/policy.ts';
import { PolicyView } from '../../src/access/policy-view.ts';
import type { Model } from '../../src/schema/model.ts';
import { formatPath, formatQuery } from '../../src/schema/path.ts';
import { atOnce } from '../../src/slices.ts';
import { EDIT, platformModel, policyTree, siteModel, snapshotOf, type Tree } from './fixture.ts';

interface Target {
  readonly name: string;
  readonly tenant: string;
  readonly model?: Model;
}

const acme = { name: 'acme', tenant: 'acme' };
const configuration = snapshotOf('acme', siteModel, { site: [{ 'site-id': 'chicago', mbr: { uplink: '5' } }] });

function viewOf(tree: Tree, targets: readonly Target[]): PolicyView {
  return new PolicyView(
    readPolicy(snapshotOf('platform', platformModel, tree)),
    targets.map(({ model = siteModel, ...target }) => ({ ...target, root: model.root, snapshot: () => configuration })),
  );
}

const reader = { rules: [{ path: '/', action: ['read'] }] };
const before = policyTree(
  { ann: ['acme/reader'], bob: ['acme/editor'] },
  { reader, editor: { rules: [{ path: '/site', action: EDIT }] } },
);

function shown(found: readonly Flip[]): string[] {
  return found.map(({ holder, target, actions, allowed, region, example }) => {
    const except = region.except.map((query) => ` but ${formatQuery(query)}`).join('');
    const where = `${formatQuery(region.query)}${except}, as ${formatPath(example)}`;
    return `${holder.kind} ${holder.name} ${allowed ? 'gains' : 'loses'} ${actions.join('+')} in ${target.name}: ${where}`;
  });
}

function flipsTo(after: Tree, targets: readonly Target[] = [acme], old: readonly Target[] = [acme]): string[] {
  return shown(atOnce(flips(viewOf(before, old), viewOf(after, targets))));
}

describe('flips', () => {
  it('are none between equal policies', () => {
    assert.deepEqual(flipsTo(before), []);
  });

  it('are no wider than what a new denial takes, with an example that is there', () => {
    const editor = {
      rules: [
        { path: '/site', action: EDIT },
        { effect: 'deny', path: '/site[site-id=chicago]/mbr', action: ['update', 'delete'] },
      ],
    };
    assert.deepEqual(flipsTo(policyTree({ ann: ['acme/reader'], bob: ['acme/editor'] }, { reader, editor })), [
      'user bob loses update+delete in acme: /site[site-id=chicago]/mbr, as /site[site-id=chicago]/mbr/uplink',
    ]);
  });

  it('leave out what is still allowed when a rule is narrowed', () => {
    const editor = { rules: [{ path: '/site[site-id=boston]', action: EDIT }] };
    assert.deepEqual(flipsTo(policyTree({ ann: ['acme/reader'], bob: ['acme/editor'] }, { reader, editor })), [
      'user bob loses create+update+delete in acme: /site[site-id=*] but /site[site-id=boston], as /site[site-id=chicago]/mbr/uplink',
    ]);
  });

  it('are told of users and groups that come and go', () => {
    const after = policyTree(
      { bob: ['acme/editor'], eve: ['acme/reader'] },
      { reader, editor: { rules: [{ path: '/site', action: EDIT }] } },
    );
    const group = [{ name: 'visitors', role: [{ tenant: 'acme', role: 'reader' }] }];
    assert.deepEqual(flipsTo({ ...after, group }), [
      'user ann loses read in acme: /, as /site[site-id=chicago]/mbr/uplink',
      'user eve gains read in acme: /, as /site[site-id=chicago]/mbr/uplink',
      'group visitors gains read in acme: /, as /site[site-id=chicago]/mbr/uplink',
    ]);
  });

  it('are told of a target that comes to another tenant, goes, or gets another model', () => {
    const gone = [
      'user ann loses read in acme: /, as /site[site-id=chicago]/mbr/uplink',
      'user bob loses create+update+delete in acme: /site[site-id=*], as /site[site-id=chicago]/mbr/uplink',
    ];
    assert.deepEqual(flipsTo(before, [{ name: 'acme', tenant: 'globex' }]), gone);
    assert.deepEqual(flipsTo(before, []), gone);
    const other: Model = { ...siteModel, root: { ...siteModel.root } };
    const changed = flipsTo(before, [{ ...acme, model: other }]);
    assert.deepEqual(
      changed.filter((line) => line.includes('loses')),
      gone,
    );
    assert.equal(changed.filter((line) => line.includes('gains')).length, 2);
    assert.deepEqual(
      flipsTo(before, [acme, { name: 'lab', tenant: 'acme' }]).map((line) => line.split(':')[0]),
      ['user ann gains read in lab', 'user bob gains create+update+delete in lab'],
    );
  });
});
