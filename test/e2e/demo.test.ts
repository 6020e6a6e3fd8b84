// The demo as the README starts it.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../../src/package-root.ts';

describe('npm run demo -- --once', () => {
  it('walks through the tour and ends with exit code 0', () => {
    const demo = join(packageRoot, 'dist/demo/demo.js');
    const run = spawnSync(process.execPath, [demo, '--once'], { encoding: 'utf8', cwd: packageRoot });
    assert.equal(run.status, 0, run.stdout + run.stderr);
    for (const told of [
      /accepted as revision 3: \d+ rows, valid, authorized, durable/,
      /POST +\/config\/v1\/device-group\/acme-chicago-robots {2}200/,
      /POST +\/config\/v1\/network-slice\/globex-osaka-lab {2}200/,
      /refused: INVALID_ARGUMENT: .*port-end is below port-start/,
      /refused: PERMISSION_DENIED: no access to target 'acme'/,
      />> .*\/mbr\/downlink = 80000000/,
      /SD-Fabric +POST \/onos\/fabrictna\/slicing\/flow\/1\/REAL_TIME/,
      /SD-RAN +\/onos\.rsm\.Rsm\/CreateSlice/,
      /UPF second +POST .*SD-Core +POST .*UPF first +POST .*status = "in-effect"/s,
      /Every step went as told\./,
    ]) {
      assert.match(run.stdout, told);
    }
  });
});
