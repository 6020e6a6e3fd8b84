// Checks the engine on the real datastore and the real models: commits go through libyang and arrive at a simulated core.

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Level } from 'level';
import { afterEach, before, beforeEach, describe, it } from 'mocha';
import { adapter } from '../../adapters/sd-core/index.ts';
import { type SdCoreSimulator, startSdCoreSimulator } from '../../adapters/sd-core/simulator/simulator.ts';
import { type Datastore, openDatastore } from '../../src/datastore/datastore.ts';
import { type ModelSource, readModels } from '../../src/datastore/model-folder.ts';
import type { EdgeconfError } from '../../src/errors.ts';
import { packageRoot } from '../../src/package-root.ts';
import type { SchemaNode, SchemaType } from '../../src/schema/schema-node.ts';
import type { Adapter } from '../../src/southbound/adapter.ts';
import { levelAckStore } from '../../src/southbound/device/ack-store.ts';
import { Reconciler } from '../../src/southbound/reconciler.ts';
import { endpointsIn } from '../endpoints.ts';
import { aether, platform } from './schemas.ts';

describe('Reconciler on the real datastore', () => {
  let folder: string;
  let models: ModelSource[];
  let simulator: SdCoreSimulator;
  let datastore: Datastore;
  let reconciler: Reconciler;
  let db: Level<string, string>;
  const rendered: string[] = [];
  /** Calls that could change something. */
  const writes = () => simulator.requests.filter(({ method }) => method !== 'GET');

  before(async () => {
    models = await readModels(join(packageRoot, 'models'));
  });

  const open = async (): Promise<void> => {
    db = new Level<string, string>(join(folder, 'southbound'));
    await db.open();
    const counting: Adapter = {
      ...adapter,
      render: (intent, device, ref, because) => {
        rendered.push(ref.id);
        return adapter.render(intent, device, ref, because);
      },
    };
    reconciler = new Reconciler({ adapters: [counting], store: levelAckStore(db) });
    datastore = await openDatastore({
      folder: join(folder, 'data'),
      models,
      plan: reconciler.plan,
      released: reconciler.released,
      workers: 1,
    });
    await reconciler.start(datastore);
  };

  const close = async (): Promise<void> => {
    await reconciler.close();
    await datastore.close();
    await db.close();
  };

  const replaceAll = async (target: string, json: string): Promise<number> => {
    const { revision } = await datastore.commit({
      author: 'test',
      edits: [{ target, edits: [{ op: 'replace', path: [], json }] }],
      authorize: () => {},
    });
    return revision;
  };

  const acme = () => readFile(join(packageRoot, 'models/aether/2.1/valid/acme.json'), 'utf8');

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'edgeconf-southbound-'));
    simulator = await startSdCoreSimulator({ version: '3.0' });
    await open();
    const endpoint = endpointsIn(await acme());
    const tree = {
      'edgeconf-platform:tenant': [{ name: 'acme' }, { name: 'umbrella' }],
      'edgeconf-platform:target': ['acme', 'umbrella'].map((name) => ({
        name,
        tenant: name,
        model: 'aether',
        'model-version': '2.1',
      })),
      'edgeconf-platform:device': [{ name: 'core-1', kind: 'sd-core', address: `${simulator.url}/config`, endpoint }],
    };
    await replaceAll('platform', JSON.stringify(tree));
  });

  afterEach(async () => {
    await close();
    await simulator.close();
    await rm(folder, { recursive: true });
  });

  it('brings the sample intent to the core, leaves it there over a restart, and takes all of it away again', async () => {
    await replaceAll('acme', await acme());
    await reconciler.settled();
    const [status] = reconciler.status();
    assert.deepEqual([status?.refused, status?.faults, status?.pending], [[], [], 0]);
    assert.ok(simulator.networkSlices.size > 1 && simulator.deviceGroups.size > 1);
    assert.deepEqual(simulator.warnings, []);
    simulator.clearLog();
    await close();
    await open();
    await reconciler.settled();
    assert.deepEqual(writes(), []);
    await replaceAll('acme', '{}');
    await reconciler.settled();
    assert.equal(simulator.networkSlices.size + simulator.deviceGroups.size, 0);
  });

  it('sends what was committed while no engine was running', async () => {
    await reconciler.close();
    const revision = await replaceAll('acme', await acme());
    await close();
    await open();
    await reconciler.settled({ revision });
    assert.ok(simulator.networkSlices.size > 1);
  });

  it('refuses the second tenant that wants the same documents, and nothing of it is kept', async () => {
    await replaceAll('acme', await acme());
    const head = datastore.head.revision;
    await assert.rejects(replaceAll('umbrella', await acme()), (error: EdgeconfError) => {
      assert.equal(error.code, 'FAILED_PRECONDITION');
      assert.match(error.message, /on device 'core-1'/);
      assert.doesNotMatch(error.message, /acme'/);
      return true;
    });
    assert.equal(datastore.head.revision, head);
    assert.equal(datastore.snapshot('umbrella')?.size, 0);
  });

  it('renders and sends one document for one changed leaf, and renders it once', async () => {
    await replaceAll('acme', await acme());
    await reconciler.settled();
    simulator.clearLog();
    rendered.length = 0;
    const text = await acme();
    await replaceAll('acme', text.replace(/("imsi": "[0-9]{14})[0-9]"/, '$19"'));
    await reconciler.settled();
    assert.equal(writes().length, 1);
    assert.match(writes()[0]?.path ?? '', /\/device-group\//);
    assert.equal(rendered.length, 1);
  });

  it('makes the same documents of transactions that are on their way together as of the same, one by one', async () => {
    await replaceAll('acme', await acme());
    const groups = ['g1', 'g2', 'g3'];
    const site = datastore.snapshot('acme')?.model.root.children.get('edgeconf-site:site');
    assert.ok(site);
    const merge = async (members: Record<string, unknown>): Promise<void> => {
      const json = JSON.stringify({ 'edgeconf-site:site': [{ 'site-id': 'acme-chicago', ...members }] });
      const path = [{ node: site, keys: ['acme-chicago'] }];
      await datastore.commit({
        author: 'test',
        edits: [{ target: 'acme', edits: [{ op: 'update', path, json }] }],
        authorize: () => {},
      });
    };
    // Each group comes into being, is changed by what reads only that new group, and some go again: all without waiting.
    await Promise.all(
      groups.flatMap((id, i) => [
        merge({
          'device-group': [
            {
              'device-group-id': id,
              'traffic-class': 'video',
              'ip-domain': 'acme-chicago-video',
              mbr: { uplink: '1000', downlink: '1000' },
            },
          ],
          slice: [{ 'slice-id': 'acme-chicago-cameras', 'device-group': [{ 'device-group': id, enable: true }] }],
        }),
        merge({ 'device-group': [{ 'device-group-id': id, mbr: { uplink: `${i + 2}000` } }] }),
        merge({ 'display-name': `after ${id}` }),
      ]),
    );
    await reconciler.settled();
    const together = new Map(simulator.deviceGroups);
    assert.equal([...together.keys()].filter((name) => groups.some((id) => name.endsWith(id))).length, 3);
    await close();
    // Nothing is remembered of the device: everything is rendered and sent anew.
    await rm(join(folder, 'southbound'), { recursive: true });
    simulator.clearLog();
    await open();
    await reconciler.settled();
    assert.ok(simulator.requests.length > 3);
    assert.deepEqual(new Map(simulator.deviceGroups), together);
  });

  it('has models that say what the hand-made schemas of these tests say', () => {
    compare(aether.root, datastore.models().get('aether@2.1')?.root);
    compare(platform.root, datastore.models().get('edgeconf-platform@1')?.root);
  });
});

function compare(own: SchemaNode, real: SchemaNode | undefined): void {
  assert.ok(real, own.segment);
  assert.deepEqual(words(own), words(real));
  for (const child of own.children.values()) compare(child, real.children.get(child.segment));
}

/** A union or an identifier is text to the adapters: only numbers and truth values differ for them. */
function words(node: SchemaNode): unknown {
  const { kind, segment, config, presence, keys, defaults } = node;
  return { kind, segment, config, presence, keys: keys.map(({ name }) => name), defaults, type: plainBase(node.type) };
}

function plainBase(type: SchemaType | undefined): string | undefined {
  if (type === undefined) return undefined;
  if (type.base === 'leafref') return plainBase(type.target);
  return /^u?int|boolean|empty|decimal64/.test(type.base) ? type.base : 'text';
}
