// Checks that devices that come, go and change their endpoints are listed for exactly the parts that name them.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { adapter } from '../../../adapters/sd-core/index.ts';
import type { Snapshot } from '../../../src/datastore/snapshot.ts';
import type { Adapter, Device } from '../../../src/southbound/adapter.ts';
import { sameDevice } from '../../../src/southbound/device-registry.ts';
import { intentView, noReads } from '../../../src/southbound/intent/intent-view.ts';
import { Renderer } from '../../../src/southbound/intent/renderer.ts';
import { Overlay, Rendering } from '../../../src/southbound/intent/rendering.ts';
import { core } from '../../adapters/sd-core/fixture.ts';
import { candidateTo, type Plain, snapshotOf } from '../intent.ts';
import { aether } from '../schemas.ts';

const URIS = ['http://a', 'http://b', 'http://c'];

/** The adapter of cores for a second kind as well, with gaps and numbers of its own. */
const other: Adapter = {
  ...adapter,
  kind: 'other',
  gaps: (site, device) =>
    site.list('small-cell').map((cell) => ({ source: ['site', ...cell.keys], reason: device.name })),
  allocations: (site) =>
    site.list('slice').map((slice) => ({ source: slice.keys, pool: 'p', first: 1, last: 9, number: undefined })),
};
const adapters = new Map([
  [adapter.kind, adapter],
  [other.kind, other],
]);

type Devices = ReadonlyMap<string, Device>;

const device = fc.record({
  kind: fc.constantFrom('sd-core', 'other'),
  endpoints: fc.subarray(URIS),
  version: fc.constantFrom('2.0', '3.0'),
});

/** Each endpoint is one device's, as the platform has it. */
const devices: fc.Arbitrary<Devices> = fc.dictionary(fc.constantFrom('d1', 'd2', 'd3'), device).map((found) => {
  const taken = new Set<string>();
  return new Map(
    Object.entries(found).map(([name, each]) => {
      const endpoints = each.endpoints.filter((uri) => !taken.has(uri));
      for (const uri of endpoints) taken.add(uri);
      return [name, core({ ...each, name, endpoints })];
    }),
  );
});

const site = (id: string) =>
  fc
    .record({
      fourG: fc.constantFrom(...URIS),
      fiveG: fc.constantFrom(...URIS),
      kinds: fc.array(fc.constantFrom('4g', '5g'), { maxLength: 2 }),
      cells: fc.subarray(['c1', 'c2']),
    })
    .map(({ fourG, fiveG, kinds, cells }) => ({
      'site-id': id,
      'connectivity-service': { 'core-4g': { endpoint: fourG }, 'core-5g': { endpoint: fiveG } },
      'small-cell': cells.map((cell) => ({ 'small-cell-id': cell, tac: '1', address: cell })),
      slice: kinds.map((kind, i) => ({
        'slice-id': `${id}-s${i}`,
        sst: '1',
        sd: '1',
        'default-behavior': 'ALLOW-ALL',
        'connectivity-service': kind,
      })),
    }));

const intent: fc.Arbitrary<Plain> = fc
  .tuple(site('north'), site('south'), fc.subarray([0, 1]))
  .map(([north, south, chosen]) => ({ site: chosen.map((i) => (i === 0 ? north : south)) }) as unknown as Plain);

/** What is listed for whom, with everything that a list says. */
function listed(rendering: Rendering, names: Iterable<string>): Record<string, unknown> {
  const found: [string, unknown][] = [];
  for (const name of names) {
    for (const id of rendering.listsOf(name)) {
      const unit = rendering.unit(id);
      if (unit?.kind !== 'list') continue;
      const texts = unit.refs.map((ref) => {
        const document = rendering.unit(id + ref.id);
        return document?.kind === 'document' ? document.desired?.text : undefined;
      });
      found.push([id, { refs: unit.refs, gaps: unit.gaps, allocations: unit.allocations, texts }]);
    }
  }
  return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Ids of documents by device, when every part is listed for every device. */
function listedForAll(snapshot: Snapshot, all: Devices): string[] {
  const root = intentView(snapshot, snapshot.model.root, noReads());
  return [...all.values()]
    .flatMap((each) =>
      root
        .list('site')
        .flatMap((part) => (adapters.get(each.kind)?.list(part, each) ?? []).map((ref) => `${each.name} ${ref.id}`)),
    )
    .sort();
}

function merge(rendering: Rendering, overlay: Overlay): void {
  for (const [id, unit] of overlay.units) rendering.set(id, unit);
}

async function fromScratch(snapshot: Snapshot, all: Devices): Promise<Rendering> {
  const rendering = new Rendering();
  const overlay = new Overlay(rendering);
  await new Renderer(adapters, all, overlay).whole(snapshot);
  merge(rendering, overlay);
  return rendering;
}

async function changeDevices(rendering: Rendering, before: Devices, after: Devices, snapshot: Snapshot): Promise<void> {
  const overlay = new Overlay(rendering);
  const renderer = new Renderer(adapters, after, overlay);
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    const [was, is] = [before.get(name), after.get(name)];
    if (was !== undefined && is !== undefined && sameDevice(was, is)) continue;
    await renderer.deviceChanged(was, is, new Map([[snapshot.target, snapshot]]));
  }
  merge(rendering, overlay);
}

