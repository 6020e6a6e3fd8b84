// While a large Set is under way its target says how far it is, and nothing of that is left behind.

import assert from 'node:assert/strict';
import { Encoding, ListMode, type SubscribeResponse, SubscriptionMode } from '../../../src/proto/gnmi.ts';
import { startService, type TestService } from '../../service.ts';
import { path, refused, update } from './messages.ts';

describe('gNMI Set of more than a mebibyte', () => {
  let service: TestService;
  before(async () => {
    service = await startService();
  });
  after(() => service.close());

  const value = Array.from({ length: 15_000 }, (_, i) => ({
    'application-id': `app-${i}`,
    description: 'so that the value is large enough',
    address: `10.${i >> 8}.${i & 255}.0/24`,
  }));

  it('tells its author and phases as state of the target, and takes them away again', async () => {
    const client = service.client('acme-admin');
    const prefix = { target: 'acme' };
    const stream = client.subscribe();
    stream.on('error', () => {});
    const told: string[] = [];
    let gone = (): void => {};
    const deleted = new Promise<void>((resolve) => {
      gone = resolve;
    });
    const synced = new Promise<void>((resolve) => {
      stream.on('data', (message: SubscribeResponse) => {
        if (message.sync_response === true) resolve();
        for (const { path: at, val } of message.update?.update ?? []) {
          told.push(`${at?.elem?.at(-1)?.name}: ${val?.value === 'uint_val' ? val.uint_val : val?.string_val}`);
        }
        if ((message.update?.delete ?? []).length > 0) gone();
      });
    });
    stream.write({
      subscribe: {
        prefix,
        mode: ListMode.STREAM,
        encoding: Encoding.PROTO,
        subscription: [{ path: path('/edgeconf-metadata:transaction'), mode: SubscriptionMode.ON_CHANGE }],
      },
    });
    await synced;
    await client.set({ prefix, update: [update('/application', value)] });
    await deleted;
    assert.deepEqual(
      told.filter((line) => !line.startsWith('done')),
      ['author: acme-admin', 'phase: validation', 'phase: plan', 'phase: storage'],
    );
    assert.equal(
      told.find((line) => line.startsWith('done')),
      'done: 0',
    );
    await refused(client.get({ prefix, path: [path('/edgeconf-metadata:transaction')] }), 'NOT_FOUND', 'no value');
    stream.cancel();
  });

  it('takes them away when it is refused as well', async () => {
    const client = service.client('acme-admin');
    const prefix = { target: 'acme' };
    const wrong = [...value, { 'application-id': 'bad', address: '10.0.0.0/8', endpoint: [{ 'endpoint-id': 'e' }] }];
    await refused(client.set({ prefix, update: [update('/application', wrong)] }), 'INVALID_ARGUMENT', 'port-start');
    await refused(client.get({ prefix, path: [path('/edgeconf-metadata:transaction')] }), 'NOT_FOUND', 'no value');
  });
});
