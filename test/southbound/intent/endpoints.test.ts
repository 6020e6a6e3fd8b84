// Checks what is promised of endpoints, user planes and targets across tenants: on the real datastore, models and simulators.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { adapters } from '../../../adapters/sd-core/index.ts';
import { type SdCoreSimulator, startSdCoreSimulator } from '../../../adapters/sd-core/simulator/simulator.ts';
import { startUpfSimulator, type UpfSimulator } from '../../../adapters/sd-core/simulator/upf.ts';
import { EdgeconfError } from '../../../src/errors.ts';
import { NumberedDevice, numbered } from '../numbered.ts';
import { RealStage } from '../real-stage.ts';

const CORE = 'http://core.example';
const UPF = 'http://upf.example';

interface Upf {
  readonly id: string;
  readonly endpoint?: string;
}

/** A site with a slice for each user plane, of the same name. */
function site(upfs: readonly Upf[], { core = CORE, slices = upfs.map(({ id }) => id), id = 's' } = {}): object {
  return {
    'edgeconf-site:site': [
      {
        'site-id': id,
        'imsi-definition': { mcc: '001', mnc: '01', enterprise: id === 's' ? 1 : 2, format: 'CCCNNEEESSSSSSS' },
        'connectivity-service': { 'core-5g': { endpoint: core } },
        upf: upfs.map((upf) => ({
          'upf-id': upf.id,
          address: upf.id,
          port: 8805,
          ...(upf.endpoint === undefined ? {} : { 'config-endpoint': upf.endpoint }),
        })),
        slice: slices.map((slice, i) => ({
          'slice-id': slice,
          sst: '1',
          sd: '010203',
          'default-behavior': 'DENY-ALL',
          upf: upfs[i]?.id,
        })),
      },
    ],
  };
}

function targets(...names: string[]): object {
  return {
    'edgeconf-platform:tenant': names.map((name) => ({ name })),
    'edgeconf-platform:target': names.map((name) => ({ name, tenant: name, model: 'aether', 'model-version': '2.1' })),
  };
}

async function refused(work: Promise<unknown>): Promise<EdgeconfError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof EdgeconfError, String(error));
  return error;
}

