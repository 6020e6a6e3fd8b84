// The slice manager's client on a real socket: what it sends when, and what it makes of every kind of failure.

import assert from 'node:assert/strict';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { rsm } from '../../../adapters/sd-ran/rsm.ts';
import { RsmClient } from '../../../adapters/sd-ran/rsm-client.ts';
import { type SdRanSimulator, startSdRanSimulator } from '../../../adapters/sd-ran/simulator/simulator.ts';
import { DeviceError, type DocumentRef, type Json } from '../../../src/southbound/adapter.ts';
import { documents, NODE, radioIntent, ranDevice } from './fixture.ts';

const forever = new AbortController().signal;

describe('onos-rsm client', () => {
  let simulator: SdRanSimulator;
  let client: RsmClient;
  const bodies = [...documents(rsm, radioIntent())];
  const document = (id: string): [DocumentRef, Json] =>
    bodies.find(([ref]) => ref.id === id) ?? assert.fail(`no document ${id}`);
  const [slice, sliceBody] = document(`ran-slice/${NODE}/1/downlink`);
  const [uplink, uplinkBody] = document(`ran-slice/${NODE}/101/uplink`);
  const [association, associationBody] = document(`ue-association/${NODE}/1240/5`);

  beforeEach(async () => {
    simulator = await startSdRanSimulator();
    client = new RsmClient(ranDevice({ address: simulator.address }), undefined, 5_000);
  });

  afterEach(async () => {
    await client.close();
    await simulator.close();
  });

  const calls = (): string[] => simulator.requests.map(({ path }) => path.slice('/onos.rsm.Rsm/'.length));
  const put = (signal: AbortSignal = forever): Promise<void> => client.put(slice, sliceBody, signal);
  const fails = async (reason: DeviceError['reason'], words: string, doing = put()): Promise<void> => {
    const message = words.replace('@', simulator.address);
    await assert.rejects(doing, (error) => {
      assert.ok(error instanceof DeviceError);
      assert.deepEqual([error.reason, error.message], [reason, message]);
      return true;
    });
  };

  it('creates a slice, and updates it from then on', async () => {
    await put();
    await client.put(slice, { ...(sliceBody as object), weight: '31' }, forever);
    assert.deepEqual(calls(), ['CreateSlice', 'UpdateSlice']);
    assert.deepEqual(simulator.slices.get(NODE), [{ id: '1', type: 0, scheduler: 1, weight: 31, users: [] }]);
  });

  it('updates a slice that is there before it knows', async () => {
    await put();
    const other = new RsmClient(ranDevice({ address: simulator.address }), undefined);
    await other.put(slice, { ...(sliceBody as object), weight: '31' }, forever);
    await other.close();
    assert.deepEqual(calls(), ['CreateSlice', 'CreateSlice', 'UpdateSlice']);
    assert.equal(simulator.slices.get(NODE)?.[0]?.weight, 31);
  });

  it('creates a slice anew that is gone', async () => {
    await put();
    await simulator.faults.restart({ state: 'lost' });
    await put().catch(() => put());
    assert.deepEqual(calls().slice(-2), ['UpdateSlice', 'CreateSlice']);
    assert.equal(simulator.slices.get(NODE)?.length, 1);
  });

  it('deletes a slice by number and direction, and takes one that is not there for deleted', async () => {
    await put();
    await client.put(uplink, uplinkBody, forever);
    await client.remove(uplink, forever);
    assert.deepEqual(
      simulator.slices.get(NODE)?.map(({ id }) => id),
      ['1'],
    );
    await client.remove(uplink, forever);
    assert.deepEqual(calls().slice(-2), ['DeleteSlice', 'DeleteSlice']);
  });

  it('associates a user, and sends nothing to end that', async () => {
    await put();
    await client.put(uplink, uplinkBody, forever);
    await client.put(association, associationBody, forever);
    await client.remove(association, forever);
    assert.deepEqual(calls(), ['CreateSlice', 'CreateSlice', 'SetUeSliceAssociation']);
    assert.deepEqual(
      simulator.slices.get(NODE)?.map(({ users }) => users),
      [[{ ue: '1240', drb: 5 }], [{ ue: '1240', drb: 5 }]],
    );
  });

  describe('takes for a verdict', () => {
    it('an answer without success, in the words of the cause', async () => {
      const heavy = client.put(slice, { ...(sliceBody as object), weight: '80' }, forever);
      await fails('refused', 'CreateSlice @: the node takes weights below 80, not 80', heavy);
    });

    it('a user that is not attached', async () => {
      await put();
      simulator.state.users = [];
      await fails(
        'refused',
        'SetUeSliceAssociation @: failed to get UENIB UE info (CuID e2:4/e00/2/64 DUID e2:4/e00/3/c8 UEID 1240): err: UE ID ' +
          'UE_ID_TYPE_DU_UE_F1_AP_ID 1240 does not exist in CU e2:4/e00/2/64',
        client.put(association, associationBody, forever),
      );
    });

    it('what the cause is about, as a leaf of the document', async () => {
      const leaves: [string, string | undefined][] = [
        ['failed to convert weight to int - no', '/weight'],
        ['the number of bearers is 0', '/drb_id'],
        ['need valid du-ue-f1ap-id', '/ue_id'],
        ['invalid slice ID', '/slice_id'],
        ['no', undefined],
      ];
      for (const [cause, leaf] of leaves) {
        simulator.faults.refuseNext(1, cause);
        await assert.rejects(put(), { reason: 'refused', leaf });
      }
    });

    it('an answer without success and cause', async () => {
      simulator.faults.refuseNext(1, '');
      await fails('refused', 'CreateSlice @: it says no, and not why');
    });

    for (const code of [status.INVALID_ARGUMENT, status.UNIMPLEMENTED, status.NOT_FOUND]) {
      it(`the status ${status[code]}`, async () => {
        simulator.faults.failNext(1, code);
        await fails('refused', `CreateSlice @: ${status[code]} injected`);
      });
    }
  });

  describe('takes for something that may pass', () => {
    it('a node that does not answer', async () => {
      simulator.state.nodes = [];
      await fails('unavailable', 'CreateSlice @: timeout happens: E2 SBI could not send ACK until timer expired');
    });

    for (const cause of [
      'failed to create slice information to onos-topo although control message was sent: no connection',
      'DU e2:4/e00/3/c8 does not have CU in onos-topo (RNIB) - please add or update CU-DU relation: not found',
      'failed to get UENIB UE info (CuID a DUID b UEID 1): err: rpc error: code = Unavailable desc = no connection',
      'failed to get UEs in UENIB: no connection',
      'rpc error: code = Unavailable desc = no connection',
    ]) {
      it(`the cause '${cause.slice(0, 40)}...'`, async () => {
        simulator.faults.refuseNext(1, cause);
        await fails('unavailable', `CreateSlice @: ${cause}`);
      });
    }

    it('a slice that is there and not there', async () => {
      simulator.faults.refuseNext(1, 'slice ID 1 already exists');
      await fails('unavailable', 'UpdateSlice @: no slice ID 1 in node e2:4/e00/3/c8');
    });

    for (const code of [
      status.UNAVAILABLE,
      status.INTERNAL,
      status.RESOURCE_EXHAUSTED,
      status.UNKNOWN,
      status.UNAUTHENTICATED,
      status.PERMISSION_DENIED,
    ]) {
      it(`the status ${status[code]}`, async () => {
        simulator.faults.failNext(1, code);
        await fails('unavailable', `CreateSlice @: ${status[code]} injected`);
      });
    }

    it('an answer that is none, or half of one', async () => {
      for (const kind of ['garbage', 'half'] as const) {
        simulator.faults.next(1, kind);
        await fails('unavailable', 'CreateSlice @: the answer is not what this RPC answers');
      }
      // Half of it took effect all the same.
      assert.equal(simulator.slices.get(NODE)?.length, 1);
    });

    it('an answer that says nothing', async () => {
      simulator.faults.next(1, 'empty');
      await fails('unavailable', 'CreateSlice @: the answer says neither success nor failure');
    });

    it('no answer in time', async () => {
      const hasty = new RsmClient(ranDevice({ address: simulator.address }), undefined, 1);
      simulator.faults.hangNext(1);
      await fails('unavailable', 'CreateSlice @: no answer within 1 ms', hasty.put(slice, sliceBody, forever));
      await hasty.close();
    });

    it('a call that the service gave up', async () => {
      simulator.faults.hangNext(1);
      const stop = new AbortController();
      const given = put(stop.signal);
      await simulator.waitFor(({ requests }) => requests.length === 1);
      stop.abort();
      await fails('unavailable', 'CreateSlice @: CANCELLED Cancelled on client', given);
      await fails('unavailable', 'CreateSlice @: CANCELLED Cancelled on client', put(AbortSignal.abort()));
    });
  });

  it('connects at once when the slice manager is back', async () => {
    await put();
    await simulator.faults.goDown();
    await assert.rejects(put(), { reason: 'unavailable' });
    await assert.rejects(put(), { reason: 'unavailable' });
    await simulator.faults.comeUp({ state: 'kept' });
    await put();
    assert.equal(simulator.requests.length, 2);
  });

  it('makes a new connection when the one that it had has fallen silent', async () => {
    const sockets: Socket[] = [];
    const between = createServer((socket) => {
      const further = connect(Number(new URL(simulator.address).port), '127.0.0.1');
      socket.on('error', () => {}).pipe(further.on('error', () => {}));
      further.pipe(socket);
      sockets.push(socket, further);
    });
    await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve));
    const { port } = between.address() as AddressInfo;
    const far = new RsmClient(ranDevice({ address: `grpc://127.0.0.1:${port}` }), undefined, 1_000);
    try {
      await far.put(slice, sliceBody, forever);
      for (const socket of sockets) socket.unpipe().pause();
      await assert.rejects(far.put(slice, sliceBody, forever), { reason: 'unavailable' });
      await far.put(slice, sliceBody, forever);
    } finally {
      await far.close();
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => between.close(resolve));
    }
  });
});
