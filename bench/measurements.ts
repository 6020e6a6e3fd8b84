// All measurements in the order in which they run, and a run of some of them: what is printed, and what the JSON file gets.

import { access } from './access.ts';
import type { Say } from './attempt.ts';
import { bulkLoad } from './bulk-load.ts';
import { fanOut } from './fan-out.ts';
import { get } from './get.ts';
import { isolation } from './isolation.ts';
import { leafrefs } from './leafrefs.ts';
import type { Measurement } from './measurement.ts';
import { memory } from './memory.ts';
import { oneLeafCommit } from './one-leaf-commit.ts';
import type { Plan } from './plan.ts';
import { southbound } from './southbound.ts';
import { startUp } from './start-up.ts';
import { tableLines } from './table.ts';
import { throughput } from './throughput.ts';

const measurements = {
  oneLeafCommit,
  throughput,
  bulkLoad,
  leafrefs,
  startUp,
  memory,
  fanOut,
  get,
  access,
  isolation,
  southbound,
};

/** A measurement that can be asked for. */
export type Name = keyof typeof measurements;
export const names = Object.keys(measurements) as Name[];

type FiguresOf<M> = M extends Measurement<keyof Plan, infer Figures> ? Figures : never;
/** The figures of a run; what was not asked for is absent, what was not reached is null. */
export type Figures = { [N in Name]?: FiguresOf<(typeof measurements)[N]> } & {
  /** As in `bulkLoad`, also here for those who look for it by this name. */
  onePercent?: { readonly seconds: number } | null;
};

/** Runs what is named, and says each table as soon as it is there. */
export async function runBench(plan: Plan, only: readonly Name[], say: Say): Promise<Figures> {
  const figures: Record<string, unknown> = {};
  for (const name of names.filter((known) => only.includes(known))) {
    // The table takes exactly what the run gave, which the union of all measurements cannot say.
    const { run, table } = measurements[name] as Measurement<Name, unknown>;
    const found = await run(plan[name], say);
    figures[name] = found;
    for (const line of tableLines(table(found))) say(line);
  }
  if ('bulkLoad' in figures) figures.onePercent = (figures.bulkLoad as FiguresOf<typeof bulkLoad>).onePercent;
  return figures as Figures;
}
