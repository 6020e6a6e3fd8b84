// Tokens that nobody should take: forged, expired, for others, of another kind, or made to be misread.

import assert from 'node:assert/strict';
import { base64url, CompactSign, exportJWK, exportSPKI, FlattenedSign, generateKeyPair } from 'jose';
import { AUDIENCE, startIssuer, type TestIssuer } from './issuer.ts';
import { IdentityStage, REFUSED } from './stage.ts';

const DENIED = `UNAUTHENTICATED: ${REFUSED}`;
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe('a token is refused', () => {
  let stage: IdentityStage;
  let issuer: TestIssuer;
  const seconds = () => Math.floor(stage.wallMs / 1000);
  const claims = (more: object) =>
    Buffer.from(JSON.stringify({ iss: issuer.url, aud: AUDIENCE, sub: 'robot', groups: ['plant'], ...more }));

  before(async () => {
    stage = await IdentityStage.open();
    issuer = await startIssuer(await stage.trusted.issue('issuer'), stage.trusted.ca);
    const claim = [{ value: 'plant', group: ['acme-readers'] }];
    const config = { name: 'corp', url: issuer.url, audience: [AUDIENCE], 'ca-reference': stage.caReference, claim };
    await stage.configure({ issuer: [config] });
  });
  afterEach(() => stage.end());
  after(async () => {
    await issuer.close();
    await stage.close();
  });

  const cases: Record<string, () => Promise<string>> = {
    'signed with another key': async () =>
      issuer.forge({ exp: seconds() + 60 }, { key: (await generateKeyPair('ES256')).privateKey }),
    'with a key in its header': async () => {
      const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
      const jwk = await exportJWK(publicKey);
      return issuer.forge({ exp: seconds() + 60 }, { key: privateKey, header: { jwk, jku: 'https://localhost:1/' } });
    },
    'with a key id that is unknown': () => issuer.forge({ exp: seconds() + 60 }, { header: { kid: 'other' } }),
    expired: () => issuer.forge({ exp: seconds() - 31 }),
    'that never expires': () => issuer.forge({}),
    'that expires in words': () => issuer.forge({ exp: 'never' as unknown as number }),
    'not valid yet': () => issuer.forge({ exp: seconds() + 600, nbf: seconds() + 31 }),
    'for another audience': () => issuer.forge({ exp: seconds() + 60, aud: 'https://other.example' }),
    'for no audience': () => issuer.forge({ exp: seconds() + 60, aud: [] }),
    'of another issuer': () => issuer.forge({ exp: seconds() + 60, iss: 'https://other.example' }),
    'of an issuer with a slash behind it': () => issuer.forge({ exp: seconds() + 60, iss: `${issuer.url}/` }),
    'of several issuers': () => issuer.forge({ exp: seconds() + 60, iss: [issuer.url] as unknown as string }),
    'without signature (alg none)': async () => {
      const [, payload] = (await issuer.forge({ exp: seconds() + 60 })).split('.');
      return `${base64url.encode('{"alg":"none"}')}.${payload}.`;
    },
    'with alg none and a signature': async () => {
      const [, payload, signature] = (await issuer.forge({ exp: seconds() + 60 })).split('.');
      return `${base64url.encode('{"alg":"none"}')}.${payload}.${signature}`;
    },
    'signed with the public key as a secret (HS256)': async () => {
      const secret = Buffer.from(await exportSPKI(issuer.key.public));
      return issuer.forge({ exp: seconds() + 60 }, { key: secret, header: { alg: 'HS256' } });
    },
    'that asks for an extension (crit)': () =>
      new CompactSign(claims({ exp: seconds() + 60 }))
        .setProtectedHeader({ alg: 'ES256', kid: issuer.key.id, crit: ['x'], x: 1 })
        .sign(issuer.key.private, { crit: { x: true } }),
    'whose claims are not encoded (b64)': async () => {
      const payload = claims({ exp: seconds() + 60 });
      const { protected: header, signature } = await new FlattenedSign(payload)
        .setProtectedHeader({ alg: 'ES256', kid: issuer.key.id, crit: ['b64'], b64: false })
        .sign(issuer.key.private);
      return `${header}.${base64url.encode(payload)}.${signature}`;
    },
    'that tells of a log-out': () => issuer.forge({ exp: seconds() + 60 }, { header: { typ: 'logout+jwt' } }),
    'bound to a key that is not shown': () => issuer.forge({ exp: seconds() + 60, cnf: { jkt: 'x' } }),
    'whose claims were changed': async () => {
      const [header, payload = '', signature] = (await issuer.token()).split('.');
      const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
      return `${header}.${base64url.encode(JSON.stringify({ ...claims, sub: 'operator' }))}.${signature}`;
    },
    'without a user': () => issuer.forge({ exp: seconds() + 60, sub: undefined as unknown as string }),
    'with an empty user': () => issuer.forge({ exp: seconds() + 60, sub: '' }),
    'with a user that is a number': () => issuer.forge({ exp: seconds() + 60, sub: 7 as unknown as string }),
    'with a user of two lines': () => issuer.forge({ exp: seconds() + 60, sub: 'robot\nroot' }),
    'with a user that is no text': () => issuer.forge({ exp: seconds() + 60, sub: '\ud800' }),
    'with a user of 257 characters': () => issuer.forge({ exp: seconds() + 60, sub: 'r'.repeat(257) }),
    'that is encrypted, or looks so': async () => `${await issuer.token()}.a.b`,
    'that is a word': async () => 'token',
    'that is dots': async () => '..',
    'whose header is a list': async () => {
      const [, payload, signature] = (await issuer.token()).split('.');
      return `${base64url.encode('[]')}.${payload}.${signature}`;
    },
  };
  for (const [what, make] of Object.entries(cases)) {
    it(what, async () => {
      const server = await stage.serve();
      assert.equal(await server.get(bearer(await make())), DENIED);
      assert.equal(await server.get(bearer(await issuer.token())), 'OK');
    });
  }

  it('too large to be looked at', async () => {
    const server = await stage.serve();
    const asked = issuer.requests.length;
    const token = await issuer.forge({ exp: seconds() + 60, more: 'x'.repeat(13_000) });
    assert.equal(await server.get(bearer(token)), 'UNAUTHENTICATED: a token may have 16384 bytes');
    assert.equal(issuer.requests.length, asked);
  });
});