describe('what tenants share', () => {
  let stage: RealStage;
  let core: SdCoreSimulator;
  let upf: UpfSimulator;

  const coreDevice = () => ({
    name: 'core-1',
    kind: 'sd-core',
    address: `${core.url}/config`,
    endpoint: [CORE],
    version: '3.0',
    parameter: [{ name: 'names', value: 'qualified' }],
  });
  const upfDevice = () => ({ name: 'upf-1', kind: 'upf', address: upf.url, endpoint: [UPF] });
  const platform = (...devices: object[]) => ({
    ...targets('acme', 'globex'),
    'edgeconf-platform:device': devices,
  });

  beforeEach(async () => {
    core = await startSdCoreSimulator({ version: '3.0' });
    upf = await startUpfSimulator();
    const fabric = numbered(new Map([['http://fabric-1', new NumberedDevice()]]));
    stage = await RealStage.open([...adapters, { ...fabric, endpoints: () => [] }]);
    await stage.replace({ platform: platform(coreDevice(), upfDevice()) });
  });

  afterEach(async () => {
    await stage.close();
    await core.close();
    await upf.close();
  });

  describe('an endpoint', () => {
    it('that no device answers for is refused, with path and URI and what to do', async () => {
      await stage.replace({ globex: site([], { slices: ['g'] }) });
      const { revision } = stage.datastore.head;
      const error = await refused(stage.replace({ acme: site([], { slices: ['a'], core: 'http://nowhere.example' }) }));
      assert.equal(error.code, 'FAILED_PRECONDITION');
      assert.equal(
        error.message,
        "/site[site-id=s] names the endpoint 'http://nowhere.example', but no device answers for it; correct the endpoint, or " +
          'ask the operator to list a device with this endpoint',
      );
      assert.equal(stage.datastore.head.revision, revision);
    });

    it('is fine when the same transaction lists its device', async () => {
      await stage.replace({
        platform: platform({ ...coreDevice(), endpoint: [CORE, 'http://new.example'] }, upfDevice()),
        acme: site([], { slices: ['a'], core: 'http://new.example' }),
      });
      await stage.reconciler.settled();
      assert.deepEqual([...core.networkSlices.keys()], ['acme_s_a']);
    });

    it('that nothing needs is nobody asked about', async () => {
      await stage.replace({ acme: site([], { slices: [], core: 'http://nowhere.example' }) });
      const error = await refused(stage.merge({ acme: site([], { slices: ['a'], core: 'http://nowhere.example' }) }));
      assert.equal(error.code, 'FAILED_PRECONDITION');
    });

    it('whose device is taken out stays, can be worked with, and finds its device again', async () => {
      await stage.replace({ acme: site([], { slices: ['a'] }) });
      await stage.reconciler.settled();
      await stage.replace({ platform: platform(upfDevice()) });
      await stage.merge({ acme: site([], { slices: ['b'] }) });
      const another = site([], { slices: ['c'], id: 'other' });
      assert.equal((await refused(stage.merge({ acme: another }))).code, 'FAILED_PRECONDITION');
      await stage.replace({ platform: platform(coreDevice(), upfDevice()) });
      await stage.reconciler.settled();
      assert.deepEqual([...core.networkSlices.keys()].sort(), ['acme_s_a', 'acme_s_b']);
    });

    it('of a device that its adapter does not take is refused with the device', async () => {
      const odd = { ...coreDevice(), parameter: [{ name: 'colour', value: 'red' }] };
      const error = await refused(stage.replace({ platform: platform(odd, upfDevice()) }));
      assert.equal(error.code, 'FAILED_PRECONDITION');
      assert.match(error.message, /^\/device\[name=core-1\]: .*colour/);
    });
  });

  describe('a user plane', () => {
    it('carries one slice of a site: the model says so', async () => {
      const two = site([{ id: 'u', endpoint: UPF }], { slices: ['a', 'b'] }) as {
        'edgeconf-site:site': { slice: { upf?: string }[] }[];
      };
      for (const slice of two['edgeconf-site:site'][0]?.slice ?? []) slice.upf = 'u';
      const error = await refused(stage.replace({ acme: two }));
      assert.equal(error.code, 'INVALID_ARGUMENT');
      assert.match(error.message, /upf/);
    });

    it('carries one slice of all tenants: the second is refused, and gets it when the first lets go', async () => {
      await stage.replace({ acme: site([{ id: 'a', endpoint: UPF }]) });
      const error = await refused(stage.replace({ globex: site([{ id: 'g', endpoint: UPF }]) }));
      assert.equal(error.code, 'FAILED_PRECONDITION');
      assert.match(
        error.message,
        /^site\/s\/slice\/g needs document 'network-slices' on device 'upf-1', but another target has/,
      );
      assert.doesNotMatch(error.message, /acme/);
      await stage.replace({ acme: {} });
      await stage.replace({ globex: site([{ id: 'g', endpoint: UPF }]) });
      await stage.reconciler.settled();
      assert.equal(upf.slice?.name, 'g');
    });

    it('changes hands within one transaction', async () => {
      await stage.replace({ acme: site([{ id: 'a', endpoint: UPF }]) });
      await stage.replace({ acme: {}, globex: site([{ id: 'g', endpoint: UPF }]) });
      await stage.reconciler.settled();
      assert.equal(upf.slice?.name, 'g');
    });
  });

  describe('a target that is deleted', () => {
    it('leaves nothing on devices, and frees its documents for another', async () => {
      await stage.replace({ acme: site([{ id: 'a', endpoint: UPF }]) });
      await stage.reconciler.settled();
      assert.equal(core.networkSlices.size, 1);
      const left = { ...targets('globex'), 'edgeconf-platform:device': [coreDevice(), upfDevice()] };
      await stage.replace({ platform: left, acme: {} });
      await stage.reconciler.settled();
      assert.equal(core.networkSlices.size, 0);
      assert.equal(upf.slice?.name, '');
      await stage.replace({ globex: site([{ id: 'g', endpoint: UPF }]) });
      await stage.reconciler.settled();
      assert.equal(upf.slice?.name, 'g');
    });

    it('and made again begins anew', async () => {
      await stage.replace({ acme: site([{ id: 'a', endpoint: UPF }]) });
      await stage.replace({ acme: {} });
      const left = { ...targets('globex'), 'edgeconf-platform:device': [coreDevice(), upfDevice()] };
      await stage.replace({ platform: left });
      await stage.replace({ platform: platform(coreDevice(), upfDevice()) });
      await stage.replace({ acme: site([{ id: 'b', endpoint: UPF }]) });
      await stage.reconciler.settled();
      assert.deepEqual([...core.networkSlices.keys()], ['acme_s_b']);
      assert.equal(upf.slice?.name, 'b');
    });

    it('frees its numbers', async () => {
      const devices = new Map([['http://fabric-1', new NumberedDevice()]]);
      const own = await RealStage.open([numbered(devices, { last: 1 })]);
      try {
        const fabric = { name: 'fabric-1', kind: 'numbered', address: 'http://fabric-1', endpoint: [CORE] };
        const both = { ...targets('acme', 'globex'), 'edgeconf-platform:device': [fabric] };
        await own.replace({ platform: both });
        await own.replace({ acme: site([], { slices: ['a'] }) });
        await own.reconciler.settled();
        assert.equal((await refused(own.replace({ globex: site([], { slices: ['g'] }) }))).code, 'FAILED_PRECONDITION');
        await own.replace({ platform: { ...targets('globex'), 'edgeconf-platform:device': [fabric] }, acme: {} });
        await own.reconciler.settled();
        assert.deepEqual([...(devices.get('http://fabric-1')?.documents.keys() ?? [])], []);
        await own.replace({ globex: site([], { slices: ['g'] }) });
        await own.reconciler.settled();
        assert.deepEqual([...(devices.get('http://fabric-1')?.documents.keys() ?? [])], ['slice/globex-s-g']);
      } finally {
        await own.close();
      }
    });
  });
});
