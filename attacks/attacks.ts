// `npm run attacks`: every attack of the suite against a service; prints those that crossed a boundary, and how many there were.

import { setLogLevel } from '../src/log.ts';
import { runAttacks } from './suite.ts';

setLogLevel('silent');
const { cases, crossings } = await runAttacks({
  tell({ name, reasons }) {
    console.log(`CROSSED ${name}`);
    for (const reason of reasons) console.log(`  ${reason}`);
  },
});
console.log(`${cases} cases, ${cases - crossings.length} refused, ${crossings.length} crossed`);
if (crossings.length > 0) process.exitCode = 1;
