// Checks that what a model declares fixed after creation has to be leaves of entries.

import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { fixedLeaves } from '../../src/datastore/fixed-leaves.ts';
import { aether } from '../southbound/schemas.ts';

describe('fixed leaves of a model', () => {
  it('are found by their names', () => {
    const [leaf] = fixedLeaves('aether@2.1', aether.root, ['/site/slice/sst']);
    assert.deepEqual([leaf?.kind, leaf?.name, leaf?.parent?.name], ['leaf', 'sst', 'slice']);
  });

  for (const [what, path, reason] of [
    ['a name that is not there', '/site/slice/nothing', /there is no nothing/],
    ['a list', '/site/slice', /it is no configuration leaf/],
    ['a key', '/site/slice/slice-id', /is a key/],
  ] as const) {
    it(`refuse ${what}, naming model and path`, () => {
      assert.throws(
        () => fixedLeaves('aether@2.1', aether.root, [path]),
        (error: Error) => {
          assert.match(error.message, /^model aether@2\.1: fixed-after-creation: \/site\/slice/);
          assert.match(error.message, reason);
          return true;
        },
      );
    });
  }
});
