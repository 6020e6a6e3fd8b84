// The certificate of a Set on the whole service with a simulated core: targets, documents on devices, and whose they are.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { credentials } from '@grpc/grpc-js';
import { type SdCoreSimulator, startSdCoreSimulator } from '../../../adapters/sd-core/simulator/simulator.ts';
import { hashPassword } from '../../../src/access/password.ts';
import { packageRoot } from '../../../src/package-root.ts';
import type { SetRequest } from '../../../src/proto/gnmi.ts';
import { type GnmiClient, gnmiClient } from '../../../src/proto/gnmi-client.ts';
import { parsePath } from '../../../src/proto/path-text.ts';
import { certificateOf, certificateRequest } from '../../../src/proto/transaction-certificate.ts';
import { type Service, startService } from '../../../src/service.ts';
import { loadSettings } from '../../../src/settings.ts';
import { removeTempFolders, tempFolder } from '../../datastore/temp-folder.ts';
import { endpointsIn } from '../../endpoints.ts';

describe('the certificate of a Set', () => {
  let service: Service;
  let simulator: SdCoreSimulator;
  let text: string;
  const clients: GnmiClient[] = [];
  let operator: GnmiClient;
  let admin: GnmiClient;

  const json = (value: unknown) => ({ json_ietf_val: Buffer.from(JSON.stringify(value)) });
  const update = (target: string, path: string, value: unknown): SetRequest => ({
    prefix: { target },
    update: [{ path: parsePath(path), val: json(value) }],
  });
  const certified = async (client: GnmiClient, request: SetRequest) =>
    certificateOf(await client.set({ ...request, extension: [certificateRequest()] }));

  before(async () => {
    simulator = await startSdCoreSimulator({ version: '3.0' });
    const override = { data: await tempFolder(), 'gnmi.port': 0, 'http.port': 0, 'gnmi.plaintext': true };
    const started = await startService(loadSettings({ env: {}, override: { ...override, 'log.level': 'silent' } }));
    service = started.service;
    const connect = (username: string, password: string): GnmiClient => {
      const address = `127.0.0.1:${service.gnmiPort}`;
      const client = gnmiClient({ address, channel: credentials.createInsecure(), username, password });
      clients.push(client);
      return client;
    };
    operator = connect('operator', started.firstOperator?.secret ?? '');
    admin = connect('alice', 'alice-secret');
    text = await readFile(join(packageRoot, 'models/aether/2.1/valid/acme.json'), 'utf8');
    const endpoint = endpointsIn(text);
    const hash = await hashPassword('alice-secret', Buffer.from('0123456789abcdef'), { N: 2, r: 1, p: 1 });
    const role = [{ tenant: 'acme', role: 'enterprise-admin' }];
    await operator.set(
      update('platform', '/', {
        'edgeconf-platform:tenant': [{ name: 'acme' }, { name: 'globex' }],
        'edgeconf-platform:target': ['acme', 'globex'].map((name) => ({
          name,
          tenant: name,
          model: 'aether',
          'model-version': '2.1',
        })),
        'edgeconf-platform:device': [{ name: 'core-1', kind: 'sd-core', address: `${simulator.url}/config`, endpoint }],
        'edgeconf-platform:user': [{ name: 'alice', 'password-hash': hash, role }],
      }),
    );
  });
  after(async () => {
    for (const client of clients) client.close();
    await service.close();
    await simulator.close();
    await removeTempFolders();
  });

  it('tells a tenant what it touched, counts what it may not read, and that nobody else was touched', async () => {
    const answer = await certified(admin, update('acme', '/', JSON.parse(text)));
    assert.ok(answer);
    const { unnamed_documents: count, ...rest } = answer;
    assert.deepEqual(rest, {
      revision: service.datastore.head.revision,
      targets: [{ name: 'acme', tenant: 'acme', written: true, read: true }],
      documents: [],
      other_tenants: [],
      unnamed_tenants: 0,
    });
    await service.southbound.settled();
    assert.equal(count, simulator.networkSlices.size + simulator.deviceGroups.size);
  });

  it('names documents to whom may read the devices, down to the one that a leaf changes', async () => {
    const path = '/site[site-id=acme-chicago]/device-group[device-group-id=acme-chicago-robots]/mbr/uplink';
    const answer = await certified(operator, update('acme', path, '77000000'));
    assert.deepEqual(answer?.targets, [
      { name: 'acme', tenant: 'acme', written: true, read: true },
      { name: 'platform', tenant: '', written: false, read: true },
    ]);
    assert.deepEqual(
      answer?.documents.map(({ device, target, removed }) => [device, target, removed]),
      [['core-1', 'acme', false]],
    );
    assert.match(answer?.documents[0]?.document ?? '', /acme-chicago-robots/);
    assert.deepEqual([answer?.unnamed_documents, answer?.other_tenants, answer?.unnamed_tenants], [0, [], 0]);
  });

  it('says so when a change of the platform reaches documents of a tenant', async () => {
    const request: SetRequest = {
      prefix: { target: 'platform' },
      delete: [parsePath('/device[name=core-1]/endpoint')],
    };
    const answer = await certified(operator, request);
    assert.deepEqual(answer?.other_tenants, ['acme']);
    assert.ok(answer.documents.length > 1);
    assert.ok(answer.documents.every(({ target, removed }) => target === 'acme' && removed));
  });

  it('of a request that changes nothing names what was looked at', async () => {
    const answer = await certified(admin, { prefix: { target: 'acme' }, delete: [parsePath('/site[site-id=none]')] });
    assert.deepEqual(answer, {
      revision: service.datastore.head.revision,
      targets: [{ name: 'acme', tenant: 'acme', written: false, read: true }],
      documents: [],
      unnamed_documents: 0,
      other_tenants: [],
      unnamed_tenants: 0,
    });
  });

  it('is not sent to who does not ask for it', async () => {
    const answer = await admin.set(update('acme', '/site[site-id=acme-chicago]/display-name', 'Chicago'));
    assert.equal(certificateOf(answer), undefined);
  });
});
