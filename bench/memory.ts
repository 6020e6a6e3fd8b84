// How much memory the service holds for each leaf, everything included, and in what.

import { attempt } from './attempt.ts';
import type { Measurement } from './measurement.ts';
import { aetherTargets } from './platform-seed.ts';
import type { ProcessMemory } from './process-memory.ts';
import { type BenchService, startBenchService } from './service.ts';
import { cardLeaf, cardSite, leavesPerCard, simCards } from './sim-cards.ts';

/**
 * Bytes for each leaf, above a process with the same target and no entries, garbage collected. Rows are what the process
 * holds after a start on the same data folder, before anything asked for libyang's tree; absent where that is not told.
 */
export interface Memory {
  readonly leaves: number;
  /** RSS of the process that took all entries in. */
  readonly bytesPerLeaf: number;
  readonly heapBytesPerLeaf: number;
  readonly externalBytesPerLeaf: number;
  readonly linearMemoryBytesPerLeaf: number | null;
  /** RSS after a restart and one commit. */
  readonly restartedBytesPerLeaf: number;
}

/** Entries in one Set while loading. */
const perSet = 20_000;
const target = 'bench';

export const memory: Measurement<'memory', Memory | null> = {
  name: 'memory',
  run: ({ entries, deadlineMs }, say) =>
    attempt(say, `memory of ${entries} entries`, deadlineMs, async (scope) => {
      const leaves = entries * leavesPerCard;
      const options = { targets: aetherTargets(target), data: await scope.folder(), deadlineMs };
      const service = await startBenchService(scope, options);
      await loadCards(service, 1);
      const empty = await service.process.ask('memory', undefined);
      await loadCards(service, entries);
      const full = await service.process.ask('memory', undefined);
      await service.process.ask('stop', undefined);
      await service.process.kill();
      const again = await startBenchService(scope, options);
      await again.client.setLeaf(target, cardLeaf(0, 'display-name'), 'after the restart');
      const restarted = await again.process.ask('memory', undefined);
      const each = (part: keyof ProcessMemory, of = full): number =>
        Math.round(((of[part] ?? Number.NaN) - (empty[part] ?? Number.NaN)) / leaves);
      return {
        leaves,
        bytesPerLeaf: each('rss'),
        heapBytesPerLeaf: each('heap'),
        externalBytesPerLeaf: each('external'),
        linearMemoryBytesPerLeaf: full.linear === undefined ? null : each('linear'),
        restartedBytesPerLeaf: each('rss', restarted),
      };
    }),
  table: (figures) => ({
    title: `Memory for each of ${figures?.leaves.toLocaleString('en-US') ?? 'the'} leaves, in entries of 5 (bytes)`,
    columns: ['what', 'bytes', 'target'],
    rows: [
      ['everything (RSS)', figures?.bytesPerLeaf, '400'],
      ['of it: V8 heap of the main thread', figures?.heapBytesPerLeaf, ''],
      ['of it: buffers beside the heap', figures?.externalBytesPerLeaf, ''],
      ["of it: libyang's linear memory", figures?.linearMemoryBytesPerLeaf, ''],
      ['everything, after a restart and one commit', figures?.restartedBytesPerLeaf, '400'],
    ],
  }),
};

/** Loads the first `entries` cards in Sets of moderate size. */
export async function loadCards(service: BenchService, entries: number): Promise<void> {
  await service.client.load(target, cardSite);
  for (let from = 0; from < entries; from += perSet) {
    await service.client.load(target, simCards(from, Math.min(entries, from + perSet)));
  }
}
