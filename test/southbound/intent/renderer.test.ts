// Checks that rendering only what a change touches gives what rendering everything would give, and touches no more.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { adapter } from '../../../adapters/sd-core/index.ts';
import type { Snapshot } from '../../../src/datastore/snapshot.ts';
import type { Adapter, Device } from '../../../src/southbound/adapter.ts';
import { Renderer } from '../../../src/southbound/intent/renderer.ts';
import { Overlay, Rendering } from '../../../src/southbound/intent/rendering.ts';
import { core, intentFixture } from '../../adapters/sd-core/fixture.ts';
import { candidateTo, type Plain, snapshotOf } from '../intent.ts';
import { aether } from '../schemas.ts';

const endpoints = ['http://core-a', 'http://core-b'];

const devices = new Map<string, Device>(
  endpoints.map((endpoint, i) => [`core-${i}`, core({ name: `core-${i}`, endpoints: [endpoint] })]),
);

const flag = fc.boolean();
const ids = <T>(names: readonly string[], entry: (name: string) => fc.Arbitrary<T>) =>
  fc.subarray([...names]).chain((chosen) => fc.tuple(...chosen.map(entry)));

const every = <T>(names: readonly string[], entry: (name: string) => fc.Arbitrary<T>) => fc.tuple(...names.map(entry));

/** Sites with everything that the adapter reads; apart from groups references may dangle: a value is missing then. */
const site = (siteId: string) =>
  fc.record({
    'site-id': fc.constant(siteId),
    'imsi-definition': fc.record({ mcc: fc.constantFrom('001', '208'), mnc: fc.constant('93') }),
    'connectivity-service': fc.record({ 'core-5g': fc.record({ endpoint: fc.constantFrom(...endpoints) }) }),
    device: ids(['d1', 'd2'], (id) =>
      fc.record({ 'device-id': fc.constant(id), 'sim-card': fc.constantFrom('c1', 'c2') }),
    ),
    'sim-card': ids(['c1', 'c2'], (id) =>
      fc.record({
        'sim-id': fc.constant(id),
        imsi: fc.constantFrom('208930000000001', '208930000000002'),
        enable: flag,
      }),
    ),
    'small-cell': ids(['cell'], (id) =>
      fc.record({ 'small-cell-id': fc.constant(id), tac: fc.constantFrom('1', 'A'), enable: flag }),
    ),
    'device-group': every([`${siteId}-g1`, `${siteId}-g2`], (id) =>
      fc.record({
        'device-group-id': fc.constant(id),
        device: ids(['d1', 'd2'], (device) => fc.record({ 'device-id': fc.constant(device), enable: flag })),
        mbr: fc.record({ uplink: fc.constantFrom('1', '2'), downlink: fc.constant('1') }),
        'traffic-class': fc.constantFrom('t1', 't2'),
      }),
    ),
    slice: ids([`${siteId}-s1`, `${siteId}-s2`], (id) =>
      fc.record({
        'slice-id': fc.constant(id),
        sst: fc.constantFrom('1', '2'),
        sd: fc.constant('1'),
        'default-behavior': fc.constantFrom('ALLOW-ALL', 'DENY-ALL'),
        'device-group': fc.constantFrom(
          [],
          [{ 'device-group': `${siteId}-g1`, enable: true }],
          [{ 'device-group': `${siteId}-g2`, enable: false }],
        ),
        filter: fc.constantFrom([], [{ application: 'web' }]),
      }),
    ),
  });

const intent: fc.Arbitrary<Plain> = fc
  .record({
    'traffic-class': ids(['t1', 't2'], (id) =>
      fc.record({ 'traffic-class-id': fc.constant(id), qci: fc.constantFrom(1, 2) }),
    ),
    application: ids(['web'], (id) =>
      fc.record({
        'application-id': fc.constant(id),
        address: fc.constantFrom('10.0.0.0/8', '10.0.0.0/9'),
        endpoint: fc.constantFrom(
          [],
          [{ 'endpoint-id': 'e', 'port-start': 1 }],
          [{ 'endpoint-id': 'f', 'port-start': 2 }],
        ),
      }),
    ),
    site: ids(['north', 'south'], site),
  })
  .map((tree) => tree as unknown as Plain);

