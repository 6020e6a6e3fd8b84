// `npm run bench`: prints tables of percentiles and ratios, and writes them as JSON; it never passes or fails on time.

import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { type Name, names, runBench } from './measurements.ts';
import { fullPlan, quickPlan } from './plan.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    sizes: { type: 'string' },
    json: { type: 'string' },
  },
});
const plan = values.quick ? quickPlan : fullPlan;
const sizes = values.sizes?.split(',').map(wholeNumber) ?? plan.oneLeafCommit.sizes;
const only = values.only?.split(',').map(knownName) ?? names;
const say = (line: string): void => console.log(line);

const gigabytes = Math.round(totalmem() / 2 ** 30);
say(`node ${process.version}, ${cpus().length} cores (${cpus()[0]?.model.trim()}), ${gigabytes} GiB`);
const figures = await runBench({ ...plan, oneLeafCommit: { ...plan.oneLeafCommit, sizes } }, only, say);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(figures, null, 2)}\n`);

function wholeNumber(text: string): number {
  if (!/^[1-9]\d*$/.test(text))
    throw new Error(`--sizes must be whole numbers from 1 with commas between, got ${text}`);
  return Number(text);
}

function knownName(text: string): Name {
  const name = names.find((known) => known === text);
  if (name === undefined) throw new Error(`--only ${text} is not known; measurements: ${names.join(', ')}`);
  return name;
}
