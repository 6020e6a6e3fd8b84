// `npm run bench`: prints tables of percentiles and ratios; it never passes or fails on time.

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type OneLeafCommit, oneLeafCommit } from './one-leaf-commit.ts';
import { benchSubscribe } from './subscribe.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    sizes: { type: 'string' },
    json: { type: 'string' },
  },
});
const sizes = (values.sizes ?? (values.quick ? '1000,10000' : '1000,10000,100000')).split(',').map(Number);

const results: Record<string, OneLeafCommit> = {};
console.log('One leaf edited over gNMI, validated and durable (N devices, SIM cards and group members)');
console.log('        N   p50 ms   p99 ms   no-op RPC p50 ms   ratio');
for (const size of sizes) {
  const result = await oneLeafCommit(size, 200);
  results[size] = result;
  const cells = [size, result.gnmiP50Ms, result.gnmiP99Ms];
  const ratio = (result.gnmiP50Ms / result.noopRpcP50Ms).toFixed(1);
  console.log(
    `${cells.map((cell) => String(cell).padStart(9)).join('')}${String(result.noopRpcP50Ms).padStart(19)}${ratio.padStart(8)}`,
  );
}
console.log();
await benchSubscribe();
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ oneLeafCommit: results }, null, 2)}\n`);
