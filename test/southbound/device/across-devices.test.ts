// Checks order across devices with a simulated core and two user planes: new first, then old, and nothing waits for ever.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { coreAdapter, upfAdapter } from '../../../adapters/sd-core/index.ts';
import { type SdCoreSimulator, startSdCoreSimulator } from '../../../adapters/sd-core/simulator/simulator.ts';
import { startUpfSimulator, type UpfSimulator } from '../../../adapters/sd-core/simulator/upf.ts';
import { intentFixture } from '../../adapters/sd-core/fixture.ts';
import type { Plain } from '../intent.ts';
import { Stage } from '../stage.ts';

type Tree = { [member: string]: Plain };

const CORE = 'http://core5g.acme.example/config';
const DOCUMENT = 'network-slices';

/** The acme intent with two slices on the core, each on the user plane that is named; without a name on none. */
function acme(vision: string | undefined, voice?: string): Tree {
  const tree = intentFixture('acme');
  const site = (tree.site as Tree[])[0] ?? {};
  site['connectivity-service'] = { 'core-5g': { endpoint: 'http://core5g.acme.example/config' } };
  site.upf = ['upf-1', 'upf-2'].map((id) => ({
    'upf-id': id,
    address: `${id}.acme.example`,
    port: 8805,
    'config-endpoint': `http://${id}.acme.example`,
  }));
  const [first = {}, second = {}] = site.slice as Tree[];
  site.slice = [
    { ...first, upf: vision ?? [] },
    { ...second, 'connectivity-service': '5g', upf: voice ?? [] },
  ].map((slice) =>
    Object.fromEntries(Object.entries(slice).filter(([, value]) => !Array.isArray(value) || value.length > 0)),
  );
  return tree;
}

