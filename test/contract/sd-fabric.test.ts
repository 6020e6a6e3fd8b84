// Runs the adapter contract for a fabric's controller: with a fabric's own intent, and with tenants that share the controller.

import { controllerAdapter } from '../../adapters/sd-fabric/controller-adapter.ts';
import { type OnosSimulator, startOnosSimulator } from '../../adapters/sd-fabric/simulator/onos-simulator.ts';
import { CompiledModel } from '../adapters/sd-fabric/stage.ts';
import { FABRIC, tenantJson } from '../adapters/sd-fabric/tenant.ts';
import type { Plain } from '../southbound/intent.ts';
import { adapterSuite, type SimulatedDevice } from './adapter-suite.ts';

const BASE = '/onos/v1/network/configuration/apps/org.stratumproject.fabric-tna/slicing';
const LOSSY = /^\/onos\//;

async function start(prepare: (simulator: OnosSimulator) => Promise<void> = async () => {}): Promise<SimulatedDevice> {
  const simulator = await startOnosSimulator({ credentials: false });
  await prepare(simulator);
  const isWrite = ({ method }: { method: string }): boolean => method !== 'GET';
  const writes = (): number => simulator.requests.filter(isWrite).length;
  return {
    address: simulator.url,
    contents: () => {
      const { configuration, slices, defaultClasses, flows } = structuredClone(simulator.state);
      return [configuration, slices, defaultClasses, new Map([...flows].sort())];
    },
    changes: writes,
    loseAnswer: (n, when) => {
      const fault = { path: LOSSY, skip: n - 1, effect: when === 'after' };
      simulator.faults.closeNext(1, { ...fault, method: /POST|DELETE/ });
    },
    hold: (n) => {
      const before = writes();
      simulator.faults.hangNext(1, { path: LOSSY, method: /POST|DELETE/, skip: n - 1 });
      return {
        reached: simulator.waitFor(() => writes() >= before + n),
        release: () => {
          simulator.faults.clear();
          simulator.faults.release();
        },
      };
    },
    close: () => simulator.close(),
  };
}

/** The fabric's own slice, which those of tenants stand on. */
async function prepareBase({ url }: OnosSimulator): Promise<void> {
  const tcs = { REAL_TIME: { queueId: 1, isSystemTc: true } };
  await fetch(`${url}${BASE}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ slices: { 0: { name: 'Default', tcs } } }),
  });
}

const fabric = await CompiledModel.of('fabric', '1');
const aether = await CompiledModel.of('aether', '2.1');

function fabricTree(prefix: string, loopback: string, isWhole: boolean): Plain {
  const tree = fabric.sample('tutorial') as { [name: string]: Plain };
  const switches = (tree.switch as { [name: string]: Plain }[]).map((entry, i) => ({
    ...entry,
    'switch-id': `${prefix}${entry['switch-id']}`,
    allocation: [{ device: 'd', pool: 'sid', number: 101 + i + (isWhole ? 0 : 100) }],
    ...(i === 0 ? { 'segment-routing': { loopback } } : {}),
  }));
  if (!isWhole)
    return { 'switch-model': tree['switch-model'] ?? [], controller: { endpoint: FABRIC }, switch: switches };
  return { ...tree, controller: { endpoint: FABRIC }, switch: switches };
}

const device = { endpoint: [FABRIC] };

adapterSuite('sd-fabric, the fabric', {
  adapter: controllerAdapter,
  model: fabric.model,
  device,
  start: () => start(),
  intent: fabricTree('', '192.168.1.1', true),
  changedIntent: fabricTree('', '192.168.1.9', true),
  changedDocument: 'devices/device:leaf1/segmentrouting',
  otherIntent: fabricTree('other-', '192.168.9.1', false),
});

adapterSuite('sd-fabric, tenants', {
  adapter: controllerAdapter,
  model: aether.model,
  device,
  start: () => start(prepareBase),
  intent: aether.tree(tenantJson({ device: 'd' })),
  changedIntent: aether.tree(tenantJson({ device: 'd', uplink: '30000000' })),
  changedDocument: 'slice/1',
  foundations: ['slice/0'],
  otherIntent: aether.tree(tenantJson({ device: 'd', prefix: 'other-', first: 5, network: 51 })),
});
