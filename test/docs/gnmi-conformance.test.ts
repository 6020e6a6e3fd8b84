// The conformance table says nothing that the tests do not: every number once, every title that of a test.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/package-root.ts';
import { readTitles } from './titles.ts';

interface Row {
  readonly id: string;
  readonly where: string;
  readonly titles: readonly string[];
}

function readRows(): Row[] {
  const text = readFileSync(join(packageRoot, 'docs/gnmi-conformance.md'), 'utf8');
  return text
    .split('\n')
    .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()))
    .filter(([, id = '']) => /^[XE]?\d+$/.test(id))
    .map(([, id = '', , , where = '', tests = '']) => ({
      id,
      where,
      titles: [...tests.matchAll(/`([^`]+)`/g)].map(([, title = '']) => title),
    }));
}

describe('the conformance table', () => {
  const rows = readRows();
  const applies = rows.filter(({ where }) => !where.startsWith('does not apply:'));

  it('has every number exactly once', () => {
    const wanted = [
      ...Array.from({ length: 91 }, (_, i) => `${i + 1}`),
      ...Array.from({ length: 12 }, (_, i) => `X${i + 1}`),
      ...[110, 111, 112].map((id) => `E${id}`),
    ];
    assert.deepEqual(
      rows.map(({ id }) => id),
      wanted,
    );
  });

  it('names a test for every rule that applies', () => {
    assert.deepEqual(
      applies.filter(({ titles }) => titles.length === 0).map(({ id }) => id),
      [],
    );
  });

  it('names tests that exist', () => {
    const known = readTitles('northbound/**/*.test.js');
    const missing = rows.flatMap(({ id, titles }) =>
      titles.filter((title) => !known.has(title)).map((title) => `${id}: ${title}`),
    );
    assert.deepEqual(missing, []);
  });

  it('names files that exist', () => {
    const files = applies.flatMap(({ where }) => [...where.matchAll(/`([^`]+)`/g)].map(([, file = '']) => file));
    assert.ok(files.length >= applies.length);
    assert.deepEqual(
      files.filter((file) => !existsSync(join(packageRoot, file))),
      [],
    );
  });
});
