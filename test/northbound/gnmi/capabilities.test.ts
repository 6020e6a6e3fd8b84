// Capabilities and who may call at all, over a real socket.

import assert from 'node:assert/strict';
import { credentials, Metadata, makeGenericClientConstructor, type ServiceError } from '@grpc/grpc-js';
import { gnmiDefinition } from '../../../src/proto/gnmi.ts';
import type { SubscribeStream } from '../../../src/proto/gnmi-client.ts';
import { startService, type TestService } from '../../service.ts';
import { list, refused, Subscription } from './messages.ts';

describe('gNMI Capabilities', () => {
  let service: TestService;
  before(async () => {
    service = await startService();
  });
  after(() => service.close());

  it('tells the version, the encodings that are served, and the modules of the models that the caller reads', async () => {
    const answer = await service.client('acme-reader').capabilities();
    assert.equal(answer.gNMI_version, '0.10.0');
    assert.deepEqual(answer.supported_encodings, [0, 4, 2]);
    const models = (answer.supported_models ?? []).map(({ name, organization, version }) => ({
      name,
      organization,
      version,
    }));
    assert.ok(models.some(({ name }) => name === 'edgeconf-site'));
    assert.ok(!models.some(({ name }) => name === 'edgeconf-platform'));
    for (const { organization, version } of models) {
      assert.notEqual(organization, '');
      assert.match(version ?? '', /^\d{4}-\d{2}-\d{2}$/);
    }
  });

  it('tells the platform model to who may read the platform', async () => {
    const answer = await service.client('operator').capabilities();
    assert.ok((answer.supported_models ?? []).some(({ name }) => name === 'edgeconf-platform'));
  });

  it('refuses an extension that does not go with it', async () => {
    const rpc = service.client().capabilities({ extension: [{ depth: { level: 1 } }] });
    await refused(rpc, 'INVALID_ARGUMENT', 'extension depth belongs to Get and Subscribe');
  });

  it('refuses a wrong password and a user that is not there in the same words', async () => {
    const wrong = await refused(service.client('acme-admin', 'guess').capabilities(), 'UNAUTHENTICATED');
    const unknown = await refused(service.client('stranger', 'guess').capabilities(), 'UNAUTHENTICATED');
    assert.equal(wrong.details, unknown.details);
  });

  it('refuses a call without credentials on every RPC', async () => {
    const Client = makeGenericClientConstructor(gnmiDefinition, 'gNMI');
    const client = new Client(service.address, credentials.createInsecure());
    type Call = (request: object, callback: (error: ServiceError | null) => void) => void;
    for (const method of ['Capabilities', 'Get', 'Set']) {
      const call = (client[method] as unknown as Call).bind(client);
      const rpc = new Promise((resolve, reject) => call({}, (error) => (error ? reject(error) : resolve(error))));
      await refused(rpc, 'UNAUTHENTICATED', 'username and password metadata are required');
    }
    const stream = (client.Subscribe as unknown as () => SubscribeStream).call(client);
    const subscription = new Subscription(stream).subscribe(list('ONCE', ['/']));
    await subscription.fails('UNAUTHENTICATED', 'username and password metadata are required');
    client.close();
  });

  const callWith = (metadata: Metadata): Promise<void> => {
    const Client = makeGenericClientConstructor(gnmiDefinition, 'gNMI');
    const client = new Client(service.address, credentials.createInsecure());
    type Call = (request: object, metadata: Metadata, callback: (error: ServiceError | null) => void) => void;
    return new Promise<void>((resolve, reject) => {
      const call = (client.Capabilities as unknown as Call).bind(client);
      call({}, metadata, (error) => (error ? reject(error) : resolve()));
    }).finally(() => client.close());
  };

  it('takes credentials from an authorization header as well', async () => {
    const metadata = new Metadata();
    metadata.set('authorization', `Basic ${Buffer.from('acme-admin:acme-admin-secret').toString('base64')}`);
    await callWith(metadata);
    // Clients that were told no user send empty ones.
    metadata.set('username', '');
    metadata.set('password', '');
    await callWith(metadata);
  });

  it('takes empty credentials for none, and a user name alone for no proof', async () => {
    const metadata = new Metadata();
    metadata.set('username', '');
    metadata.set('password', '');
    await refused(callWith(metadata), 'UNAUTHENTICATED', 'username and password metadata are required');
    metadata.set('username', 'acme-admin');
    await refused(callWith(metadata), 'UNAUTHENTICATED', 'username and password metadata are required');
  });

  it('takes credentials that a client sends twice in one call, but not a password that only looks like it', async () => {
    const metadata = new Metadata();
    for (let i = 0; i < 2; i++) {
      metadata.add('username', 'acme-admin');
      metadata.add('password', 'acme-admin-secret');
    }
    await callWith(metadata);
    const once = new Metadata();
    once.set('username', 'acme-admin');
    once.set('password', 'acme-admin-secret, acme-admin-secret');
    await refused(callWith(once), 'UNAUTHENTICATED');
  });
});
