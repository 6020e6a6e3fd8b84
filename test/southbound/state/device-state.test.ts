// The state of a device in the tree, as a gNMI client sees it: the whole service with a simulated SD-Core.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type SdCoreSimulator, startSdCoreSimulator } from '../../../adapters/sd-core/simulator/simulator.ts';
import { packageRoot } from '../../../src/package-root.ts';
import { DataType } from '../../../src/proto/gnmi.ts';
import { parsePath } from '../../../src/proto/path-text.ts';
import { RunningService } from '../running-service.ts';

const prefix = { target: 'platform' };
const state = '/device[name=core]/state';

describe('device state in the tree', () => {
  let core: SdCoreSimulator;
  let running: RunningService;
  let acme: string;

  before(async () => {
    core = await startSdCoreSimulator();
    running = await RunningService.start();
    acme = await readFile(join(packageRoot, 'models/aether/2.1/valid/acme.json'), 'utf8');
    await running.set('platform', {
      'edgeconf-platform:tenant': [{ name: 'acme' }],
      'edgeconf-platform:target': [{ name: 'acme', tenant: 'acme', model: 'aether', 'model-version': '2.1' }],
      'edgeconf-platform:device': [
        {
          name: 'core',
          kind: 'sd-core',
          address: `${core.url}/config`,
          endpoint: [...new Set(Array.from(acme.matchAll(/endpoint": "(http[^"]+)"/g), ([, uri]) => uri))],
        },
      ],
    });
  });
  after(async () => {
    await running.close();
    await core.close();
  });

  const get = (path: string, type: number = DataType.ALL) => running.get('platform', path, type);

  it('streams what arrives at the device and what it refuses, and is read by Get', async () => {
    // 400: the core's verdict on one document, which then waits for a change of intent.
    core.faults.failNext(1, 400, { method: ['POST'], path: /device-group\/acme-dallas-sensors/ });
    const stream = running.follow('platform', '/device/state', (values) => values.get(`${state}/pending`) === '2');
    await stream.ready;
    await running.set('acme', JSON.parse(acme));
    await running.service.southbound.settled();
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
      running.operator.set({ prefix, update: [{ path: parsePath(`${state}/connected`), val: { bool_val: true } }] }),
      (error: { code: number; details: string }) => error.code === 3 && /config false|state/.test(error.details),
    );
  });

  it('goes with the device', async () => {
    const stream = running.follow('platform', '/device[name=core]', (values) => values.size === 0);
    await stream.ready;
    await running.operator.set({ prefix, delete: [parsePath('/device[name=core]')] });
    assert.equal((await stream.done).size, 0);
    await assert.rejects(get(state), { code: 5 });
  });
});
