// What a Get costs, next to a unary RPC that does nothing and to a bare server that only encodes the same answer.

import { gnmiDefinition } from '../src/proto/gnmi.ts';
import { aetherIntent, editedLeaf } from './aether-data.ts';
import { attempt, type Scope } from './attempt.ts';
import { connect } from './client.ts';
import type { Measurement } from './measurement.ts';
import { percentiles, round, timed } from './percentiles.ts';
import type { PlainServerAnswers } from './plain-server-process.ts';
import type { Plan } from './plan.ts';
import { aetherTargets } from './platform-seed.ts';
import { startBenchService } from './service.ts';

/** p50 of one Get. */
export interface GetCost {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly answerBytes: number;
  readonly noopRpcRatio: number;
  /** The same answer from a server that holds it as JavaScript values and encodes it for each call. */
  readonly encodeP50Ms: number;
  readonly encodeRatio: number;
}

/** By what is asked for. */
export interface Gets {
  readonly noopRpcP50Ms: number;
  readonly leaf: GetCost;
  readonly entry: GetCost;
  readonly largeSubtree: GetCost;
}

const target = 'bench';

export const get: Measurement<'get', Gets | null> = {
  name: 'get',
  run: (plan, say) => attempt(say, 'Get', plan.deadlineMs, (scope) => measure(scope, plan)),
  table: (figures) => ({
    title: 'Get (ms; ratios of p50)',
    columns: ['of', 'p50', 'p99', 'bytes', 'to a no-op RPC', 'encoding only p50', 'ratio'],
    rows: [
      ['a leaf', ...cells(figures?.leaf)],
      ['an entry of 5 leaves', ...cells(figures?.entry)],
      ['a large subtree', ...cells(figures?.largeSubtree)],
    ],
    notes: [`a no-op RPC takes ${figures?.noopRpcP50Ms ?? '-'} ms`],
  }),
};

function cells(cost: GetCost | undefined) {
  return [cost?.p50Ms, cost?.p99Ms, cost?.answerBytes, cost?.noopRpcRatio, cost?.encodeP50Ms, cost?.encodeRatio];
}

async function measure(scope: Scope, { entries, calls, warmUps, deadlineMs }: Plan['get']): Promise<Gets> {
  const service = await startBenchService(scope, { targets: aetherTargets(target), deadlineMs });
  for (const json of aetherIntent(entries)) await service.client.load(target, json);
  const plain = scope.child<PlainServerAnswers>('plain-server-process');
  const bare = connect((await plain.ask('start', undefined)).address);
  scope.onEnd(() => bare.close());
  await timed(warmUps, service.client.noop);
  const noopRpcP50Ms = percentiles(await timed(calls, service.client.noop)).p50Ms;

  async function cost(path: string): Promise<GetCost> {
    const answer = await service.client.get(target, path);
    const encoded = gnmiDefinition.Get?.responseSerialize(answer) ?? Buffer.alloc(0);
    await plain.ask('answerGet', encoded);
    await timed(warmUps, () => service.client.get(target, path));
    await timed(warmUps, () => bare.get(target, path));
    const { p50Ms, p99Ms } = percentiles(await timed(calls, () => service.client.get(target, path)));
    const encodeP50Ms = percentiles(await timed(calls, () => bare.get(target, path))).p50Ms;
    return {
      p50Ms,
      p99Ms,
      answerBytes: encoded.length,
      noopRpcRatio: round(p50Ms / noopRpcP50Ms),
      encodeP50Ms,
      encodeRatio: round(p50Ms / encodeP50Ms),
    };
  }

  return {
    noopRpcP50Ms,
    leaf: await cost(editedLeaf(0)),
    entry: await cost('/traffic-class[traffic-class-id=class-1]'),
    largeSubtree: await cost('/site[site-id=bench]'),
  };
}
