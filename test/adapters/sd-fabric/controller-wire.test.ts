// Checks the wire to a fabric's controller: verbs, paths and bodies, slices in a shared key, and every kind of refusal.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { ControllerClient } from '../../../adapters/sd-fabric/onos/client.ts';
import { membersOf } from '../../../adapters/sd-fabric/onos/json.ts';
import { type OnosSimulator, startOnosSimulator } from '../../../adapters/sd-fabric/simulator/onos-simulator.ts';
import { DeviceError, type DocumentRef, type Json } from '../../../src/southbound/adapter.ts';

const NETCFG = '/onos/v1/network/configuration';
const SLICING = `${NETCFG}/apps/org.stratumproject.fabric-tna/slicing`;
const REST = '/onos/fabrictna/slicing';
const SECRET = 'onos:rocks';

const ref = (kind: string, id: string): DocumentRef => ({ kind, id, source: [], dependsOn: [] });
const netcfg = (id: string) => ref('netcfg', id);
const slice = (number: number) => ref('slice', `slice/${number}`);
const signal = () => AbortSignal.timeout(20_000);
const BASE: Json = { name: 'Default', tcs: { REAL_TIME: { queueId: 1, isSystemTc: true } } };
const TENANT: Json = { name: 'acme/north/video', tcs: { CONTROL: { queueId: 2, maxRateBps: '2000000' } } };
const FLOW = 'flow/IP_PROTO=6,IPV4_SRC=10.41.0.0/24,IPV4_DST=10.20.1.0/24,TCP_DST=443';
const CRITERIA: Json = [
  { type: 'IP_PROTO', protocol: 6 },
  { type: 'IPV4_SRC', ip: '10.41.0.0/24' },
  { type: 'IPV4_DST', ip: '10.20.1.0/24' },
  { type: 'TCP_DST', tcpPort: 443 },
];

