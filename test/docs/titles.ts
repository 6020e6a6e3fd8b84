// Full titles of tests, asked of the test runner itself, which runs none of them.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** @param patterns of compiled test files, from the folder of all tests on. */
export function readTitles(...patterns: readonly string[]): Set<string> {
  const mocha = createRequire(import.meta.url).resolve('mocha/bin/mocha.js');
  const tests = patterns.map((pattern) => join(dirname(fileURLToPath(import.meta.url)), '..', pattern));
  const run = spawnSync(process.execPath, [mocha, '--no-config', '--dry-run', '--reporter', 'json', ...tests], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  assert.equal(run.status, 0, run.stderr);
  const report = JSON.parse(run.stdout) as { tests: { fullTitle: string }[] };
  return new Set(report.tests.map(({ fullTitle }) => fullTitle));
}
