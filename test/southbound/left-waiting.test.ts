// Checks that nobody waits for what will not come, and that nothing is told of what is gone: devices disabled, moved, emptied.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { coreAdapter } from '../../adapters/sd-core/index.ts';
import { type SdCoreSimulator, startSdCoreSimulator } from '../../adapters/sd-core/simulator/simulator.ts';
import type { EdgeconfError } from '../../src/errors.ts';
import { intentFixture } from '../adapters/sd-core/fixture.ts';
import type { Plain } from './intent.ts';
import { Stage } from './stage.ts';

type Tree = { [member: string]: Plain };

const GROUP = 'device-group/cameras';
const SLICE = 'network-slice/vision';
const READS = { method: 'GET' };

function acme(uplink = '20000000000'): Tree {
  const tree = intentFixture('acme');
  const site = (tree.site as Tree[])[0] ?? {};
  site['connectivity-service'] = { 'core-5g': { endpoint: 'http://core5g.acme.example/config' } };
  const [group = {}, ...others] = site['device-group'] as Tree[];
  site['device-group'] = [{ ...group, mbr: { uplink, downlink: '5000000' } }, ...others];
  return tree;
}

describe('when a device changes under way', () => {
  let stage: Stage;
  let core: SdCoreSimulator;

  const platform = (leaves: Tree = {}, url = core.url): Tree => ({
    device: [
      {
        name: 'core',
        kind: 'sd-core',
        address: `${url}/config`,
        endpoint: ['http://core5g.acme.example/config'],
        ...leaves,
      },
    ],
  });
  const status = () => stage.reconciler.statusOf('core');
  const refused = async (work: Promise<unknown>): Promise<EdgeconfError> =>
    await work.then(
      () => assert.fail('it was answered'),
      (error: EdgeconfError) => error,
    );

  beforeEach(async () => {
    core = await startSdCoreSimulator({ version: '3.0' });
    stage = await Stage.open({ adapters: [coreAdapter] });
    stage.intent.force({ platform: platform({ version: '3.0' }) });
    await stage.start();
  });

  afterEach(async () => {
    await stage.close();
    await core.close();
  });

  it('who asked it is told that it is disabled now, and does not wait', async () => {
    await stage.settle({ acme: acme() });
    await stage.passing(stage.reconciler.verify('core'));
    core.faults.hangNext(1, READS);
    const { length } = core.requests;
    const asked = [stage.reconciler.verify('core'), stage.reconciler.actual('core', GROUP)].map(refused);
    await core.waitFor(({ requests }) => requests.length > length);
    await stage.intent.commit({ platform: platform({ version: '3.0', enabled: false }) });
    for (const error of await Promise.all(asked)) {
      assert.deepEqual([error.code, /device 'core' is disabled/.test(error.message)], ['UNAVAILABLE', true]);
    }
  });

  it('nothing is told any more of the drift of a document that is not wanted and not there', async () => {
    await stage.settle({ platform: platform({ version: '3.0', drift: { policy: 'report' } }), acme: acme() });
    await fetch(`${core.url}/config/v1/${SLICE}`, { method: 'DELETE' });
    await stage.passing(stage.reconciler.verify('core'));
    assert.deepEqual(
      status()?.drift.map(({ document }) => document),
      [SLICE],
    );
    await core.faults.goDown();
    const { length } = stage.clock.pauses;
    await stage.intent.commit({ acme: {} });
    await stage.clock.begun(length + 1);
    await core.faults.comeUp({ state: 'lost' });
    await stage.rest();
    assert.deepEqual(status()?.drift, []);
  });

  it('nobody waits any longer for what is not wanted any more, however long the device is silent', async () => {
    await stage.settle({ acme: acme('1') });
    await core.faults.goDown();
    const revision = await stage.intent.commit({ acme: acme('2') });
    await stage.clock.begun(1);
    const waiting = stage.reconciler.settled({ revision });
    const by = await stage.intent.commit({ acme: acme('1') });
    assert.deepEqual(await waiting, {
      revision,
      superseded: [{ device: 'core', document: GROUP, by }],
      refused: [],
    });
    await core.faults.comeUp({ state: 'kept' });
  });

  it('the version that was found is that of the machine, and forgotten with it', async () => {
    await stage.settle({ platform: platform(), acme: acme() });
    await stage.passing(stage.reconciler.verify('core'));
    assert.equal(typeof status()?.foundVersion, 'string');
    await core.faults.goDown();
    await stage.intent.commit({ platform: platform({}, 'http://127.0.0.1:1') });
    await stage.reconciler.settled({ devices: [] });
    assert.equal(status()?.foundVersion, undefined);
    await core.faults.comeUp({ state: 'kept' });
  });
});
