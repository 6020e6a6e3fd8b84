// Ways to sign in as a user sets them up with the CLI: tokens, certificates, a recovered operator; and what the log tells of it.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentials } from '@grpc/grpc-js';
import { gnmiClient } from '../../src/proto/gnmi-client.ts';
import { AUDIENCE, startIssuer, type TestIssuer } from '../identity/issuer.ts';
import { type Authority, authority } from '../northbound/authority.ts';
import { edgeconf, type Running, running } from './edgeconf-process.ts';

const quiet = { EDGECONF_LOG_LEVEL: 'silent' };

describe('signing in to edgeconf', () => {
  let folder: string;
  let clients: Authority;
  let issuer: TestIssuer;
  let service: Running | undefined;
  let secret: string;
  /** All that the service has written to its log. */
  let log = '';

  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const secretOf = (text: string): string => /secret {2}(\S+)/.exec(text)?.[1] ?? assert.fail(text);
  async function serve(level: string): Promise<Record<string, string>> {
    service = running(folder, ['serve'], {
      EDGECONF_GNMI_PORT: '0',
      EDGECONF_HTTP_PORT: '0',
      EDGECONF_LOG_LEVEL: level,
      EDGECONF_TLS_CLIENT_CA: join(folder, 'clients.pem'),
      EDGECONF_TLS_CLIENT_CERTIFICATES: 'optional',
    });
    service.child.stderr?.on('data', (chunk) => {
      log += chunk;
    });
    const line = await service.line(/serves gNMI on .*TLS/);
    return {
      EDGECONF_CLIENT_ADDRESS: /127\.0\.0\.1:\d+/.exec(line)?.[0] ?? assert.fail(line),
      EDGECONF_CLIENT_CA: join(folder, 'data/tls/ca.pem'),
    };
  }

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'edgeconf-sign-in-'));
    clients = await authority('clients of the test');
    file('clients.pem', clients.ca);
    issuer = await startIssuer(await clients.issue('issuer'), clients.ca);
    secret = secretOf((await edgeconf(folder, ['init', '--operator', 'ops'], quiet)).out);
  });
  afterEach(async () => {
    await service?.kill('SIGTERM');
    service = undefined;
  });
  after(async () => {
    await issuer.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('takes tokens and certificates once they are configured, and tells no credentials in its log', async () => {
    const env = await serve('debug');
    const ops = { ...env, EDGECONF_CLIENT_USER: 'ops', EDGECONF_CLIENT_PASSWORD: secret };
    const get = ['get', '/user[name=ops]/name', '-t', 'platform'];
    const config = {
      issuer: [
        {
          name: 'corp',
          url: issuer.url,
          audience: [AUDIENCE],
          'ca-reference': `file:${join(folder, 'clients.pem')}`,
          claim: [{ value: 'plant', group: ['operators'] }],
        },
        { name: 'dead', url: 'https://localhost:1', audience: [AUDIENCE] },
      ],
      'certificate-rule': [{ name: 'cn', field: 'subject-common-name', value: 'collector', group: ['operators'] }],
    };
    const made = await edgeconf(
      folder,
      [
        ...['set', '-t', 'platform', '/group[name=operators]', '{"role":[{"tenant":"*","role":"operator"}]}'],
        ...['/authentication', JSON.stringify(config)],
      ],
      ops,
    );
    assert.deepEqual(made, { code: 0, out: 'accepted as revision 2', err: '' });

    const token = await issuer.token();
    const known = { code: 0, out: '"ops"', err: '' };
    assert.deepEqual(await edgeconf(folder, [...get, '--token', token], env), known);
    const check = ['access', 'check', 'read', '/user', '-t', 'platform', '--token', token];
    assert.match((await edgeconf(folder, check, env)).out, /^allowed: .* by rule platform of role operator/s);
    // The token goes before the user of the environment, and a user on the command line before that token.
    const both = { ...ops, EDGECONF_CLIENT_TOKEN: token };
    assert.deepEqual(await edgeconf(folder, get, both), known);
    assert.deepEqual(await edgeconf(folder, [...get, '-u', 'ops', '-p', secret], both), known);
    const pair = await clients.issue('collector');
    const shown = ['--certificate', file('c.pem', pair.certificate), '--key', file('c.key', pair.key)];
    assert.deepEqual(await edgeconf(folder, [...get, ...shown], env), known);

    const forged = await issuer.forge({ exp: 1 });
    const hint = 'set EDGECONF_CLIENT_USER and EDGECONF_CLIENT_PASSWORD, or EDGECONF_CLIENT_TOKEN';
    assert.deepEqual(await edgeconf(folder, [...get, '--token', forged], env), {
      code: 1,
      out: '',
      err: `UNAUTHENTICATED: the credentials were not accepted; ${hint}`,
    });
    const ofTheDead = await issuer.forge({ exp: Date.now(), iss: 'https://localhost:1' });
    const channel = credentials.createSsl(readFileSync(env.EDGECONF_CLIENT_CA ?? ''));
    for (const wrong of [
      { token: ofTheDead },
      { token: `${ofTheDead}x` },
      { username: 'ops', password: 'a-wrong-guess' },
      { username: 'nobody-knows', password: 'another-guess' },
    ]) {
      const client = gnmiClient({
        address: env.EDGECONF_CLIENT_ADDRESS?.replace('127.0.0.1', 'localhost') ?? '',
        channel,
        ...wrong,
      });
      await assert.rejects(client.capabilities(), { details: 'the credentials were not accepted' });
      client.close();
    }
    await service?.kill('SIGTERM');
    assert.match(log, /"reason":"ERR_JWT_EXPIRED of exp","msg":"a token is not accepted"/);
    // Once, however many tokens come.
    const troubles = log.match(/issuer dead: its keys cannot be fetched, .*?ECONNREFUSED/g);
    assert.equal(troubles?.length, 1, log);
    const [, claims = '', signature = ''] = token.split('.');
    for (const told of [secret, 'a-wrong-guess', 'another-guess', token, claims, signature, forged, ofTheDead]) {
      assert.ok(!log.includes(told), `the log tells ${told}`);
      assert.ok(!log.includes(Buffer.from(told).toString('base64')), `the log tells ${told} in base64`);
    }
    assert.ok(!/scrypt\$|PRIVATE KEY|eyJ/.test(log));
  });

  describe('edgeconf recover', () => {
    it('refuses a folder that a service uses', async () => {
      await serve('silent');
      const { code, err } = await edgeconf(folder, ['recover'], quiet);
      assert.equal(code, 1);
      assert.match(err, /^FAILED_PRECONDITION: .*in use/);
    });

    it('refuses a folder that is not there, empty, or of somebody else, and leaves it as it is', async () => {
      mkdirSync(join(folder, 'empty'));
      for (const data of ['nowhere', 'empty', '.']) {
        const { code, err } = await edgeconf(folder, ['recover', '--data', data], quiet);
        assert.equal(code, 1);
        assert.match(err, /^FAILED_PRECONDITION: data folder .* is not one of edgeconf/);
      }
      assert.ok(!existsSync(join(folder, 'nowhere')));
      assert.ok(!existsSync(join(folder, 'empty/edgeconf.json')));
    });

    it('gives an operator a new secret, and the old one is worth nothing', async () => {
      const recovered = await edgeconf(folder, ['recover', '--operator', 'ops'], quiet);
      assert.equal(recovered.code, 0, recovered.err);
      const next = secretOf(recovered.out);
      assert.notEqual(next, secret);
      const env = await serve('silent');
      const get = ['get', '/user[name=ops]/role', '-t', 'platform', '--flat', '-u', 'ops', '-p'];
      assert.deepEqual(await edgeconf(folder, [...get, next], env), {
        code: 0,
        out: ['role = "operator"', 'tenant = "*"']
          .map((leaf) => `/user[name=ops]/role[role=operator][tenant=*]/${leaf}`)
          .join('\n'),
        err: '',
      });
      assert.equal((await edgeconf(folder, [...get, secret], env)).code, 1);
    });

    it('refuses what is no user name', async () => {
      const { code, err } = await edgeconf(folder, ['recover', '--operator', 'a b'], quiet);
      assert.equal(code, 1);
      assert.match(err, /A user name starts with a letter or digit/);
    });
  });
});
