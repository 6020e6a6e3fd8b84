// The state of a device in the tree, as a gNMI client sees it: the whole service with a simulated SD-Core.

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentials } from '@grpc/grpc-js';
import { type SdCoreSimulator, startSdCoreSimulator } from '../../adapters/sd-core/simulator/simulator.ts';
import { packageRoot } from '../../src/package-root.ts';
import { DataType, Encoding, ListMode, type SubscribeResponse } from '../../src/proto/gnmi.ts';
import { type GnmiClient, gnmiClient } from '../../src/proto/gnmi-client.ts';
import { parsePath, printElems } from '../../src/proto/path-text.ts';
import { type Service, startService } from '../../src/service.ts';
import { loadSettings } from '../../src/settings.ts';
import { endpointsIn } from '../endpoints.ts';

const prefix = { target: 'platform' };
const state = '/device[name=core]/state';

describe('device state in the tree', () => {
  let folder: string;
  let core: SdCoreSimulator;
  let service: Service;
  let operator: GnmiClient;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'edgeconf-device-state-'));
    core = await startSdCoreSimulator();
    const override = {
      data: join(folder, 'data'),
      'gnmi.plaintext': true,
      'gnmi.port': 0,
      'http.port': 0,
      'log.level': 'silent',
    };
    const started = await startService(loadSettings({ env: {}, override }));
    service = started.service;
    operator = gnmiClient({
      address: `127.0.0.1:${service.gnmiPort}`,
      channel: credentials.createInsecure(),
      username: 'operator',
      password: started.firstOperator?.secret,
    });
    await set('platform', {
      'edgeconf-platform:tenant': [{ name: 'acme' }],
      'edgeconf-platform:target': [{ name: 'acme', tenant: 'acme', model: 'aether', 'model-version': '2.1' }],
      'edgeconf-platform:device': [
        {
          name: 'core',
          kind: 'sd-core',
          address: `${core.url}/config`,
          endpoint: endpointsIn(await readFile(join(packageRoot, 'models/aether/2.1/valid/acme.json'), 'utf8')),
        },
      ],
    });
  });
  after(async () => {
    operator.close();
    await service.close();
    await core.close();
    await rm(folder, { recursive: true, force: true });
  });

  const set = (target: string, value: object) =>
    operator.set({
      prefix: { target },
      update: [{ path: {}, val: { json_ietf_val: Buffer.from(JSON.stringify(value)) } }],
    });
  const get = async (path: string, type: number = DataType.ALL): Promise<unknown> => {
    const { notification } = await operator.get({
      prefix,
      path: [parsePath(path)],
      type,
      encoding: Encoding.JSON_IETF,
    });
    return JSON.parse(Buffer.from(notification?.[0]?.update?.[0]?.val?.json_ietf_val ?? []).toString());
  };

  /** Follows a path until `until` holds for the values by path; deletes take values away. */
  const follow = (path: string, until: (values: ReadonlyMap<string, string>) => boolean) => {
    const stream = operator.subscribe();
    const values = new Map<string, string>();
    let synced: () => void = () => {};
    const ready = new Promise<void>((resolve) => {
      synced = resolve;
    });
    const done = new Promise<ReadonlyMap<string, string>>((resolve, reject) => {
      stream.on('error', (error) => reject(error));
      stream.on('data', ({ update, sync_response }: SubscribeResponse) => {
        if (sync_response === true) synced();
        for (const gone of update?.delete ?? []) {
          const text = printElems(gone.elem ?? []);
          for (const known of values.keys()) if (known.startsWith(text)) values.delete(known);
        }
        for (const { path: at, val } of update?.update ?? []) {
          values.set(printElems(at?.elem ?? []), Buffer.from(val?.json_ietf_val ?? []).toString());
        }
        if (!until(values)) return;
        stream.removeAllListeners('error').on('error', () => {});
        stream.cancel();
        resolve(values);
      });
    });
    stream.write({
      subscribe: {
        prefix,
        mode: ListMode.STREAM,
        encoding: Encoding.JSON_IETF,
        subscription: [{ path: parsePath(path), mode: 1 }],
      },
    });
    return { ready, done };
  };

  it('streams what arrives at the device and what it refuses, and is read by Get', async () => {
    // 400: the core's verdict on one document, which then waits for a change of intent.
    core.faults.failNext(1, 400, { method: ['POST'], path: /device-group\/acme-dallas-sensors/ });
    const stream = follow('/device/state', (values) => values.get(`${state}/pending`) === '2');
    await stream.ready;
    await set('acme', JSON.parse(await readFile(join(packageRoot, 'models/aether/2.1/valid/acme.json'), 'utf8')));
    await service.southbound.settled();
    const values = await stream.done;
    assert.equal(values.get(`${state}/connected`), 'true');

    const found = (await get(state, DataType.STATE)) as Record<string, unknown>;
    const refused = found['edgeconf-platform:refused'] as { document: string; reason: string }[];
    assert.deepEqual(
      refused.map(({ document }) => document),
      ['device-group/acme-dallas-sensors'],
    );
    assert.match(refused[0]?.reason ?? '', /400/);
    // The slice that needs the refused group waits as well.
    assert.equal(found['edgeconf-platform:pending'], 2);
    assert.equal(found['edgeconf-platform:sent'], '5');
    assert.equal(found['edgeconf-platform:failures'], '1');
    assert.equal(found['edgeconf-platform:last-revision'], '3');
  });

  it('is not part of the configuration: CONFIG leaves it out and Set refuses it', async () => {
    const device = (await get('/device[name=core]', DataType.CONFIG)) as Record<string, unknown>;
    assert.ok(!('edgeconf-platform:state' in device));
    await assert.rejects(
      operator.set({ prefix, update: [{ path: parsePath(`${state}/connected`), val: { bool_val: true } }] }),
      (error: { code: number; details: string }) => error.code === 3 && /config false|state/.test(error.details),
    );
  });

  it('goes with the device', async () => {
    const stream = follow('/device[name=core]', (values) => values.size === 0);
    await stream.ready;
    await operator.set({ prefix, delete: [parsePath('/device[name=core]')] });
    assert.equal((await stream.done).size, 0);
    await assert.rejects(get(state), { code: 5 });
  });
});
