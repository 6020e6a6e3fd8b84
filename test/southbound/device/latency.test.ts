// Checks what is told of the time from commits to a device.

import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { LatencyMeter } from '../../../src/southbound/device/latency.ts';

describe('LatencyMeter', () => {
  it('knows nothing before the first commit has arrived', () => {
    const meter = new LatencyMeter();
    meter.begun(1, 100);
    assert.equal(meter.latency, undefined);
  });

  it('counts a commit once, when all up to it is there', () => {
    const meter = new LatencyMeter();
    meter.begun(1, 100);
    meter.begun(1, 100);
    meter.begun(2, 150);
    meter.taken(1, 110);
    assert.deepEqual(meter.latency, { lastMs: 10, p50Ms: 10, p99Ms: 10 });
    meter.taken(5, 200);
    assert.deepEqual(meter.latency, { lastMs: 50, p50Ms: 10, p99Ms: 50 });
  });

  it('keeps the last thousand', () => {
    const meter = new LatencyMeter();
    for (let revision = 1; revision <= 2_000; revision++) {
      meter.begun(revision, 0);
      meter.taken(revision, revision);
    }
    assert.deepEqual(meter.latency, { lastMs: 2_000, p50Ms: 1_500, p99Ms: 1_990 });
  });
});
