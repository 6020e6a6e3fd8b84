// A document that can no longer be written for its device: who may not read all that it is made from is not told why.

import assert from 'node:assert/strict';
import { credentials, type ServiceError } from '@grpc/grpc-js';
import { after, before, describe, it } from 'mocha';
import { southboundClient } from '../../../src/proto/southbound-client.ts';
import { type Adapter, EdgeconfError } from '../../../src/southbound/adapter.ts';
import { startService, type TestService } from '../../service.ts';

const URI = 'http://fussy.example';
const NOTE = { device: 'fussy-1', document: 'note/cam' };

/** Tells each application all names of sites, until the device turns out to be a new one. */
const fussy: Adapter = {
  kind: 'fussy',
  models: ['aether@2.1'],
  documentKinds: { note: { readable: false, removal: 'remove' } },
  endpoints: () => [URI],
  list: (root) =>
    root.list('application').map(({ keys: [id = ''] }) => ({
      ...{ kind: 'note', id: `note/${id}`, source: ['application', id], dependsOn: [] },
    })),
  render(root, { version }, _ref, because) {
    const names = root.list('site').map((site) => String(site.leaf('display-name')));
    if (version === 'new') throw new EdgeconfError('FAILED_PRECONDITION', `no device takes ${names}`);
    return because('names of sites', () => names);
  },
  connect: () => ({
    read: async () => undefined,
    put: async () => {},
    remove: async () => {},
    version: async () => 'new',
    close: async () => {},
  }),
};

describe('a document that cannot be written any more', () => {
  let service: TestService;
  const clients: { close(): void }[] = [];
  const as = (username: string) => {
    const password = `${username}-secret`;
    const client = southboundClient({
      ...{ address: service.address, channel: credentials.createInsecure(), username, password },
    });
    clients.push(client);
    return client;
  };
  const words = async (call: Promise<unknown>): Promise<string> => {
    try {
      await call;
    } catch (error) {
      return (error as ServiceError).details;
    }
    return assert.fail('nothing was refused');
  };

  before(async () => {
    service = await startService({ adapters: [fussy] });
    await service.merge('platform', {
      device: [{ name: 'fussy-1', kind: 'fussy', address: 'http://127.0.0.1:9', endpoint: [URI], enabled: false }],
    });
    await service.merge('acme', {
      application: [{ 'application-id': 'cam', address: '10.0.0.1/32' }],
      site: [
        {
          ...{ 'site-id': 'hidden', 'display-name': 'Hidden Hill' },
          'imsi-definition': { mcc: '001', mnc: '01', enterprise: 1, format: 'CCCNNEEESSSSSSS' },
        },
      ],
    });
    await service.merge('platform', { device: [{ name: 'fussy-1', enabled: true }] });
    const operator = as('operator');
    while ((await operator.getDocument(NOTE)).document?.status !== 'failed');
  });
  after(async () => {
    for (const client of clients) client.close();
    await service.close();
  });

  it('is explained to who reads the tenant', async () => {
    assert.match(await words(as('acme-reader').explain(NOTE)), /no device takes Hidden Hill/);
  });

  it('is said to be so to who reads a part of it, without what is in the rest', async () => {
    const planner = as('acme-planner');
    assert.equal((await planner.getDocument(NOTE)).document?.reason, '');
    assert.equal(
      await words(planner.explain(NOTE)),
      "document 'note/cam' cannot be made of what intent says; only who may read all that it is made from is told why",
    );
  });
});
