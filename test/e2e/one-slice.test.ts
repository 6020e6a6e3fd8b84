// One slice end to end: five simulated systems on real sockets, the whole service, and a client that only speaks gNMI.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { freshState } from '../../adapters/sd-fabric/simulator/onos-state.ts';
import { enterpriseIntent, fabricIntent } from '../../demo/slice-intent.ts';
import { type Systems, startSystems } from '../../demo/slice-systems.ts';
import { parsePath } from '../../src/proto/path-text.ts';
import { transactionStrategy } from '../../src/proto/transaction-strategy.ts';
import { RunningService } from '../southbound/running-service.ts';

const SLICE = '/site[site-id=plant]/slice[slice-id=vision]';
const ENDPOINT = '/application[application-id=video-server]/endpoint[endpoint-id=rtsp]';
const SLICING = 'POST /onos/v1/network/configuration/apps/org.stratumproject.fabric-tna/slicing';
const FLOW = '/onos/fabrictna/slicing/flow/1/REAL_TIME';

describe('one slice on four systems', () => {
  let systems: Systems;
  let running: RunningService;

  beforeEach(async () => {
    systems = await startSystems();
    running = await RunningService.start({ adapters: 'sd-core,sd-fabric,sd-ran' });
    await running.set('platform', {
      tenant: ['plant-operator', 'acme'].map((name) => ({ name })),
      target: [
        { name: 'fabric', tenant: 'plant-operator', model: 'fabric', 'model-version': '1' },
        { name: 'acme', tenant: 'acme', model: 'aether', 'model-version': '2.1' },
      ],
      device: systems.devices,
    });
    await set('fabric', fabricIntent);
    await set('acme', enterpriseIntent);
  });

  afterEach(async () => {
    await running.close();
    await systems.close();
  });

  const synchronous = [transactionStrategy({ synchronous: true })];
  /** A Set that is answered when the devices have it. */
  const set = (target: string, value: unknown, path = '/') =>
    running.operator.set({
      prefix: { target },
      update: [{ path: parsePath(path), val: { json_ietf_val: Buffer.from(JSON.stringify(value)) } }],
      extension: synchronous,
    });
  /** Calls that a system got since the last time. */
  const callsOf = (sent: ReturnType<Systems['sent']>, system: string): string[] =>
    sent.filter((each) => each.system === system).map(({ call }) => call);
  /** What the slice's one leaf says, and how it stands on each system. */
  const standing = async (): Promise<unknown> => {
    const { 'edgeconf-site:status': status, 'edgeconf-site:system': system } = (await running.get(
      'acme',
      `${SLICE}/state`,
    )) as Standing;
    return [status, ...system.map((each) => `${each.device} ${each.status}`)];
  };

  it('is on every system, new things after what they need, and says so in one leaf', async () => {
    const sent = systems.sent();
    assert.deepEqual(callsOf(sent, 'SD-Core').slice(-2), [
      'POST /config/v1/device-group/cameras',
      'POST /config/v1/network-slice/vision',
    ]);
    assert.deepEqual(callsOf(sent, 'UPF first'), ['POST /v1/config/network-slices']);
    assert.deepEqual(callsOf(sent, 'SD-RAN'), ['/onos.rsm.Rsm/CreateSlice', '/onos.rsm.Rsm/CreateSlice']);
    assert.deepEqual(callsOf(sent, 'SD-Fabric'), [SLICING, SLICING, `POST ${FLOW}`, `POST ${FLOW}`]);
    const order = sent.map(({ system, call }) => `${system} ${call}`);
    assert.ok(
      order.indexOf('UPF first POST /v1/config/network-slices') <
        order.indexOf('SD-Core POST /config/v1/network-slice/vision'),
    );
    assert.deepEqual(await standing(), [
      'in-effect',
      'core-1 in-effect',
      'fabric-1 in-effect',
      'rsm-1 in-effect',
      'upf-1 in-effect',
    ]);
  });

  it('sends a changed application to the systems that look at ports, and to no others', async () => {
    systems.sent();
    await set('acme', { 'port-start': 8554, 'port-end': 8554 }, ENDPOINT);
    const sent = systems.sent();
    assert.deepEqual(callsOf(sent, 'SD-Core'), ['POST /config/v1/network-slice/vision']);
    assert.deepEqual(callsOf(sent, 'SD-Fabric'), [`POST ${FLOW}`, `POST ${FLOW}`, `DELETE ${FLOW}`, `DELETE ${FLOW}`]);
    assert.equal(sent.length, 5);
  });

  it('sends a changed rate of the slice to the user plane and the fabric, and a changed share to the radio', async () => {
    systems.sent();
    await set('acme', { uplink: '300000000' }, `${SLICE}/mbr`);
    assert.deepEqual(
      systems
        .sent()
        .map(({ system }) => system)
        .sort(),
      ['SD-Fabric', 'UPF first'],
    );
    await set('acme', 30, `${SLICE}/xapp/rrm-min`);
    assert.deepEqual(
      systems.sent().map(({ system, call }) => `${system} ${call}`),
      ['SD-RAN /onos.rsm.Rsm/UpdateSlice', 'SD-RAN /onos.rsm.Rsm/UpdateSlice'],
    );
  });

  it('moves to another user plane while it runs: the new one first, then the core, then the old one, and back', async () => {
    for (const [id, next, last] of [
      ['second', 'UPF second', 'UPF first'],
      ['first', 'UPF first', 'UPF second'],
    ] as const) {
      systems.sent();
      await set('acme', id, `${SLICE}/upf`);
      assert.deepEqual(
        systems.sent().map(({ system, call }) => `${system} ${call}`),
        [
          `${next} POST /v1/config/network-slices`,
          'SD-Core POST /config/v1/network-slice/vision',
          `${last} POST /v1/config/network-slices`,
        ],
      );
    }
  });

  it('waits for what the fabric needs first, whichever target comes first', async () => {
    await running.delete('acme', '/');
    await running.delete('fabric', '/slicing');
    await running.service.southbound.settled();
    await set('acme', enterpriseIntent);
    await set('fabric', { slicing: {} });
    await running.service.southbound.settled();
    assert.deepEqual(await standing(), [
      'in-effect',
      'core-1 in-effect',
      'fabric-1 in-effect',
      'rsm-1 in-effect',
      'upf-1 in-effect',
    ]);
  });

  it('leaves every system empty when the tenant goes, and the fabric after it', async () => {
    await running.operator.set({
      delete: [
        { target: 'acme', elem: [] },
        { target: 'fabric', elem: [] },
        ...['/target[name=acme]', '/tenant[name=acme]'].map((path) => ({ ...parsePath(path), target: 'platform' })),
      ],
      extension: synchronous,
    });
    const { core, upf1, onos, ran } = systems;
    assert.deepEqual([core.deviceGroups.size, core.networkSlices.size], [0, 0]);
    assert.equal(upf1.slice?.uplinkBps, 0n);
    assert.deepEqual([...ran.slices.values()].flat(), []);
    assert.deepEqual(structuredClone(onos.state), freshState());
  });
});

interface Standing {
  readonly 'edgeconf-site:status': string;
  readonly 'edgeconf-site:system': readonly { readonly device: string; readonly status: string }[];
}
