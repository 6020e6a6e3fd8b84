// Checks a core and its user planes together on the engine: which is told first, what a change of the user plane sends, and
// that nothing is left when the slice goes.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { coreAdapter, upfAdapter } from '../../../adapters/sd-core/index.ts';
import { type SdCoreSimulator, startSdCoreSimulator } from '../../../adapters/sd-core/simulator/simulator.ts';
import { startUpfSimulator, type UpfSimulator } from '../../../adapters/sd-core/simulator/upf.ts';
import type { Plain } from '../../southbound/intent.ts';
import { Stage } from '../../southbound/stage.ts';
import type { Tree } from './arbitrary-intent.ts';
import { intentFixture } from './fixture.ts';

type Pairs = Readonly<Record<string, string | undefined>>;

/** The intent of the fixtures, both slices on the 5G core, each on this user plane. */
function intent(pairs: Pairs, uplink = '8000'): Plain {
  const tree = intentFixture('acme');
  const [site = {}] = tree.site as unknown as { [member: string]: Tree[] }[];
  site.upf = ['1', '2'].map((n) => {
    const endpoint = `http://upf-${n}.acme.example`;
    return { 'upf-id': `upf-${n}`, address: `upf-${n}`, port: 8805, 'config-endpoint': endpoint };
  });
  for (const slice of site.slice ?? []) {
    const upf = pairs[String(slice['slice-id'])];
    Object.assign(slice, { 'connectivity-service': '5g', mbr: { uplink } });
    delete slice.upf;
    if (upf !== undefined) Object.assign(slice, { upf });
  }
  return tree;
}

describe('sd-core with user planes', () => {
  let stage: Stage;
  let core: SdCoreSimulator;
  let upfs: [UpfSimulator, UpfSimulator];

  beforeEach(async () => {
    core = await startSdCoreSimulator();
    upfs = [await startUpfSimulator(), await startUpfSimulator()];
    stage = await Stage.open({ targets: ['acme'], adapters: [coreAdapter, upfAdapter] });
    const endpoint = ['http://core5g.acme.example/config'];
    const devices = upfs.map(({ url }, i) => {
      const name = `upf-${i + 1}`;
      return { name, kind: 'upf', address: url, endpoint: [`http://${name}.acme.example`] };
    });
    const platform = [{ name: 'core', kind: 'sd-core', version: '3.0', address: `${core.url}/config`, endpoint }];
    stage.intent.force({ platform: { device: [...platform, ...devices] } });
    await stage.start();
  });

  afterEach(async () => {
    await stage.close();
    await Promise.all([core, ...upfs].map((each) => each.close()));
  });

  const settle = async (tree: Plain): Promise<string[]> => {
    stage.events.length = 0;
    await stage.intent.commit({ acme: tree });
    await stage.reconciler.settled();
    for (const { device, refused, faults } of stage.reconciler.status())
      assert.deepEqual([refused, faults], [[], []], device);
    return stage.events.map(({ device, op, ref }) => `${device}: ${op} ${ref.id}`);
  };

  const carried = () => upfs.map(({ slice }) => slice?.name);

  it('tells the user plane of a slice before the core', async () => {
    const told = await settle(intent({ vision: 'upf-1' }));
    const [upf, slice] = ['upf-1: put network-slices', 'core: put network-slice/vision'].map((each) =>
      told.indexOf(each),
    );
    assert.ok(upf !== undefined && slice !== undefined && upf >= 0 && upf < slice, told.join(', '));
    assert.deepEqual(carried(), ['vision', undefined]);
    assert.equal(upfs[0].slice?.uplinkBps, 8000n);
  });

  it('tells the user plane alone of another rate', async () => {
    await settle(intent({ vision: 'upf-1' }));
    assert.deepEqual(await settle(intent({ vision: 'upf-1' }, '9000')), ['upf-1: put network-slices']);
    assert.equal(upfs[0].slice?.uplinkBps, 9000n);
  });

  it('moves a slice to another user plane: new one, core, old one', async () => {
    await settle(intent({ vision: 'upf-1' }));
    const told = await settle(intent({ vision: 'upf-2' }));
    assert.deepEqual(
      told.map((each) => each.split(':')[0]),
      ['upf-2', 'core', 'upf-1'],
    );
    assert.deepEqual(carried(), ['', 'vision']);
  });

  it('swaps the user planes of two slices', async () => {
    await settle(intent({ vision: 'upf-1', voice: 'upf-2' }));
    assert.deepEqual(carried(), ['vision', 'voice']);
    await settle(intent({ vision: 'upf-2', voice: 'upf-1' }));
    assert.deepEqual(carried(), ['voice', 'vision']);
  });

  it('leaves nothing anywhere when intent goes', async () => {
    await settle(intent({ vision: 'upf-1', voice: 'upf-2' }));
    await settle({});
    assert.deepEqual([core.networkSlices.size, core.deviceGroups.size], [0, 0]);
    assert.deepEqual(carried(), ['', '']);
    assert.deepEqual(
      upfs.map(({ slice }) => slice?.uplinkBps),
      [0n, 0n],
    );
  });
});
