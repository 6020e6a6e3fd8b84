// Many entries in one Set, what that does to another tenant meanwhile, and a change of one entry in a hundred after it.

import { aetherIntent } from './aether-data.ts';
import { attempt, type Say } from './attempt.ts';
import { type Bystander, bystand } from './bystander.ts';
import type { Child } from './child.ts';
import type { LoaderAnswers } from './loader-process.ts';
import type { Measurement } from './measurement.ts';
import { round } from './percentiles.ts';
import { aetherTargets } from './platform-seed.ts';
import { startBenchService } from './service.ts';
import { cardSite, renumberedCards, simCards } from './sim-cards.ts';
import { ratio } from './table.ts';

/** `idle` and `during` are what another tenant met; ratios are of `during` to `idle`. */
export interface BulkLoad {
  readonly entries: number;
  /** null: not reached, and neither is what comes after. */
  readonly seconds: number | null;
  readonly idle: Bystander | null;
  readonly during: Bystander | null;
  readonly setP50Ratio: number | null;
  readonly setP99Ratio: number | null;
  readonly readP99Ratio: number | null;
  readonly streamP99Ratio: number | null;
  /** One entry in a hundred given another unique value, in one Set. */
  readonly onePercent: { readonly seconds: number } | null;
}

export const bulkLoad: Measurement<'bulkLoad', BulkLoad> = {
  name: 'bulkLoad',
  async run(plan, say) {
    const { entries, idleCalls, deadlineMs } = plan;
    let idle: Bystander | null = null;
    let during: Bystander | null = null;
    let seconds: number | null = null;
    let onePercent: { seconds: number } | null = null;
    // The whole has its own deadline for each step; this one is only above them.
    await attempt(say, `${entries} entries in one Set`, deadlineMs * 3, async (scope) => {
      const service = await startBenchService(scope, { targets: aetherTargets('bulk', 'other'), deadlineMs });
      await service.process.ask('watchCommits', undefined);
      const loader = scope.child<LoaderAnswers>('loader-process');
      const { address, client } = service;
      await client.load('bulk', cardSite);
      for (const json of aetherIntent(1_000)) await client.load('other', json);
      await bystand(service, 'other', (sets) => sets >= idleCalls / 10);
      idle = await bystand(service, 'other', (sets, reads) => sets >= idleCalls && reads >= idleCalls);
      await loader.ask('prepare', { address, target: 'bulk', json: simCards(0, entries) });
      let ended = false;
      const meanwhile = bystand(service, 'other', () => ended);
      // It fails with the service, which the load itself tells.
      meanwhile.catch(() => {});
      seconds = await step(say, loader, `${entries} entries in one Set`, deadlineMs);
      ended = true;
      if (seconds === null) return;
      during = await meanwhile;
      const change = renumberedCards(Math.max(1, Math.round(entries / 100)), entries);
      await loader.ask('prepare', { address, target: 'bulk', json: change });
      const changed = await step(say, loader, `a change of 1 % of ${entries} entries`, deadlineMs);
      if (changed !== null) onePercent = { seconds: changed };
    });
    return { entries, seconds, idle, during, ...ratios(idle, during), onePercent };
  },
  table({ entries, seconds, idle, during, setP50Ratio, setP99Ratio, readP99Ratio, streamP99Ratio, onePercent }) {
    return {
      title: `${entries.toLocaleString('en-US')} entries of 5 leaves in one Set, and another tenant meanwhile`,
      columns: ['what', 'idle', 'meanwhile', 'ratio', 'target'],
      rows: [
        ['one Set, s', '', seconds, '', '25'],
        ['then 1 % changed in one Set, s', '', onePercent?.seconds, '', '1'],
        ['other tenant: Set p50, ms', idle?.setP50Ms, during?.setP50Ms, setP50Ratio, ''],
        ['other tenant: Set p99, ms', idle?.setP99Ms, during?.setP99Ms, setP99Ratio, '3'],
        ['other tenant: Get p99, ms', idle?.readP99Ms, during?.readP99Ms, readP99Ratio, '3'],
        ['other tenant: stream p99, ms', idle?.streamP99Ms, during?.streamP99Ms, streamP99Ratio, '3'],
        ['other tenant: Sets, Gets', counts(idle), counts(during), '', ''],
      ],
    };
  },
};

/** Has the loader send what it was given. */
function step(say: Say, loader: Child<LoaderAnswers>, what: string, deadlineMs: number): Promise<number | null> {
  return attempt(say, what, deadlineMs, async () => round(await loader.ask('send', undefined)));
}

function ratios(idle: Bystander | null, during: Bystander | null) {
  return {
    setP50Ratio: rounded(during?.setP50Ms, idle?.setP50Ms),
    setP99Ratio: rounded(during?.setP99Ms, idle?.setP99Ms),
    readP99Ratio: rounded(during?.readP99Ms, idle?.readP99Ms),
    streamP99Ratio: rounded(during?.streamP99Ms, idle?.streamP99Ms),
  };
}

function rounded(value: number | undefined, base: number | undefined): number | null {
  const found = ratio(value, base);
  return found === null ? null : round(found);
}

function counts(bystander: Bystander | null): string | null {
  return bystander === null ? null : `${bystander.sets}, ${bystander.reads}`;
}
