// How often an address may fail to sign in, over real sockets with a clock of the test.

import assert from 'node:assert/strict';
import { AUDIENCE, startIssuer, type TestIssuer } from './issuer.ts';
import { IdentityStage, REFUSED, type Server } from './stage.ts';

const DENIED = `UNAUTHENTICATED: ${REFUSED}`;
const wait = (seconds: number) => `UNAUTHENTICATED: too many attempts; wait ${seconds} s`;
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const user = (username: string, password = `${username}-secret`) => ({ username, password });

describe('attempts to sign in from one address', () => {
  let stage: IdentityStage;
  let issuer: TestIssuer;
  let server: Server;
  before(async () => {
    stage = await IdentityStage.open();
    issuer = await startIssuer(await stage.trusted.issue('issuer'), stage.trusted.ca);
    await stage.configure({
      issuer: [
        {
          name: 'corp',
          url: issuer.url,
          audience: [AUDIENCE],
          'ca-reference': stage.caReference,
          claim: [{ value: 'plant', group: ['acme-readers'] }],
        },
      ],
    });
  });
  beforeEach(async () => {
    stage.nowMs = 0;
    server = await stage.serve('optional', { peerAttempts: { burst: 3, refillMs: 1000, maxNames: 100 } });
  });
  afterEach(() => stage.end());
  after(async () => {
    await issuer.close();
    await stage.close();
  });

  it('are limited together, whatever name or token they try', async () => {
    assert.equal(await server.get(user('stranger')), DENIED);
    assert.equal(await server.get(user('acme-reader', 'guess')), DENIED);
    assert.equal(await server.get(bearer('guess')), DENIED);
    for (const metadata of [user('somebody'), user('acme-reader'), bearer(await issuer.token())]) {
      assert.equal(await server.get(metadata), wait(1));
    }
    stage.nowMs = 1000;
    assert.equal(await server.get(user('acme-reader')), 'OK');
    assert.equal(await server.get(bearer(await issuer.token())), 'OK', 'a success is given back');
    assert.equal(await server.get(bearer('guess')), DENIED);
    assert.equal(await server.get(bearer('guess-again')), wait(1));
  });

  it('do not hold back those behind the address who are known', async () => {
    const token = await issuer.token();
    assert.equal(await server.get(bearer(token)), 'OK');
    assert.equal(await server.get(user('acme-reader')), 'OK');
    for (const guess of ['a', 'b', 'c']) assert.equal(await server.get(bearer(guess)), DENIED);
    assert.equal(await server.get(bearer('d')), wait(1));
    assert.equal(await server.get(bearer(token)), 'OK');
    assert.equal(await server.get(user('acme-reader')), 'OK');
  });

  it('cost a name nothing that are refused for the address', async () => {
    for (const guess of ['a', 'b', 'c']) assert.equal(await server.get(bearer(guess)), DENIED);
    for (let i = 0; i < 9; i++) assert.equal(await server.get(user('acme-reader', `${i}`)), wait(1));
    stage.nowMs = 1000;
    assert.equal(await server.get(user('acme-reader')), 'OK');
  });

  it('that come together are not more than those one after the other', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, (_, i) => server.get(bearer(`guess-${i}`))));
    assert.equal(answers.filter((answer) => answer === DENIED).length, 3);
    assert.equal(answers.filter((answer) => answer === wait(1)).length, 7);
  });
});