const failure = async (work: Promise<unknown>): Promise<DeviceError> => {
  const error: unknown = await work.then(
    () => assert.fail('the controller took it'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof DeviceError, String(error));
  return error;
};

describe('sd-fabric: the wire to the controller', () => {
  let onos: OnosSimulator;
  let client: ControllerClient;
  beforeEach(async () => {
    onos = await startOnosSimulator();
    client = new ControllerClient(onos.url, SECRET);
  });
  afterEach(async () => {
    await client.close();
    await onos.close();
  });
  const writes = (): string[] =>
    onos.requests.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`);

  it('puts, reads and takes away one key of one subject, whatever slashes the subject has', async () => {
    const port = netcfg('ports/device:leaf1/3/interfaces');
    const body: Json = [{ name: 'leaf1-3', ips: ['172.16.1.254/24'], 'vlan-untagged': 100 }];
    assert.equal(await client.read(port, signal()), undefined);
    await client.put(port, body, signal());
    const host = netcfg('hosts/00:00:00:00:00:1A/None/basic');
    await client.put(host, { name: 'h' }, signal());
    assert.deepEqual(await client.read(port, signal()), body);
    assert.deepEqual(await client.list('netcfg', signal()), [host.id, port.id]);
    await client.remove(port, signal());
    await client.remove(port, signal());
    assert.deepEqual(await client.list('netcfg', signal()), [host.id]);
    assert.deepEqual(writes(), [
      `POST ${NETCFG}/ports/device%3Aleaf1%2F3/interfaces`,
      `POST ${NETCFG}/hosts/00%3A00%3A00%3A00%3A00%3A1A%2FNone/basic`,
      `DELETE ${NETCFG}/ports/device%3Aleaf1%2F3/interfaces`,
      `DELETE ${NETCFG}/ports/device%3Aleaf1%2F3/interfaces`,
    ]);
  });

  it('changes one slice of the shared key and leaves all others as they are', async () => {
    await client.put(slice(0), BASE, signal());
    await client.put(slice(3), TENANT, signal());
    await client.put(slice(7), { name: 'other', tcs: {} }, signal());
    await client.put(slice(3), { name: 'acme/north/video', tcs: {} }, signal());
    assert.deepEqual(onos.state.configuration.apps?.['org.stratumproject.fabric-tna']?.slicing, {
      slices: { 0: BASE, 3: { name: 'acme/north/video', tcs: {} }, 7: { name: 'other', tcs: {} } },
    });
    assert.deepEqual(await client.list('slice', signal()), ['slice/0', 'slice/3', 'slice/7']);
    assert.deepEqual(await client.read(slice(0), signal()), BASE);
    await client.remove(slice(3), signal());
    await client.remove(slice(3), signal());
    assert.equal(await client.read(slice(3), signal()), undefined);
    await client.remove(slice(7), signal());
    await client.remove(slice(0), signal());
    assert.deepEqual(writes().at(-1), `DELETE ${SLICING}`);
    assert.deepEqual(onos.state.configuration.apps, {});
  });

  it('sets and takes back the default class, and moves flows between slices', async () => {
    await client.put(slice(0), BASE, signal());
    await client.put(slice(3), TENANT, signal());
    const defaultClass = ref('default-class', 'default-class/3');
    assert.equal(await client.read(defaultClass, signal()), undefined);
    await client.put(defaultClass, { slice: 3, trafficClass: 'CONTROL' }, signal());
    assert.deepEqual(await client.read(defaultClass, signal()), { slice: 3, trafficClass: 'CONTROL' });
    assert.deepEqual(await client.list('default-class', signal()), ['default-class/3']);
    const flow = ref('flow', FLOW);
    await client.put(flow, { slice: 3, trafficClass: 'BEST_EFFORT', criteria: CRITERIA }, signal());
    await client.put(flow, { slice: 3, trafficClass: 'CONTROL', criteria: CRITERIA }, signal());
    assert.deepEqual(await client.list('flow', signal()), [FLOW]);
    const found = (await client.read(flow, signal())) as { slice: number; trafficClass: string };
    assert.deepEqual([found.slice, found.trafficClass], [3, 'CONTROL']);
    await client.remove(flow, signal());
    await client.remove(flow, signal());
    await client.remove(defaultClass, signal());
    await client.remove(defaultClass, signal());
    assert.equal(onos.state.flows.size + onos.state.defaultClasses.size, 0);
  });

  it('finds out that a controller keeps an update of the key without acting on it, and writes the key anew', async () => {
    await client.close();
    await onos.close();
    onos = await startOnosSimulator({ slicingUpdates: 'kept' });
    client = new ControllerClient(onos.url, SECRET);
    await client.put(slice(0), BASE, signal());
    await client.put(slice(3), TENANT, signal());
    assert.equal(await client.read(slice(3), signal()), undefined);
    assert.deepEqual(await client.read(slice(0), signal()), BASE);
    // The answer to what writes it again is lost: the next attempt must not forget the other slices.
    onos.faults.closeNext(1, { method: 'POST', path: SLICING, skip: 1 });
    await failure(client.put(slice(3), TENANT, signal()));
    await client.put(slice(3), TENANT, signal());
    assert.deepEqual(await client.read(slice(3), signal()), TENANT);
    assert.deepEqual(await client.read(slice(0), signal()), BASE);
    // A removal is kept without acting on it in the same way.
    await client.remove(slice(3), signal());
    assert.deepEqual(await client.list('slice', signal()), ['slice/0', 'slice/3']);
    assert.deepEqual(await client.read(slice(3), signal()), { tcs: { CONTROL: {} } });
    await client.remove(slice(3), signal());
    assert.deepEqual(await client.list('slice', signal()), ['slice/0']);
    assert.equal(await client.read(slice(3), signal()), undefined);
    assert.deepEqual([...onos.state.slices.keys()], [0]);
  });

  it('sees a class that stays in effect though the slice has lost it, and takes it away', async () => {
    await client.put(slice(0), BASE, signal());
    await client.put(
      slice(3),
      { ...membersOf(TENANT), tcs: { CONTROL: { queueId: 2 }, ELASTIC: { queueId: 22 } } },
      signal(),
    );
    const flow = ref('flow', FLOW);
    await client.put(flow, { slice: 3, trafficClass: 'ELASTIC', criteria: CRITERIA }, signal());
    await client.put(slice(3), TENANT, signal());
    await client.remove(flow, signal());
    const found = await client.read(slice(3), signal());
    assert.deepEqual(found, {
      name: 'acme/north/video',
      tcs: { CONTROL: { queueId: 2, maxRateBps: '2000000' }, ELASTIC: {} },
    });
    await client.put(slice(3), TENANT, signal());
    assert.deepEqual(await client.read(slice(3), signal()), TENANT);
    assert.deepEqual([...(onos.state.slices.get(3)?.keys() ?? [])], ['BEST_EFFORT', 'CONTROL']);
  });

  it('tells a verdict on the document from what may pass, in the words of the controller', async () => {
    const basic = netcfg('devices/device:leaf1/basic');
    const refused = await failure(client.put(basic, { name: 'leaf1', colour: 'red' }, signal()));
    assert.equal(refused.reason, 'refused');
    assert.equal(
      refused.message,
      `POST ${onos.url}${NETCFG}/devices/device%3Aleaf1/basic: 400 Field "colour" is invalid: Field is not allowed`,
    );
    for (const status of [401, 403, 408, 429, 500, 503]) {
      onos.faults.failNext(1, status, {}, '');
      assert.equal((await failure(client.put(basic, {}, signal()))).reason, 'unavailable', String(status));
    }
    onos.faults.garbageNext(1);
    assert.match((await failure(client.read(basic, signal()))).message, /the answer is no JSON: <html><body>It works!/);
    onos.faults.halfAnswerNext(1);
    assert.equal((await failure(client.list('netcfg', signal()))).reason, 'unavailable');
    const stranger = new ControllerClient(onos.url, 'onos:wrong');
    assert.equal((await failure(stranger.read(basic, signal()))).reason, 'unavailable');
    await stranger.close();
    const hasty = new ControllerClient(onos.url, SECRET, 1);
    onos.faults.hangNext(1);
    assert.match((await failure(hasty.read(basic, signal()))).message, /no answer within 1 ms/);
    await hasty.close();
    await onos.faults.goDown();
    assert.equal((await failure(client.put(basic, {}, signal()))).reason, 'unavailable');
  });
});

describe('sd-fabric: the simulated controller refuses what the real one refuses', () => {
  let onos: OnosSimulator;
  before(async () => {
    onos = await startOnosSimulator({ credentials: false });
  });
  after(() => onos.close());

  const send = async (method: string, path: string, body?: unknown): Promise<[number, string]> => {
    const answer = await fetch(onos.url + path, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return [answer.status, text === '' ? '' : String((JSON.parse(text) as { message?: string }).message)];
  };
  const system = { queueId: 1, isSystemTc: true };
  const slicing = (slices: object) => send('POST', SLICING, { slices });

  const wrong: readonly (readonly [string, object, RegExp])[] = [
    ['no slice at all', {}, /At least one slice/],
    ['no system class', { 0: { name: 'a', tcs: {} } }, /At least one traffic class should be set as the system one/],
    ['two system classes', { 0: { name: 'a', tcs: { CONTROL: system, ELASTIC: system } } }, /Too many/],
    ['best effort', { 0: { name: 'a', tcs: { CONTROL: system, BEST_EFFORT: { queueId: 2 } } } }, /implicit/],
    ['an unknown class', { 0: { name: 'a', tcs: { SLOW: system } } }, /is not a valid traffic class/],
    ['slice 16', { 16: { name: 'a', tcs: { CONTROL: system } } }, /not a valid slice ID/],
    ['a slice by name', { x: { name: 'a', tcs: { CONTROL: system } } }, /not a valid slice ID/],
    ['no name', { 0: { tcs: { CONTROL: system } } }, /"name" is invalid: Mandatory field/],
    ['no queue', { 0: { name: 'a', tcs: { CONTROL: { isSystemTc: true } } } }, /"queueId" is invalid: Mandatory field/],
    ['queue 32', { 0: { name: 'a', tcs: { CONTROL: { ...system, queueId: 32 } } } }, /must be from 1 to 31/],
    [
      'a rate as a number',
      { 0: { name: 'a', tcs: { CONTROL: { ...system, maxRateBps: 5 } } } },
      /"maxRateBps" is invalid/,
    ],
  ];
  for (const [what, slices, message] of wrong) {
    it(`slices with ${what}`, async () => {
      const [status, said] = await slicing(slices);
      assert.equal(status, 400);
      assert.match(said, message);
    });
  }

  it('flows and default classes of slices and classes that are not there, and criteria beyond the 5-tuple', async () => {
    assert.equal((await slicing({ 0: { name: 'a', tcs: { CONTROL: system } } }))[0], 200);
    const flow = { criteria: CRITERIA };
    assert.equal((await send('POST', `${REST}/flow/0/CONTROL`, flow))[0], 200);
    assert.equal((await send('POST', `${REST}/flow/1/CONTROL`, flow))[0], 400);
    assert.equal((await send('POST', `${REST}/flow/0/ELASTIC`, flow))[0], 400);
    assert.equal((await send('POST', `${REST}/flow/16/CONTROL`, flow))[0], 400);
    assert.equal((await send('POST', `${REST}/flow/0/CONTROL`, { criteria: [] }))[0], 400);
    assert.equal(
      (await send('POST', `${REST}/flow/0/CONTROL`, { criteria: [{ type: 'ETH_TYPE', ethType: '0x800' }] }))[0],
      400,
    );
    assert.equal((await send('DELETE', `${REST}/flow/0/BEST_EFFORT`, flow))[0], 400);
    assert.equal((await send('DELETE', `${REST}/flow/0/CONTROL`, flow))[0], 200);
    assert.equal((await send('POST', `${REST}/defaulttc/0/ELASTIC`, {}))[0], 400);
    assert.equal((await send('GET', `${REST}/tc/9`))[0], 404);
  });

  it('takes keys that it does not know, keeps them for later, and does not show them', async () => {
    const path = `${NETCFG}/apps/org.example/unknown`;
    assert.equal((await send('POST', path, { a: 1 }))[0], 200);
    assert.equal((await send('GET', path))[0], 404);
    assert.equal((await send('POST', `${NETCFG}/planets`, {}))[0], 500);
    assert.equal((await send('DELETE', path))[0], 204);
  });

  it('takes and gives all levels of the configuration', async () => {
    const leaf9 = { basic: { managementAddress: 'grpc://10.0.0.9:9559?device_id=1', driver: 'd' } };
    assert.equal((await send('POST', NETCFG, { devices: { 'device:leaf9': leaf9 } }))[0], 200);
    assert.equal((await send('POST', `${NETCFG}/devices`, { 'device:leaf8': leaf9 }))[0], 200);
    assert.equal((await send('POST', `${NETCFG}/devices/device%3Aleaf7`, leaf9))[0], 200);
    const answer = await fetch(`${onos.url}${NETCFG}/devices`);
    const devices = { 'device:leaf9': leaf9, 'device:leaf8': leaf9, 'device:leaf7': leaf9 };
    assert.deepEqual(await answer.json(), devices);
    assert.equal((await send('DELETE', `${NETCFG}/devices`))[0], 204);
    assert.equal((await send('GET', `${NETCFG}/devices/device%3Aleaf7`))[0], 404);
  });
});
