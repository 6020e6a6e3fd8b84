// Whether slices and groups are in effect, as a tenant's gNMI client sees it: the whole service with a simulated SD-Core.

import assert from 'node:assert/strict';
import { type SdCoreSimulator, startSdCoreSimulator } from '../../../adapters/sd-core/simulator/simulator.ts';
import { DataType } from '../../../src/proto/gnmi.ts';
import { RunningService, type Values } from '../running-service.ts';

const endpoint = 'http://sd-core.edge.example:5000';
const site = '/site[site-id=north]';
const slice = `${site}/slice[slice-id=north-robots]/state`;
const group = `${site}/device-group[device-group-id=north-robots]/state`;

const mbr = { uplink: '20000000', downlink: '40000000' };
const aSite = (connected: object = { 'core-5g': { endpoint } }) => ({
  'site-id': 'north',
  'imsi-definition': { mcc: '315', mnc: '010', enterprise: 1, format: 'CCCNNNEEESSSSSS' },
  'connectivity-service': connected,
  'ip-domain': [{ 'ip-domain-id': 'north', dnn: 'internet', subnet: '172.16.0.0/16' }],
  'device-group': [{ 'device-group-id': 'north-robots', 'ip-domain': 'north', 'traffic-class': 'control', mbr }],
  slice: [
    {
      'slice-id': 'north-robots',
      sst: '1',
      sd: '010203',
      'default-behavior': 'ALLOW-ALL',
      'device-group': [{ 'device-group': 'north-robots' }],
    },
  ],
});
const intent = (connected?: object) => ({
  'edgeconf-traffic-class:traffic-class': [{ 'traffic-class-id': 'control', qci: 3, arp: 1, pdb: 100, pelr: 3 }],
  'edgeconf-site:site': [aSite(connected)],
});