describe('order across devices', () => {
  let stage: Stage;
  let core: SdCoreSimulator;
  let upfs: UpfSimulator[];

  const platform = (overrides: Readonly<Record<string, Tree>> = {}): Tree => ({
    device: [
      {
        name: 'core',
        kind: 'sd-core',
        address: `${core.url}/config`,
        endpoint: [CORE],
        version: '3.0',
        ...overrides.core,
      },
      ...upfs.map(({ url }, i) => {
        const name = `upf-${i + 1}`;
        return { name, kind: 'upf', address: url, endpoint: [`http://${name}.acme.example`], ...overrides[name] };
      }),
    ],
  });
  /** What devices took, in order, without what is not asked for here. */
  const taken = (): string[] =>
    stage.events
      .splice(0)
      .filter(({ ok, ref }) => ok && ref.kind !== 'device-group')
      .map(({ device, op, ref }) => `${device}: ${op} ${ref.id}`);
  const carried = () => upfs.map(({ slice }) => slice?.name);
  const upfOnCore = (slice: string) => core.networkSlices.get(slice)?.['site-info'].upf;
  const document = (device: string, id: string) => {
    const { status, reason } = stage.reconciler.document(device, id) ?? {};
    return [status, reason];
  };

  beforeEach(async () => {
    core = await startSdCoreSimulator({ version: '3.0' });
    upfs = [await startUpfSimulator(), await startUpfSimulator()];
    stage = await Stage.open({ adapters: [coreAdapter, upfAdapter] });
    stage.intent.force({ platform: platform() });
    await stage.start();
  });

  afterEach(async () => {
    await stage.close();
    await core.close();
    for (const upf of upfs) await upf.close();
  });

  it('tells the core of a slice once its user plane has it, and the user plane of its end once the core has dropped it', async () => {
    await stage.settle({ acme: acme('upf-1') });
    const order = taken();
    assert.ok(order.indexOf(`upf-1: put ${DOCUMENT}`) < order.indexOf('core: put network-slice/vision'), order.join());
    await stage.settle({ acme: {} });
    const back = taken();
    assert.ok(
      back.indexOf('core: remove network-slice/vision') < back.indexOf(`upf-1: remove ${DOCUMENT}`),
      back.join(),
    );
  });

  it('moves a slice to another user plane: new first, then the core, then old', async () => {
    await stage.settle({ acme: acme('upf-1') });
    taken();
    await stage.settle({ acme: acme('upf-2') });
    assert.deepEqual(taken(), [
      `upf-2: put ${DOCUMENT}`,
      'core: put network-slice/vision',
      `upf-1: remove ${DOCUMENT}`,
    ]);
    assert.equal(carried()[1], 'vision');
    assert.notEqual(carried()[0], 'vision');
  });

  it('swaps the user planes of two slices', async () => {
    await stage.settle({ acme: acme('upf-1', 'upf-2') });
    assert.deepEqual(carried(), ['vision', 'voice']);
    await stage.settle({ acme: acme('upf-2', 'upf-1') });
    assert.deepEqual(carried(), ['voice', 'vision']);
    assert.deepEqual(
      ['vision', 'voice'].map((slice) => JSON.stringify(upfOnCore(slice)).includes('upf-2')),
      [true, false],
    );
  });

  it('leaves the old one in service while the new one is dead, over a restart too, and goes on when it is there', async () => {
    await stage.settle({ acme: acme('upf-1') });
    const before = upfOnCore('vision');
    await upfs[1]?.faults.goDown();
    taken();
    await stage.intent.commit({ acme: acme('upf-2') });
    await stage.reconciler.settled({ devices: [] });
    await stage.clock.begun(1);
    await stage.restart();
    await stage.clock.begun(2);
    assert.deepEqual([taken(), carried()[0], upfOnCore('vision')], [[], 'vision', before]);
    assert.deepEqual(document('core', 'network-slice/vision'), [
      'pending',
      `waits for document '${DOCUMENT}' on device 'upf-2'`,
    ]);
    assert.deepEqual(document('upf-1', DOCUMENT), [
      'pending',
      'stays until the document that takes its place is there on the other device',
    ]);
    await upfs[1]?.faults.comeUp({ state: 'kept' });
    await stage.rest();
    assert.deepEqual(taken(), [
      `upf-2: put ${DOCUMENT}`,
      'core: put network-slice/vision',
      `upf-1: remove ${DOCUMENT}`,
    ]);
  });

  it('leaves the old one in service when the new one refuses, and goes on when intent takes it back', async () => {
    await stage.settle({ acme: acme('upf-1') });
    upfs[1]?.faults.failNext(1, 400, { method: 'POST' });
    taken();
    await stage.intent.commit({ acme: acme('upf-2') });
    const { refused } = await stage.passing(stage.reconciler.settled());
    assert.deepEqual(
      refused.map(({ device, document: id, target }) => [device, id, target]),
      [['upf-2', DOCUMENT, 'acme']],
    );
    assert.deepEqual([taken(), carried()[0]], [[], 'vision']);
    await stage.settle({ acme: acme('upf-1') });
    assert.deepEqual(carried(), ['vision', '']);
    await stage.settle({ acme: {} });
    assert.deepEqual([core.networkSlices.size, core.deviceGroups.size], [0, 0]);
  });

  it('does not wait for a device that is disabled, nor for one that is taken out', async () => {
    await stage.settle({ acme: acme('upf-1') });
    taken();
    await stage.settle({ platform: platform({ 'upf-2': { enabled: false } }) });
    await stage.intent.commit({ acme: acme('upf-2') });
    await stage.passing(stage.reconciler.settled());
    assert.deepEqual(taken().sort(), ['core: put network-slice/vision', `upf-1: remove ${DOCUMENT}`]);
  });

  it('goes on when the device that it waits for is disabled meanwhile', async () => {
    await upfs[0]?.faults.goDown();
    await stage.intent.commit({ acme: acme('upf-1') });
    await stage.clock.begun(1);
    assert.equal(core.networkSlices.has('vision'), false);
    await stage.intent.commit({ platform: platform({ 'upf-1': { enabled: false } }) });
    await stage.passing(stage.reconciler.settled());
    assert.equal(core.networkSlices.has('vision'), true);
  });
});
