// Runs the adapter contract for sd-core against simulated cores of every version that has a form of its own.

import { adapter } from '../../adapters/sd-core/index.ts';
import type { CoreVersion } from '../../adapters/sd-core/simulator/documents.ts';
import { startSdCoreSimulator } from '../../adapters/sd-core/simulator/simulator.ts';
import { intentFixture } from '../adapters/sd-core/fixture.ts';
import type { Plain } from '../southbound/intent.ts';
import { aether } from '../southbound/schemas.ts';
import { adapterSuite, type SimulatedDevice } from './adapter-suite.ts';

const WRITES = { method: ['POST', 'DELETE'], path: /\/config\/v1\// };

async function start(version: CoreVersion): Promise<SimulatedDevice> {
  const simulator = await startSdCoreSimulator({ version });
  const writes = () => simulator.requests.filter(({ method }) => method !== 'GET');
  return {
    address: `${simulator.url}/config`,
    contents: () => structuredClone([new Map(simulator.deviceGroups), new Map(simulator.networkSlices)]),
    changes: () => writes().length,
    loseAnswer: (n, when) => simulator.faults.closeNext(1, { ...WRITES, skip: n - 1, effect: when === 'after' }),
    hold: (n) => {
      const before = writes().length;
      simulator.faults.hangNext(1, { ...WRITES, skip: n - 1 });
      return {
        reached: simulator.waitFor(() => writes().length >= before + n),
        release: () => simulator.faults.release(),
      };
    },
    spoil: (n, how) => {
      const scope = { ...WRITES, skip: n - 1 };
      if (how === 'error') simulator.faults.failNext(1, 503, scope);
      else if (how === 'half') simulator.faults.halfAnswerNext(1, scope);
      else if (how === 'garbage') simulator.faults.garbageNext(1, scope);
      else simulator.faults.ignoreNext(1, scope);
    },
    tamper: async (id) => {
      const url = `${simulator.url}/config/v1/${id}`;
      const document = (await (await fetch(url)).json()) as Record<string, unknown>;
      const changed = id.startsWith('device-group/')
        ? { ...document, 'site-info': 'elsewhere' }
        : { ...document, 'slice-id': { sst: '9', sd: '090909' } };
      const headers = { 'content-type': 'application/json' };
      await fetch(url, { method: 'POST', headers, body: JSON.stringify(changed) });
    },
    forget: () => simulator.faults.restart({ state: 'lost' }),
    close: () => simulator.close(),
  };
}

/** Two sites on the core, so that there are several slices and groups. */
function intent(prefix: string, uplink: string): Plain {
  const tree = intentFixture('acme') as { [member: string]: Plain };
  const text = JSON.stringify(tree)
    .replaceAll('"cameras"', `"${prefix}cameras"`)
    .replaceAll('"phones"', `"${prefix}phones"`)
    .replaceAll('"vision"', `"${prefix}vision"`)
    .replaceAll('"voice"', `"${prefix}voice"`)
    .replace('"uplink":"20000000000"', `"uplink":"${uplink}"`);
  return JSON.parse(text) as Plain;
}

for (const version of ['2.0', '2.1', '3.0'] as const) {
  adapterSuite(`sd-core ${version}`, {
    adapter,
    model: aether,
    device: {
      endpoint: ['http://core5g.acme.example/config', 'http://core4g.acme.example/config'],
      // The simulator's 2.1 is the first release of that line.
      version: version === '2.1' ? '2.1.0' : version,
    },
    start: () => start(version),
    intent: intent('', '1000'),
    changedIntent: intent('', '2000'),
    changedDocument: 'device-group/cameras',
    otherIntent: intent('other-', '3000'),
  });
}