describe('delivery state in the tree', () => {
  let core: SdCoreSimulator;
  let running: RunningService;

  beforeEach(async () => {
    core = await startSdCoreSimulator();
    running = await RunningService.start();
    await running.set('platform', {
      'edgeconf-platform:tenant': [{ name: 'acme' }],
      'edgeconf-platform:target': [{ name: 'acme', tenant: 'acme', model: 'aether', 'model-version': '2.1' }],
      'edgeconf-platform:device': [
        { name: 'core', kind: 'sd-core', address: `${core.url}/config`, endpoint: [endpoint] },
      ],
    });
  });
  afterEach(async () => {
    await running.close();
    await core.close();
  });

  const is = (path: string, status: string) => (values: Values) => values.get(path) === JSON.stringify(status);
  /** Resolves when the leaf of the slice says this, with all that it said. */
  const sliceIs = async (status: string): Promise<readonly string[]> => {
    const following = running.follow('acme', '/site/slice/state/status', is(`${slice}/status`, status));
    await following.done;
    return following.had(`${slice}/status`);
  };
  const state = (path: string) => running.get('acme', path, DataType.STATE);

  it('goes from pending to in effect, in one leaf that streams', async () => {
    core.faults.hangNext(1, { path: /network-slice\/north-robots/ });
    const pending = running.follow('acme', '/site/slice/state/status', is(`${slice}/status`, 'pending'));
    const there = running.follow('acme', '/site/slice/state/status', is(`${slice}/status`, 'in-effect'));
    await Promise.all([pending.ready, there.ready]);
    await running.set('acme', intent());
    await pending.done;
    await core.waitFor(({ requests }) => requests.some(({ status }) => status === 0));
    core.faults.release();
    await there.done;
    assert.deepEqual(there.had(`${slice}/status`), ['"pending"', '"in-effect"']);
    await running.service.southbound.verify('core');
    const verified = `${slice}/system[device=core]/verified`;
    await running.follow('acme', site, (values) => values.get(verified) === '"verified"').done;
    assert.deepEqual(await state(slice), {
      'edgeconf-site:status': 'in-effect',
      'edgeconf-site:system': [{ device: 'core', status: 'in-effect', verified: 'verified' }],
    });
  });

  it('says of an entry that no system is told of that it is not served', async () => {
    const there = running.follow('acme', '/site', is(`${slice}/status`, 'not-served'));
    await there.ready;
    await running.set('acme', intent({}));
    await there.done;
    assert.deepEqual(await state(slice), { 'edgeconf-site:status': 'not-served' });
    await running.set('acme', { 'connectivity-service': { 'core-5g': { endpoint } } }, site);
    await sliceIs('in-effect');
    await running.delete('acme', `${site}/connectivity-service`);
    await sliceIs('not-served');
    assert.deepEqual(await state(slice), { 'edgeconf-site:status': 'not-served' });
  });

  it("tells the device's own words of a refusal, and forgets them when intent changes", async () => {
    core.faults.failNext(1, 400, { path: /device-group\/north-robots/ }, 'too many robots');
    await running.set('acme', intent());
    await running.follow('acme', site, is(`${group}/status`, 'failed')).done;
    const told = (await state(group)) as { 'edgeconf-site:system': { status: string; reason: string }[] };
    const [system] = told['edgeconf-site:system'];
    assert.equal(system?.status, 'failed');
    assert.match(system?.reason ?? '', /400.*too many robots/);
    await running.set('acme', { mbr: { uplink: '10000000' } }, `${site}/device-group[device-group-id=north-robots]`);
    await running.follow('acme', site, is(`${group}/status`, 'in-effect')).done;
    assert.equal(
      'reason' in Object(((await state(group)) as { 'edgeconf-site:system': object[] })['edgeconf-site:system'][0]),
      false,
    );
    await sliceIs('in-effect');
  });

  it('is pending while the device does not answer, without saying where it is, and in effect afterwards', async () => {
    await core.faults.goDown();
    const reason = `${slice}/system[device=core]/reason`;
    const down = running.follow('acme', site, is(reason, 'the device does not answer'));
    await down.ready;
    await running.set('acme', intent());
    await down.done;
    assert.deepEqual(await state(slice), {
      'edgeconf-site:status': 'pending',
      'edgeconf-site:system': [{ device: 'core', status: 'pending', reason: 'the device does not answer' }],
    });
    await core.faults.comeUp({ state: 'kept' });
    await sliceIs('in-effect');
    assert.equal(
      'reason' in Object(((await state(slice)) as { 'edgeconf-site:system': object[] })['edgeconf-site:system'][0]),
      false,
    );
  });

  it('says that the device is disabled', async () => {
    await running.set('platform', { enabled: false }, '/device[name=core]');
    await running.set('acme', intent());
    const reason = `${slice}/system[device=core]/reason`;
    await running.follow('acme', site, is(reason, 'the device is disabled')).done;
    await running.set('platform', { enabled: true }, '/device[name=core]');
    await sliceIs('in-effect');
  });

  it('is drifted while the core is left with what a foreign hand put there, and in effect once that is put right', async () => {
    await running.set('platform', { policy: 'report' }, '/device[name=core]/drift');
    await running.set('acme', intent());
    await sliceIs('in-effect');
    const url = `${core.url}/config/v1/device-group/north-robots`;
    const found = await (await fetch(url)).text();
    assert.match(found, /20000000/);
    const headers = { 'content-type': 'application/json' };
    const body = found.replace('20000000', '30000000');
    assert.equal((await fetch(url, { method: 'POST', headers, body })).ok, true);
    const drifted = running.follow('acme', site, is(`${group}/status`, 'drifted'));
    await drifted.ready;
    await running.service.southbound.verify('core');
    await drifted.done;
    const listed = (all: Values): boolean => [...all.keys()].some((at) => at.includes('/drift['));
    await running.follow('platform', '/device', listed).done;
    const device = (await running.get('platform', '/device[name=core]/state')) as Record<string, unknown>;
    const [drift] = device['edgeconf-platform:drift'] as Record<string, string>[];
    assert.match(drift?.path ?? '', /mbr-uplink/);
    delete drift?.path;
    assert.deepEqual(drift, {
      actual: '30000000',
      document: 'device-group/north-robots',
      expected: '20000000',
      policy: 'report',
      source: '/site[site-id=north]/device-group[device-group-id=north-robots]',
      target: 'acme',
    });
    await running.set('platform', { policy: 'revert' }, '/device[name=core]/drift');
    await running.service.southbound.verify('core');
    await running.follow('acme', site, is(`${group}/status`, 'in-effect')).done;
    assert.equal(await (await fetch(url)).text(), found);
    await running.follow('platform', '/device', (all) => all.size > 0 && !listed(all)).done;
  });

  it('comes back with a core that has lost everything and calls', async () => {
    await running.set('acme', intent());
    await sliceIs('in-effect');
    await core.faults.restart({ state: 'lost' });
    const { status } = await fetch(`http://127.0.0.1:${running.service.httpPort}/synchronize/core`, { method: 'POST' });
    assert.equal(status, 202);
    await core.waitFor(({ networkSlices }) => networkSlices.has('north-robots'));
    await running.service.southbound.verify('core');
    const verified = `${slice}/system[device=core]/verified`;
    await running.follow('acme', site, (values) => values.get(verified) === '"verified"').done;
    await sliceIs('in-effect');
  });

  it('holds for the devices in the groups too, and says what the core has no way to do', async () => {
    const members = {
      device: [{ 'device-id': 'arm', 'sim-card': 'arm' }, { 'device-id': 'spare' }],
      'sim-card': [{ 'sim-id': 'arm', imsi: '315010001000001' }],
      'device-group': [{ 'device-group-id': 'north-robots', device: [{ 'device-id': 'arm' }] }],
      slice: [{ 'slice-id': 'north-robots', mbr }],
    };
    core.ues.register('315010001000001', '172.16.0.7');
    await running.set('acme', intent());
    await sliceIs('in-effect');
    await running.set('acme', members, site);
    // A device is observed when it is first asked, and from time to time.
    await running.stop();
    await running.start();
    const arm = `${site}/device[device-id=arm]/state`;
    const spare = `${site}/device[device-id=spare]/state`;
    const until = (values: Values): boolean =>
      is(`${slice}/system[device=core]/status`, 'not-offered')(values) &&
      is(`${slice}/status`, 'in-effect')(values) &&
      is(`${arm}/status`, 'in-effect')(values) &&
      is(`${arm}/connected`, 'Yes')(values) &&
      is(`${spare}/status`, 'not-served')(values);
    const values = await running.follow('acme', site, until).done;
    assert.match(values.get(`${slice}/system[device=core]/reason`) ?? '', /rate|mbr/);
    assert.equal(values.get(`${arm}/ip-address`), '"172.16.0.7"');
    await running.delete('acme', `${site}/slice[slice-id=north-robots]/mbr`);
    await running.follow('acme', site, is(`${slice}/system[device=core]/status`, 'in-effect')).done;
    // Nobody asks a disabled device, so nothing is known of the world by it.
    await running.set('platform', { enabled: false }, '/device[name=core]');
    await running.follow('acme', site, (all) => !all.has(`${arm}/connected`)).done;
    await running.set('platform', { enabled: true }, '/device[name=core]');
    await running.follow('acme', site, is(`${arm}/connected`, 'Yes')).done;
    await running.delete('platform', '/device[name=core]');
    const isGone = (all: Values): boolean => !all.has(`${arm}/connected`) && is(`${arm}/status`, 'not-served')(all);
    await running.follow('acme', site, isGone).done;
  });

  it('is told again after a restart of the service, and follows a device that goes', async () => {
    await running.set('acme', intent());
    await sliceIs('in-effect');
    await running.stop();
    await running.start();
    assert.equal((await sliceIs('in-effect')).at(-1), '"in-effect"');
    await running.follow('acme', site, is(`${group}/status`, 'in-effect')).done;
    await running.delete('platform', '/device[name=core]');
    await sliceIs('not-served');
    assert.deepEqual(await state(slice), { 'edgeconf-site:status': 'not-served' });
  });

  it('is pending, and never said to be nowhere, while another machine takes the place of the device', async () => {
    await running.set('acme', intent());
    await sliceIs('in-effect');
    const other = await startSdCoreSimulator();
    try {
      const isThere = (values: Values) => other.networkSlices.size > 0 && is(`${slice}/status`, 'in-effect')(values);
      const following = running.follow('acme', '/site/slice/state/status', isThere);
      await following.ready;
      await running.set('platform', { address: `${other.url}/config` }, '/device[name=core]');
      await following.done;
      assert.deepEqual(following.had(`${slice}/status`), ['"in-effect"', '"pending"', '"in-effect"']);
    } finally {
      await running.stop();
      await other.close();
      await running.start();
    }
  });

  it('goes with its entry, and starts anew with one of the same name', async () => {
    await running.set('acme', intent());
    await sliceIs('in-effect');
    const gone = running.follow('acme', `${site}/slice`, (values) => values.size === 0);
    await gone.ready;
    await running.delete('acme', `${site}/slice[slice-id=north-robots]`);
    await gone.done;
    const group = `${site}/device-group[device-group-id=north-robots]/state/status`;
    await running.follow('acme', site, is(group, 'not-served')).done;
    await running.set('acme', intent());
    await sliceIs('in-effect');
  });
});
