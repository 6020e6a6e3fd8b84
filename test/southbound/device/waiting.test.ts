// Checks who waits for devices against a simulated core that two tenants share: when waiting ends, and what is told then.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { type SdCoreSimulator, startSdCoreSimulator } from '../../../adapters/sd-core/simulator/simulator.ts';
import { intentFixture } from '../../adapters/sd-core/fixture.ts';
import type { Plain } from '../intent.ts';
import { Stage } from '../stage.ts';

type Tree = { [member: string]: Plain };

const FIVE_G = 'http://core5g.acme.example/config';
const UMBRELLAS = 'http://5gcore';

/** The acme intent with another rate of its cameras. It names no 4G core, which is not listed. */
function acme(uplink: string): Tree {
  const tree = intentFixture('acme');
  const [site] = tree.site as Tree[];
  const [group] = (site?.['device-group'] ?? []) as Tree[];
  if (site !== undefined) site['connectivity-service'] = { 'core-5g': { endpoint: FIVE_G } };
  if (group !== undefined) group.mbr = { uplink, downlink: '5000000' };
  return tree;
}

describe('waiting for devices', () => {
  let stage: Stage;
  let simulator: SdCoreSimulator;

  beforeEach(async () => {
    simulator = await startSdCoreSimulator({ version: '3.0' });
    stage = await Stage.open({ targets: ['acme', 'umbrella'] });
    const core = {
      ...{ name: 'core-1', kind: 'sd-core', address: `${simulator.url}/config`, version: '3.0' },
      endpoint: [FIVE_G, UMBRELLAS],
    };
    stage.intent.force({ platform: { device: [core] } });
    await stage.start();
  });

  afterEach(async () => {
    await stage.close();
    await simulator.close();
  });

  it('ends when intent comes back to what the device has, also while that does not answer', async () => {
    await stage.settle({ acme: acme('1') });
    await simulator.faults.goDown();
    const revision = await stage.intent.commit({ acme: acme('2') });
    const waiting = stage.reconciler.settled({ revision });
    await stage.clock.begun(stage.clock.pauses.length + 1);
    await stage.intent.commit({ acme: acme('1') });
    const { refused, superseded } = await waiting;
    assert.deepEqual([refused, superseded.map(({ by }) => by)], [[], [revision + 1]]);
  });

  it('tells what superseded it, also what was committed along with it', async () => {
    await stage.settle({ acme: acme('1') });
    const revision = stage.intent.force({ acme: acme('2') });
    stage.intent.force({ acme: acme('3') });
    const { superseded } = await stage.passing(stage.reconciler.settled({ revision }));
    assert.deepEqual(superseded, [{ device: 'core-1', document: 'device-group/cameras', by: revision + 1 }]);
  });

  it('does not wait for what another tenant has on the same device', async () => {
    simulator.faults.failNext(1_000, 503, { method: 'POST', path: 'device-group/sample-dg' });
    await stage.intent.commit({ umbrella: intentFixture('sample') });
    const revision = await stage.intent.commit({ acme: acme('1') });
    await stage.passing(stage.reconciler.settled({ revision, targets: ['acme'] }));
    assert.deepEqual([...simulator.networkSlices.keys()], ['vision']);
    simulator.faults.clear();
    await stage.passing(stage.reconciler.settled({ targets: ['umbrella'] }));
    assert.ok(simulator.networkSlices.has('sample-slice'));
  });

  it('waits for the devices of what has not been taken in yet, and for what is still to be removed', async () => {
    stage.intent.force({ acme: acme('1') });
    await stage.passing(stage.reconciler.settled({ revision: stage.intent.head.revision, targets: ['acme'] }));
    assert.deepEqual([...simulator.networkSlices.keys()], ['vision']);
    await stage.intent.commit({ acme: {} });
    await stage.passing(stage.reconciler.settled({ targets: ['acme'] }));
    assert.equal(simulator.networkSlices.size + simulator.deviceGroups.size, 0);
  });
});

describe('the status of a device that does not answer', () => {
  it('tells at once how much waits for it', async () => {
    const simulator = await startSdCoreSimulator({ version: '3.0' });
    const stage = await Stage.open();
    try {
      const core = { ...{ name: 'core-1', kind: 'sd-core', version: '3.0' }, endpoint: [FIVE_G] };
      stage.intent.force({ platform: { device: [{ ...core, address: `${simulator.url}/config` }] } });
      await stage.start();
      await stage.settle({ acme: acme('1') });
      await simulator.faults.goDown();
      await stage.intent.commit({ acme: acme('2') });
      await stage.clock.begun(stage.clock.pauses.length + 1);
      const told: (number | undefined)[] = [];
      stage.reconciler.onStatus((device) => told.push(stage.reconciler.statusOf(device)?.pending));
      await stage.intent.commit({ acme: acme('1') });
      await stage.reconciler.settled({ devices: [] });
      assert.deepEqual(told, [0]);
    } finally {
      await stage.close();
      await simulator.close();
    }
  });
});
