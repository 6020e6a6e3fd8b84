// How long one validated, durable edit of one leaf takes in configurations of several sizes: at the commit function and over gNMI.

import { editedLeaf, editedValue } from './aether-data.ts';
import { attempt, type Say, Scope } from './attempt.ts';
import type { CommitAnswers } from './commit-process.ts';
import type { Measurement } from './measurement.ts';
import { percentiles, timed } from './percentiles.ts';
import type { Plan } from './plan.ts';
import { aetherTargets } from './platform-seed.ts';
import { startBenchService } from './service.ts';
import { beyond, ratio } from './table.ts';

/** Times of one size. `sync` is the disk's own cost of as many bytes, `noopRpc` a unary RPC that does nothing. */
export interface OneLeafCommit {
  readonly commitP50Ms: number;
  readonly commitP99Ms: number;
  readonly gnmiP50Ms: number | null;
  readonly gnmiP99Ms: number | null;
  readonly syncP50Ms: number;
  readonly noopRpcP50Ms: number | null;
}

/** By number of entries. */
export type OneLeafCommits = Readonly<Record<string, OneLeafCommit | null>>;

const target = 'bench';
type Sizes = Plan['oneLeafCommit'];

export const oneLeafCommit: Measurement<'oneLeafCommit', OneLeafCommits> = {
  name: 'oneLeafCommit',
  async run(plan, say) {
    const figures: Record<string, OneLeafCommit | null> = {};
    for (const entries of plan.sizes) figures[entries] = await atSize(entries, plan, say);
    return figures;
  },
  table(figures) {
    const smallest = Object.values(figures)[0];
    const first = beyond(smallest?.commitP50Ms, smallest?.syncP50Ms);
    const rows = Object.entries(figures).map(([entries, at]) => {
      const own = beyond(at?.commitP50Ms, at?.syncP50Ms);
      const rpc = beyond(at?.gnmiP50Ms, at?.syncP50Ms, at?.noopRpcP50Ms);
      const { commitP50Ms, commitP99Ms, gnmiP50Ms, gnmiP99Ms, syncP50Ms, noopRpcP50Ms } = at ?? {};
      const grown = ratio(own, first);
      return [entries, commitP50Ms, commitP99Ms, syncP50Ms, own, grown, gnmiP50Ms, gnmiP99Ms, noopRpcP50Ms, rpc];
    });
    return {
      title: 'One leaf edited, validated and durable (N devices, SIM cards and group members; ms)',
      columns: [
        'N',
        'commit p50',
        'p99',
        'sync p50',
        'beyond sync',
        'to smallest',
        'gNMI p50',
        'p99',
        'no-op RPC p50',
        'beyond both',
      ],
      rows,
      notes: [
        'target: beyond sync 1 at 100,000 and at most 1.5 times the figure at 1,000, at 1,000,000 at most 2 times; over gNMI beyond both 2',
      ],
    };
  },
};

async function atSize(entries: number, plan: Sizes, say: Say): Promise<OneLeafCommit | null> {
  const { edits, warmUps, deadlineMs } = plan;
  const folders = new Scope();
  try {
    const data = await folders.folder();
    const direct = await attempt(say, `one leaf at ${entries} entries`, deadlineMs, (scope) =>
      scope.child<CommitAnswers>('commit-process').ask('measure', { data, entries, edits, warmUps, deadlineMs }),
    );
    if (direct === null) return null;
    const rpc = await attempt(say, `one leaf over gNMI at ${entries} entries`, deadlineMs, (scope) =>
      overGnmi(scope, data, plan),
    );
    const { commitP50Ms, commitP99Ms, syncP50Ms } = direct;
    return {
      commitP50Ms,
      commitP99Ms,
      syncP50Ms,
      gnmiP50Ms: rpc?.gnmiP50Ms ?? null,
      gnmiP99Ms: rpc?.gnmiP99Ms ?? null,
      noopRpcP50Ms: rpc?.noopRpcP50Ms ?? null,
    };
  } finally {
    await folders.end();
  }
}

async function overGnmi(scope: Scope, data: string, { edits, warmUps, deadlineMs }: Sizes) {
  const { client } = await startBenchService(scope, { data, targets: aetherTargets(target), deadlineMs });
  const set = (n: number) => client.setLeaf(target, editedLeaf(0), editedValue(0, 0, n));
  await timed(warmUps, set);
  await timed(warmUps, client.noop);
  const commit = percentiles(await timed(edits, set, warmUps));
  const noop = percentiles(await timed(edits, client.noop));
  return { gnmiP50Ms: commit.p50Ms, gnmiP99Ms: commit.p99Ms, noopRpcP50Ms: noop.p50Ms };
}
