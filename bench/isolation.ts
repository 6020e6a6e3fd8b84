// What one tenant that asks as much as it can does to another one's commits, with a budget and without.

import { aetherIntent } from './aether-data.ts';
import { attempt } from './attempt.ts';
import { type Bystander, bystand } from './bystander.ts';
import type { HammerAnswers, Hammered } from './hammer-process.ts';
import type { Measurement } from './measurement.ts';
import { round } from './percentiles.ts';
import { aetherTargets } from './platform-seed.ts';
import { startBenchService } from './service.ts';
import { ratio } from './table.ts';

/** What the other tenant met, and what the loud one got. */
interface Meeting {
  readonly other: Bystander;
  readonly loud: Hammered;
}

/** Ratios are of the other tenant's Set p99 to what it is when idle. */
export interface Isolation {
  readonly idle: Bystander;
  readonly unlimited: Meeting;
  readonly budgeted: Meeting;
  readonly unlimitedP99Ratio: number | null;
  readonly budgetedP99Ratio: number | null;
}

export const isolation: Measurement<'isolation', Isolation | null> = {
  name: 'isolation',
  run: (plan, say) =>
    attempt(say, 'isolation', plan.deadlineMs, async (scope) => {
      const { entries, callers, calls, requestsPerSecond, deadlineMs } = plan;
      const [budgeted] = aetherTargets('budgeted').map((target) => ({ ...target, requestsPerSecond }));
      const targets = [...aetherTargets('unlimited', 'other'), ...(budgeted === undefined ? [] : [budgeted])];
      const service = await startBenchService(scope, { targets, deadlineMs });
      await service.process.ask('watchCommits', undefined);
      for (const { name } of targets) for (const json of aetherIntent(entries)) await service.client.load(name, json);
      const enough = (sets: number): boolean => sets >= calls;
      const beside = async (target: string): Promise<Meeting> => {
        const hammer = scope.child<HammerAnswers>('hammer-process');
        await hammer.ask('start', { address: service.address, target, callers });
        const other = await bystand(service, 'other', enough);
        return { other, loud: await hammer.ask('stop', undefined) };
      };
      await bystand(service, 'other', (sets) => sets >= calls / 10);
      const idle = await bystand(service, 'other', enough);
      const meetings = { unlimited: await beside('unlimited'), budgeted: await beside('budgeted') };
      const p99Ratio = ({ other }: Meeting): number | null => {
        const found = ratio(other.setP99Ms, idle.setP99Ms);
        return found === null ? null : round(found);
      };
      return {
        idle,
        ...meetings,
        unlimitedP99Ratio: p99Ratio(meetings.unlimited),
        budgetedP99Ratio: p99Ratio(meetings.budgeted),
      };
    }),
  table(figures) {
    const { idle, unlimited, budgeted } = figures ?? {};
    const row = (what: string, of: (bystander: Bystander) => number, target = '') => {
      const cells = [idle, unlimited?.other, budgeted?.other].map((each) => (each === undefined ? null : of(each)));
      return [what, ...cells, target];
    };
    return {
      title: 'One tenant that sets leaves as fast as it can, and another tenant meanwhile',
      columns: ['what', 'idle', 'no budget', 'with budget', 'target'],
      rows: [
        row('other tenant: Set p50, ms', ({ setP50Ms }) => setP50Ms),
        row('other tenant: Set p99, ms', ({ setP99Ms }) => setP99Ms),
        ['other tenant: Set p99, ratio to idle', '', figures?.unlimitedP99Ratio, figures?.budgetedP99Ratio, ''],
        row('other tenant: Get p99, ms', ({ readP99Ms }) => readP99Ms),
        ['loud tenant: served/s', '', unlimited?.loud.servedPerSecond, budgeted?.loud.servedPerSecond, ''],
        ['loud tenant: refused/s', '', unlimited?.loud.refusedPerSecond, budgeted?.loud.refusedPerSecond, ''],
      ],
    };
  },
};
