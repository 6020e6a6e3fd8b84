// State rows in the snapshot and the feed: reported, read, forgotten with their configuration, never written to disk.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Datastore, openDatastore } from '../../src/datastore/datastore.ts';
import { type ModelSource, readModels } from '../../src/datastore/model-folder.ts';
import type { FeedEvent } from '../../src/datastore/transaction.ts';
import { packageRoot } from '../../src/package-root.ts';
import { parsePath } from '../../src/proto/path-text.ts';
import { concretePath, type Path, resolveQuery } from '../../src/schema/path.ts';
import { encodeKey } from '../../src/schema/row-key.ts';

describe('state rows', () => {
  let folder: string;
  let models: ModelSource[];
  let datastore: Datastore;
  let events: FeedEvent[];

  const open = async (): Promise<void> => {
    datastore = await openDatastore({
      folder: join(folder, 'data'),
      models,
      plan: () => {},
      workers: 1,
      now: () => 5n,
    });
    events = [];
    datastore.listen((event) => events.push(event));
  };
  const path = (text: string): Path => {
    const elems = (parsePath(text).elem ?? []).map(({ name, key }) => ({ name: name ?? '', key: key ?? {} }));
    const [query = []] = resolveQuery(datastore.snapshot('platform')?.model.root ?? assert.fail(), elems);
    return concretePath(query) ?? assert.fail(text);
  };
  const key = (text: string): string => encodeKey(path(text));
  const report = (reports: Record<string, string | undefined>): void =>
    datastore.report(
      'platform',
      Object.entries(reports).map(([text, value]) => ({ key: key(text), value })),
    );
  const value = (text: string): string | undefined => datastore.snapshot('platform')?.get(key(text))?.value;
  const device = async (op: 'update' | 'delete', name: string): Promise<void> => {
    const entry = { name, kind: 'sd-core', address: `http://${name}.example:5000` };
    const [query = []] = resolveQuery(datastore.snapshot('platform')?.model.root ?? assert.fail(), [
      { name: 'device', key: { name } },
    ]);
    const json = JSON.stringify({ 'edgeconf-platform:device': [entry] });
    await datastore.commit({
      author: 'test',
      edits: [{ target: 'platform', edits: [op === 'update' ? { op, path: [], json } : { op, query }] }],
      authorize: () => {},
    });
  };
  const told = (): string[] =>
    events.map(({ state, revision, commits }) => {
      const changes = commits.flatMap((commit) => commit.changes.map(({ before, after }) => `${before}>${after}`));
      return `${state === true ? 'state' : 'commit'} ${revision} ${changes.join(' ')}`;
    });

  before(async () => {
    models = await readModels(join(packageRoot, 'models'));
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'edgeconf-state-'));
    await open();
    await device('update', 'core-1');
    events.length = 0;
  });
  afterEach(async () => {
    await datastore.close();
    await rm(folder, { recursive: true, force: true });
  });

  const connected = '/device[name=core-1]/state/connected';
  const sent = '/device[name=core-1]/state/sent';

  it('are in the next snapshot and in the feed, at the revision of the last transaction', () => {
    report({ [connected]: 'true', [sent]: '"1"' });
    assert.deepEqual([value(connected), value(sent)], ['true', '"1"']);
    assert.deepEqual(told(), ['state 1 undefined>true undefined>"1"']);
    assert.deepEqual(events[0]?.timeNs, 5n);
    assert.equal(datastore.head.revision, 1);
  });

  it('tell only what changed, and nothing when nothing did', () => {
    report({ [connected]: 'true', [sent]: '"1"' });
    report({ [connected]: 'true', [sent]: '"2"' });
    report({ [connected]: 'true', [sent]: '"2"' });
    report({ [connected]: undefined });
    assert.deepEqual(told().slice(1), ['state 1 "1">"2"', 'state 1 true>undefined']);
  });

  it('leave earlier snapshots and the count of configuration rows alone', () => {
    const before = datastore.snapshot('platform');
    report({ [connected]: 'true' });
    assert.equal(before?.get(key(connected)), undefined);
    assert.equal(datastore.snapshot('platform')?.size, before?.size);
    assert.equal(datastore.snapshot('platform')?.stateSize, 1);
  });

  it('stay when other configuration changes', async () => {
    report({ [connected]: 'true' });
    await device('update', 'core-2');
    assert.equal(value(connected), 'true');
  });

  it('vanish with the entry that they are about, and the feed tells it', async () => {
    report({ [connected]: 'true', '/device[name=core-1]/state/refused[document=d]/reason': '"no"' });
    events.length = 0;
    await device('delete', 'core-1');
    assert.equal(datastore.snapshot('platform')?.stateSize, 0);
    assert.equal(value(connected), undefined);
    assert.deepEqual(told().slice(1), ['state 2 true>undefined "no">undefined']);
  });

  it('are refused about what is not configured, silently, as it may just have been removed', () => {
    report({ '/device[name=none]/state/connected': 'true' });
    assert.deepEqual(told(), []);
    report({ '/device[name=none]/state/connected': 'true', [connected]: 'false' });
    assert.deepEqual(told(), ['state 1 undefined>false']);
  });

  it('do not disturb a tree that is loaded when they are there already', async () => {
    const update = (target: string, value: object) =>
      datastore.commit({
        author: 'test',
        edits: [{ target, edits: [{ op: 'update', path: [], json: JSON.stringify(value) }] }],
        authorize: () => {},
      });
    await update('platform', {
      'edgeconf-platform:tenant': [{ name: 'acme' }],
      'edgeconf-platform:target': [{ name: 'acme', tenant: 'acme', model: 'aether', 'model-version': '2.1' }],
    });
    const site = {
      'site-id': 's',
      'imsi-definition': { mcc: '001', mnc: '01', enterprise: 1, format: 'CCCNNEEESSSSSSS' },
    };
    const named = { 'edgeconf-site:site': [{ ...site, device: [{ 'device-id': 'd' }] }] };
    await update('acme', named);
    const { root } = datastore.snapshot('acme')?.model ?? assert.fail();
    await datastore.close();
    await open();
    const status = resolveQuery(root, [
      { name: 'site', key: { 'site-id': 's' } },
      { name: 'device', key: { 'device-id': 'd' } },
      { name: 'state', key: {} },
      { name: 'connected', key: {} },
    ]);
    // Before anything else gets the thread: the tree of the second target is not loaded yet.
    datastore.report('acme', [{ key: encodeKey(concretePath(status[0] ?? []) ?? assert.fail()), value: '"Yes"' }]);
    assert.equal(datastore.snapshot('acme')?.stateSize, 1);
    await datastore.treesLoaded;
    await update('acme', { 'edgeconf-site:site': [{ 'site-id': 's', 'display-name': 'S' }] });
    assert.equal(datastore.snapshot('acme')?.stateSize, 1);
  });

  it('cannot be used to write configuration', () => {
    assert.throws(() => report({ '/device[name=core-1]/kind': '"other"' }), {
      code: 'INTERNAL',
      message: '/device[name=core-1]/kind is configuration; only a transaction may write it',
    });
    assert.equal(value('/device[name=core-1]/kind'), '"sd-core"');
  });

  it('are not kept over a restart, and do not disturb it', async () => {
    report({ [connected]: 'true' });
    await device('update', 'core-2');
    await datastore.close();
    await open();
    assert.equal(value(connected), undefined);
    assert.equal(value('/device[name=core-2]/kind'), '"sd-core"');
  });
});
