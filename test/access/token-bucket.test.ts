// Token buckets: never more than their size at once and their rate in the long run, and no wait that is longer than needed.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { TokenBucket } from '../../src/access/token-bucket.ts';

const perSecond = 8;
const size = 16;

describe('a token bucket', () => {
  it('gives in no stretch of time more than its size and what came back meanwhile', () => {
    const steps = fc.array(fc.record({ laterMs: fc.nat(2000), tokens: fc.integer({ min: 1, max: 20 }) }), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(steps, (asked) => {
        const bucket = new TokenBucket();
        const taken: { atMs: number; tokens: number }[] = [];
        let nowMs = 0;
        for (const { laterMs, tokens } of asked) {
          nowMs += laterMs;
          if (bucket.waitMs(tokens, perSecond, size, nowMs) > 0) continue;
          bucket.take(tokens, perSecond, nowMs);
          taken.push({ atMs: nowMs, tokens });
        }
        for (const [i, first] of taken.entries()) {
          let sum = 0;
          for (const { atMs, tokens } of taken.slice(i)) {
            sum += tokens;
            assert.ok(sum <= size + ((atMs - first.atMs) / 1000) * perSecond + 1e-6);
          }
        }
      }),
    );
  });

  it('says how long to wait, and has the tokens then', () => {
    const bucket = new TokenBucket();
    bucket.take(size, perSecond, 1000);
    assert.equal(bucket.waitMs(1, perSecond, size, 1000), 125);
    assert.equal(bucket.waitMs(4, perSecond, size, 1250), 250);
    assert.equal(bucket.waitMs(4, perSecond, size, 1500), 0);
    assert.equal(bucket.waitMs(size + 1, perSecond, size, 100_000), Number.POSITIVE_INFINITY);
  });

  it('follows another rate and another size from then on', () => {
    const bucket = new TokenBucket();
    bucket.take(16, 8, 0);
    assert.equal(bucket.waitMs(1, 8, 32, 0), 0);
    assert.equal(bucket.waitMs(1, 2, 16, 0), 500);
    assert.equal(bucket.missing(8, 1000), 8);
  });
});
