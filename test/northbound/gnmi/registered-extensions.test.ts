// The registered extensions that clients of Aether send, over a real socket: transaction info, strategy, model versions.

import assert from 'node:assert/strict';
import {
  type ClientUnaryCall,
  credentials,
  Metadata,
  makeGenericClientConstructor,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { EdgeconfError } from '../../../src/errors.ts';
import { type Extension, type GetRequest, gnmiDefinition, type SetRequest } from '../../../src/proto/gnmi.ts';
import { targetVersionOverrides } from '../../../src/proto/target-version-overrides.ts';
import { revisionOf } from '../../../src/proto/transaction-info.ts';
import { transactionStrategy } from '../../../src/proto/transaction-strategy.ts';
import { startService, type TestService } from '../../service.ts';
import { path, refused, update } from './messages.ts';

const qci = '/traffic-class[traffic-class-id=t]/qci';

describe('gNMI extensions of Aether', () => {
  let service: TestService;
  /** Ends the waiting of all who wait for the devices. */
  let settle: () => void;
  let refuse: (error: Error) => void;
  let waiting: { revision: number; signal: AbortSignal }[];
  let someoneWaits: () => void;
  before(async () => {
    service = await startService({
      settled: (options) =>
        new Promise((resolve, reject) => {
          waiting.push(options);
          settle = () => resolve({ revision: options.revision, superseded: [], refused: [] });
          refuse = reject;
          options.signal.addEventListener('abort', () => reject(options.signal.reason));
          someoneWaits();
        }),
    });
  });
  beforeEach(async () => {
    waiting = [];
    settle = () => {};
    someoneWaits = () => {};
    await service.reset('acme', {});
  });
  after(() => service.close());

  const set = (request: SetRequest) => service.client('acme-admin').set(request);
  const get = (request: GetRequest) => service.client('acme-admin').get(request);
  const write = (value: number, ...extension: Extension[]): SetRequest => ({ update: [update(qci, value)], extension });
  const waits = () =>
    new Promise<void>((resolve) => {
      someoneWaits = resolve;
    });

  describe('transaction info (110)', () => {
    it('tells the revision in the answer to a Set', async () => {
      assert.equal(revisionOf(await set(write(1))), service.datastore.head.revision);
    });

    it('has the revision as text in field 1 and as a number in field 2', async () => {
      const { extension = [] } = await set(write(1));
      const { revision } = service.datastore.head;
      const text = Buffer.from(`${revision}`);
      assert.ok(revision < 128);
      const expected = Buffer.from([10, text.length, ...text, 16, revision]);
      assert.deepEqual(
        extension.map(({ registered_ext }) => [registered_ext?.id, Buffer.from(registered_ext?.msg ?? [])]),
        [[110, expected]],
      );
    });

    it('tells the last revision when a Set changes nothing', async () => {
      await set(write(1));
      const { revision } = service.datastore.head;
      assert.equal(revisionOf(await set({})), revision);
      assert.equal(revisionOf(await set(write(1))), revision);
    });
  });

  describe('strategy (111)', () => {
    it('answers a Set at once when it is asynchronous or not there', async () => {
      await set(write(1));
      await set(write(2, transactionStrategy({ synchronous: false })));
      assert.deepEqual(waiting, []);
    });

    it('answers a synchronous Set when the devices have taken its revision', async () => {
      const begun = waits();
      let answered = false;
      const answer = set(write(1, transactionStrategy({ synchronous: true }))).then((response) => {
        answered = true;
        return response;
      });
      await begun;
      // What is committed is seen by others before the devices have it.
      await get({ path: [path(qci)] });
      assert.equal(answered, false);
      settle();
      assert.equal(revisionOf(await answer), service.datastore.head.revision);
      assert.deepEqual(
        waiting.map(({ revision }) => revision),
        [service.datastore.head.revision],
      );
    });

    it('answers a synchronous Get when the devices have taken what it shows', async () => {
      await set(write(1));
      const begun = waits();
      const answer = get({ path: [path(qci)], extension: [transactionStrategy({ synchronous: true })] });
      await begun;
      settle();
      assert.equal((await answer).notification?.length, 1);
    });

    it('stops waiting when the client gives up or its time is over, and what was committed stays', async () => {
      const Client = makeGenericClientConstructor(gnmiDefinition, 'gNMI');
      const client = new Client(service.address, credentials.createInsecure());
      const metadata = new Metadata();
      metadata.set('username', 'acme-admin');
      metadata.set('password', 'acme-admin-secret');
      type Rpc = (
        request: SetRequest,
        metadata: Metadata,
        callback: (error: ServiceError | null) => void,
      ) => ClientUnaryCall;
      const begun = waits();
      const code = new Promise((resolve) => {
        const request = write(3, transactionStrategy({ synchronous: true }));
        const call = (client.Set as unknown as Rpc).call(client, request, metadata, (error) => resolve(error?.code));
        begun.then(() => call.cancel());
      });
      await begun;
      const signal = waiting[0]?.signal ?? assert.fail('nobody waits');
      const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve));
      assert.equal(await code, status.CANCELLED);
      await aborted;
      client.close();
      assert.equal((await get({ path: [path(qci)] })).notification?.length, 1);
    });

    it('tells a client that waits what the devices refuse, and what was committed stays', async () => {
      const begun = waits();
      const rpc = refused(
        set(write(3, transactionStrategy({ synchronous: true }))),
        'ABORTED',
        'core refuses the slice',
      );
      await begun;
      refuse(new EdgeconfError('ABORTED', 'core refuses the slice'));
      await rpc;
      assert.equal((await get({ path: [path(qci)] })).notification?.length, 1);
    });

    it('takes either isolation, since transactions are serializable anyway', async () => {
      await set(write(1, { registered_ext: { id: 111, msg: Buffer.from([16, 1]) } }));
    });

    it('refuses what it does not know, and a message that cannot be read', async () => {
      const broken = (...bytes: number[]) => set(write(1, { registered_ext: { id: 111, msg: Buffer.from(bytes) } }));
      await refused(broken(8, 7), 'INVALID_ARGUMENT', 'registered extension 111', 'synchronicity 7');
      await refused(broken(16, 9), 'INVALID_ARGUMENT', 'registered extension 111', 'isolation 9');
      await refused(broken(8), 'INVALID_ARGUMENT', 'registered extension 111', 'not a TransactionStrategy message');
      const twice = write(1, transactionStrategy({ synchronous: true }), transactionStrategy({ synchronous: true }));
      await refused(set(twice), 'INVALID_ARGUMENT', 'registered extension 111 comes 2 times');
    });
  });

  describe('model versions (112)', () => {
    it("takes the target's own model, as Aether's clients write it", async () => {
      for (const [type, version] of [
        ['aether', '2.1'],
        ['Aether', '2.1.0'],
        ['aether', '2.1.x'],
        ['', ''],
      ] as const) {
        const extension = targetVersionOverrides({ acme: { type, version }, elsewhere: { type: 'x', version: '9' } });
        await set(write(1, extension));
        await get({ path: [path(qci)], extension: [extension] });
      }
    });

    it('says nothing of targets that it does not name', async () => {
      const extension = targetVersionOverrides({ elsewhere: { type: 'x', version: '9' } });
      await set(write(1, extension));
      await get({ path: [path(qci)], extension: [extension] });
    });

    it('refuses another model for Set and Get, naming both', async () => {
      for (const [type, version] of [
        ['aether', '2.0'],
        ['aether', '2.10'],
        ['devicesim', '2.1'],
      ] as const) {
        const extension = targetVersionOverrides({ acme: { type, version } });
        const parts = ["target 'acme' has model aether@2.1", `${type}@${version}`] as const;
        await refused(set(write(1, extension)), 'FAILED_PRECONDITION', ...parts);
        await refused(get({ path: [path('/')], extension: [extension] }), 'FAILED_PRECONDITION', ...parts);
      }
      assert.equal(service.datastore.snapshot('acme')?.size, 0);
    });

    it('refuses a message that cannot be read', async () => {
      const extension = { registered_ext: { id: 112, msg: Buffer.from([10, 200]) } };
      await refused(set(write(1, extension)), 'INVALID_ARGUMENT', 'registered extension 112');
    });
  });

  it('refuses each of them when it comes twice', async () => {
    const versions = targetVersionOverrides({});
    await refused(set(write(1, versions, versions)), 'INVALID_ARGUMENT', 'registered extension 112 comes 2 times');
  });

  it('ignores the old registered extensions and those that nobody knows', async () => {
    const extension = [100, 101, 102, 999].map((id) => ({ registered_ext: { id, msg: Buffer.from('2.1.0') } }));
    await set({ update: [update(qci, 1)], extension });
  });
});
