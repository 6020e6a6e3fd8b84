// What every measurement offers to the command that runs them.

import type { Say } from './attempt.ts';
import type { Plan } from './plan.ts';
import type { Table } from './table.ts';

/** One measurement. `Figures` is what the JSON file gets under `name`; null stands for what was not reached. */
export interface Measurement<Name extends keyof Plan, Figures> {
  readonly name: Name;
  run(plan: Plan[Name], say: Say): Promise<Figures>;
  table(figures: Figures): Table;
}
