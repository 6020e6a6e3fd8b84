// Checks how retries are spaced.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { backoffMs } from '../../../src/southbound/device/clock.ts';

describe('backoffMs', () => {
  const backoff = { firstMs: 100, longestMs: 1_000 };

  it('doubles with every failure up to the longest pause', () => {
    const pauses = [1, 2, 3, 4, 5, 100].map((failures) => backoffMs(backoff, failures, 1));
    assert.deepEqual(pauses, [100, 200, 400, 800, 1_000, 1_000]);
  });

  it('leaves half of the pause to chance and never less than half', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2_000 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (failures, chance) => {
          const pause = backoffMs(backoff, failures, chance);
          assert.ok(pause >= backoffMs(backoff, failures, 0) && pause <= backoffMs(backoff, failures, 1));
          assert.equal(backoffMs(backoff, failures, 0) * 2, backoffMs(backoff, failures, 1));
        },
      ),
    );
  });
});