describe('Renderer, as devices change', () => {
  it('gives what rendering from scratch and what listing everything for every device gives', async () => {
    const step = fc.oneof(fc.record({ intent }), fc.record({ devices }));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (history) => {
        let snapshot = snapshotOf('acme', aether, 1, {});
        let all: Devices = new Map();
        const rendering = await fromScratch(snapshot, all);
        for (const [i, next] of history.entries()) {
          if ('devices' in next) {
            await changeDevices(rendering, all, next.devices, snapshot);
            all = next.devices;
          } else {
            const candidate = candidateTo(snapshot, i + 2, next.intent);
            const overlay = new Overlay(rendering);
            await new Renderer(adapters, all, overlay).changed(candidate);
            merge(rendering, overlay);
            snapshot = candidate.after;
          }
          const names = ['d1', 'd2', 'd3'];
          const now = listed(rendering, names);
          assert.deepEqual(now, listed(await fromScratch(snapshot, all), names));
          assert.deepEqual(documentsOf(now), listedForAll(snapshot, all));
        }
      }),
      { numRuns: 200 },
    );
  });

  const counting = (): { calls: string[]; adapters: Map<string, Adapter> } => {
    const calls: string[] = [];
    const counted: Adapter = {
      ...adapter,
      endpoints: (part) => {
        calls.push(`endpoints ${part.keys}`);
        return adapter.endpoints(part);
      },
      list: (part, each) => {
        calls.push(`list ${part.keys} for ${each.name}`);
        return adapter.list(part, each);
      },
    };
    return { calls, adapters: new Map([[adapter.kind, counted]]) };
  };

  const named = (name: string, ...endpoints: string[]) => [name, core({ name, endpoints })] as const;
  const three = new Map([named('d1', 'http://a'), named('d2', 'http://b'), named('d3', 'http://c')]);
  const slice = (id: string) => ({ 'slice-id': id, sst: '1', sd: '1', 'default-behavior': 'ALLOW-ALL' });
  const at = (id: string, endpoint: string) => ({
    'site-id': id,
    'connectivity-service': { 'core-5g': { endpoint } },
    slice: [slice(`${id}-s`)],
  });

  it('lists a part that comes only for the device that it names', async () => {
    const { calls, adapters: counted } = counting();
    const candidate = candidateTo(snapshotOf('acme', aether, 1, {}), 2, { site: [at('north', 'http://b')] });
    await new Renderer(counted, three, new Overlay(new Rendering())).changed(candidate);
    assert.deepEqual(calls, ['endpoints north', 'list north for d2']);
  });

  it('lists only the parts that name an endpoint which a device takes on or gives up', async () => {
    const { calls, adapters: counted } = counting();
    const tree = { site: [at('east', 'http://a'), at('north', 'http://b'), at('west', 'http://d')] };
    const snapshot = snapshotOf('acme', aether, 1, tree);
    const rendering = new Rendering();
    const first = new Overlay(rendering);
    await new Renderer(counted, three, first).whole(snapshot);
    merge(rendering, first);
    calls.length = 0;
    const after = new Map([...three, named('d2', 'http://b', 'http://d')]);
    const overlay = new Overlay(rendering);
    const renderer = new Renderer(counted, after, overlay);
    await renderer.deviceChanged(three.get('d2'), after.get('d2'), new Map([['acme', snapshot]]));
    assert.deepEqual(calls, ['endpoints west', 'list west for d2']);
  });

  it('asks nobody when a device comes that no part names', async () => {
    const { calls, adapters: counted } = counting();
    const snapshot = snapshotOf('acme', aether, 1, { site: [at('east', 'http://a')] });
    const rendering = new Rendering();
    const first = new Overlay(rendering);
    await new Renderer(counted, three, first).whole(snapshot);
    merge(rendering, first);
    calls.length = 0;
    const after = new Map([...three, named('d4', 'http://e')]);
    await new Renderer(counted, after, new Overlay(rendering)).deviceChanged(
      undefined,
      after.get('d4'),
      new Map([['acme', snapshot]]),
    );
    assert.deepEqual(calls, []);
  });
});

function documentsOf(lists: Record<string, unknown>): string[] {
  return Object.entries(lists)
    .flatMap(([id, list]) =>
      (list as { refs: readonly { id: string }[] }).refs.map((ref) => `${id.split('\0')[1]} ${ref.id}`),
    )
    .sort();
}
