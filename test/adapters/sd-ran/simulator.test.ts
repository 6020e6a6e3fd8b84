// The simulated slice manager is as strict as the real one: each of its checks, by what it says.

import assert from 'node:assert/strict';
import { Client, credentials, type ServiceError, status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { type Message, rpcOf } from '../../../adapters/sd-ran/messages.ts';
import { type SdRanSimulator, startSdRanSimulator } from '../../../adapters/sd-ran/simulator/simulator.ts';
import { CU, DU } from '../../../adapters/sd-ran/simulator/world.ts';

describe('simulated SD-RAN', () => {
  let simulator: SdRanSimulator;
  let client: Client;

  beforeEach(async () => {
    simulator = await startSdRanSimulator();
    client = new Client(new URL(simulator.address).host, credentials.createInsecure());
  });

  afterEach(async () => {
    client.close();
    await simulator.close();
  });

  const send = (path: string, bytes: Buffer): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      const same = (given: Buffer): Buffer => given;
      client.makeUnaryRequest(path, same, same, bytes, (error, answer) =>
        error === null ? resolve(answer ?? Buffer.alloc(0)) : reject(error),
      );
    });

  const ask = async (service: string, name: string, request: Message = {}): Promise<Message> => {
    const rpc = rpcOf(service, name);
    return rpc.decode(await send(rpc.path, rpc.encode(request)));
  };

  /** What the slice manager says: `ok`, or the cause. */
  const say = async (name: string, request: Message): Promise<string> => {
    const { ack } = await ask('onos.rsm.Rsm', name, request);
    const { success, cause } = ack as { success: boolean; cause: string };
    return success ? 'ok' : cause;
  };

  const slice = (over: Message = {}): Message => ({
    e2_node_id: DU,
    slice_id: '1',
    weight: '30',
    scheduler_type: 'SCHEDULER_TYPE_PROPORTIONALLY_FAIR',
    ...over,
  });
  const association = (over: Message = {}): Message => ({
    e2_node_id: DU,
    ue_id: [{ ue_id: '1240', type: 'UE_ID_TYPE_DU_UE_F1_AP_ID' }],
    dl_slice_id: '1',
    ul_slice_id: '101',
    drb_id: '5',
    ...over,
  });
  const uplink = slice({ slice_id: '101', sliceType: 'SLICE_TYPE_UL_SLICE' });

  describe('slices', () => {
    it('are created, updated and deleted, each direction for itself', async () => {
      assert.equal(await say('CreateSlice', slice()), 'ok');
      assert.equal(await say('CreateSlice', uplink), 'ok');
      assert.equal(await say('UpdateSlice', slice({ weight: '40' })), 'ok');
      assert.deepEqual(simulator.slices.get(DU), [
        { id: '101', type: 1, scheduler: 1, weight: 30, users: [] },
        { id: '1', type: 0, scheduler: 1, weight: 40, users: [] },
      ]);
      assert.equal(await say('DeleteSlice', { e2_node_id: DU, slice_id: '1' }), 'ok');
      assert.equal(
        await say('DeleteSlice', { e2_node_id: DU, slice_id: '101', sliceType: 'SLICE_TYPE_UL_SLICE' }),
        'ok',
      );
      assert.equal(simulator.slices.size, 0);
    });

    const refused: [string, string, Message, RegExp][] = [
      ['an id that is no integer', 'CreateSlice', { slice_id: 'one' }, /^failed to convert slice id to int/],
      ['a weight that is no integer', 'CreateSlice', { weight: '30%' }, /^failed to convert weight to int/],
      ['an empty weight', 'UpdateSlice', { weight: '' }, /^failed to convert weight to int/],
      ['an id of 0', 'CreateSlice', { slice_id: '0' }, /^failed to create the control message/],
      ['a weight of 0', 'CreateSlice', { weight: '0' }, /^failed to create the control message/],
      ['a weight above 100', 'UpdateSlice', { weight: '101' }, /^failed to create the control message/],
      ['a weight that is not below 80', 'CreateSlice', { weight: '80' }, /^the node takes weights below 80, not 80$/],
      ['an update of what is not there', 'UpdateSlice', {}, /^no slice ID 1 in node e2:4\/e00\/3\/c8$/],
      ['a deletion of what is not there', 'DeleteSlice', {}, /^no slice ID 1 in node e2:4\/e00\/3\/c8$/],
      ['a deletion of an id that is no integer', 'DeleteSlice', { slice_id: '' }, /^failed to convert slice id/],
      ['a node that is not connected', 'CreateSlice', { e2_node_id: 'e2:9' }, /^timeout happens/],
    ];
    for (const [what, rpc, over, words] of refused) {
      it(`are refused with ${what}`, async () => {
        const { e2_node_id, slice_id } = slice(over);
        assert.match(await say(rpc, rpc === 'DeleteSlice' ? { e2_node_id, slice_id } : slice(over)), words);
        assert.equal(simulator.slices.size, 0);
      });
    }

    it('are refused a second time', async () => {
      await say('CreateSlice', slice());
      assert.equal(await say('CreateSlice', slice({ weight: '40' })), 'slice ID 1 already exists');
      assert.equal(simulator.slices.get(DU)?.[0]?.weight, 30);
    });

    it('of the same number in both directions take each other out of the records', async () => {
      await say('CreateSlice', slice());
      await say('CreateSlice', slice({ sliceType: 'SLICE_TYPE_UL_SLICE' }));
      assert.equal(await say('UpdateSlice', slice({ sliceType: 'SLICE_TYPE_UL_SLICE', weight: '40' })), 'ok');
      assert.deepEqual(
        simulator.slices.get(DU)?.map(({ type, weight }) => [type, weight]),
        [
          [1, 30],
          [1, 40],
        ],
      );
      assert.match(await say('UpdateSlice', slice()), /^no slice ID 1/);
    });
  });

  describe('associations', () => {
    beforeEach(async () => {
      await say('CreateSlice', slice());
      await say('CreateSlice', uplink);
    });

    const users = (): [string, string[]][] =>
      (simulator.slices.get(DU) ?? []).map(({ id, users }) => [id, users.map(({ ue, drb }) => `${ue}/${drb}`)]);

    it('put a user into a slice for each direction, out of the one that it was in', async () => {
      assert.equal(await say('SetUeSliceAssociation', association()), 'ok');
      assert.deepEqual(users(), [
        ['1', ['1240/5']],
        ['101', ['1240/5']],
      ]);
      await say('CreateSlice', slice({ slice_id: '2' }));
      assert.equal(await say('SetUeSliceAssociation', association({ dl_slice_id: '2', ul_slice_id: '' })), 'ok');
      assert.deepEqual(users(), [
        ['1', []],
        ['101', ['1240/5']],
        ['2', ['1240/5']],
      ]);
    });

    it('stay with an updated slice, and end with a deleted one', async () => {
      await say('SetUeSliceAssociation', association());
      await say('UpdateSlice', slice({ weight: '31' }));
      assert.deepEqual(users(), [
        ['101', ['1240/5']],
        ['1', ['1240/5']],
      ]);
      await say('DeleteSlice', { e2_node_id: DU, slice_id: '1' });
      assert.deepEqual(users(), [['101', ['1240/5']]]);
    });

    const id = (ue_id: string, type = 'UE_ID_TYPE_DU_UE_F1_AP_ID'): Message => ({ ue_id: [{ ue_id, type }] });
    const refused: [string, Message, RegExp][] = [
      ['a node without central unit', { e2_node_id: 'e2:4/e01/3/c8' }, /^DU .* does not have CU in onos-topo \(RNIB\)/],
      ['a number that is none', id('12a'), /^Invalid ID format/],
      ['a bearer that is no integer', { drb_id: 'five' }, /^failed to convert drb-id to int/],
      ['a slice that is no integer', { dl_slice_id: 'one' }, /^failed to convert slice id to int/],
      ['no slice', { dl_slice_id: '', ul_slice_id: '' }, /^both DL slice ID and UL slice ID are empty/],
      ['another number than that of the DU', id('1240', 'UE_ID_TYPE_CU_UE_F1_AP_ID'), /^need valid du-ue-f1ap-id$/],
      ['no number', { ue_id: [] }, /^need valid du-ue-f1ap-id$/],
      ['slices that are not there', { dl_slice_id: '7', ul_slice_id: '107' }, /^invalid slice ID$/],
      [
        'a user that is not attached',
        id('9'),
        /^failed to get UENIB UE info .* does not exist in CU e2:4\/e00\/2\/64$/,
      ],
      ['a bearer that the user does not have', { drb_id: '6' }, /^the number of bearers is 0$/],
    ];
    for (const [what, over, words] of refused) {
      it(`are refused with ${what}`, async () => {
        assert.match(await say('SetUeSliceAssociation', association(over)), words);
        assert.deepEqual(users(), [
          ['1', []],
          ['101', []],
        ]);
      });
    }

    it('are refused on another node than the one that has the user', async () => {
      const second = 'e2:4/e00/4/c9';
      simulator.state.nodes = [CU, DU, second];
      await say('SetUeSliceAssociation', association());
      await say('CreateSlice', slice({ e2_node_id: second }));
      assert.match(
        await say('SetUeSliceAssociation', association({ e2_node_id: second })),
        /^DU ID in UENIB and received DU ID are not matched/,
      );
    });
  });

  it('keeps load balancing parameters until it restarts', async () => {
    const given = { interval: 20, overload_threshold: 80, target_threshold: 40, delta_ocn: 2 };
    assert.deepEqual(await ask('onos.mlb.Mlb', 'SetMlbParams', given), { success: true });
    assert.deepEqual(await ask('onos.mlb.Mlb', 'GetMlbParams'), given);
    assert.deepEqual(await ask('onos.mlb.Mlb', 'GetOcn'), { ocn_map: {} });
    simulator.state.lose();
    assert.deepEqual(await ask('onos.mlb.Mlb', 'GetMlbParams'), {
      interval: 10,
      overload_threshold: 100,
      target_threshold: 0,
      delta_ocn: 3,
    });
  });

  it('knows cells, and which of them are in conflict', async () => {
    const ids = async (name: string, request: Message = {}): Promise<unknown[]> =>
      ((await ask('onos.pci.Pci', name, request)).cells as Message[]).map((cell) => cell.id);
    const [first, second, third] = ['87893173159116801', '87893173159116802', '87893173159116803'];
    assert.deepEqual(await ids('GetCells'), [first, second, third]);
    assert.deepEqual(await ids('GetConflicts'), [second, third]);
    assert.deepEqual(await ids('GetConflicts', { cell_id: second }), [third]);
    assert.deepEqual(await ids('GetResolvedConflicts'), [first]);
    await assert.rejects(ask('onos.pci.Pci', 'GetCell', { cell_id: '1' }), { code: status.NOT_FOUND });
  });

  it('takes nothing but its own RPCs and messages', async () => {
    await assert.rejects(send('/onos.rsm.Rsm/GetSlices', Buffer.alloc(0)), { code: status.UNIMPLEMENTED });
    await assert.rejects(
      send('/onos.rsm.Rsm/CreateSlice', Buffer.from('<html>')),
      (error: ServiceError) => error.code === status.INTERNAL,
    );
  });
});
