// `npm run fuzz -- [--minutes N] [--commits N] [--seed S]`: attacks a service, then replays streams; prints what came of it.

import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { setLogLevel } from '../src/log.ts';
import { replay } from './replay.ts';
import { siege } from './siege.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    commits: { type: 'string', default: '1000' },
    seed: { type: 'string', default: String(Date.now() % 1e9) },
  },
});
const seed = Number(values.seed);
setLogLevel('silent');
setFlagsFromString('--expose-gc');
globalThis.gc = runInNewContext('gc');

console.log(`seed ${seed}; run again with --seed ${seed}`);
try {
  const report = await siege({
    seed,
    rounds: 200,
    minutes: Number(values.minutes),
    progress: (line) => console.log(line),
  });
  console.log('\nanswers:');
  for (const [key, count] of [...report.answers].sort()) console.log(`  ${String(count).padStart(7)}  ${key}`);
  const mebi = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1);
  console.log(
    `\n${report.attacks} attacks; heap grew by ${mebi(report.heapGrowthBytes)} MiB, RSS by ${mebi(report.rssGrowthBytes)} MiB; ` +
      'no crash, no unhandled rejection, correct service after each 200',
  );
  const { byGet, byHistory, revisions, reconnects, duplicates } = await replay({
    seed,
    commits: Number(values.commits),
  });
  console.log(
    `${revisions} of ${values.commits} revisions were marked and are right: ${byGet} markers compared with a Get, ${byHistory} with ` +
      `the history, over ${reconnects} reconnects, with ${duplicates} values overtaken`,
  );
} catch (error) {
  console.error(`seed ${seed}: ${error instanceof Error ? error.stack : String(error)}`);
  process.exitCode = 1;
}
