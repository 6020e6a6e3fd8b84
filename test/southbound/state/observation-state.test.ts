// Checks what devices' observations become in the tenants' state: on the real datastore, from an adapter that says what it is told.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Datastore, openDatastore } from '../../../src/datastore/datastore.ts';
import { readModels } from '../../../src/datastore/model-folder.ts';
import { packageRoot } from '../../../src/package-root.ts';
import { formatPath } from '../../../src/schema/path.ts';
import { decodeKey } from '../../../src/schema/row-key.ts';
import type { Adapter, Device, Json, StateLeaf } from '../../../src/southbound/adapter.ts';
import { type ObservationSource, reportObservations } from '../../../src/southbound/state/observation-state.ts';

/** An observation: what is said of each device of a site. */
type Said = Readonly<Record<string, { connected?: string; address?: string; wrong?: boolean }>>;

const adapter: Adapter = {
  kind: 'phonebook',
  models: ['aether@2.1'],
  documentKinds: {},
  partition: 'site',
  endpoints: () => [],
  list: () => [],
  render: () => null,
  *state(site, _device, observation): Iterable<StateLeaf> {
    for (const device of site.list('device')) {
      const [id = ''] = device.keys;
      const said = (observation as unknown as Said)[id];
      if (said === undefined) continue;
      const path = (leaf: string) => [
        { name: 'site', keys: site.keys },
        { name: 'device', keys: device.keys },
        { name: 'state' },
        { name: leaf },
      ];
      yield { path: path('connected'), value: said.connected };
      yield { path: path('ip-address'), value: said.address };
      if (said.wrong === true) yield { path: path('colour'), value: 'red' };
    }
  },
  connect: () => assert.fail(),
};

const deviceNamed = (name: string): Device => ({
  name,
  kind: 'phonebook',
  address: 'http://phonebook.example',
  endpoints: [],
  version: undefined,
  enabled: true,
  credentials: undefined,
  parameters: {},
});

