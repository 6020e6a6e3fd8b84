// Runs the adapter contract for a fabric's controller: with a fabric's own intent, and with tenants that share the controller.

import { flowIdOf } from '../../adapters/sd-fabric/classifier.ts';
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
      simulator.faults.closeNext(1, { ...fault, method: ['POST', 'DELETE'] });
    },
    hold: (n) => {
      const before = writes();
      simulator.faults.hangNext(1, { path: LOSSY, method: ['POST', 'DELETE'], skip: n - 1 });
      return {
        reached: simulator.waitFor(() => writes() >= before + n),
        release: () => {
          simulator.faults.clear();
          simulator.faults.release();
        },
      };
    },
    spoil: (n, how) => {
      const scope = { path: LOSSY, method: ['POST', 'DELETE'], skip: n - 1 };
      if (how === 'error') simulator.faults.failNext(1, 500, scope);
      else if (how === 'half') simulator.faults.halfAnswerNext(1, scope);
      else if (how === 'garbage') simulator.faults.garbageNext(1, scope);
      else simulator.faults.ignoreNext(1, scope);
    },
    tamper: async (id) => tamper(simulator.state, id),
    forget: async () => {
      await simulator.faults.restart({ state: 'lost' });
      await prepare(simulator);
    },
    close: () => simulator.close(),
  };
}

/** Changes a leaf of a document in what the controller holds. */
function tamper({ configuration, defaultClasses, flows }: OnosSimulator['state'], id: string): void {
  const [first = '', second = ''] = id.split('/');
  if (first === 'default-class') {
    defaultClasses.set(Number(second), 'CONTROL');
  } else if (first === 'flow') {
    for (const [key, flow] of flows) {
      if (flowIdOf(flow.criteria) === id) flows.set(key, { ...flow, trafficClass: 'CONTROL' });
    }
  } else if (first === 'slice') {
    const slicing = configuration.apps?.['org.stratumproject.fabric-tna']?.slicing as { slices: Slices };
    const slice = slicing.slices[second];
    if (slice !== undefined) slice.name = 'tampered';
  } else {
    const subject = id.slice(first.length + 1, id.lastIndexOf('/'));
    const body = configuration[first]?.[subject]?.[id.slice(id.lastIndexOf('/') + 1)];
    if (Array.isArray(body)) body.pop();
    else Object.assign(body as object, { name: 'tampered' });
  }
}

type Slices = Record<string, { name: string }>;

/** The fabric's own slice, which those of tenants stand on. */
async function prepareBase({ url }: OnosSimulator): Promise<void> {
  const tcs = { REAL_TIME: { queueId: 1, isSystemTc: true } };
  await fetch(`${url}${BASE}`, {
    method: 'POST',
    // The controller restarts in between.
    headers: { 'content-type': 'application/json', connection: 'close' },
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
