// A short siege with a fixed seed; `npm run fuzz` is the long one.

import assert from 'node:assert/strict';
import { siege } from '../../fuzz/siege.ts';

describe('a service under strange requests, random bytes and cut connections', () => {
  it('goes on serving, throws nothing, answers nothing with INTERNAL, and keeps no memory', async () => {
    const { attacks, answers } = await siege({ seed: 20_261_123, rounds: 400 });
    assert.equal(attacks, 400);
    const kinds = new Set([...answers.keys()].map((key) => key.split(' ')[0]));
    assert.deepEqual([...kinds].sort(), ['body', 'bytes', 'frames', 'get', 'set', 'subscribe']);
    for (const expected of ['get OK', 'set OK', 'set INVALID_ARGUMENT', 'subscribe INVALID_ARGUMENT']) {
      assert.ok((answers.get(expected) ?? 0) > 0, `${expected}: ${JSON.stringify([...answers])}`);
    }
  });
});
