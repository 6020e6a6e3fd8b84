// Checks that differences are told leaf by leaf, and that documents without any are the same.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { documentText, type Json } from '../../../src/southbound/adapter.ts';
import { differences } from '../../../src/southbound/device/document-difference.ts';

describe('differences', () => {
  const cases: [string, Json | undefined, Json | undefined, [string, string | undefined, string | undefined][]][] = [
    ['nothing', { a: [1, { b: 'x' }] }, { a: [1, { b: 'x' }] }, []],
    ['a leaf', { a: { b: 1 } }, { a: { b: 2 } }, [['/a/b', '1', '2']]],
    ['a leaf in a list', { a: [{ b: 1 }, { b: 2 }] }, { a: [{ b: 1 }, { b: 3 }] }, [['/a/1/b', '2', '3']]],
    [
      'a member too few',
      { a: { b: 1, c: 'x' } },
      {},
      [
        ['/a/b', '1', undefined],
        ['/a/c', '"x"', undefined],
      ],
    ],
    ['a member too many', { a: [] }, { a: [], d: [7] }, [['/d/0', undefined, '7']]],
    ['an entry less', { a: [1, 2] }, { a: [1] }, [['/a/1', '2', undefined]]],
    ['nothing in place of something', { a: [1] }, { a: [] }, [['/a/0', '1', undefined]]],
    ['another sort', { a: [1] }, { a: { 0: 1 } }, [['/a', '[1]', '{"0":1}']]],
    ['a value in place of a part', { a: { b: 1 } }, { a: null }, [['/a', '{"b":1}', 'null']]],
    ['an empty part', {}, { a: {} }, [['/a', undefined, '{}']]],
    ['all of it', { a: 1 }, undefined, [['/', '{"a":1}', undefined]]],
    [
      'names with slashes',
      { 'a/b': 1, 'c~d': 1 },
      {},
      [
        ['/a~1b', '1', undefined],
        ['/c~0d', '1', undefined],
      ],
    ],
    ['large numbers', { a: 2n ** 60n }, { a: 2n ** 60n + 1n }, [['/a', '1152921504606846976', '1152921504606846977']]],
  ];
  for (const [what, expected, actual, found] of cases) {
    it(`tells ${what}`, () => {
      assert.deepEqual(
        differences(expected, actual).map((each) => [each.path, each.expected, each.actual]),
        found,
      );
    });
  }

  it('stops at its limit', () => {
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`m${i}`, i]));
    assert.equal(differences(many, { m: 1 }, 10).length, 10);
  });

  it('finds something exactly when the texts differ', () => {
    const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>;
    fc.assert(
      fc.property(json, json, (a, b) => {
        assert.deepEqual(differences(a, a), []);
        assert.equal(differences(a, b).length === 0, documentText(a) === documentText(b));
      }),
    );
  });
});
