// Checks what the platform may say of how a device is treated, and which exception counts for which document.

import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { driftPolicy, readCare, usualCare } from '../../../src/southbound/device/device-care.ts';
import { type Plain, snapshotOf } from '../intent.ts';
import { platform } from '../schemas.ts';

function careOf(leaves: { [name: string]: Plain }) {
  const tree = { device: [{ name: 'd', kind: 'k', address: 'http://a', ...leaves }] };
  return readCare(snapshotOf('platform', platform, 1, tree), platform.root, 'd');
}

describe('what the platform says of a device', () => {
  it('is the usual when it says nothing', () => {
    assert.deepEqual(careOf({}), usualCare);
    assert.deepEqual(readCare(snapshotOf('platform', platform, 1, {}), platform.root, 'x'), usualCare);
  });

  it('is read with its exceptions', () => {
    const exception = [{ name: 'e', target: 'acme', path: '/site[site-id=a\\]b]/slice[slice-id=c]', policy: 'adopt' }];
    const drift = { policy: 'report', 'check-interval': 7, exception };
    assert.deepEqual(careOf({ version: '1', 'calls-per-second': 4, drift }), {
      namesVersion: true,
      callsPerSecond: 4,
      checkIntervalMs: 7_000,
      policy: 'report',
      exceptions: [{ target: 'acme', path: ['site', 'a]b', 'slice', 'c'], policy: 'adopt' }],
    });
  });

  it('counts by the longest path of the document’s own target', () => {
    const path = (words: string, policy: string, target = 'acme') => ({
      name: `${target}${words}`,
      target,
      path: words,
      policy,
    });
    const exception = [
      path('/', 'report'),
      path('/site[site-id=n]/slice[slice-id=s]', 'adopt'),
      path('/site[site-id=n]', 'revert'),
      path('/site[site-id=n]/slice[slice-id=s]/mbr', 'report', 'other'),
    ];
    const care = careOf({ drift: { exception } });
    assert.equal(driftPolicy(care, 'acme', ['site', 'n', 'slice', 's', 'mbr']), 'adopt');
    assert.equal(driftPolicy(care, 'acme', ['site', 'n', 'slice', 'sx']), 'revert');
    assert.equal(driftPolicy(care, 'acme', ['site', 'nn']), 'report');
    assert.equal(driftPolicy(care, 'umbrella', ['site', 'n']), 'revert');
    assert.equal(driftPolicy(care, undefined, []), 'revert');
  });
});
