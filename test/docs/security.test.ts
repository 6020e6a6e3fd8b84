// The threat model names a test for every line, and none that there is not.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/package-root.ts';
import { readTitles } from './titles.ts';

interface Threat {
  readonly what: string;
  readonly titles: readonly string[];
}

/** The rows of the tables that have a column of tests. */
function readThreats(): Threat[] {
  const text = readFileSync(join(packageRoot, 'docs/security.md'), 'utf8');
  const [, walls = ''] = text.split('## What keeps them');
  return walls
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter((cells) => cells.length === 5 && !/^-+$|^threat$/.test(cells[1] ?? ''))
    .map(([, what = '', , tests = '']) => ({
      what,
      titles: [...tests.matchAll(/`([^`]+)`/g)].map(([, title = '']) => title),
    }));
}

describe('the threat model', () => {
  const threats = readThreats();

  it('names a test for every threat', () => {
    assert.ok(threats.length > 20);
    assert.deepEqual(
      threats.filter(({ titles }) => titles.length === 0).map(({ what }) => what),
      [],
    );
  });

  it('names tests that exist', () => {
    const folders = ['access', 'attacks', 'audit', 'datastore', 'e2e', 'fuzz', 'identity', 'northbound', 'southbound'];
    const known = readTitles(...folders.map((folder) => `${folder}/**/*.test.js`), 'settings.test.js');
    const missing = threats.flatMap(({ what, titles }) =>
      titles.filter((title) => !known.has(title)).map((title) => `${what}: ${title}`),
    );
    assert.deepEqual(missing, []);
  });
});
