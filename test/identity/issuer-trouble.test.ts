// Issuers that are away, wrong or hostile: their tokens are refused like any others, and they cost little.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer, type Server as HttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { DEFAULT_ISSUER_TIMES } from '../../src/access/issuer-keys.ts';
import { authority } from '../northbound/authority.ts';
import { AUDIENCE } from './issuer.ts';
import { IdentityStage, REFUSED, type Server } from './stage.ts';

const DENIED = `UNAUTHENTICATED: ${REFUSED}`;
const times = DEFAULT_ISSUER_TIMES;

describe('an issuer', () => {
  let stage: IdentityStage;
  let https: HttpsServer;
  let url: string;
  let privateKey: CryptoKey;
  let jwks: string;
  let asked = 0;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  let discovery: () => object;

  const well = (request: IncomingMessage, response: ServerResponse): void => {
    response.end(request.url === '/keys' ? jwks : JSON.stringify(discovery()));
  };
  const token = (iss = url) =>
    new SignJWT({ sub: 'robot' })
      .setProtectedHeader({ alg: 'ES256', kid: 'k' })
      .setIssuer(iss)
      .setAudience(AUDIENCE)
      .setExpirationTime(Math.floor(stage.wallMs / 1000) + 60)
      // Each one is another one.
      .setJti(`${serial++}`)
      .sign(privateKey);
  let serial = 0;
  const get = async (server: Server) => server.get({ authorization: `Bearer ${await token()}` });
  const config = (more: object = {}) => ({
    name: 'corp',
    url,
    audience: [AUDIENCE],
    'ca-reference': stage.caReference,
    ...more,
  });
  /** What a caller hears whose token is good but for what they may do. */
  const KNOWN = "PERMISSION_DENIED: no access to target 'acme'; you may read: none";

  before(async () => {
    stage = await IdentityStage.open();
    const pair = await stage.trusted.issue('issuer');
    https = createServer({ cert: pair.certificate, key: pair.key }, (request, response) => {
      asked++;
      answer(request, response);
    });
    https.listen(0, '127.0.0.1');
    await once(https, 'listening');
    url = `https://localhost:${(https.address() as AddressInfo).port}`;
    const keys = await generateKeyPair('ES256', { extractable: true });
    privateKey = keys.privateKey;
    jwks = JSON.stringify({ keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'k', alg: 'ES256' }] });
  });
  beforeEach(async () => {
    asked = 0;
    answer = well;
    discovery = () => ({ issuer: url, jwks_uri: `${url}/keys` });
    stage.nowMs = 0;
    await stage.configure({ issuer: [config()] });
  });
  afterEach(() => stage.end());
  after(async () => {
    https.closeAllConnections();
    https.close();
    await stage.close();
  });

  describe('is not believed', () => {
    const cases: Record<string, () => void> = {
      'when it answers with an error': () => {
        answer = (_, response) => response.writeHead(503).end();
      },
      'when it is another one by its own words': () => {
        discovery = () => ({ issuer: `${url}/`, jwks_uri: `${url}/keys` });
      },
      'when its keys are elsewhere in cleartext': () => {
        discovery = () => ({ issuer: url, jwks_uri: 'http://127.0.0.1:1/keys' });
      },
      'when its keys are in a file': () => {
        discovery = () => ({ issuer: url, jwks_uri: 'file:///etc/passwd' });
      },
      'when it has no keys': () => {
        discovery = () => ({ issuer: url });
      },
      'when it sends us elsewhere': () => {
        answer = (request, response) =>
          request.url === '/moved' ? well(request, response) : response.writeHead(302, { location: '/moved' }).end();
      },
      'when it answers without end': () => {
        answer = (_, response) => response.end('x'.repeat(100_001));
      },
      'when it does not answer': () => {
        answer = () => {};
      },
      'when it says nothing': () => {
        answer = (_, response) => response.end('null');
      },
      'when its keys are no keys': () => {
        answer = (request, response) =>
          request.url === '/keys' ? response.end('{"keys":[1]}') : well(request, response);
      },
    };
    for (const [when, prepare] of Object.entries(cases)) {
      it(when, async () => {
        const server = await stage.serve();
        prepare();
        assert.equal(await get(server), DENIED);
        answer = well;
        discovery = () => ({ issuer: url, jwks_uri: `${url}/keys` });
        stage.nowMs += times.retryMs;
        assert.equal(await get(server), KNOWN);
      });
    }

    it('when its certificate is not of the CA that is configured for it', async () => {
      const file = join(stage.folder, 'other-ca.pem');
      await writeFile(file, (await authority('other CA')).ca);
      await stage.configure({ issuer: [config({ 'ca-reference': `file:${file}` })] });
      assert.equal(await get(await stage.serve()), DENIED);
      await stage.configure({ issuer: [config({ 'ca-reference': `file:${join(stage.folder, 'none.pem')}` })] });
      assert.equal(await get(await stage.serve()), DENIED);
      assert.equal(asked, 0);
    });
  });

  it('that is away is not asked again for a while, whatever comes', async () => {
    const server = await stage.serve();
    answer = (_, response) => response.writeHead(503).end();
    for (let i = 0; i < 5; i++) assert.equal(await get(server), DENIED);
    assert.equal(asked, 1);
    stage.nowMs += times.retryMs - 1;
    assert.equal(await get(server), DENIED);
    assert.equal(asked, 1);
    stage.nowMs += 1;
    assert.equal(await get(server), DENIED);
    assert.equal(asked, 2);
  });

  it('that is away does not make its users wait when it is back', async () => {
    const server = await stage.serve('optional', { peerAttempts: { burst: 2, refillMs: 3_600_000, maxNames: 9 } });
    answer = (_, response) => response.writeHead(503).end();
    for (let i = 0; i < 5; i++) assert.equal(await get(server), DENIED);
    answer = well;
    stage.nowMs += times.retryMs;
    assert.equal(await get(server), KNOWN);
  });

  it('is asked once for all tokens that come together', async () => {
    const server = await stage.serve();
    assert.deepEqual(new Set(await Promise.all(Array.from({ length: 8 }, () => get(server)))), new Set([KNOWN]));
    assert.equal(asked, 2);
  });

  it('is asked for its keys again after a while, and when it is away then those known go on for an hour', async () => {
    const server = await stage.serve();
    assert.equal(await get(server), KNOWN);
    stage.nowMs = times.freshMs - 1;
    assert.equal(await get(server), KNOWN);
    assert.equal(asked, 2);
    answer = (_, response) => response.writeHead(503).end();
    stage.nowMs = times.freshMs;
    assert.equal(await get(server), KNOWN);
    assert.equal(asked, 3);
    stage.nowMs = times.longestMs - 1;
    assert.equal(await get(server), KNOWN);
    stage.nowMs = times.longestMs + times.retryMs;
    assert.equal(await get(server), DENIED);
  });

  it('that is away keeps its known keys while something else is configured, and none when it is configured anew', async () => {
    const server = await stage.serve();
    assert.equal(await get(server), KNOWN);
    answer = (_, response) => response.writeHead(503).end();
    const other = config({ name: 'other', url: 'https://other.example' });
    await stage.configure({ issuer: [config(), other] });
    assert.equal(await get(server), KNOWN);
    await stage.configure({ issuer: [config({ audience: [AUDIENCE, 'one-more'] })] });
    assert.equal(await get(server), DENIED);
  });

  it('on this machine may speak cleartext, and is held to its url all the same', async () => {
    const http = createHttpServer((request, response) => well(request, response));
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    const here = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
    discovery = () => ({ issuer: here, jwks_uri: `${here}/keys` });
    await stage.configure({ issuer: [config({ url: here })] });
    const server = await stage.serve();
    assert.equal(await server.get({ authorization: `Bearer ${await token(here)}` }), KNOWN);
    assert.equal(
      await server.get({ authorization: `Bearer ${await token(here.replace('127.0.0.1', 'localhost'))}` }),
      DENIED,
    );
    http.closeAllConnections();
    http.close();
  });

  it('may have a path, with or without a slash behind it', async () => {
    for (const path of ['/realms/plant', '/realms/plant/']) {
      const urls: string[] = [];
      const server = await stage.serve();
      await stage.configure({ issuer: [config({ url: url + path })] });
      answer = (request, response) => {
        urls.push(request.url ?? '');
        response.end(request.url === '/keys' ? jwks : JSON.stringify({ issuer: url + path, jwks_uri: `${url}/keys` }));
      };
      const jwt = await new SignJWT({ sub: 'robot', iss: url + path, aud: AUDIENCE })
        .setProtectedHeader({ alg: 'ES256', kid: 'k' })
        .setExpirationTime(Math.floor(stage.wallMs / 1000) + 60)
        .sign(privateKey);
      assert.equal(await server.get({ authorization: `Bearer ${jwt}` }), KNOWN);
      assert.deepEqual(urls, ['/realms/plant/.well-known/openid-configuration', '/keys']);
    }
  });
});
