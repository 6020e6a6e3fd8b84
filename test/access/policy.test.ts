// The policy as it is read from the rows of the platform target.

import assert from 'node:assert/strict';
import { readPolicy, samePolicy } from '../../src/access/policy.ts';
import { policyFaults } from '../../src/access/policy-faults.ts';
import { platformModel, policyTree, samplePolicy, siteModel, snapshotOf } from './fixture.ts';

const read = (tree: object) => readPolicy(snapshotOf('platform', platformModel, { ...tree }));

describe('the policy', () => {
  it('is read with users, assignments, roles, inheritance and rules', () => {
    const { users, roles } = read(
      policyTree(
        { alice: ['acme/admin', '*/reader'] },
        {
          admin: {
            inherits: ['reader'],
            rules: [{ name: 'no', effect: 'deny', target: 'lab', path: '/x', action: ['update', 'read'] }],
          },
          reader: {},
        },
        { alice: 'scrypt$2$1$1$c2FsdA==$aGFzaA==' },
      ),
    );
    const assignments = [
      { tenant: '*', role: 'reader' },
      { tenant: 'acme', role: 'admin' },
    ];
    assert.deepEqual(users.get('alice'), {
      ...{ name: 'alice', passwordHash: 'scrypt$2$1$1$c2FsdA==$aGFzaA==', groups: [] },
      ...{ own: assignments, assignments },
    });
    assert.deepEqual(roles.get('admin'), {
      name: 'admin',
      inherits: ['reader'],
      rules: [{ name: 'no', effect: 'deny', target: 'lab', path: '/x', actions: ['read', 'update'] }],
    });
    assert.deepEqual(roles.get('reader'), { name: 'reader', inherits: [], rules: [] });
  });

  it('takes defaults of the model, and takes an effect that it does not know as a denial', () => {
    const rules = [{ action: ['read'] }, { effect: 'audit', path: '/b', action: [] }];
    assert.deepEqual(
      read(policyTree({}, { r: { rules } }))
        .roles.get('r')
        ?.rules.map(({ effect, path }) => [effect, path]),
      [
        ['allow', '/'],
        ['deny', '/b'],
      ],
    );
  });

  it('is empty for a model that has no such lists', () => {
    assert.equal(readPolicy(snapshotOf('platform', siteModel, { contact: 'x' })).users.size, 0);
  });

  it('is the same when other rows of the platform target differ, and another when one of its own rows does', () => {
    const of = (tree: object) => snapshotOf('platform', platformModel, { ...tree });
    assert.ok(samePolicy(of(samplePolicy), of({ ...samplePolicy, tenant: [{ name: 'x' }] })));
    assert.ok(!samePolicy(of(samplePolicy), of({ ...samplePolicy, user: [] })));
    assert.ok(!samePolicy(of({ ...samplePolicy, user: [] }), of(samplePolicy)));
  });

  it('has its faults told without secrets', () => {
    const tree = policyTree(
      { eve: [] },
      {
        r: {
          inherits: ['ghost'],
          rules: [
            { name: 'a', path: 'site', action: [] },
            { name: 'd', effect: 'deny', path: '', action: [] },
          ],
        },
      },
      { eve: 'plain-secret' },
    );
    assert.deepEqual(
      [...policyFaults(read(tree))],
      [
        "role 'r', rule 'a': 'site' is not a path such as /site[site-id=chicago]/slice; it allows nothing",
        "role 'r', rule 'd': '' is not a path such as /site[site-id=chicago]/slice; it denies every path",
        "role 'r' inherits 'ghost', which does not exist",
        "user 'eve' cannot log in: the password-hash is not scrypt$N$r$p$salt$hash with a cost up to 256 MiB",
      ],
    );
  });
});
