// What of the platform target says how callers prove who they are, as it is stored: order, defaults, and when it is the same.

import assert from 'node:assert/strict';
import { NO_AUTHENTICATION, readAuthentication, sameAuthentication } from '../../src/access/authentication.ts';
import type { Snapshot } from '../../src/datastore/snapshot.ts';
import { startService, type TestService } from '../service.ts';

describe('the configuration of authentication', () => {
  let service: TestService;
  before(async () => {
    service = await startService();
    await service.merge('platform', { group: [{ name: 'team' }, { name: 'all' }] });
  });
  after(() => service.close());
  const platform = (): Snapshot => service.datastore.snapshot('platform') ?? assert.fail();

  it('is nothing at first', () => {
    assert.deepEqual(readAuthentication(platform()), NO_AUTHENTICATION);
  });

  it('has rules in the order of the users, and issuers with their defaults', async () => {
    await service.merge('platform', {
      authentication: {
        'certificate-rule': [
          { name: 'z', field: 'san-uri', value: 'spiffe://a/*', user: 'operator', group: ['team', 'all'] },
          { name: 'a', field: 'subject-common-name', value: '*' },
        ],
        issuer: [
          {
            name: 'corp',
            url: 'https://corp.example',
            audience: ['edgeconf'],
            claim: [
              { value: 'x', group: ['team', 'all'] },
              { value: 'y', group: ['all'] },
            ],
          },
          {
            name: 'lab',
            url: 'http://localhost:8080/lab',
            'ca-reference': 'file:/ca.pem',
            audience: ['a', 'b'],
            'user-claim': 'email',
            'group-claim': 'roles',
            'clock-skew': 0,
            'local-users': true,
          },
        ],
      },
    });
    const { certificateRules, issuers } = readAuthentication(platform());
    assert.deepEqual(certificateRules, [
      { name: 'z', field: 'san-uri', value: 'spiffe://a/*', user: 'operator', groups: ['all', 'team'] },
      { name: 'a', field: 'subject-common-name', value: '*', user: undefined, groups: [] },
    ]);
    assert.deepEqual(issuers, [
      {
        name: 'corp',
        url: 'https://corp.example',
        caReference: undefined,
        audiences: ['edgeconf'],
        userClaim: 'sub',
        groupClaim: 'groups',
        clockSkewSeconds: 30,
        localUsers: false,
        groups: new Map([
          ['x', ['all', 'team']],
          ['y', ['all']],
        ]),
      },
      {
        name: 'lab',
        url: 'http://localhost:8080/lab',
        caReference: 'file:/ca.pem',
        audiences: ['a', 'b'],
        userClaim: 'email',
        groupClaim: 'roles',
        clockSkewSeconds: 0,
        localUsers: true,
        groups: new Map(),
      },
    ]);
  });

  it('is the same until one of its own rows changes, the order of rules among them', async () => {
    const before = platform();
    await service.merge('platform', { tenant: [{ name: 'new' }] });
    assert.ok(sameAuthentication(before, platform()));
    const rules = readAuthentication(platform()).certificateRules.map(({ name, field, value }) => ({
      name,
      field,
      value,
    }));
    const list = platform().model.root.children.get('edgeconf-platform:authentication');
    assert.ok(list);
    const json = JSON.stringify({ 'edgeconf-platform:authentication': { 'certificate-rule': rules.reverse() } });
    const edits = [{ op: 'replace' as const, path: [{ node: list }], json }];
    await service.datastore.commit({ author: 'system', edits: [{ target: 'platform', edits }], authorize: () => {} });
    assert.ok(!sameAuthentication(before, platform()));
    assert.deepEqual(
      readAuthentication(platform()).certificateRules.map(({ name }) => name),
      ['a', 'z'],
    );
  });
});
