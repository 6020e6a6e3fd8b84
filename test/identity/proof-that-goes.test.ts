// What proves a caller and goes while the call is under way: a password that is changed, a token whose issuer is taken away.

import assert from 'node:assert/strict';
import { type ServiceError, status } from '@grpc/grpc-js';
import { Access } from '../../src/access/access.ts';
import { hashPassword } from '../../src/access/password.ts';
import type { GnmiClient } from '../../src/proto/gnmi-client.ts';
import { readJson } from '../../src/schema/json-text.ts';
import { fragmentFromJson } from '../../src/schema/normalize.ts';
import { policyTree, sampleRoles, sampleUsers, TestSource } from '../access/fixture.ts';
import { json, path } from '../northbound/gnmi/messages.ts';
import { AUDIENCE, startIssuer, type TestIssuer } from './issuer.ts';
import { IdentityStage } from './stage.ts';

const cost = { N: 2, r: 1, p: 1 };

describe('a password that is changed while it is looked at', () => {
  it('lets nobody in any more', async () => {
    const hashOf = (password: string) => hashPassword(password, Buffer.alloc(16, 1), cost);
    const [old, next] = [await hashOf('old'), await hashOf('next')];
    const source = new TestSource(policyTree(sampleUsers, sampleRoles, { alice: old }));
    const access = new Access(source);
    const entering = access.authenticate({ username: 'alice', password: 'old' });
    source.commit(policyTree(sampleUsers, sampleRoles, { alice: next }));
    await assert.rejects(entering, { code: 'UNAUTHENTICATED', message: 'the credentials were not accepted' });
    assert.equal((await access.authenticate({ username: 'alice', password: 'next' })).name, 'alice');
  });
});

describe('a Set that waits for its turn', () => {
  let stage: IdentityStage;
  let issuer: TestIssuer;
  before(async () => {
    stage = await IdentityStage.open();
    issuer = await startIssuer(await stage.trusted.issue('issuer'), stage.trusted.ca);
    await stage.service.merge('platform', {
      group: [{ name: 'acme-admins', role: [{ tenant: 'acme', role: 'admin' }] }],
    });
    await configure();
  });
  afterEach(() => stage.end());
  after(async () => {
    await issuer.close();
    await stage.close();
  });

  const configure = () => {
    const claim = [{ value: 'plant', group: ['acme-admins'] }];
    const corp = { name: 'corp', url: issuer.url, audience: [AUDIENCE], 'ca-reference': stage.caReference, claim };
    return stage.configure({ issuer: [corp] });
  };

  let round = 0;

  /** What the Set of a client is told when something happens while it waits behind another transaction. */
  async function toldAfter(client: GnmiClient, change: () => Promise<unknown>): Promise<string> {
    const prefix = { target: 'acme' };
    const name = path('/site[site-id=chicago]/display-name');
    // From now on the service knows the credentials.
    await client.get({ prefix, path: [name] });
    let letGo = (): void => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const { datastore } = stage.service;
    const { root } = datastore.snapshot('acme')?.model ?? assert.fail();
    const value = { site: [{ 'site-id': 'chicago', 'display-name': `Held ${++round}` }] };
    const text = fragmentFromJson(root, [], readJson(JSON.stringify(value)));
    const edits = [{ op: 'update' as const, path: [], json: text }];
    const first = datastore.commit({ author: 'system', edits: [{ target: 'acme', edits }], authorize: () => held });
    const answer = client.set({ prefix, update: [{ path: name, val: json('Too late') }] }).then(
      () => 'OK',
      (error: ServiceError) => `${status[error.code]}: ${error.details}`,
    );
    // What comes behind it on the same connection is answered: the Set has passed the front door.
    await client.get({ prefix, path: [name] });
    await change();
    letGo();
    await first;
    return answer;
  }

  it('is refused when the password by which it was asked for is changed', async () => {
    const server = await stage.serve();
    const client = server.client({ username: 'acme-admin', password: 'acme-admin-secret' });
    const hash = await hashPassword('next', Buffer.alloc(16, 1), cost);
    const change = () => stage.service.merge('platform', { user: [{ name: 'acme-admin', 'password-hash': hash }] });
    assert.equal(
      await toldAfter(client, change),
      'UNAUTHENTICATED: the password is not accepted any more as it was; call again',
    );
  });

  it('is refused when the issuer of the token is taken away', async () => {
    const server = await stage.serve();
    const client = server.client({ token: await issuer.token() });
    assert.equal(
      await toldAfter(client, () => stage.configure({})),
      'UNAUTHENTICATED: the token is not accepted any more as it was; call again',
    );
    await configure();
  });

  it('is refused when the token expires', async () => {
    const server = await stage.serve();
    const exp = Math.floor(stage.wallMs / 1000) + 60;
    const client = server.client({ token: await issuer.forge({ exp }) });
    const expire = async () => {
      stage.wallMs = (exp + 30) * 1000;
    };
    assert.equal(await toldAfter(client, expire), 'UNAUTHENTICATED: the token has expired');
  });
});
