// How soon a commit reaches the last of many subscribers, next to a bare server that encodes the same message for each of them.

import { aetherIntent } from './aether-data.ts';
import { attempt, type Scope } from './attempt.ts';
import type { Child } from './child.ts';
import type { Measurement } from './measurement.ts';
import { percentiles, round, timed } from './percentiles.ts';
import type { PlainServerAnswers } from './plain-server-process.ts';
import type { Plan } from './plan.ts';
import { aetherTargets } from './platform-seed.ts';
import { type BenchService, startBenchService } from './service.ts';
import { subscribe } from './subscribers.ts';

/** From a commit's being applied to the last subscriber's message. */
export interface FanOut {
  readonly lastP50Ms: number;
  readonly lastP99Ms: number;
  readonly updatesPerSecond: number;
  readonly noopRpcP50Ms: number;
  readonly noopRpcRatio: number;
  /** The same messages over the same kind of streams, from a server that encodes each message for each stream. */
  readonly encodeEachP50Ms: number;
  readonly encodeEachRatio: number;
}

/** By number of subscribers. */
export type FanOuts = Readonly<Record<string, FanOut | null>>;

const target = 'bench';
const path = '/traffic-class[traffic-class-id=class-1]/description';

export const fanOut: Measurement<'fanOut', FanOuts> = {
  name: 'fanOut',
  async run(plan, say) {
    const { deadlineMs } = plan;
    const figures: Record<string, FanOut | null> = {};
    for (const subscribers of plan.subscribers) figures[subscribers] = null;
    await attempt(say, 'fan-out', deadlineMs * plan.subscribers.length, async (scope) => {
      const service = await startBenchService(scope, { targets: aetherTargets(target), deadlineMs });
      const plain = scope.child<PlainServerAnswers>('plain-server-process');
      const { address } = await plain.ask('start', undefined);
      for (const json of aetherIntent(100)) await service.client.load(target, json);
      await service.process.ask('watchCommits', undefined);
      for (const subscribers of plan.subscribers) {
        figures[subscribers] = await attempt(say, `fan-out to ${subscribers} subscribers`, deadlineMs, (inner) =>
          reach(inner, { service, plain, address }, subscribers, plan),
        );
      }
    });
    return figures;
  },
  table: (figures) => ({
    title: 'From a commit to the last of many subscribers (ms; ratios of p50)',
    columns: [
      'subscribers',
      'last p50',
      'last p99',
      'updates/s',
      'no-op RPC p50',
      'ratio',
      'encoded for each p50',
      'ratio',
    ],
    rows: Object.entries(figures).map(([subscribers, at]) => [
      subscribers,
      at?.lastP50Ms,
      at?.lastP99Ms,
      at?.updatesPerSecond,
      at?.noopRpcP50Ms,
      at?.noopRpcRatio,
      at?.encodeEachP50Ms,
      at?.encodeEachRatio,
    ]),
    notes: ['encoded for each: a bare server that writes the same messages to as many streams, encoding one for each'],
  }),
};

/** The service, and the bare server at `address`. */
interface Servers {
  readonly service: BenchService;
  readonly plain: Child<PlainServerAnswers>;
  readonly address: string;
}

/** Edits so far: each must change something. */
let edits = 0;

async function reach(
  scope: Scope,
  { service, plain, address }: Servers,
  count: number,
  { commits, warmUps }: Plan['fanOut'],
): Promise<FanOut> {
  const subscribers = await subscribe(scope, service.address, target, path, count);
  const reference = await subscribe(scope, address, target, path, count);

  const commit = async (): Promise<bigint> =>
    service.process.ask('appliedAt', await service.client.setLeaf(target, path, `value ${edits++}`));
  const commitMs = async (): Promise<number> => {
    const [arrivedNs, fromNs] = await Promise.all([subscribers.nextMessage(), commit()]);
    return Number(arrivedNs - fromNs) / 1e6;
  };
  const encodeMs = async (): Promise<number> => {
    const message = subscribers.sample;
    const [arrivedNs, fromNs] = await Promise.all([reference.nextMessage(), plain.ask('broadcast', message)]);
    return Number(arrivedNs - fromNs) / 1e6;
  };
  const lastMs: number[] = [];
  const encodesMs: number[] = [];
  // By turns, so that both meet the machine in the same state.
  for (let n = 0; n < warmUps + commits; n++) {
    const last = await commitMs();
    const encode = await encodeMs();
    if (n < warmUps) continue;
    lastMs.push(last);
    encodesMs.push(encode);
  }
  await timed(warmUps, service.client.noop);
  const noop = percentiles(await timed(Math.max(100, commits), service.client.noop)).p50Ms;
  const { p50Ms, p99Ms } = percentiles(lastMs);
  const encodeEachP50Ms = percentiles(encodesMs).p50Ms;
  const totalMs = lastMs.reduce((sum, ms) => sum + ms, 0);
  return {
    lastP50Ms: p50Ms,
    lastP99Ms: p99Ms,
    updatesPerSecond: Math.round((count * commits * 1000) / totalMs),
    noopRpcP50Ms: noop,
    noopRpcRatio: round(p50Ms / noop),
    encodeEachP50Ms,
    encodeEachRatio: round(p50Ms / encodeEachP50Ms),
  };
}