function documentsOf(rendering: Rendering): [string, string | undefined][] {
  return [...devices.keys()]
    .flatMap((device) => [...rendering.listsOf(device)])
    .flatMap((id) => {
      const unit = rendering.unit(id);
      if (unit?.kind !== 'list') return [];
      return unit.refs.map((ref): [string, string | undefined] => {
        const document = rendering.unit(id + ref.id);
        assert.equal(document?.kind, 'document');
        return [`${unit.device} ${ref.id} ${ref.dependsOn}`, documentText(document)];
      });
    })
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function documentText(unit: ReturnType<Rendering['unit']>): string | undefined {
  return unit?.kind === 'document' ? (unit.fault?.message ?? unit.desired?.text) : undefined;
}

function merge(rendering: Rendering, overlay: Overlay): void {
  for (const [id, unit] of overlay.units) rendering.set(id, unit);
}

async function whole(adapters: ReadonlyMap<string, Adapter>, snapshot: Snapshot): Promise<Rendering> {
  const rendering = new Rendering();
  const overlay = new Overlay(rendering);
  const renderer = new Renderer(adapters, devices, overlay);
  await renderer.whole(snapshot);
  merge(rendering, overlay);
  return rendering;
}

const undivided: Adapter = {
  kind: adapter.kind,
  models: adapter.models,
  documentKinds: adapter.documentKinds,
  endpoints: (root) => root.list('site').flatMap((each) => adapter.endpoints(each)),
  list: (root, device) => root.list('site').flatMap((each) => adapter.list(each, device)),
  render: (root, device, ref, because) => adapter.render(root, device, ref, because),
  connect: (device, secret) => adapter.connect(device, secret),
};

describe('Renderer', () => {
  for (const [name, tried] of [
    ['an adapter with a partition', adapter],
    ['an adapter without one', undivided],
  ] as const) {
    it(`of a history of changes gives what rendering from scratch gives, for ${name}`, async () => {
      const adapters = new Map([[tried.kind, tried]]);
      await fc.assert(
        fc.asyncProperty(fc.array(intent, { minLength: 1, maxLength: 4 }), async (history) => {
          let snapshot = snapshotOf('acme', aether, 1, {});
          const rendering = await whole(adapters, snapshot);
          for (const [i, next] of history.entries()) {
            const candidate = candidateTo(snapshot, i + 2, next);
            const overlay = new Overlay(rendering);
            await new Renderer(adapters, devices, overlay).changed(candidate);
            merge(rendering, overlay);
            snapshot = candidate.after;
            assert.deepEqual(documentsOf(rendering), documentsOf(await whole(adapters, snapshot)));
          }
        }),
        { numRuns: 150 },
      );
    });
  }

  const rendered = async (edit: (tree: { [name: string]: Plain }) => void): Promise<string[]> => {
    const calls: string[] = [];
    const counting: Adapter = {
      ...adapter,
      list: (part, device) => {
        calls.push(`list ${part.keys}`);
        return adapter.list(part, device);
      },
      render: (root, device, ref, because) => {
        calls.push(`render ${ref.id}`);
        return adapter.render(root, device, ref, because);
      },
    };
    const adapters = new Map([[adapter.kind, counting]]);
    const own = new Map([['core-1', core()]]);
    const snapshot = snapshotOf('acme', aether, 1, intentFixture('acme'));
    const rendering = new Rendering();
    const first = new Overlay(rendering);
    await new Renderer(adapters, own, first).whole(snapshot);
    merge(rendering, first);
    calls.length = 0;
    const tree = intentFixture('acme');
    edit(tree);
    await new Renderer(adapters, own, new Overlay(rendering)).changed(candidateTo(snapshot, 2, tree));
    return calls;
  };

  type Entries = { [name: string]: Plain & Entries }[] & { [name: string]: Plain };

  it('renders one group alone when a SIM card of it changes', async () => {
    const calls = await rendered((tree) => {
      Object.assign((tree.site as unknown as { 'sim-card': object[] }[])[0]?.['sim-card'][0] ?? {}, { enable: false });
    });
    // Whether the device is served has changed: the site says anew whom its documents serve.
    assert.deepEqual(calls, ['list berlin', 'render device-group/cameras']);
  });

  it('renders one slice alone when an application in its filter changes', async () => {
    const calls = await rendered((tree) => {
      Object.assign((tree.application as unknown as object[])[0] ?? {}, { address: '10.99.0.0/16' });
    });
    assert.deepEqual(calls, ['render network-slice/vision']);
  });

  it('renders nothing when something changes that no document was made from', async () => {
    const calls = await rendered((tree) => {
      Object.assign((tree.site as unknown as object[])[0] ?? {}, { 'display-name': 'Berlin' });
    });
    assert.deepEqual(calls, []);
  });

  const rome = (more: { [name: string]: Plain }) => (tree: { [name: string]: Plain }) => {
    (tree.site as unknown as Entries).push({ 'site-id': 'rome', ...more } as never);
  };

  it('lists nothing when a site comes that names no device', async () => {
    assert.deepEqual(await rendered(rome({})), []);
  });

  it('lists one site alone when another site comes', async () => {
    const calls = await rendered(
      rome({
        'connectivity-service': { 'core-5g': { endpoint: 'http://core5g.acme.example/config' } },
        slice: [{ 'slice-id': 'roman', sst: '1', sd: '1', 'default-behavior': 'ALLOW-ALL' }],
      }),
    );
    assert.deepEqual(calls, ['list rome', 'render network-slice/roman']);
  });
});
