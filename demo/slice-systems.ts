// Five simulated systems on loopback that one slice spans: a core, two user planes, a fabric's controller and a radio controller.

import { startSdCoreSimulator } from '../adapters/sd-core/simulator/simulator.ts';
import { startUpfSimulator } from '../adapters/sd-core/simulator/upf.ts';
import { startOnosSimulator } from '../adapters/sd-fabric/simulator/onos-simulator.ts';
import { startSdRanSimulator } from '../adapters/sd-ran/simulator/simulator.ts';
import { E2_NODE, ENDPOINTS } from './slice-intent.ts';

/** One call that changes something, as the system got it. */
export interface Sent {
  readonly system: string;
  readonly call: string;
  readonly body: string;
}

export type Systems = Awaited<ReturnType<typeof startSystems>>;

/** Starts them; all are empty. */
export async function startSystems() {
  const log: Sent[] = [];
  const http = (system: string) => ({
    onRequest({ method, path, body }: { readonly method: string; readonly path: string; readonly body: string }): void {
      if (method !== 'GET') log.push({ system, call: `${method} ${path}`, body });
    },
  });
  const core = await startSdCoreSimulator(http('SD-Core'));
  const upf1 = await startUpfSimulator(http('UPF first'));
  const upf2 = await startUpfSimulator(http('UPF second'));
  const onos = await startOnosSimulator({ credentials: false, ...http('SD-Fabric') });
  const ran = await startSdRanSimulator({
    nodes: [E2_NODE],
    onRequest: ({ path, changes, request }) => {
      if (changes) log.push({ system: 'SD-RAN', call: path, body: JSON.stringify(request) });
    },
  });
  return {
    core,
    upf1,
    upf2,
    onos,
    ran,
    /** The devices of the platform target. */
    devices: [
      { name: 'core-1', kind: 'sd-core', address: `${core.url}/config`, endpoint: [ENDPOINTS.core] },
      { name: 'upf-1', kind: 'upf', address: upf1.url, endpoint: [ENDPOINTS.upf1] },
      { name: 'upf-2', kind: 'upf', address: upf2.url, endpoint: [ENDPOINTS.upf2] },
      { name: 'fabric-1', kind: 'sd-fabric', address: onos.url, endpoint: [ENDPOINTS.fabric] },
      { name: 'rsm-1', kind: 'onos-rsm', address: ran.address, endpoint: [ENDPOINTS.ran] },
    ],
    /** Changing calls since the last time, in the order in which they came. */
    sent: (): Sent[] => log.splice(0),
    async close(): Promise<void> {
      for (const each of [core, upf1, upf2, onos, ran]) await each.close();
    },
  };
}
