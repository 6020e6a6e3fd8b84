// Recovering an operator whatever became of the policy: roles that were changed, users that were denied everything.

import assert from 'node:assert/strict';
import { hasEditor } from '../src/access/keeps-an-editor.ts';
import { recoverOperator } from '../src/recover.ts';
import { startService, type TestService } from './service.ts';

const all = ['read', 'create', 'update', 'delete', 'execute'];

describe('recovering an operator', () => {
  let service: TestService;
  before(async () => {
    service = await startService();
  });
  after(() => service.close());

  async function recover(name: string): Promise<{ secret: string; roles: unknown }> {
    const { secret } = await recoverOperator(service.datastore, name);
    const client = service.client(name, secret);
    const { notification = [] } = await client.get({
      prefix: { target: 'platform' },
      path: [{ elem: [{ name: 'user', key: { name } }, { name: 'role' }] }],
    });
    const json = Buffer.from(notification[0]?.update?.[0]?.val?.json_val ?? []).toString();
    return { secret, roles: JSON.parse(json) };
  }

  it('makes a new user with the ready-made role, by an author of its own', async () => {
    const { roles } = await recover('rescue');
    assert.deepEqual(roles, { tenant: '*', role: 'operator' });
    const { revision } = service.datastore.head;
    const { author, comment } = await service.datastore.history.entry(revision);
    assert.deepEqual([author, comment], ['edgeconf-recover', 'operator rescue recovered']);
  });

  it('undoes a commit that waits for its confirmation: until then nothing could be changed', async () => {
    await service.client('operator').set({
      prefix: { target: 'platform' },
      delete: [{ elem: [{ name: 'user', key: { name: 'nobody' } }] }],
      extension: [{ commit: { id: 'late', commit: {} } }],
    });
    assert.equal(service.datastore.confirmedCommits.pending.length, 1);
    await recover('rescue');
    assert.deepEqual(service.datastore.confirmedCommits.pending, []);
    await assert.doesNotReject(service.client('nobody').capabilities());
  });

  it('gives a user who comes back with such a commit nothing of what they had before', async () => {
    await service.client('operator').set({
      prefix: { target: 'platform' },
      delete: [{ elem: [{ name: 'user', key: { name: 'acme-planner' } }] }],
      extension: [{ commit: { id: 'gone', commit: {} } }],
    });
    const { roles } = await recover('acme-planner');
    assert.deepEqual(roles, { tenant: '*', role: 'operator' });
  });

  it('makes the role under a free name when it was changed, and takes denials from the user', async () => {
    const nothing = { name: 'nothing', effect: 'deny', target: 'platform', path: '/', action: all };
    await service.merge('platform', {
      role: [
        { name: 'operator', rule: [nothing] },
        { name: 'operator-2', inherits: ['operator'] },
        { name: 'denied', rule: [nothing] },
      ],
      group: [{ name: 'denied', role: [{ tenant: '*', role: 'denied' }] }],
      user: [{ name: 'acme-admin', group: ['denied'], role: [{ tenant: '*', role: 'denied' }] }],
    });
    const platform = () => service.datastore.snapshot('platform') ?? assert.fail();
    assert.ok(!hasEditor(platform()));
    const { roles } = await recover('acme-admin');
    assert.deepEqual(roles, { tenant: '*', role: 'operator-3' });
    assert.ok(hasEditor(platform()));
    await assert.rejects(
      service.client('acme-admin').get({ prefix: { target: 'acme' }, path: [{ elem: [] }] }),
      /the credentials were not accepted/,
    );
    // Once more: the role that is there is taken.
    assert.deepEqual((await recover('acme-admin')).roles, { tenant: '*', role: 'operator-3' });
  });
});
