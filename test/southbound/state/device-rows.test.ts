// Checks the rows that show how a device stands: all of them, only those that changed, on the real platform model.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { type Datastore, openDatastore } from '../../../src/datastore/datastore.ts';
import { readModels } from '../../../src/datastore/model-folder.ts';
import type { Snapshot } from '../../../src/datastore/snapshot.ts';
import { packageRoot } from '../../../src/package-root.ts';
import { formatPath } from '../../../src/schema/path.ts';
import { decodeKey } from '../../../src/schema/row-key.ts';
import { type DeviceView, ShownDevice } from '../../../src/southbound/state/device-rows.ts';

const quiet: DeviceView = {
  device: 'core',
  kind: 'sd-core',
  enabled: true,
  connected: undefined,
  circuit: 'closed',
  foundVersion: undefined,
  lastContactMs: undefined,
  trouble: undefined,
  pending: 0,
  refused: [],
  faults: [],
  appliedRevision: 0,
  intentRevision: 0,
  lastVerifiedMs: undefined,
  notVerifiable: 0,
  foreign: 0,
  drift: [],
  latency: undefined,
  pools: [],
  counters: { sent: 0, removed: 0, failures: 0, lastRevision: undefined },
  schemaOf: () => undefined,
};
const refusal = (id: string, message: string): DeviceView['refused'][number] => ({
  op: 'put',
  ref: { kind: 'k', id, source: ['site', 'north'], dependsOn: [] },
  target: 'acme',
  message,
  cause: ['/site[site-id=north]/display-name'],
  revision: 3,
});

