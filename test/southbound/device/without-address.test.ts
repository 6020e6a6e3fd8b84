// Checks that no words of a device tell tenants where it is.

import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { withoutAddress } from '../../../src/southbound/device/without-address.ts';

describe('words without the address of a device', () => {
  for (const [address, words, told] of [
    ['http://10.0.0.5:5000/config', 'POST http://10.0.0.5:5000/config/v1/x: 400 no', 'POST /config/v1/x: 400 no'],
    ['http://10.0.0.5:5000/', 'no such path at 10.0.0.5:5000, sorry', 'no such path at (device), sorry'],
    ['https://me:pass@onos:8181', 'https://onos:8181/v1 and https://me:pass@onos:8181/v1', '/v1 and /v1'],
    ['grpc://ran:5150', 'Set: ran:5150 says no', 'Set: (device) says no'],
    ['ran:5150', 'Set: no', 'Set: no'],
    ['', 'no', 'no'],
  ] as const) {
    it(`${words} of ${address || 'nowhere'}`, () => assert.equal(withoutAddress(words, address), told));
  }
});
