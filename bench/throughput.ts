// How many small edits a second are validated, durable and answered over gNMI: one and many tenants, one and many writers.

import { aetherIntent, editedLeaf, editedValue } from './aether-data.ts';
import { attempt } from './attempt.ts';
import type { Measurement } from './measurement.ts';
import { perSecond } from './percentiles.ts';
import { aetherTargets } from './platform-seed.ts';
import { startBenchService } from './service.ts';
import { ratio } from './table.ts';

/** Per second, by `tenants x writers in total`. No-op RPCs are called by as many callers as the busiest has writers. */
export interface Throughput {
  readonly '1x1': number;
  readonly '1x16': number;
  readonly '50x16': number;
  readonly noopRpcPerSecond: number;
  /** By one caller. */
  readonly noopRpcPerSecondAlone: number;
}

export const throughput: Measurement<'throughput', Throughput | null> = {
  name: 'throughput',
  run: (plan, say) =>
    attempt(say, 'throughput', plan.deadlineMs, async (scope) => {
      const { tenants, writers, calls, warmUps, deadlineMs } = plan;
      const names = Array.from({ length: tenants }, (_, i) => `tenant-${i}`);
      const { client } = await startBenchService(scope, { targets: aetherTargets(...names), deadlineMs });
      for (const name of names) {
        for (const json of aetherIntent(plan.entries)) await client.load(name, json);
      }
      const write = (count: number) => (writer: number, i: number) => {
        const name = names[(writer + i) % count] ?? '';
        // Each writer edits a device of its own in tenant after tenant, and something else when it comes round again.
        return client.setLeaf(name, editedLeaf(writer), editedValue(writer, writer, Math.floor(i / count)));
      };
      const run = async (callers: number, action: (caller: number, i: number) => Promise<unknown>) => {
        await perSecond(callers, warmUps, action);
        return perSecond(callers, Math.ceil(calls / callers), action, warmUps);
      };
      return {
        '1x1': await run(1, write(1)),
        '1x16': await run(writers, write(1)),
        noopRpcPerSecond: await run(writers, client.noop),
        noopRpcPerSecondAlone: await run(1, client.noop),
        '50x16': await run(writers, write(tenants)),
      };
    }),
  table(figures) {
    const busy = figures?.noopRpcPerSecond;
    return {
      title: 'Throughput over gNMI, one leaf an edit (per second; the share is of no-op unary RPCs by as many callers)',
      columns: ['tenants x writers', 'commits/s', 'no-op RPCs/s', 'share', 'target'],
      rows: [
        [
          '1 x 1',
          figures?.['1x1'],
          figures?.noopRpcPerSecondAlone,
          share(figures?.['1x1'], figures?.noopRpcPerSecondAlone),
          '',
        ],
        ['1 x 16', figures?.['1x16'], busy, share(figures?.['1x16'], busy), '50 %'],
        ['50 x 16', figures?.['50x16'], busy, share(figures?.['50x16'], busy), '60 %'],
      ],
    };
  },
};

function share(value: number | undefined, base: number | undefined): string | null {
  const part = ratio(value, base);
  return part === null ? null : `${Math.round(part * 100)} %`;
}
