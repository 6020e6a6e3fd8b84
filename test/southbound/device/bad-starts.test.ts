// Checks starts of the service with something wrong: devices lose nothing, and one that is concerned costs others nothing.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { coreAdapter } from '../../../adapters/sd-core/index.ts';
import { type SdCoreSimulator, startSdCoreSimulator } from '../../../adapters/sd-core/simulator/simulator.ts';
import type { Adapter } from '../../../src/southbound/adapter.ts';
import { intentFixture } from '../../adapters/sd-core/fixture.ts';
import type { Plain } from '../intent.ts';
import { Stage } from '../stage.ts';

type Tree = { [member: string]: Plain };

const FULL = [['cameras'], ['vision']];
const FAULTY = ['device-group/cameras', 'network-slice/vision'];

function acme(edit: (site: Tree) => void = () => {}): Tree {
  const tree = intentFixture('acme');
  const site = (tree.site as Tree[])[0] ?? {};
  site['connectivity-service'] = { 'core-5g': { endpoint: 'http://core5g.acme.example/config' } };
  edit(site);
  return tree;
}

function deviceOf(name: string, { url }: SdCoreSimulator): Tree {
  const endpoint = ['http://core5g.acme.example/config'];
  return { name, kind: 'sd-core', address: `${url}/config`, endpoint, version: '3.0' };
}

describe('a start with something wrong', () => {
  let stage: Stage;
  let core: SdCoreSimulator;
  let broken: 'endpoints' | 'list' | undefined;

  const adapter: Adapter = {
    ...coreAdapter,
    endpoints: (part) => {
      if (broken === 'endpoints') throw new Error('a fault of the adapter');
      return coreAdapter.endpoints(part);
    },
    list: (part, device) => {
      if (broken === 'list') throw new Error('a fault of the adapter');
      return coreAdapter.list(part, device);
    },
  };
  const contents = () => [[...core.deviceGroups.keys()], [...core.networkSlices.keys()]];

  beforeEach(async () => {
    broken = undefined;
    core = await startSdCoreSimulator({ version: '3.0' });
    stage = await Stage.open({ adapters: [adapter] });
    const address = `${core.url}/config`;
    const endpoint = ['http://core5g.acme.example/config'];
    stage.intent.force({
      platform: { device: [{ name: 'core', kind: 'sd-core', address, endpoint, version: '3.0' }] },
    });
    await stage.start();
    await stage.settle({ acme: acme() });
    await stage.stop();
  });

  afterEach(async () => {
    await stage.close();
    await core.close();
  });

  for (const what of ['endpoints', 'list'] as const) {
    it(`leaves on devices what they have while it cannot be told what they need (${what}), and then goes on`, async () => {
      broken = what;
      await stage.start();
      await stage.passing(stage.reconciler.verify('core'));
      await stage.passing(stage.reconciler.settled());
      assert.deepEqual(contents(), FULL);
      const { faults = [], pending } = stage.reconciler.statusOf('core') ?? {};
      assert.deepEqual([faults.map(({ document }) => document).sort(), pending], [FAULTY, 0]);
      broken = undefined;
      await stage.restart();
      await stage.settle({
        acme: acme((site) => {
          site.slice = [];
        }),
      });
      assert.deepEqual(contents(), [[], []]);
    });
  }

  it('drives all devices but the one of which the record is damaged, and says so', async () => {
    const other = await startSdCoreSimulator({ version: '3.0' });
    try {
      await stage.start();
      await stage.settle({ platform: { device: [deviceOf('core', core), deviceOf('other', other)] } });
      await stage.stop();
      await stage.damage('core');
      await stage.start();
      await stage.intent.commit({ acme: {} });
      await stage.passing(stage.reconciler.settled());
      assert.deepEqual(
        [contents(), [...other.networkSlices.keys()], stage.reconciler.statusOf('other')?.pending],
        [FULL, [], 0],
      );
      assert.match(stage.reconciler.statusOf('core')?.trouble ?? '', /^what device 'core' acknowledged cannot be read/);
      await assert.rejects(stage.reconciler.verify('core'), { code: 'FAILED_PRECONDITION' });
    } finally {
      await stage.stop();
      await other.close();
    }
  });
});
