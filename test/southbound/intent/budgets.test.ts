// Device changes within a tenant's budget, on the real datastore with a simulated core; and a device that tells its secret.

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Level } from 'level';
import { adapter } from '../../../adapters/sd-core/index.ts';
import { type SdCoreSimulator, startSdCoreSimulator } from '../../../adapters/sd-core/simulator/simulator.ts';
import { Access } from '../../../src/access/access.ts';
import { type Datastore, openDatastore } from '../../../src/datastore/datastore.ts';
import { readModels } from '../../../src/datastore/model-folder.ts';
import type { CommitRequest } from '../../../src/datastore/transaction.ts';
import { packageRoot } from '../../../src/package-root.ts';
import { levelAckStore } from '../../../src/southbound/device/ack-store.ts';
import { Reconciler } from '../../../src/southbound/reconciler.ts';
import { endpointsIn } from '../../endpoints.ts';
import { TestClock } from '../../test-clock.ts';

const secret = 'tok"en+&1';

describe('device changes within a budget', () => {
  let folder: string;
  let simulator: SdCoreSimulator;
  let echo: Server;
  let datastore: Datastore;
  let reconciler: Reconciler;
  let db: Level<string, string>;
  let text: string;
  let nowMs = 0;
  const clock = new TestClock();

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'edgeconf-device-budget-'));
    simulator = await startSdCoreSimulator({ version: '3.0' });
    echo = createServer(({ headers }, response) => {
      response.writeHead(400).end(`no: ${headers.authorization} ${Buffer.from(secret).toString('base64')}`);
    });
    await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
    text = await readFile(join(packageRoot, 'models/aether/2.1/valid/acme.json'), 'utf8');
    db = new Level<string, string>(join(folder, 'southbound'));
    await db.open();
    const models = await readModels(join(packageRoot, 'models'));
    datastore = await openDatastore({
      folder: join(folder, 'data'),
      models,
      plan: (candidates, request) => reconciler.plan(candidates, request),
      workers: 1,
      now: clock.now,
      timer: clock.timer,
    });
    const access = new Access(datastore, { nowMs: () => nowMs });
    reconciler = new Reconciler({
      adapters: [adapter],
      store: levelAckStore(db),
      admit: access.admitToDevices,
      resolveSecret: async () => secret,
    });
    await reconciler.start(datastore);
    await platform({
      'edgeconf-platform:tenant': [{ name: 'acme' }],
      'edgeconf-platform:target': [{ name: 'acme', tenant: 'acme', model: 'aether', 'model-version': '2.1' }],
      'edgeconf-platform:device': [
        { name: 'core-1', kind: 'sd-core', address: `${simulator.url}/config`, endpoint: endpointsIn(text) },
      ],
    });
    await commit('{}');
  });
  after(async () => {
    await reconciler.close();
    await datastore.close();
    await db.close();
    await simulator.close();
    echo.closeAllConnections();
    await new Promise((resolve) => echo.close(resolve));
    await rm(folder, { recursive: true });
  });
  beforeEach(async () => {
    nowMs += 3_600_000;
    await budget(undefined);
    await commit('{}');
  });

  function write(target: string, op: 'replace' | 'update', json: string, more: Partial<CommitRequest> = {}) {
    return datastore.commit({
      author: 'test',
      edits: [{ target, edits: [{ op, path: [], json }] }],
      authorize: () => {},
      ...more,
    });
  }

  const platform = (tree: object) => write('platform', 'update', JSON.stringify(tree));
  const commit = (json: string, more: Partial<CommitRequest> = {}) => write('acme', 'replace', json, more);
  async function budget(most: number | undefined): Promise<void> {
    const tenant = datastore.snapshot('platform')?.model.root.children.get('edgeconf-platform:tenant');
    const node = tenant?.children.get('budget');
    assert.ok(tenant && node);
    const query = [
      { node: tenant, keys: ['acme'] },
      { node, keys: [] },
    ];
    await datastore.commit({
      author: 'test',
      edits: [{ target: 'platform', edits: [{ op: 'delete', query }] }],
      authorize: () => {},
    });
    if (most === undefined) return;
    await platform({
      'edgeconf-platform:tenant': [{ name: 'acme', budget: { 'device-changes-per-minute': most } }],
    });
  }
  const documents = () => simulator.networkSlices.size + simulator.deviceGroups.size;
  const refused = (rpc: Promise<unknown>, message: RegExp) =>
    assert.rejects(rpc, { code: 'RESOURCE_EXHAUSTED', message });

  it('lets pass what is within it, and refuses the rest before anything is kept', async () => {
    const { revision } = await commit(text);
    await reconciler.settled({ revision });
    const count = documents();
    await commit('{}');
    await budget(count + 1);
    await commit(text);
    const head = datastore.head.revision;
    await refused(
      commit('{}'),
      new RegExp(
        `^tenant 'acme' has used up its budget 'device-changes-per-minute': the transaction changes ${count} documents on ` +
          `devices, of ${count + 1} that it may change in a minute and of which ${count} are used; try again in [0-9.]+ s, or ask`,
      ),
    );
    assert.equal(datastore.head.revision, head);
    await write(
      'acme',
      'update',
      JSON.stringify({ 'edgeconf-site:site': [{ 'site-id': 'acme-chicago', 'display-name': 'x' }] }),
    );
    nowMs += 60_000;
    await commit('{}');
  });

  it('says of a transaction that is too large for a minute that it must become several', async () => {
    await budget(1);
    await refused(
      commit(text),
      /changes \d+ documents .* of 1 that .* of which 0 are used; make several smaller ones of it/,
    );
  });

  it('tells a dry run the same, and takes nothing for it', async () => {
    const { revision } = await commit(text);
    await reconciler.settled({ revision });
    const count = documents();
    await commit('{}');
    await budget(count);
    for (let i = 0; i < 3; i++) await commit(text, { dryRun: true });
    await commit(text);
    await refused(commit('{}', { dryRun: true }), /are used; try again/);
  });

  it('does not hold up what undoes a commit that nobody confirmed', async () => {
    const before = datastore.snapshot('acme')?.size;
    await commit(text, { note: { kind: 'commit', id: 'c', rollbackAfterNs: 1_000_000_000n } });
    await budget(1);
    const undone = new Promise<void>((resolve) => {
      const end = datastore.listen(({ commits }) => {
        if (!commits.some(({ target }) => target === 'acme')) return;
        end();
        resolve();
      });
    });
    clock.advance(2_000);
    await undone;
    assert.equal(datastore.snapshot('acme')?.size, before);
  });

  it('keeps the credentials of a device out of its status, whatever it says back', async () => {
    const { port } = echo.address() as AddressInfo;
    const { revision } = await platform({
      'edgeconf-platform:device': [
        { name: 'core-1', address: `http://127.0.0.1:${port}/config`, 'credentials-reference': 'env:TOKEN' },
      ],
    });
    await reconciler.settled({ revision });
    const committed = await commit(text);
    await reconciler.settled({ revision: committed.revision });
    const [status] = reconciler.status();
    const words = status?.refused.map(({ message }) => message) ?? [];
    assert.ok(words.length > 1);
    for (const each of words) assert.match(each, /no: Bearer \(secret\) \(secret\)/);
    assert.ok(!JSON.stringify(status).includes('en+&1'));
  });
});
