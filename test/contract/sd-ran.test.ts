// Runs the adapter contract for SD-RAN's slice manager and load balancer against their simulators.

import { status } from '@grpc/grpc-js';
import { mlb } from '../../adapters/sd-ran/mlb.ts';
import { rsm } from '../../adapters/sd-ran/rsm.ts';
import { type SdRanSimulator, startSdRanSimulator } from '../../adapters/sd-ran/simulator/simulator.ts';
import { CU } from '../../adapters/sd-ran/simulator/world.ts';
import { aether, NODE, radioIntent } from '../adapters/sd-ran/fixture.ts';
import { adapterSuite, type SimulatedDevice } from './adapter-suite.ts';

const CHANGING = /Create|Update|Delete|Set/;

async function start(contents: (simulator: SdRanSimulator) => unknown): Promise<SimulatedDevice> {
  const users = ['1240', '1241', '2240', '2241'].map((duUeF1apId) => ({ cu: CU, duUeF1apId, drbs: [5] }));
  const simulator = await startSdRanSimulator({ nodes: [CU, NODE], users });
  const changes = () => simulator.requests.filter((request) => request.changes).length;
  return {
    address: simulator.address,
    contents: () => structuredClone(contents(simulator)),
    changes,
    loseAnswer: (n, when) => simulator.faults.loseNext(1, { method: CHANGING, skip: n - 1, effect: when === 'after' }),
    hold: (n) => {
      const before = changes();
      simulator.faults.hangNext(1, { method: CHANGING, skip: n - 1 });
      return {
        reached: simulator.waitFor(() => changes() >= before + n),
        release: () => simulator.faults.release(),
      };
    },
    spoil: (n, how) => {
      const scope = { method: CHANGING, skip: n - 1 };
      if (how === 'error') simulator.faults.failNext(1, status.INTERNAL, scope);
      else simulator.faults.next(1, how === 'no effect' ? 'no-effect' : how, scope);
    },
    tamper: async () => {
      simulator.state.parameters = { ...simulator.parameters, interval: simulator.parameters.interval + 1 };
    },
    forget: () => simulator.faults.restart({ state: 'lost' }),
    close: () => simulator.close(),
  };
}

/** Slices by node, in an order of their own: that of the slice manager's records says nothing. */
const slices = (simulator: SdRanSimulator) =>
  [...simulator.slices].map(([node, items]) => [node, [...items].sort((a, b) => Number(a.id) - Number(b.id))]);

adapterSuite('onos-rsm', {
  adapter: rsm,
  model: aether,
  device: { endpoint: ['grpc://rsm.example:5150'] },
  start: () => start(slices),
  intent: radioIntent({ users: ['camera', 'robot'] }),
  changedIntent: radioIntent({ users: ['camera', 'camera'] }),
  changedDocument: `ue-association/${NODE}/1241/5`,
  otherIntent: radioIntent({ prefix: 'other-', numbers: [11, 12], weights: [4, 5] }),
  // Associations end with their slices, without a call of their own.
  removingCalls: 4,
});

adapterSuite('onos-mlb', {
  adapter: mlb,
  model: aether,
  device: { endpoint: ['grpc://mlb.example:5150'] },
  start: () => start(({ parameters }) => parameters),
  intent: radioIntent({ balance: { interval: 20 } }),
  changedIntent: radioIntent({ balance: { interval: 30 } }),
  changedDocument: 'load-balancing/parameters',
});
