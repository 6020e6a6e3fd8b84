// Checks that a fault of an adapter at the start of the service takes nothing from devices.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { coreAdapter } from '../../adapters/sd-core/index.ts';
import { type SdCoreSimulator, startSdCoreSimulator } from '../../adapters/sd-core/simulator/simulator.ts';
import type { Adapter } from '../../src/southbound/adapter.ts';
import { intentFixture } from '../adapters/sd-core/fixture.ts';
import type { Plain } from './intent.ts';
import { Stage } from './stage.ts';

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

describe('intent of which it cannot be told at the start which documents it needs', () => {
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
    it(`leaves on devices what they have (${what}), and goes on with the next intent once it can be told`, async () => {
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
});
