// How soon a commit is on its device, among few or many devices and beside a dead one, and how soon a core that lost all has it back.

import { attempt, type Scope } from './attempt.ts';
import type { Child } from './child.ts';
import { coreEndpoint, groupLeaf, sitesFor, siteWithGroups, targetOf, targetsFor } from './device-data.ts';
import type { DevicesAnswers } from './devices-process.ts';
import type { Measurement } from './measurement.ts';
import { percentiles, round } from './percentiles.ts';
import type { Plan } from './plan.ts';
import { aetherTargets } from './platform-seed.ts';
import { type BenchService, startBenchService } from './service.ts';

/** From a commit's being applied to its document's arrival at the device. */
interface Latency {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Among so many devices. */
export interface DeviceLatency extends Latency {
  /** From the start of the load to all documents on all devices. */
  readonly firstSeconds: number;
  /** The same while one of the other devices does not answer. */
  readonly besideDead: Latency | null;
}

export interface Southbound {
  /** By number of devices. */
  readonly latency: Readonly<Record<string, DeviceLatency | null>>;
  readonly restart: { readonly groups: number; readonly seconds: number } | null;
}

export const southbound: Measurement<'southbound', Southbound> = {
  name: 'southbound',
  async run(plan, say) {
    const latency: Record<string, DeviceLatency | null> = {};
    for (const devices of plan.devices) {
      latency[devices] = await attempt(say, `${devices} devices`, plan.deadlineMs, (scope) =>
        reach(scope, devices, plan),
      );
    }
    const restart = await attempt(say, 'a restarted core', plan.deadlineMs, (scope) => bringBack(scope, plan));
    return { latency, restart };
  },
  table: ({ latency, restart }) => ({
    title: 'From a commit to its device (ms), one commit at a time, each for another device',
    columns: ['devices', 'p50', 'p99', 'p50 beside a dead one', 'p99 beside a dead one', 'all at first (s)'],
    rows: Object.entries(latency).map(([devices, at]) => [
      devices,
      at?.p50Ms,
      at?.p99Ms,
      at?.besideDead?.p50Ms,
      at?.besideDead?.p99Ms,
      at?.firstSeconds,
    ]),
    notes: [
      `an SD-Core that lost ${restart?.groups ?? '-'} device groups has them back after ${restart?.seconds ?? '-'} s`,
    ],
  }),
};

interface Running {
  readonly service: BenchService;
  readonly devices: Child<DevicesAnswers>;
}

async function start(scope: Scope, count: number, deadlineMs: number): Promise<Running> {
  const devices = scope.child<DevicesAnswers>('devices-process');
  const addresses = await devices.ask('start', { count });
  const service = await startBenchService(scope, {
    targets: aetherTargets(...targetsFor(count)),
    devices: addresses.map((address, i) => ({ name: `core-${i}`, address, endpoint: coreEndpoint(i) })),
    deadlineMs,
  });
  return { service, devices };
}

async function reach(scope: Scope, count: number, plan: Plan['southbound']): Promise<DeviceLatency> {
  const { service, devices } = await start(scope, count, plan.deadlineMs);
  const begin = performance.now();
  for (const { target, json } of sitesFor(count)) await service.client.load(target, json);
  await service.process.ask('settled', undefined);
  const firstSeconds = round((performance.now() - begin) / 1000);
  await service.process.ask('watchCommits', undefined);
  let edits = 0;
  const measure = async (cores: readonly number[]): Promise<Latency> => {
    const timesMs: number[] = [];
    for (let n = 0; n < plan.warmUps + plan.commits; n++) {
      const core = cores[(n * 7919) % cores.length] ?? 0;
      const rate = String(2_000_000 + edits++);
      const revision = await service.client.setLeaf(targetOf(core), groupLeaf(core), rate);
      const [arrivedNs, appliedNs] = [
        await devices.ask('arrivedAt', { core, text: rate }),
        await service.process.ask('appliedAt', revision),
      ];
      if (n >= plan.warmUps) timesMs.push(Number(arrivedNs - appliedNs) / 1e6);
    }
    return percentiles(timesMs);
  };
  const numbers = Array.from({ length: count }, (_, i) => i);
  const all = await measure(numbers);
  const others = numbers.slice(1);
  if (others.length === 0) return { ...all, firstSeconds, besideDead: null };
  await devices.ask('goDown', 0);
  await service.client.setLeaf(targetOf(0), groupLeaf(0), '3000000');
  return { ...all, firstSeconds, besideDead: await measure(others) };
}

async function bringBack(scope: Scope, { groups, deadlineMs }: Plan['southbound']): Promise<Southbound['restart']> {
  const { service, devices } = await start(scope, 1, deadlineMs);
  await service.client.load(targetOf(0), siteWithGroups(groups));
  await service.process.ask('settled', undefined);
  const there = await devices.ask('groups', 0);
  if (there !== groups) throw new Error(`${there} of ${groups} device groups came to the core`);
  const callback = `http://${service.httpAddress}/synchronize/core-0`;
  return { groups, seconds: round(await devices.ask('restart', { core: 0, groups, callback })) };
}
