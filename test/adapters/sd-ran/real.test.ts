// SD-RAN on the real datastore with the real model: numbers and weights of tenants that share a node, bad days, and the end.

import assert from 'node:assert/strict';
import { status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { adapters } from '../../../adapters/sd-ran/index.ts';
import { type SdRanSimulator, startSdRanSimulator } from '../../../adapters/sd-ran/simulator/simulator.ts';
import type { EdgeconfError } from '../../../src/errors.ts';
import { RealStage } from '../../southbound/real-stage.ts';
import { NODE, SECOND_NODE as second } from './fixture.ts';
import { ENDPOINT, radioSite } from './radio-site.ts';

describe('SD-RAN on the real datastore', () => {
  let simulator: SdRanSimulator;
  let stage: RealStage;

  beforeEach(async () => {
    simulator = await startSdRanSimulator();
    stage = await RealStage.open(adapters);
    await stage.replace({
      platform: {
        'edgeconf-platform:tenant': [{ name: 'acme' }, { name: 'globex' }],
        'edgeconf-platform:target': ['acme', 'globex'].map((name) => ({
          name,
          tenant: name,
          model: 'aether',
          'model-version': '2.1',
        })),
        'edgeconf-platform:device': [
          { name: 'ran', kind: 'onos-rsm', address: simulator.address, endpoint: [ENDPOINT] },
        ],
      },
    });
  });

  afterEach(async () => {
    await stage.close();
    await simulator.close();
  });

  /** Lets time pass whenever the engine pauses, until everything is at rest. */
  const rest = async (): Promise<void> => {
    const done = stage.reconciler.settled();
    let resting = false;
    void done.finally(() => {
      resting = true;
    });
    for (let pauses = stage.clock.pauses.length; !resting; pauses += 1) {
      stage.clock.advance(1_000);
      await Promise.race([done, stage.clock.begun(pauses + 1)]);
    }
    await done;
  };
  const replace = async (trees: Record<string, object>): Promise<void> => {
    await stage.replace(trees);
    await rest();
  };
  /** `<number>:<weight>` and the users, of all slices of a node by number. */
  const slices = (node: string = NODE): string[] =>
    [...(simulator.slices.get(node) ?? [])]
      .sort((a, b) => Number(a.id) - Number(b.id))
      .map(({ id, weight, users }) => [`${id}:${weight}`, ...users.map(({ ue }) => ue)].join(' '));
  const refused = async (work: Promise<unknown>): Promise<string> => {
    const error = await work.then(
      () => undefined,
      (reason: EdgeconfError) => reason,
    );
    return error === undefined ? 'not refused' : `${error.code} ${error.message}`;
  };
  const document = (id: string) => {
    const { status, reason } = stage.reconciler.document('ran', id) ?? {};
    return { status, reason };
  };

  it('gives slices the numbers of nodes that two tenants share, and takes all of them back', async () => {
    await replace({ acme: radioSite({ video: 30, voice: 10 }, { 1240: 'video-1' }) });
    await replace({ globex: radioSite({ robots: 20 }, { 1241: 'robots-1' }) });
    assert.deepEqual(slices(), ['1:30 1240', '2:10', '3:20 1241', '101:30 1240', '102:10', '103:20 1241']);
    await replace({ acme: radioSite({ voice: 10 }) });
    assert.deepEqual(slices(), ['2:10', '3:20 1241', '102:10', '103:20 1241']);
    await replace({ acme: {}, globex: {} });
    assert.equal(simulator.slices.size, 0);
  });

  it('gives a slice a number on each node of the site', async () => {
    simulator.state.nodes.push(second);
    await replace({ globex: radioSite({ robots: 20 }) });
    await replace({ acme: radioSite({ video: 30 }, {}, [NODE, second]) });
    assert.deepEqual(
      [slices(), slices(second)],
      [
        ['1:20', '2:30', '101:20', '102:30'],
        ['1:30', '101:30'],
      ],
    );
  });

  it('never promises more of a node than there is, to one tenant or to two', async () => {
    assert.match(
      await refused(stage.replace({ acme: radioSite({ video: 40, voice: 40 }) })),
      /e2-node-weight|rrm-min of 80/,
    );
    await replace({ acme: radioSite({ video: 50 }) });
    const words = await refused(stage.replace({ globex: radioSite({ robots: 30 }) }));
    assert.match(words, /^FAILED_PRECONDITION .*weight e2:4\/e00\/3\/c8.*29/);
    assert.doesNotMatch(words, /acme/);
    await replace({ globex: radioSite({ robots: 29 }) });
    assert.deepEqual(slices(), ['1:50', '2:29', '101:50', '102:29']);
  });

  it('shows what is left of a node', async () => {
    await replace({ acme: radioSite({ video: 50 }), globex: radioSite({ robots: 9 }) });
    assert.deepEqual(stage.reconciler.pools('ran'), [
      { name: `ran-slice ${NODE}`, capacity: 99, used: 2, free: 97 },
      { name: `weight ${NODE}`, capacity: 79, used: 59, free: 20 },
    ]);
  });

  it('refuses a device that it could not talk to', async () => {
    const device = { name: 'other', kind: 'onos-mlb', address: 'http://127.0.0.1:5150' };
    assert.equal(
      await refused(stage.merge({ platform: { 'edgeconf-platform:device': [device] } })),
      'FAILED_PRECONDITION /device[name=other]: address http://127.0.0.1:5150: give grpc://host:port, or grpcs://host:port for TLS, ' +
        'without a path',
    );
  });

  it('updates both directions when a share changes, and moves a device with its group', async () => {
    await replace({ acme: radioSite({ video: 30, voice: 10 }, { 1240: 'video-1' }) });
    const before = simulator.requests.length;
    await replace({ acme: radioSite({ video: 31, voice: 10 }, { 1240: 'voice-1' }) });
    assert.deepEqual(slices(), ['1:31', '2:10 1240', '101:31', '102:10 1240']);
    assert.deepEqual(
      simulator.requests
        .slice(before)
        .map(({ path }) => path.replace('/onos.rsm.Rsm/', ''))
        .sort(),
      ['SetUeSliceAssociation', 'UpdateSlice', 'UpdateSlice'],
    );
  });

  it('says what the slice manager refuses, in its words, and brings the rest', async () => {
    await replace({ acme: radioSite({ video: 30 }, { 9: 'video-1' }) });
    assert.deepEqual(slices(), ['1:30', '101:30']);
    const { status, reason } = document(`ue-association/${NODE}/9/5`);
    assert.equal(status, 'failed');
    assert.match(reason ?? '', /UE ID UE_ID_TYPE_DU_UE_F1_AP_ID 9 does not exist in CU e2:4\/e00\/2\/64$/);
    assert.equal(document(`ran-slice/${NODE}/1/downlink`).status, 'in-effect');
    await replace({ acme: radioSite({ video: 30 }, { 1240: 'video-1' }) });
    assert.deepEqual(slices(), ['1:30 1240', '101:30 1240']);
  });

  it('brings slices to a node that was away as soon as it is back', async () => {
    simulator.state.nodes = simulator.state.nodes.filter((node) => node !== NODE);
    const waited = stage.clock.begun(3);
    await stage.replace({ acme: radioSite({ video: 30 }) });
    for (let pauses = 1; pauses <= 3; pauses += 1) {
      await stage.clock.begun(pauses);
      stage.clock.advance(1_000);
    }
    await waited;
    assert.equal(document(`ran-slice/${NODE}/1/downlink`).status, 'pending');
    simulator.state.nodes.push(NODE);
    await rest();
    assert.deepEqual(slices(), ['1:30', '101:30']);
  });

  it('ends with all slices there on every kind of bad day', async () => {
    const { faults } = simulator;
    const days: Record<string, () => void> = {
      'the connection is lost': () => faults.loseNext(3),
      'the connection is lost after the deed': () => faults.loseNext(3, { effect: true }),
      'it answers with an error': () => faults.failNext(2, status.INTERNAL),
      'it answers with garbage': () => faults.next(2, 'garbage'),
      'it answers half': () => faults.next(2, 'half'),
      'it answers nothing': () => faults.next(2, 'empty'),
      'its node does not answer': () =>
        faults.refuseNext(2, 'timeout happens: E2 SBI could not send ACK until timer expired'),
    };
    for (const [day, begin] of Object.entries(days)) {
      begin();
      await replace({ acme: radioSite({ video: 30, voice: 10 }, { 1240: 'video-1' }) });
      assert.deepEqual(slices(), ['1:30 1240', '2:10', '101:30 1240', '102:10'], day);
      begin();
      await replace({ acme: {} });
      assert.equal(simulator.slices.size, 0, day);
      faults.clear();
    }
  });

  it('ends with all slices there when the slice manager says nothing and restarts in the middle', async () => {
    for (const state of ['kept', 'lost'] as const) {
      simulator.faults.hangNext(1, { method: /CreateSlice|UpdateSlice/ });
      const count = simulator.requests.length;
      await stage.replace({ acme: radioSite({ video: 30 }) });
      await simulator.waitFor(({ requests }) => requests.slice(count).some(({ outcome }) => outcome === undefined));
      assert.equal(document(`ran-slice/${NODE}/1/downlink`).status, 'pending');
      await simulator.faults.restart({ state });
      await rest();
      assert.deepEqual(slices(), ['1:30', '101:30'], state);
      await replace({ acme: {} });
      assert.equal(simulator.slices.size, 0, state);
    }
  });

  it('a verdict of the call itself stays, in its words, until intent changes; the rest is brought', async () => {
    simulator.faults.failNext(1, status.INVALID_ARGUMENT, { method: 'CreateSlice' });
    await replace({ acme: radioSite({ video: 30 }) });
    const { reason } = document(`ran-slice/${NODE}/1/downlink`);
    assert.match(reason ?? '', /^CreateSlice .*: INVALID_ARGUMENT injected$/);
    assert.deepEqual(slices(), ['101:30']);
    await replace({ acme: radioSite({ video: 31 }) });
    assert.deepEqual(slices(), ['1:31', '101:31']);
  });

  it('does not let a node that is away keep slices from the others', async () => {
    simulator.state.nodes = simulator.state.nodes.filter((node) => node !== NODE);
    simulator.state.nodes.push(second);
    await stage.replace({ acme: radioSite({ video: 30 }, {}, [NODE, second]) });
    for (let pauses = 1; pauses <= 4; pauses += 1) {
      await stage.clock.begun(pauses);
      stage.clock.advance(1_000);
    }
    assert.deepEqual(slices(second), ['1:30', '101:30']);
    assert.equal(document(`ran-slice/${NODE}/1/downlink`).status, 'pending');
    simulator.state.nodes.push(NODE);
    await rest();
    assert.deepEqual(slices(), ['1:30', '101:30']);
  });

  it('goes on after a restart of the slice manager, and after one of its own', async () => {
    await replace({ acme: radioSite({ video: 30 }) });
    await simulator.faults.restart({ state: 'kept' });
    await stage.stop();
    await stage.start();
    await replace({ acme: radioSite({ video: 31 }) });
    assert.deepEqual(slices(), ['1:31', '101:31']);
    await replace({ acme: {} });
    assert.equal(simulator.slices.size, 0);
  });
});
