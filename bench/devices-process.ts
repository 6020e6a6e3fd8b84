// The process of the simulated devices: many SD-Cores, each on a port of its own, and when what arrived there.

import { type SdCoreSimulator, startSdCoreSimulator } from '../adapters/sd-core/simulator/simulator.ts';
import { answerParent } from './child.ts';

const cores: SdCoreSimulator[] = [];
/** The last document that each core took, and when, in ns of the clock that all processes of the system share. */
const taken: { text: string; atNs: bigint }[] = [];

/** A document is waited for by a text that only it has. */
interface Arrival {
  readonly core: number;
  readonly text: string;
}

const answers = {
  /** @returns their addresses */
  async start({ count }: { count: number }): Promise<string[]> {
    for (let core = 0; core < count; core++) {
      cores.push(
        await startSdCoreSimulator({
          logLimit: 1,
          onRequest: ({ body, method, status }) => {
            if (method !== 'GET' && status < 300) taken[core] = { text: body, atNs: process.hrtime.bigint() };
          },
        }),
      );
    }
    return cores.map(({ url }) => `${url}/config`);
  },
  /** When the core took the document. */
  async arrivedAt({ core, text }: Arrival): Promise<bigint> {
    await at(core).waitFor(() => taken[core]?.text.includes(text) === true);
    return taken[core]?.atNs ?? 0n;
  },
  goDown: (core: number) => at(core).faults.goDown(),
  /** Comes up without anything, says so to the service as the real one does, and tells when all is there again. */
  async restart({ core, groups, callback }: { core: number; groups: number; callback: string }): Promise<number> {
    await at(core).faults.goDown();
    const start = performance.now();
    await at(core).faults.comeUp({ state: 'lost' });
    const { ok, status } = await fetch(callback, { method: 'POST' });
    if (!ok) throw new Error(`POST ${callback} answers ${status}`);
    await at(core).waitFor(({ deviceGroups }) => deviceGroups.size === groups);
    return (performance.now() - start) / 1000;
  },
  groups: (core: number) => at(core).deviceGroups.size,
};

/** What it can be asked. */
export type DevicesAnswers = typeof answers;

function at(core: number): SdCoreSimulator {
  const found = cores[core];
  if (found === undefined) throw new Error(`there is no core ${core}`);
  return found;
}

answerParent(answers);
