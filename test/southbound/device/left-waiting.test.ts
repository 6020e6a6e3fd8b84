// Checks that nobody waits for what will not come, and that nothing is told of what is gone: devices disabled, moved, emptied.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { coreAdapter } from '../../../adapters/sd-core/index.ts';
import { type SdCoreSimulator, startSdCoreSimulator } from '../../../adapters/sd-core/simulator/simulator.ts';
import type { EdgeconfError } from '../../../src/errors.ts';
import type { Adapter } from '../../../src/southbound/adapter.ts';
import { reportObservations } from '../../../src/southbound/state/observation-state.ts';
import { intentFixture } from '../../adapters/sd-core/fixture.ts';
import type { Plain } from '../intent.ts';
import { numbered } from '../numbered.ts';
import { RealStage } from '../real-stage.ts';
import { Stage } from '../stage.ts';

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

describe('when a device is disabled', () => {
  it('nothing stands in the state of tenants of what it saw, until it is enabled and sees it again', async () => {
    const path = (leaf: string) => [
      ...[{ name: 'site', keys: ['s'] }, { name: 'device', keys: ['a'] }, { name: 'state' }],
      { name: leaf },
    ];
    const adapter: Adapter = {
      ...numbered(new Map()),
      endpoints: () => ['http://core.example'],
      list: () => [],
      allocations: () => [],
      state: () => [{ path: path('connected'), value: 'Yes' }],
      connect: () => ({
        ...{ read: async () => undefined, put: async () => {}, remove: async () => {}, close: async () => {} },
        observe: async () => ({}),
      }),
    };
    const stage = await RealStage.open([adapter]);
    const end = reportObservations(stage.reconciler, stage.datastore);
    /** Resolves once there are as many rows of state. */
    const rows = (count: number): Promise<void> =>
      new Promise((resolve) => {
        const look = (): void => {
          if (stage.datastore.snapshot('acme')?.stateSize !== count) return;
          unlisten();
          resolve();
        };
        const unlisten = stage.datastore.listen(look);
        look();
      });
    const enabled = (is: boolean) => ({
      platform: {
        'edgeconf-platform:device': [
          { name: 'core', kind: 'numbered', address: 'http://x', endpoint: ['http://core.example'], enabled: is },
        ],
      },
    });
    try {
      await stage.merge({
        platform: {
          'edgeconf-platform:tenant': [{ name: 'acme' }],
          'edgeconf-platform:target': [{ name: 'acme', tenant: 'acme', model: 'aether', 'model-version': '2.1' }],
        },
      });
      await stage.merge(enabled(true));
      const imsi = { mcc: '001', mnc: '01', enterprise: 1, format: 'CCCNNEEESSSSSSS' };
      const site = { 'site-id': 's', 'imsi-definition': imsi, device: [{ 'device-id': 'a' }] };
      await stage.merge({ acme: { 'edgeconf-site:site': [site] } });
      await stage.reconciler.settled();
      stage.clock.advance(10_000);
      await rows(1);
      await stage.merge(enabled(false));
      await rows(0);
      await stage.merge(enabled(true));
      await stage.reconciler.settled();
      stage.clock.advance(10_000);
      await rows(1);
    } finally {
      end();
      await stage.close();
    }
  });
});
