// Which addresses count as one caller.

import assert from 'node:assert/strict';
import { peerNetwork } from '../../src/access/peer-limit.ts';

describe('the network of a peer', () => {
  for (const [peer, network] of [
    ['127.0.0.1:50000', '127.0.0.1'],
    ['10.1.2.3', '10.1.2.3'],
    ['::ffff:10.1.2.3:50000', '10.1.2.3'],
    ['2001:db8:1:2:3:4:5:6:50000', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::6:50000', '2001:db8:1:2::/64'],
    ['2001:db8::6:50000', '2001:db8:0:0::/64'],
    ['::1:50000', '0:0:0:0::/64'],
    ['fe80::1%eth0:50000', 'fe80:0:0:0::/64'],
    ['unknown', 'unknown'],
  ] as const) {
    it(`${peer} is ${network}`, () => assert.equal(peerNetwork(peer), network));
  }
});
