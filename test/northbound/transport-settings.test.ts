// The settings of the listener: what does not fit together is refused before anything is opened.

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ChannelCredentials, credentials, type ServiceError, status } from '@grpc/grpc-js';
import { EdgeconfError } from '../../src/errors.ts';
import { gnmiClient } from '../../src/proto/gnmi-client.ts';
import { startService } from '../../src/service.ts';
import { loadSettings } from '../../src/settings.ts';

describe('settings of TLS', () => {
  const load = (override: Record<string, string | boolean>) => loadSettings({ file: '/dev/null', env: {}, override });
  const refused = (message: RegExp) => (error: unknown) =>
    error instanceof EdgeconfError && error.code === 'INVALID_ARGUMENT' && message.test(error.message);

  it('serve TLS 1.2 and newer unless told otherwise, and ask for no client certificate', () => {
    const settings = load({});
    assert.deepEqual([settings['tls.minVersion'], settings['tls.clientCa']], ['1.2', '']);
    assert.equal(load({ 'tls.minVersion': '1.3' })['tls.minVersion'], '1.3');
  });

  it('serve TLS alone unless plaintext is set', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'edgeconf-tls-'));
    const own = { data: folder, 'gnmi.port': 0, 'http.port': 0, 'log.level': 'silent' };
    const { service, firstOperator } = await startService(loadSettings({ file: '/dev/null', env: {}, override: own }));
    const version = async (channel: ChannelCredentials): Promise<string | undefined> => {
      const client = gnmiClient({
        address: `localhost:${service.gnmiPort}`,
        channel,
        username: firstOperator?.name,
        password: firstOperator?.secret,
      });
      try {
        return (await client.capabilities()).gNMI_version;
      } finally {
        client.close();
      }
    };
    try {
      const cleartext = version(credentials.createInsecure());
      await assert.rejects(cleartext, (error: ServiceError) => error.code === status.UNAVAILABLE);
      assert.equal(await version(credentials.createSsl(await readFile(join(folder, 'tls/ca.pem')))), '0.10.0');
    } finally {
      await service.close();
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('refuse a TLS version that is not offered', () => {
    assert.throws(
      () => load({ 'tls.minVersion': '1.1' }),
      refused(/tls\.minVersion is "1\.1"; it must be 1\.2 or 1\.3/),
    );
  });

  it('refuse a certificate without its key, and a key without its certificate', () => {
    for (const one of ['tls.certificate', 'tls.key']) {
      assert.throws(() => load({ [one]: 'file.pem' }), refused(/tls\.certificate and tls\.key belong together/));
    }
  });

  it('refuse to ask for client certificates without TLS', () => {
    const both = { 'gnmi.plaintext': true, 'tls.clientCa': 'ca.pem' };
    assert.throws(() => load(both), refused(/tls\.clientCa asks for client certificates, and gnmi\.plaintext/));
  });
});
