// The verifier, in short: no reader of a STREAM misses anything or holds too much; `npm run fuzz` is the long run.

import assert from 'node:assert/strict';
import { replay } from '../../../fuzz/replay.ts';

describe('gNMI Subscribe without a gap', () => {
  it('brings slow and reconnecting readers to exactly what a Get gave at every revision that it marks', async function () {
    this.timeout(120_000);
    const { byGet, byHistory, revisions, reconnects } = await replay({ seed: 7, commits: 200 });
    assert.ok(byGet > 100, `only ${byGet} markers were compared with a Get`);
    assert.ok(byHistory > 100, `only ${byHistory} markers were compared with the history`);
    assert.ok(revisions > 120, `only ${revisions} revisions were compared`);
    assert.ok(reconnects > 20, `only ${reconnects} reconnects`);
  });
});
