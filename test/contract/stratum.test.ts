// Runs the adapter contract for a switch that is told of its chassis by gNMI.

import { status } from '@grpc/grpc-js';
import { startStratumSimulator } from '../../adapters/sd-fabric/simulator/stratum-simulator.ts';
import { emptyChassis } from '../../adapters/sd-fabric/stratum/chassis.ts';
import { SwitchClient } from '../../adapters/sd-fabric/stratum/client.ts';
import { switchAdapter } from '../../adapters/sd-fabric/switch-adapter.ts';
import { CompiledModel } from '../adapters/sd-fabric/stage.ts';
import type { Plain } from '../southbound/intent.ts';
import { adapterSuite, type SimulatedDevice } from './adapter-suite.ts';

const ENDPOINT = 'grpc://leaf1.example:9339';

/** A switch that has been reset before. */
async function start(): Promise<SimulatedDevice> {
  const simulator = await startStratumSimulator();
  const client = new SwitchClient(simulator.url, undefined);
  const chassis = { kind: 'chassis', id: 'chassis', source: [], dependsOn: [] };
  await client.put(chassis, emptyChassis('tofino'), AbortSignal.timeout(10_000));
  await client.close();
  const sets = () => simulator.calls.filter(({ method }) => method === 'Set');
  const before = sets().length;
  return {
    address: simulator.url,
    contents: () => structuredClone([simulator.switch.chassis, simulator.switch.ports]),
    changes: () => sets().length - before,
    loseAnswer: (n, when) => simulator.faults.closeNext(1, { method: 'Set', skip: n - 1, effect: when === 'after' }),
    hold: (n) => {
      const already = sets().length;
      simulator.faults.hangNext(1, { method: 'Set', skip: n - 1 });
      return {
        reached: simulator.waitFor(() => sets().length >= already + n),
        release: () => {
          simulator.faults.clear();
          simulator.faults.release();
        },
      };
    },
    spoil: (n, how) => {
      const scope = { method: 'Set', skip: n - 1 };
      if (how === 'error') simulator.faults.failNext(1, status.INTERNAL, scope);
      else if (how === 'half') simulator.faults.halfAnswerNext(1, scope);
      else if (how === 'garbage') simulator.faults.garbageNext(1, scope);
      else simulator.faults.ignoreNext(1, scope);
    },
    tamper: async (id) => {
      const port = simulator.switch.ports.get(id.slice('interface/'.length));
      if (port !== undefined) port.enabled = !port.enabled;
    },
    forget: () => simulator.faults.restart({ state: 'lost' }),
    close: () => simulator.close(),
  };
}

const fabric = await CompiledModel.of('fabric', '1');

function tree(description: string): Plain {
  const sample = fabric.sample('full') as { [name: string]: Plain };
  const switches = sample.switch as { [name: string]: Plain }[];
  return { ...sample, switch: switches.map((entry, i) => (i === 0 ? { ...entry, description } : entry)) };
}

adapterSuite('stratum', {
  adapter: switchAdapter,
  model: fabric.model,
  device: { endpoint: [ENDPOINT] },
  start,
  intent: tree('one'),
  changedIntent: tree('two'),
  changedDocument: 'chassis',
  otherIntent: {},
});
