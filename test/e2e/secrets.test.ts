// Secrets stay out of what the service prints, at the most talkative level: passwords, hashes, credentials of devices.

import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../src/package-root.ts';
import { endpointsIn } from '../endpoints.ts';
import { edgeconf, type Running, running } from './edgeconf-process.ts';

const token = 'the-token-of-the-core';
const hash = 'scrypt$16384$8$1$c2FsdHNhbHRzYWx0c2FsdA==$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNo';

describe('secrets in the log', () => {
  let folder: string;
  let core: Server;
  let service: Running;
  let env: NodeJS.ProcessEnv;
  let log = '';
  let look = (): void => {};

  const cli = (...args: string[]) => edgeconf(folder, args, env);

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'edgeconf-secrets-'));
    cpSync(join(packageRoot, 'edgeconf.yaml'), join(folder, 'edgeconf.yaml'));
    // A core that says back whatever it was sent.
    core = createServer((request, response) => {
      const said: Buffer[] = [];
      request.on('data', (chunk: Buffer) => said.push(chunk));
      request.on('end', () => response.writeHead(400).end(`${request.headers.authorization} ${Buffer.concat(said)}`));
    });
    await new Promise<void>((resolve) => core.listen(0, '127.0.0.1', resolve));
    service = running(folder, ['serve'], {
      EDGECONF_GNMI_PORT: '0',
      EDGECONF_HTTP_PORT: '0',
      EDGECONF_LOG_LEVEL: 'debug',
      CORE_TOKEN: token,
    });
    service.child.stderr?.on('data', (chunk) => {
      log += chunk;
      look();
    });
    const address = /127\.0\.0\.1:\d+/.exec(await service.line(/serves gNMI on/))?.[0];
    const secret = /secret {2}(\S+)/.exec(await service.line(/^ {2}secret/))?.[1];
    env = { EDGECONF_CLIENT_ADDRESS: address, EDGECONF_CLIENT_USER: 'operator', EDGECONF_CLIENT_PASSWORD: secret };
  });
  after(async () => {
    await service.kill('SIGKILL');
    core.closeAllConnections();
    await new Promise((resolve) => core.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  });

  it('do not stand there, nor in the status of a device', async () => {
    const file = join(packageRoot, 'models/aether/2.1/valid/acme.json');
    const { port } = core.address() as AddressInfo;
    const device = {
      kind: 'sd-core',
      address: `http://127.0.0.1:${port}/config`,
      'credentials-reference': 'env:CORE_TOKEN',
      endpoint: endpointsIn(readFileSync(file, 'utf8')),
    };
    const target = '{"tenant":"acme","model":"aether","model-version":"2.1"}';
    const made = ['/tenant[name=acme]/display-name', 'Acme', '/target[name=acme]', target];
    const given = ['/device[name=core]', JSON.stringify(device), '/user[name=carl]/password-hash', hash];
    assert.equal((await cli('set', ...made, ...given, '-t', 'platform')).err, '');
    const wrong = await cli('set', '/user[name=dora]/password-hash', `${hash}$${token}`, '-t', 'platform');
    assert.match(wrong.err, /A password is kept only as its scrypt hash/);
    assert.equal((await cli('set', '-f', file, '-t', 'acme')).err, '');
    assert.match((await cli('get', '/', '-t', 'acme', '-u', 'carl', '-p', 'a-wrong-password')).err, /UNAUTHENTICATED/);
    await new Promise<void>((resolve) => {
      look = () => (log.includes('refused a document') ? resolve() : undefined);
      look();
    });
    const { out } = await cli('get', '/device[name=core]/state', '-t', 'platform');
    assert.match(out, /\(secret\)/);
    const secrets = [token, hash.slice(-12), 'a-wrong-password', env.EDGECONF_CLIENT_PASSWORD ?? '?'];
    for (const secret of secrets) assert.ok(![log, out, wrong.err].join().includes(secret), secret);
  });
});