describe('observations in the state of tenants', () => {
  let folder: string;
  let datastore: Datastore;
  let listeners: { observed: (device: string, observation: Json) => void; status: (device: string) => void };
  let end: () => void;
  const parts = new Map<string, { target: string; part: string[] }[]>();

  const source: ObservationSource = {
    onObservation: (observed) => {
      listeners = { ...listeners, observed };
      return () => {};
    },
    onStatus: (status) => {
      listeners = { ...listeners, status };
      return () => {};
    },
    observed: (name) => {
      const known = parts.get(name);
      return known === undefined ? undefined : { device: deviceNamed(name), adapter, parts: known };
    },
  };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'edgeconf-observation-'));
    const models = await readModels(join(packageRoot, 'models'));
    datastore = await openDatastore({ folder: join(folder, 'data'), models, plan: () => {}, workers: 1 });
    await replace('platform', {
      'edgeconf-platform:tenant': [{ name: 'acme' }],
      'edgeconf-platform:target': [{ name: 'acme', tenant: 'acme', model: 'aether', 'model-version': '2.1' }],
    });
  });
  after(async () => {
    await datastore.close();
    await rm(folder, { recursive: true });
  });
  beforeEach(async () => {
    await replace('acme', sites({ north: ['a', 'b'], south: ['c'] }));
    parts.set(
      'core',
      ['north', 'south'].map((site) => ({ target: 'acme', part: [site] })),
    );
    end = reportObservations(source, datastore);
  });
  afterEach(async () => {
    end();
    parts.clear();
    await replace('acme', {});
  });

  const replace = (target: string, value: object) =>
    datastore.commit({
      author: 'test',
      edits: [{ target, edits: [{ op: 'replace', path: [], json: JSON.stringify(value) }] }],
      authorize: () => {},
    });
  const sites = (devices: Record<string, string[]>) => ({
    'edgeconf-site:site': Object.entries(devices).map(([site, ids], i) => ({
      'site-id': site,
      'imsi-definition': { mcc: '001', mnc: '01', enterprise: i + 1, format: 'CCCNNEEESSSSSSS' },
      device: ids.map((id) => ({ 'device-id': id })),
    })),
  });
  /** Rows of state by a short path, once there are as many. */
  const rows = async (count: number): Promise<Record<string, string>> => {
    const there = () => datastore.snapshot('acme')?.stateSize === count;
    if (!there()) {
      await new Promise<void>((resolve) => {
        const unlisten = datastore.listen(() => {
          if (!there()) return;
          unlisten();
          resolve();
        });
      });
    }
    const snapshot = datastore.snapshot('acme') ?? assert.fail();
    return Object.fromEntries(
      [...snapshot.subtree('')]
        .filter(({ revision }) => revision === 0)
        .map(({ key, value }) => {
          const words = formatPath(decodeKey(snapshot.model.root, key)).match(/=([^\]]+)/g) ?? [];
          return [`${words.map((word) => word.slice(1)).join('/')} ${key.split('\0').at(-2)}`, value];
        }),
    );
  };
  const observe = (device: string, said: Said) => listeners.observed(device, said as unknown as Json);

  it('shows what a device says of all parts that it serves, and takes away what it says no more', async () => {
    observe('core', { a: { connected: 'Yes', address: '10.0.0.1' }, c: { connected: 'Idle' }, nobody: {} });
    assert.deepEqual(await rows(3), {
      'north/a connected': '"Yes"',
      'north/a ip-address': '"10.0.0.1"',
      'south/c connected': '"Idle"',
    });
    observe('core', { a: { connected: 'No' } });
    assert.deepEqual(await rows(1), { 'north/a connected': '"No"' });
  });

  it('takes the newest of what came while another was being shown', async () => {
    for (const connected of ['Yes', 'No', 'Idle']) observe('core', { a: { connected }, b: { connected } });
    observe('core', { a: { connected: 'Yes' } });
    assert.deepEqual(await rows(1), { 'north/a connected': '"Yes"' });
  });

  it('keeps what another device has said since, and forgets a device that is gone', async () => {
    parts.set('other', [{ target: 'acme', part: ['north'] }]);
    observe('core', { a: { connected: 'Yes' }, c: { connected: 'Yes' } });
    await rows(2);
    observe('other', { a: { connected: 'Yes' }, b: { connected: 'Idle' } });
    await rows(3);
    parts.delete('core');
    listeners.status('core');
    assert.deepEqual(await rows(2), { 'north/a connected': '"Yes"', 'north/b connected': '"Idle"' });
    parts.set('other', []);
    observe('other', {});
    assert.deepEqual(await rows(0), {});
  });

  it('says it again of an entry that went and came back', async () => {
    observe('core', { a: { connected: 'Yes' }, b: { connected: 'Yes' } });
    await rows(2);
    await replace('acme', sites({ north: ['b'], south: ['c'] }));
    assert.deepEqual(await rows(1), { 'north/b connected': '"Yes"' });
    await replace('acme', sites({ north: ['a', 'b'], south: ['c'] }));
    observe('core', { a: { connected: 'Yes' }, b: { connected: 'Yes' } });
    await rows(2);
  });

  it('goes on after an adapter says something that no model has', async () => {
    observe('core', { a: { connected: 'Yes' } });
    await rows(1);
    observe('core', { a: { connected: 'Yes', wrong: true } });
    await new Promise(setImmediate);
    observe('core', { b: { connected: 'No', address: '10.0.0.2' } });
    assert.deepEqual(await rows(2), { 'north/b connected': '"No"', 'north/b ip-address': '"10.0.0.2"' });
  });

  it('lets others have the thread in between', async () => {
    const ids = Array.from({ length: 5_000 }, (_, i) => `d${i}`);
    await replace('acme', sites({ north: ids }));
    let turns = 0;
    const counting = setInterval(() => turns++, 0);
    observe('core', Object.fromEntries(ids.map((id) => [id, { connected: 'Yes', address: '10.0.0.1' }])));
    await rows(10_000);
    clearInterval(counting);
    assert.ok(turns > 1, `${turns} turns`);
  });
});
