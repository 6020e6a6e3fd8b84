// A long run of the oracle: node oracle.mjs --runs N [--seed N]
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const folder = dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({ options: { runs: { type: 'string', default: '2000' }, seed: { type: 'string' } } });
if (!/^[1-9][0-9]*$/.test(values.runs)) {
  console.error(`--runs takes a number of sequences, not ${values.runs}`);
  process.exit(1);
}
const mocha = join(dirname(createRequire(import.meta.url).resolve('mocha/package.json')), 'bin/mocha.js');
const env = { ...process.env, LIBYANG_WASM_ORACLE_RUNS: values.runs };
if (values.seed !== undefined) env.LIBYANG_WASM_ORACLE_SEED = values.seed;
const { status } = spawnSync(process.execPath, [mocha, '-f', 'finds no difference'], {
  cwd: folder,
  env,
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
