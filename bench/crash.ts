// `npm run crash -- --rounds N`: kills the service under gNMI load with SIGKILL and shows that nothing acknowledged is lost.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readModels } from '../src/datastore/model-folder.ts';
import { runCrash } from './crash-run.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '100' } } });
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1)
  throw new Error(`--rounds must be a whole number from 1, got ${values.rounds}`);

const modelRoot = fileURLToPath(new URL('../../models', import.meta.url));
const child = fileURLToPath(new URL('./crash-child.js', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'edgeconf-crash-'));
const result = await runCrash({
  rounds,
  folder,
  models: await readModels(modelRoot),
  command: (data) => ({ file: process.execPath, args: [child, data, modelRoot] }),
  random: Math.random,
  onRound: (line) => process.stdout.write(`${line}\n`),
});
for (const fault of result.faults) process.stdout.write(`FAULT ${fault}\n`);
const { kills, acknowledged, lost, torn } = result;
process.stdout.write(`${kills} kills, ${acknowledged} acknowledged, ${lost} lost, ${torn} torn\n`);
if (result.faults.length === 0) await rm(folder, { recursive: true, force: true });
else process.stdout.write(`the data folder is kept for a look: ${folder}\n`);
process.exitCode = result.faults.length === 0 ? 0 : 1;
