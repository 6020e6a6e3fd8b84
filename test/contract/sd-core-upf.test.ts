// Runs the adapter contract for user planes, which take one document, give nothing back, and are reset.

import { upfAdapter } from '../../adapters/sd-core/index.ts';
import { type CarriedSlice, startUpfSimulator } from '../../adapters/sd-core/simulator/upf.ts';
import { intentFixture } from '../adapters/sd-core/fixture.ts';
import type { Plain } from '../southbound/intent.ts';
import { aether } from '../southbound/schemas.ts';
import { adapterSuite, type SimulatedDevice } from './adapter-suite.ts';

const ENDPOINT = 'http://upf-1.acme.example';

/** A user plane that was told of no slice, and one that was told so, do the same. */
const NO_SLICE: CarriedSlice = {
  name: '',
  uplinkBps: 0n,
  downlinkBps: 0n,
  uplinkBurstBytes: 0n,
  downlinkBurstBytes: 0n,
  pools: [],
};

async function start(): Promise<SimulatedDevice> {
  const simulator = await startUpfSimulator();
  return {
    address: simulator.url,
    contents: () => structuredClone(simulator.slice ?? NO_SLICE),
    changes: () => simulator.requests.length,
    loseAnswer: (n, when) => simulator.faults.closeNext(1, { skip: n - 1, effect: when === 'after' }),
    hold: (n) => {
      const before = simulator.requests.length;
      simulator.faults.hangNext(1, { skip: n - 1 });
      return {
        reached: simulator.waitFor(() => simulator.requests.length >= before + n),
        release: () => simulator.faults.release(),
      };
    },
    spoil: (n, how) => {
      if (how === 'error') simulator.faults.failNext(1, 503, { skip: n - 1 });
      else simulator.faults.halfAnswerNext(1, { skip: n - 1 });
    },
    forget: () => simulator.faults.restart({ state: 'lost' }),
    close: () => simulator.close(),
  };
}

function intent(uplink: string): Plain {
  const tree = intentFixture('acme');
  const [site] = tree.site as unknown as { upf: object[]; slice: object[] }[];
  Object.assign(site?.upf[0] ?? {}, { 'config-endpoint': ENDPOINT });
  Object.assign(site?.slice[0] ?? {}, { mbr: { uplink } });
  return tree;
}

adapterSuite('upf', {
  adapter: upfAdapter,
  model: aether,
  device: { endpoint: [ENDPOINT] },
  start,
  intent: intent('8000'),
  changedIntent: intent('9000'),
  changedDocument: 'network-slices',
});
