// Clients that are kept out for their certificate are failed logins too, though no RPC of theirs was ever there.

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ChannelCredentials, credentials } from '@grpc/grpc-js';
import { gnmiClient } from '../../src/proto/gnmi-client.ts';
import { type Service, startService } from '../../src/service.ts';
import { loadSettings } from '../../src/settings.ts';
import { type Authority, authority } from '../northbound/authority.ts';
import { entriesOf } from './fixture.ts';

describe('the audit log of a service with client certificates', () => {
  let folder: string;
  let data: string;
  let service: Service;
  let clients: Authority;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'edgeconf-test-'));
    data = join(folder, 'data');
    clients = await authority('client CA');
    await writeFile(join(folder, 'ca.pem'), clients.ca);
    const override = { data, 'gnmi.port': 0, 'http.port': 0, 'tls.clientCa': join(folder, 'ca.pem') };
    const more = { 'gnmi.plaintext': false, 'log.level': 'silent' };
    const settings = loadSettings({ env: {}, override: { ...override, ...more } });
    service = (await startService(settings)).service;
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function refused(channel: ChannelCredentials): Promise<void> {
    const client = gnmiClient({ address: `localhost:${service.gnmiPort}`, channel, timeoutMs: 20_000 });
    await assert.rejects(client.capabilities());
    client.close();
  }

  it('takes in the address of a client behind TLS', async () => {
    const ca = await readFile(join(data, 'tls/ca.pem'));
    const known = await clients.issue('collector');
    await refused(credentials.createSsl(ca, Buffer.from(known.key), Buffer.from(known.certificate)));
  });

  it('has those that showed none, and those that showed one of another CA', async () => {
    const ca = await readFile(join(data, 'tls/ca.pem'));
    await refused(credentials.createSsl(ca));
    const stranger = await (await authority('other CA')).issue('collector');
    await refused(credentials.createSsl(ca, Buffer.from(stranger.key), Buffer.from(stranger.certificate)));
    await service.close();
    const [login, ...others] = await entriesOf(data);
    assert.deepEqual([login?.kind, login?.method], ['login-failed', '/gnmi.gNMI/Capabilities']);
    assert.match(login?.peer ?? '', /^(127\.0\.0\.1|::1|::ffff:127\.0\.0\.1):\d+$/);
    const seen = new Map(others.map(({ message, ...rest }) => [message.replace(/: .*/, ''), rest]));
    assert.deepEqual([...seen.keys()].sort(), [
      'it showed no certificate',
      'its certificate is not accepted by tls.clientCa',
    ]);
    for (const { kind, user, code } of seen.values()) {
      assert.deepEqual([kind, user, code], ['login-failed', '', 'UNAUTHENTICATED']);
    }
  });
});
