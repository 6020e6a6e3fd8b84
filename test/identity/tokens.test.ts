// Bearer tokens of a real OpenID Connect provider over real TLS sockets: who is let in, who is not, and for how long.

import assert from 'node:assert/strict';
import { DEFAULT_ISSUER_TIMES } from '../../src/access/issuer-keys.ts';
import { hashPassword } from '../../src/access/password.ts';
import { list, Subscription } from '../northbound/gnmi/messages.ts';
import { AUDIENCE, startIssuer, type TestIssuer } from './issuer.ts';
import { IdentityStage, REFUSED } from './stage.ts';

const DENIED = `UNAUTHENTICATED: ${REFUSED}`;
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe('bearer tokens', () => {
  let stage: IdentityStage;
  let issuer: TestIssuer;
  const seconds = () => Math.floor(stage.wallMs / 1000);
  const config = (more: object = {}) => ({
    name: 'corp',
    url: issuer.url,
    audience: [AUDIENCE],
    'ca-reference': stage.caReference,
    claim: [{ value: 'plant', group: ['acme-readers'] }],
    ...more,
  });

  before(async () => {
    stage = await IdentityStage.open();
    issuer = await startIssuer(await stage.trusted.issue('issuer'), stage.trusted.ca);
  });
  beforeEach(async () => {
    stage.wallMs = Date.now();
    stage.nowMs = 0;
    await stage.configure({ issuer: [config()] });
  });
  afterEach(() => stage.end());
  after(async () => {
    await issuer.close();
    await stage.close();
  });

  it('lets in the bearer of one, as a user of the issuer with the groups that its claim stands for', async () => {
    const server = await stage.serve();
    const token = await issuer.token();
    assert.deepEqual(await server.who({ token }), ['corp:robot', 'acme-readers']);
    assert.equal(await server.get(bearer(token)), 'OK');
    const edit = server.client({ token }).set({ prefix: { target: 'acme' }, delete: [{ elem: [{ name: 'site' }] }] });
    await assert.rejects(edit, /PERMISSION_DENIED: user 'corp:robot' may not delete/);
  });

  it('takes a group claim that is one text, and groups by another claim', async () => {
    await stage.configure({ issuer: [config({ 'group-claim': 'team', 'user-claim': 'email' })] });
    const server = await stage.serve();
    const token = await issuer.forge({ team: 'plant', email: 'r@corp.example', exp: seconds() + 60 });
    assert.deepEqual(await server.who({ token }), ['corp:r@corp.example', 'acme-readers']);
  });

  it('lets in users of the configuration only for an issuer that may speak for them, and only those that are there', async () => {
    const named = (sub: string) => issuer.forge({ sub, exp: seconds() + 60 });
    const server = await stage.serve();
    assert.deepEqual(await server.who({ token: await named('operator') }), ['corp:operator', 'acme-readers']);
    await stage.configure({ issuer: [config({ 'local-users': true })] });
    assert.deepEqual(await server.who({ token: await named('operator') }), ['operator', 'acme-readers']);
    assert.equal(await server.get(bearer(await named('stranger'))), DENIED);
    assert.equal(await server.get(bearer(await named('corp:robot'))), DENIED);
  });

  it('follows the issuer to new keys, and asks for them once in a while only', async () => {
    const server = await stage.serve();
    const old = await issuer.token();
    assert.equal(await server.get(bearer(old)), 'OK');
    await issuer.rotate();
    const asked = issuer.requests.length;
    const young = await issuer.token();
    assert.equal(await server.get(bearer(young)), DENIED, 'keys were fetched a moment ago');
    assert.equal(issuer.requests.length, asked + 1);
    stage.nowMs += DEFAULT_ISSUER_TIMES.cooldownMs;
    assert.equal(await server.get(bearer(young)), 'OK');
    assert.equal(await server.get(bearer(old)), 'OK', 'what was verified is remembered');
    assert.equal(issuer.requests.length, asked + 3);
  });

  it('verifies a token once, however many calls come with it', async () => {
    const server = await stage.serve('optional', { peerAttempts: { burst: 1, refillMs: 1000, maxNames: 9 } });
    const metadata = bearer(await issuer.token());
    const asked = issuer.requests.length;
    assert.deepEqual(
      new Set(await Promise.all(Array.from({ length: 20 }, () => server.get(metadata)))),
      new Set(['OK']),
    );
    assert.equal(issuer.requests.length, asked + 2);
  });

  it('allows for the clock skew that is configured, and no more', async () => {
    await stage.configure({ issuer: [config({ 'clock-skew': 5 })] });
    const server = await stage.serve();
    assert.equal(await server.get(bearer(await issuer.forge({ exp: seconds() - 4 }))), 'OK');
    assert.equal(await server.get(bearer(await issuer.forge({ exp: seconds() - 5 }))), DENIED);
    assert.equal(await server.get(bearer(await issuer.forge({ exp: seconds() + 60, nbf: seconds() + 5 }))), 'OK');
    assert.equal(await server.get(bearer(await issuer.forge({ exp: seconds() + 60, nbf: seconds() + 6 }))), DENIED);
  });

  it('refuses a token that it knows once it has expired', async () => {
    const server = await stage.serve();
    const token = await issuer.forge({ exp: seconds() + 60 });
    assert.equal(await server.get(bearer(token)), 'OK');
    stage.wallMs = (seconds() + 90) * 1000 - 1;
    assert.equal(await server.get(bearer(token)), 'OK');
    stage.wallMs += 1;
    assert.equal(await server.get(bearer(token)), DENIED);
    assert.equal(await server.get(bearer(token)), DENIED);
  });

  it('refuses a token that it knows once its issuer is removed or wants another audience', async () => {
    const server = await stage.serve();
    const token = await issuer.token();
    assert.equal(await server.get(bearer(token)), 'OK');
    await stage.configure({ issuer: [config({ audience: ['https://other.example'] })] });
    assert.equal(await server.get(bearer(token)), DENIED);
    await stage.configure({});
    assert.equal(await server.get(bearer(token)), DENIED);
    await stage.configure({ issuer: [config()] });
    assert.equal(await server.get(bearer(token)), 'OK');
  });

  it('tries each issuer of the same url, such as one for each audience', async () => {
    const other = config({ name: 'other', audience: ['https://other.example'], claim: [] });
    await stage.configure({ issuer: [other, config({ name: 'second' })] });
    const server = await stage.serve();
    assert.deepEqual(await server.who({ token: await issuer.token() }), ['second:robot', 'acme-readers']);
  });

  describe('and streams', () => {
    const watch = async (token: string, mode: 'STREAM' | 'POLL' = 'STREAM') => {
      const server = await stage.serve();
      const reader = new Subscription(server.client({ token }).subscribe());
      reader.subscribe(list(mode, ['/site/display-name'], { prefix: { target: 'acme' } }));
      await reader.untilSync();
      return reader;
    };

    it('end when the token expires', async () => {
      const reader = await watch(await issuer.forge({ exp: seconds() + 60 }));
      const leftMs = (seconds() + 90) * 1000 - stage.wallMs;
      stage.timers.pass(leftMs - 1);
      await stage.service.merge('acme', { site: [{ 'site-id': 'chicago', 'display-name': 'still there' }] });
      await reader.notification();
      stage.timers.pass(1);
      await reader.fails('UNAUTHENTICATED', 'the token has expired; subscribe again');
    });

    it('leave no timer behind', async () => {
      const before = stage.timers.waiting;
      const reader = await watch(await issuer.forge({ exp: seconds() + 60 }));
      assert.equal(stage.timers.waiting, before + 1);
      await stage.end();
      await reader.fails('UNAVAILABLE');
      assert.equal(stage.timers.waiting, before);
    });

    it('end when the groups stand for something else, and go on when something else is configured', async () => {
      const reader = await watch(await issuer.token());
      const rule = { name: 'r', field: 'san-dns', value: '*' };
      await stage.configure({ issuer: [config()], 'certificate-rule': [rule] });
      await stage.service.merge('acme', { site: [{ 'site-id': 'chicago', 'display-name': 'goes on' }] });
      await reader.notification();
      await stage.configure({ issuer: [config({ claim: [] })] });
      await reader.fails('PERMISSION_DENIED', 'what you may read has changed; subscribe again');
    });

    it('of a user end when the password changes', async () => {
      const user = { username: 'acme-planner', password: 'acme-planner-secret' };
      const server = await stage.serve();
      const reader = new Subscription(server.client(user).subscribe());
      reader.subscribe(list('STREAM', ['/application'], { prefix: { target: 'acme' } }));
      await reader.untilSync();
      const hash = await hashPassword('next', Buffer.alloc(16, 1), { N: 2, r: 1, p: 1 });
      await stage.service.merge('platform', { user: [{ name: 'acme-planner', 'password-hash': hash }] });
      await reader.fails('PERMISSION_DENIED', 'what you may read has changed; subscribe again');
    });

    it('that poll are refused their next poll', async () => {
      const reader = await watch(await issuer.token(), 'POLL');
      await stage.configure({});
      reader.poll();
      await reader.fails('PERMISSION_DENIED', 'what you may read has changed; subscribe again');
    });
  });

  describe('beside other credentials', () => {
    it('go before the certificate, also when they are wrong', async () => {
      const rule = { name: 'r', field: 'subject-common-name', value: 'operator' };
      await stage.configure({ issuer: [config()], 'certificate-rule': [rule] });
      const server = await stage.serve();
      const pair = await stage.trusted.issue('operator');
      assert.deepEqual(await server.who({ pair }), ['operator']);
      assert.deepEqual(await server.who({ pair, token: await issuer.token() }), ['corp:robot', 'acme-readers']);
      assert.equal(await server.get(bearer('wrong'), pair), DENIED);
      assert.equal(await server.get({ username: 'acme-reader', password: 'wrong' }, pair), DENIED);
      assert.equal(
        await server.get({ username: 'acme-reader' }, pair),
        'UNAUTHENTICATED: username and password metadata are required',
      );
    });

    it('are refused together with name and password, and so is what is neither Bearer nor Basic', async () => {
      const server = await stage.serve();
      const token = await issuer.token();
      const both =
        'UNAUTHENTICATED: the metadata has authorization and also username or password; send only one kind of credentials';
      const good = { username: 'acme-admin', password: 'acme-admin-secret' };
      const basic = `Basic ${Buffer.from('acme-admin:acme-admin-secret').toString('base64')}`;
      assert.equal(await server.get(good), 'OK');
      assert.equal(await server.get({ authorization: basic }), 'OK');
      assert.equal(await server.get({ ...good, ...bearer(token) }), both);
      assert.equal(await server.get({ ...good, authorization: basic }), both);
      assert.equal(await server.get({ username: 'acme-admin', ...bearer(token) }), both);
      const form = 'UNAUTHENTICATED: authorization is written as Bearer TOKEN, or as Basic with base64';
      assert.equal(await server.get({ authorization: `Digest ${token}` }), form);
      assert.equal(await server.get({ authorization: 'Bearer' }), form);
      assert.equal(await server.get({ authorization: `bearer  ${token}` }), 'OK');
    });
  });
});
