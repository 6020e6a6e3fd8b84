// `edgeconf serve` and its CLI as a user runs them: real processes, real sockets, a real data folder.

import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../src/package-root.ts';
import { endpointsIn } from '../endpoints.ts';
import { authority } from '../northbound/authority.ts';
import { edgeconf, type Running, running } from './edgeconf-process.ts';

const site = '/site[site-id=acme-chicago]';

describe('edgeconf serve', () => {
  let folder: string;
  let service: Running;
  let env: NodeJS.ProcessEnv;

  const cli = (...args: string[]) => edgeconf(folder, args, env);
  const serve = async (): Promise<string> => {
    service = running(folder, ['serve'], {
      EDGECONF_GNMI_PORT: '0',
      EDGECONF_HTTP_PORT: '0',
      EDGECONF_LOG_LEVEL: 'silent',
    });
    const line = await service.line(/serves gNMI on/);
    await service.line(/Ctrl-C stops it/);
    return /127\.0\.0\.1:\d+/.exec(line)?.[0] ?? assert.fail(line);
  };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'edgeconf-e2e-'));
    cpSync(join(packageRoot, 'edgeconf.yaml'), join(folder, 'edgeconf.yaml'));
    const address = await serve();
    const secret = /secret {2}(\S+)/.exec(await service.line(/^ {2}secret/))?.[1];
    env = { EDGECONF_CLIENT_ADDRESS: address, EDGECONF_CLIENT_USER: 'operator', EDGECONF_CLIENT_PASSWORD: secret };
  });
  after(async () => {
    await service.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  it('tells the secret of the first operator once and keeps only its hash', async () => {
    assert.equal(service.lines.filter((line) => line.includes(env.EDGECONF_CLIENT_PASSWORD ?? '?')).length, 2);
    const { out } = await cli('get', '/user[name=operator]/password-hash', '-t', 'platform');
    assert.match(out, /^"scrypt\$32768\$8\$3\$/);
  });

  it('takes a tenant and its target, then the intent from a file, each as a revision', async () => {
    const target = '{"tenant":"acme","model":"aether","model-version":"2.1"}';
    const file = join(packageRoot, 'models/aether/2.1/valid/acme.json');
    const device = {
      kind: 'sd-core',
      address: 'http://127.0.0.1:1/config',
      endpoint: endpointsIn(readFileSync(file, 'utf8')),
      enabled: false,
    };
    const made = await cli(
      'set',
      '/tenant[name=acme]/display-name',
      'Acme',
      '/target[name=acme]',
      target,
      '/device[name=core]',
      JSON.stringify(device),
      '-t',
      'platform',
    );
    assert.deepEqual(made, { code: 0, out: 'accepted as revision 2', err: '' });
    assert.deepEqual(await cli('set', '-f', file, '-t', 'acme'), { code: 0, out: 'accepted as revision 3', err: '' });
  });

  it('takes plain text by the type of the leaf: a text of digits, a number, a boolean', async () => {
    const slice = `${site}/slice[slice-id=acme-chicago-robots]`;
    const filter = `${slice}/filter[application=acme-robot-control]`;
    const pairs = [`${site}/imsi-definition/mcc`, '001', `${filter}/priority`, '11', `${filter}/allow`, 'true'];
    assert.equal((await cli('set', ...pairs, '-t', 'acme')).out, 'accepted as revision 4');
    const { out } = await cli('get', `${filter}/priority`, `${site}/imsi-definition/mcc`, '--flat', '-t', 'acme');
    assert.equal(out, `${filter}/priority = 11\n${site}/imsi-definition/mcc = "001"`);
  });

  it('prints one value as indented JSON', async () => {
    const { out } = await cli('get', `${site}/slice[slice-id=acme-chicago-robots]/xapp`, '-t', 'acme');
    assert.deepEqual(JSON.parse(out), {
      'edgeconf-site:rrm-min': 30,
      'edgeconf-site:rrm-max': 60,
      'edgeconf-site:rrm-dedicated': 20,
    });
    assert.match(out, /^\{\n {2}"/);
  });

  it('refuses a bad value with the rule in words, exit code 1, and no new revision', async () => {
    const endpoint = '/application[application-id=acme-robot-control]/endpoint[endpoint-id=motion]';
    const bad = await cli('set', `${endpoint}/port-end`, '1', '-t', 'acme');
    assert.equal(bad.code, 1);
    assert.match(bad.err, /^INVALID_ARGUMENT: .*endpoint\[endpoint-id='motion'\]: port-end is below port-start/);
    const good = await cli('set', `${site}/display-name`, 'Chicago!', '-t', 'acme');
    assert.equal(good.out, 'accepted as revision 5');
  });

  it('refuses a file that is not JSON before anything is sent', async () => {
    writeFileSync(join(folder, 'letter.txt'), 'Dear service,');
    const { code, err } = await cli('set', '-f', 'letter.txt', '-t', 'acme');
    assert.equal(code, 1);
    assert.match(err, /^INVALID_ARGUMENT: the file is not JSON: /);
  });

  it('answers a mistake in the command line with exit code 2 and the way to help', async () => {
    const { code, err } = await cli('get', '--flatt');
    assert.equal(code, 2);
    assert.match(err, /unknown option '--flatt'[\s\S]*--help/);
  });

  it('says what to do when nobody listens and when the password is wrong', async () => {
    const nobody = await cli('get', '/', '-a', '127.0.0.1:1');
    assert.equal(nobody.code, 1);
    assert.match(nobody.err, /cannot reach the service at 127\.0\.0\.1:1 .*`edgeconf serve` starts it/);
    const wrong = await cli('get', '/', '-p', 'wrong');
    assert.equal(wrong.code, 1);
    assert.match(wrong.err, /^UNAUTHENTICATED: .*EDGECONF_CLIENT_PASSWORD/);
  });

  it('watches: the present values, the mark, and each change as it happens', async () => {
    const path = `${site}/display-name`;
    const watching = running(folder, ['watch', path, '-t', 'acme'], env);
    await watching.line(/these were the present values/);
    assert.match(
      watching.lines[0] ?? '',
      /^\d\d:\d\d:\d\d {2}\/site\[site-id=acme-chicago\]\/display-name = "Chicago!"$/,
    );
    await cli('set', path, 'Chicago', '-t', 'acme');
    await watching.line(/display-name = "Chicago"$/);
    await cli('delete', path, '-t', 'acme');
    await watching.line(/display-name deleted$/);
    await watching.kill('SIGINT');
    assert.equal(watching.child.exitCode, 0);
  });

  it('finds everything as it was after kill -9', async () => {
    const before = await cli('get', '/', '-t', 'acme');
    await service.kill('SIGKILL');
    env.EDGECONF_CLIENT_ADDRESS = await serve();
    assert.deepEqual(await cli('get', '/', '-t', 'acme'), before);
    assert.ok(!service.lines.some((line) => line.includes('secret')), 'no second operator is made');
    assert.equal((await cli('delete', '/template[template-id=open]', '-t', 'acme')).out, 'accepted as revision 8');
  });

  it('refuses to start on a data folder that another process uses, and leaves that one alone', async () => {
    const second = await edgeconf(folder, ['serve'], { EDGECONF_GNMI_PORT: '0', EDGECONF_HTTP_PORT: '0' });
    assert.equal(second.code, 1);
    assert.match(second.err, /FAILED_PRECONDITION: .*data.* in use/);
    assert.equal((await cli('get', `${site}/site-id`, '-t', 'acme')).out, '"acme-chicago"');
  });

  it('ends with exit code 0 on SIGTERM and frees the data folder', async () => {
    await service.kill('SIGTERM');
    assert.equal(service.child.exitCode, 0);
    env.EDGECONF_CLIENT_ADDRESS = await serve();
    assert.equal((await cli('get', `${site}/site-id`, '-t', 'acme')).code, 0);
  });

  it('checks the whole data folder with verify, once no service is running on it', async () => {
    await service.kill('SIGTERM');
    const { code, out, err } = await edgeconf(folder, ['verify']);
    assert.deepEqual([code, err], [0, '']);
    assert.match(
      out,
      /^journal: \d+ revisions, .*\nrows: \d+ in 2 targets, .*\ntarget platform: .*\ntarget acme: .* valid by model aether@2\.1$/,
    );
    const missing = await edgeconf(folder, ['verify', '--data', 'nowhere']);
    assert.equal(missing.code, 1);
    assert.match(missing.err, /data folder nowhere is not one of edgeconf/);
  });

  it('prints every setting with serve --help', async () => {
    const { code, out } = await cli('serve', '--help');
    assert.equal(code, 0);
    assert.match(out, /gnmi\.port +EDGECONF_GNMI_PORT +9339/);
  });
});

describe('edgeconf init', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'edgeconf-init-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('does not lose the first operator to a port in use', async () => {
    const data = join(folder, 'busy-port');
    const socket = createServer();
    await new Promise<void>((resolve) => socket.listen(0, '127.0.0.1', resolve));
    const env = { EDGECONF_GNMI_PORT: '0', EDGECONF_DATA: data, EDGECONF_LOG_LEVEL: 'silent' };
    const { port } = socket.address() as AddressInfo;
    const refused = await edgeconf(folder, ['serve'], { ...env, EDGECONF_HTTP_PORT: String(port) });
    socket.close();
    assert.equal(refused.code, 1);
    assert.match(
      refused.err,
      /FAILED_PRECONDITION: http\.host, http\.port: cannot listen on 127\.0\.0\.1:\d+: .*EADDRINUSE/,
    );
    const service = running(folder, ['serve'], { ...env, EDGECONF_HTTP_PORT: '0' });
    assert.match(await service.line(/secret/), /secret {2}\S+/);
    await service.kill('SIGKILL');
  });

  it('makes a data folder with which TLS clients can trust the service', async () => {
    const init = await edgeconf(folder, ['init', '--operator', 'ops'], { EDGECONF_LOG_LEVEL: 'silent' });
    assert.equal(init.code, 0, init.err);
    const secret = /secret {2}(\S+)/.exec(init.out)?.[1] ?? assert.fail(init.out);
    const ca = join(folder, 'data/tls/ca.pem');
    assert.ok(existsSync(ca));
    assert.equal(statSync(join(folder, 'data/tls/server.key')).mode & 0o777, 0o600);

    const service = running(folder, ['serve'], {
      EDGECONF_GNMI_PORT: '0',
      EDGECONF_HTTP_PORT: '0',
      EDGECONF_LOG_LEVEL: 'silent',
    });
    try {
      const line = await service.line(/serves gNMI on .*TLS/);
      const address = /127\.0\.0\.1:\d+/.exec(line)?.[0] ?? assert.fail(line);
      const env = { EDGECONF_CLIENT_ADDRESS: address, EDGECONF_CLIENT_USER: 'ops', EDGECONF_CLIENT_PASSWORD: secret };
      const get = ['get', '/user[name=ops]/name', '-t', 'platform'];
      assert.deepEqual(await edgeconf(folder, [...get, '--ca', ca], env), { code: 0, out: '"ops"', err: '' });
      const distrust = await edgeconf(folder, get, env);
      assert.equal(distrust.code, 1);
      assert.match(distrust.err, /cannot trust the certificate of the service at .*: give --ca/);
      const cleartext = await edgeconf(folder, [...get, '--plaintext'], env);
      assert.equal(cleartext.code, 1);
    } finally {
      await service.kill('SIGKILL');
    }
  });

  it('talks to a service that asks clients for a certificate', async () => {
    const clients = await authority('clients of the test');
    const { certificate, key } = await clients.issue('collector');
    const file = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const [clientCa, own, ownKey] = [file('c-ca.pem', clients.ca), file('c.pem', certificate), file('c.key', key)];
    const service = running(folder, ['serve'], {
      EDGECONF_GNMI_PORT: '0',
      EDGECONF_HTTP_PORT: '0',
      EDGECONF_LOG_LEVEL: 'silent',
      EDGECONF_TLS_CLIENT_CA: clientCa,
    });
    try {
      const address = /127\.0\.0\.1:\d+/.exec(await service.line(/serves gNMI on .*TLS/))?.[0] ?? assert.fail();
      const get = [
        'get',
        '/user[name=ops]/name',
        '-t',
        'platform',
        '-a',
        address,
        '--ca',
        join(folder, 'data/tls/ca.pem'),
      ];
      const login = { EDGECONF_CLIENT_USER: 'ops', EDGECONF_CLIENT_PASSWORD: 'wrong' };
      const shown = await edgeconf(folder, [...get, '--certificate', own, '--key', ownKey], login);
      assert.match(shown.err, /^UNAUTHENTICATED: /);
      const without = await edgeconf(folder, get, login);
      assert.match(without.err, /asks for a client certificate: give --certificate and --key$/);
      const half = await edgeconf(folder, [...get, '--certificate', own], login);
      assert.match(half.err, /client\.certificate and client\.key go together/);
    } finally {
      await service.kill('SIGKILL');
    }
  });

  it('refuses a folder that has been initialised, and changes nothing', async () => {
    const key = readFileSync(join(folder, 'data/tls/server.key'), 'utf8');
    const again = await edgeconf(folder, ['init'], { EDGECONF_LOG_LEVEL: 'silent' });
    assert.equal(again.code, 1);
    assert.match(again.err, /ALREADY_EXISTS: data folder .* has been initialised before/);
    assert.equal(readFileSync(join(folder, 'data/tls/server.key'), 'utf8'), key);
  });

  it('refuses a folder with files of somebody else, and leaves them', async () => {
    writeFileSync(join(folder, 'letter.txt'), 'mine');
    const foreign = await edgeconf(folder, ['init', '--data', '.'], { EDGECONF_LOG_LEVEL: 'silent' });
    assert.equal(foreign.code, 1);
    assert.match(foreign.err, /FAILED_PRECONDITION: /);
    assert.equal(readFileSync(join(folder, 'letter.txt'), 'utf8'), 'mine');
  });
});