describe('rows of a device', () => {
  let folder: string;
  let datastore: Datastore;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'edgeconf-device-rows-'));
    const models = await readModels(join(packageRoot, 'models'));
    datastore = await openDatastore({ folder: join(folder, 'data'), models, plan: () => {}, workers: 1 });
    const tree = {
      'edgeconf-platform:tenant': [{ name: 'acme' }],
      'edgeconf-platform:target': [{ name: 'acme', tenant: 'acme', model: 'aether', 'model-version': '2.1' }],
      'edgeconf-platform:device': [{ name: 'core', kind: 'sd-core', address: 'http://core.example:5000' }],
    };
    await datastore.commit({
      author: 'test',
      edits: [{ target: 'platform', edits: [{ op: 'update', path: [], json: JSON.stringify(tree) }] }],
      authorize: () => {},
    });
  });
  after(async () => {
    await datastore.close();
    await rm(folder, { recursive: true });
  });

  const platform = (): Snapshot => datastore.snapshot('platform') ?? assert.fail();
  const show = (shown: ShownDevice, view: DeviceView): number => {
    const reports = shown.reports(platform(), view);
    datastore.report('platform', reports);
    return reports.length;
  };
  /** State by path below the device's container. */
  const rows = (): Record<string, string> =>
    Object.fromEntries(
      [...platform().subtree('')]
        .filter(({ revision }) => revision === 0)
        .map(({ key, value }) => [formatPath(decodeKey(platform().model.root, key)).split('/state/')[1], value]),
    );

  it('say everything that is known, and nothing that is not', () => {
    const shown = new ShownDevice('core');
    show(shown, {
      ...quiet,
      connected: true,
      circuit: 'half-open',
      foundVersion: '3.0',
      lastContactMs: 0,
      trouble: 'x'.repeat(5_000),
      pending: 2,
      refused: [refusal('g/1', '400 no')],
      faults: [{ document: 'g/2', message: 'sst is missing' }],
      appliedRevision: 4,
      intentRevision: 5,
      lastVerifiedMs: 1_000,
      notVerifiable: 1,
      foreign: 3,
      drift: [
        {
          document: 'g/3',
          path: '/a/0',
          expected: '1',
          actual: undefined,
          target: 'acme',
          source: ['site', 'north', 'slice', 'robots'],
          policy: 'report',
        },
      ],
      latency: { lastMs: 1.4, p50Ms: 1.6, p99Ms: 90 },
      pools: [{ name: 'slice', capacity: 15, used: 4, free: 11 }],
      counters: { sent: 7, removed: 1, failures: 2, lastRevision: 4 },
      schemaOf: (target) => datastore.snapshot(target)?.model.root,
    });
    const found = rows();
    assert.equal(found.trouble?.length, 1_005);
    delete found.trouble;
    assert.deepEqual(found, {
      'applied-revision': '"4"',
      circuit: '"half-open"',
      connected: 'true',
      'drift[document=g/3][path=/a/0]/document': '"g/3"',
      'drift[document=g/3][path=/a/0]/expected': '"1"',
      'drift[document=g/3][path=/a/0]/path': '"/a/0"',
      'drift[document=g/3][path=/a/0]/policy': '"report"',
      'drift[document=g/3][path=/a/0]/source': '"/site[site-id=north]/slice[slice-id=robots]"',
      'drift[document=g/3][path=/a/0]/target': '"acme"',
      failures: '"2"',
      'faulty[document=g/2]/document': '"g/2"',
      'faulty[document=g/2]/reason': '"sst is missing"',
      foreign: '3',
      'intent-revision': '"5"',
      'last-contact': '"1970-01-01T00:00:00.000Z"',
      'last-revision': '"4"',
      'last-verified': '"1970-01-01T00:00:01.000Z"',
      'latency/last': '1',
      'latency/p50': '2',
      'latency/p99': '90',
      'not-verifiable': '1',
      pending: '2',
      'pool[name=slice]/capacity': '15',
      'pool[name=slice]/free': '11',
      'pool[name=slice]/name': '"slice"',
      'pool[name=slice]/used': '4',
      'refused[document=g/1]/cause': '["/site[site-id=north]/display-name"]',
      'refused[document=g/1]/document': '"g/1"',
      'refused[document=g/1]/reason': '"400 no"',
      'refused[document=g/1]/target': '"acme"',
      removed: '"1"',
      sent: '"7"',
      version: '"3.0"',
    });
    show(shown, quiet);
    assert.deepEqual(Object.keys(rows()), [
      ...['applied-revision', 'circuit', 'failures', 'foreign', 'intent-revision', 'not-verifiable', 'pending'],
      ...['removed', 'sent'],
    ]);
  });

  it('are reported only where they changed', () => {
    const shown = new ShownDevice('core');
    const refused = Array.from({ length: 100 }, (_, i) => refusal(`g/${i}`, 'no'));
    show(shown, { ...quiet, refused });
    assert.equal(show(shown, { ...quiet, refused }), 0);
    assert.equal(show(shown, { ...quiet, refused: [...refused.slice(1), refusal('g/0', 'never')], pending: 1 }), 2);
    assert.equal(show(shown, { ...quiet, refused: refused.slice(1), pending: 1 }), 4);
    show(shown, quiet);
  });

  it('come back with a device that was removed and made again', async () => {
    const shown = new ShownDevice('core');
    const view = { ...quiet, refused: [refusal('g/1', 'no')] };
    show(shown, view);
    const before = rows();
    const gone = [...platform().subtree('')].filter(({ revision }) => revision === 0);
    datastore.report(
      'platform',
      gone.map(({ key }) => ({ key, value: undefined })),
    );
    show(shown, view);
    assert.deepEqual(rows(), before);
    show(shown, quiet);
  });

  it('are after many steps what they would be after the last one alone', () => {
    const word = fc.constantFrom('no', 'never');
    const id = fc.constantFrom('g/1', 'g/2', 'g/3');
    const view = fc.record({
      refused: fc.uniqueArray(fc.tuple(id, word), { selector: ([document]) => document }),
      faults: fc.uniqueArray(fc.record({ document: id, message: word }), { selector: ({ document }) => document }),
      drift: fc.uniqueArray(fc.tuple(id, word), { selector: ([document]) => document }),
      trouble: fc.option(word, { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(view, { minLength: 1, maxLength: 6 }), (steps) => {
        const shown = new ShownDevice('core');
        const full = ({ refused, faults, drift, trouble }: (typeof steps)[number]): DeviceView => ({
          ...quiet,
          refused: refused.map(([document, message]) => refusal(document, message)),
          faults,
          trouble,
          drift: drift.map(([document, path]) => ({
            ...{ document, path: `/${path}`, expected: '1', actual: '2', target: undefined },
            ...{ source: ['site', 'north'], policy: 'revert' as const },
          })),
        });
        for (const step of steps) show(shown, full(step));
        const after = rows();
        show(shown, quiet);
        const fresh = new ShownDevice('core');
        show(fresh, full(steps.at(-1) ?? assert.fail()));
        assert.deepEqual(after, rows());
        show(fresh, quiet);
      }),
      { numRuns: 50 },
    );
  });
});
