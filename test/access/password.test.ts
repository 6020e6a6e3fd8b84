// Password hashes: made as scrypt says, read back, and refused when they are not what they should be.

import assert from 'node:assert/strict';
import { scryptSync } from 'node:crypto';
import { hashPassword, parsePasswordHash, verifyPassword } from '../../src/access/password.ts';

const cost = { N: 1024, r: 8, p: 2 };
const salt = Buffer.from('0123456789abcdef');

describe('password hashes', () => {
  it('have the form scrypt$N$r$p$salt$hash and are what scrypt gives', async () => {
    const expected = scryptSync('pässword', salt, 32, cost).toString('base64');
    assert.equal(await hashPassword('pässword', salt, cost), `scrypt$1024$8$2$MDEyMzQ1Njc4OWFiY2RlZg==$${expected}`);
  });

  it('verify their own password and no other', async () => {
    const parsed = parsePasswordHash(await hashPassword('secret', salt, cost));
    assert.ok(parsed !== undefined);
    assert.equal(await verifyPassword('secret', parsed), true);
    for (const other of ['Secret', 'secret ', '', 'secre']) assert.equal(await verifyPassword(other, parsed), false);
  });

  it('may be as costly as the service makes them itself', async () => {
    const parsed = parsePasswordHash(await hashPassword('secret', salt));
    assert.deepEqual(parsed?.cost, { N: 32768, r: 8, p: 3 });
    assert.equal(parsed !== undefined && (await verifyPassword('secret', parsed)), true);
  });

  const S = 'MDEyMzQ1Njc4OWFiY2RlZg==';
  for (const [reason, text] of [
    ['missing', undefined],
    ['a plain password', 'secret'],
    ['another scheme', `bcrypt$2$1$1$${S}$${S}`],
    ['a cost that is no power of two', `scrypt$1000$8$1$${S}$${S}`],
    ['more memory than allowed', `scrypt$1048576$8$1$${S}$${S}`],
    ['too parallel', `scrypt$1024$8$17$${S}$${S}`],
    ['a zero', `scrypt$1024$0$1$${S}$${S}`],
    ['a short salt', `scrypt$1024$8$1$YWJj$${S}`],
    ['a short hash', `scrypt$1024$8$1$${S}$YWJj`],
    ['trailing text', `scrypt$1024$8$1$${S}$${S}$`],
  ] as const) {
    it(`are not accepted when they are ${reason}`, () => assert.equal(parsePasswordHash(text), undefined));
  }
});
