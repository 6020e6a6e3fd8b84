// Checks that the engine knows what a core holds: loss and other hands are found, by call, by time and when asked.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { coreAdapter } from '../../../adapters/sd-core/index.ts';
import { type SdCoreSimulator, startSdCoreSimulator } from '../../../adapters/sd-core/simulator/simulator.ts';
import type { EdgeconfError } from '../../../src/errors.ts';
import type { Adapter, Json, Proposal } from '../../../src/southbound/adapter.ts';
import { intentFixture } from '../../adapters/sd-core/fixture.ts';
import type { Plain } from '../intent.ts';
import { Stage, type StageOptions } from '../stage.ts';

type Tree = { [member: string]: Plain };

const GROUP = 'device-group/cameras';
const SLICE = 'network-slice/vision';

function acme(uplink = '20000000000'): Tree {
  const tree = intentFixture('acme');
  const site = (tree.site as Tree[])[0] ?? {};
  site['connectivity-service'] = { 'core-5g': { endpoint: 'http://core5g.acme.example/config' } };
  const [group = {}, ...others] = site['device-group'] as Tree[];
  site['device-group'] = [{ ...group, mbr: { uplink, downlink: '5000000' } }, ...others];
  return tree;
}

describe('reading back', () => {
  let stage: Stage;
  let core: SdCoreSimulator;

  const platform = (leaves: Tree = {}): Tree => ({
    device: [
      {
        name: 'core',
        kind: 'sd-core',
        address: `${core.url}/config`,
        endpoint: ['http://core5g.acme.example/config'],
        version: '3.0',
        ...leaves,
      },
    ],
  });
  const open = async (options: StageOptions = {}, leaves: Tree = {}): Promise<void> => {
    stage = await Stage.open({ adapters: [coreAdapter], ...options });
    stage.intent.force({ platform: platform(leaves) });
    await stage.start();
  };
  const verify = () => stage.passing(stage.reconciler.verify('core'));
  const status = () => stage.reconciler.statusOf('core');
  const statusOf = (id: string) => stage.reconciler.document('core', id)?.status;
  const writes = () =>
    core.requests.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`);
  /** Somebody else puts a group with another site. */
  const tamper = async (id = GROUP): Promise<void> => {
    const url = `${core.url}/config/v1/${id}`;
    const held = (await (await fetch(url)).json()) as Record<string, unknown>;
    const body = JSON.stringify({ ...held, 'site-info': 'elsewhere' });
    await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    core.clearLog();
  };
  const siteInfo = () => core.deviceGroups.get('cameras')?.['site-info'];

  beforeEach(async () => {
    core = await startSdCoreSimulator({ version: '3.0' });
  });

  afterEach(async () => {
    await stage.close();
    await core.close();
  });

  it('tells the leaf, what was expected and what is there, and whose it is, and puts it right', async () => {
    await open();
    await stage.settle({ acme: acme() });
    await tamper();
    const { drift } = await verify();
    assert.deepEqual(drift, [
      {
        document: GROUP,
        path: '/site-info',
        expected: '"berlin"',
        actual: '"elsewhere"',
        target: 'acme',
        source: ['site', 'berlin', 'device-group', 'cameras'],
        policy: 'revert',
      },
    ]);
    await stage.rest();
    assert.deepEqual(writes(), ['POST /config/v1/device-group/cameras']);
    await verify();
    assert.deepEqual([siteInfo(), status()?.drift, statusOf(GROUP)], ['berlin', [], 'in-effect']);
  });

  it('gives a core that restarted empty everything again when it calls', async () => {
    await open();
    await stage.settle({ acme: acme() });
    await core.faults.restart({ state: 'lost' });
    assert.equal(stage.reconciler.hasten('core'), true);
    await stage.passing(core.waitFor(() => core.networkSlices.has('vision')));
    await stage.rest();
    assert.deepEqual([[...core.deviceGroups.keys()], [...core.networkSlices.keys()]], [['cameras'], ['vision']]);
    assert.equal(stage.reconciler.hasten('core-2'), false);
  });

  it('notices at the next check, when nobody calls', async () => {
    await open({}, { drift: { 'check-interval': 60 } });
    await stage.settle({ acme: acme() });
    await verify();
    await core.faults.restart({ state: 'lost' });
    stage.clock.advance(60_000);
    await stage.passing(core.waitFor(() => core.networkSlices.has('vision')));
    await stage.rest();
    assert.deepEqual([...core.deviceGroups.keys()], ['cameras']);
  });

  it('finds loss after a pause in which the core did not answer', async () => {
    await open();
    await stage.settle({ acme: acme() });
    await core.faults.goDown();
    await stage.intent.commit({ acme: acme('7') });
    await stage.clock.begun(1);
    await core.faults.comeUp({ state: 'lost' });
    await stage.rest();
    assert.deepEqual([[...core.deviceGroups.keys()], [...core.networkSlices.keys()]], [['cameras'], ['vision']]);
    assert.equal(status()?.circuit, 'closed');
  });

  it('leaves alone what the platform says so about, by the longest path', async () => {
    const exception = [
      { name: 'site', target: 'acme', path: '/site[site-id=berlin]', policy: 'report' },
      { name: 'group', target: 'acme', path: '/site[site-id=berlin]/slice[slice-id=vision]', policy: 'revert' },
    ];
    await open({}, { drift: { exception } });
    await stage.settle({ acme: acme() });
    await tamper();
    await verify();
    await stage.rest();
    assert.deepEqual([writes(), siteInfo(), statusOf(GROUP)], [[], 'elsewhere', 'drifted']);
    await tamper(SLICE);
    await fetch(`${core.url}/config/v1/${SLICE}`, { method: 'DELETE' });
    core.clearLog();
    await verify();
    await stage.rest();
    assert.deepEqual(writes(), ['POST /config/v1/network-slice/vision']);
    // A change of intent is sent all the same.
    await stage.settle({ acme: acme('7') });
    assert.deepEqual([siteInfo(), statusOf(GROUP), status()?.drift], ['berlin', 'in-effect', []]);
  });

  it('counts what nobody wanted here, and never touches it', async () => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ imsis: ['208930100007777'], 'site-info': 'x', 'ip-domain-name': 'y' });
    await fetch(`${core.url}/config/v1/device-group/strangers`, { method: 'POST', headers, body });
    await open();
    await stage.settle({ acme: acme() });
    await stage.settle({ acme: {} });
    await verify();
    assert.deepEqual([status()?.foreign, [...core.deviceGroups.keys()]], [1, ['strangers']]);
    const found = await stage.reconciler.found('core');
    assert.deepEqual(
      found.map(({ kind, id }) => [kind, id]),
      [['device-group', 'device-group/strangers']],
    );
  });

  it('tells what a core holds now of one document, beside what intent wants', async () => {
    await open();
    await stage.settle({ acme: acme() });
    await tamper();
    const { actual, differences, acknowledged, desired, status: stands } = await stage.reconciler.actual('core', GROUP);
    assert.equal((actual as Record<string, Json>)['site-info'], 'elsewhere');
    assert.deepEqual(differences, [{ path: '/site-info', expected: '"berlin"', actual: '"elsewhere"' }]);
    assert.deepEqual([acknowledged, stands.status], [desired, 'in-effect']);
    const none = stage.reconciler.actual('core', 'device-group/none');
    await assert.rejects(none, (error: EdgeconfError) => error.code === 'NOT_FOUND');
    await assert.rejects(stage.reconciler.verify('core-9'), (error: EdgeconfError) => error.code === 'NOT_FOUND');
  });

  it('answers who asks a dead core at once, and who gives up with his reason', async () => {
    await open();
    await core.faults.goDown();
    const unavailable = (error: EdgeconfError) => error.code === 'UNAVAILABLE' && /ECONNREFUSED/.test(error.message);
    await assert.rejects(stage.passing(stage.reconciler.verify('core')), unavailable);
    await stage.settle({ platform: platform({ enabled: false }) });
    await assert.rejects(
      stage.reconciler.found('core'),
      (error: EdgeconfError) => error.code === 'FAILED_PRECONDITION',
    );
    const stop = new AbortController();
    await stage.intent.commit({ platform: platform() });
    await core.faults.comeUp({ state: 'kept' });
    core.faults.hangNext(1, { method: 'GET' });
    const waiting = stage.reconciler.verify('core', stop.signal);
    stop.abort(new Error('enough'));
    await assert.rejects(waiting, /enough/);
    core.faults.release();
  });

  it('lets a second verification wait for a round of its own', async () => {
    await open();
    await stage.settle({ acme: acme() });
    await verify();
    const isConfiguration = ({ path }: { path: string }) => path.startsWith('/config/v1/');
    core.faults.hangNext(1, { method: 'GET', path: '/config/v1/' });
    core.clearLog();
    const first = stage.reconciler.verify('core');
    await core.waitFor(({ requests }) => requests.some(isConfiguration));
    const [second, third] = [stage.reconciler.verify('core'), stage.reconciler.verify('core')];
    stage.reconciler.hasten('core');
    core.faults.release();
    await Promise.all([first, second, third]);
    const lists = core.requests.filter(({ path }) => path === '/config/v1/device-group');
    assert.equal(lists.length, 2);
  });

  describe('adopting', () => {
    const adopting = (proposal: Proposal): Adapter => ({
      ...coreAdapter,
      inverse: { adopt: () => proposal, takeOver: () => ({ edits: [], leftOver: [] }) },
    });
    const slow: Proposal = {
      edits: [
        {
          path: [
            { name: 'site', keys: ['berlin'] },
            { name: 'device-group', keys: ['cameras'] },
            { name: 'mbr' },
            { name: 'uplink' },
          ],
          value: '7',
        },
      ],
      leftOver: [],
    };
    const slowDown = async (): Promise<void> => {
      const url = `${core.url}/config/v1/${GROUP}`;
      const text = await (await fetch(url)).text();
      const body = text.replace(/"dnn-mbr-uplink":\s*\d+/, '"dnn-mbr-uplink":7');
      await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
      core.clearLog();
    };

    it('makes intent what the core holds, and sends nothing for that', async () => {
      const asked: unknown[] = [];
      const adopt = async (target: string, proposal: Proposal, about: unknown) => {
        asked.push([target, proposal, about]);
        await stage.intent.commit({ acme: acme('7') });
      };
      await open({ adapters: [adopting(slow)], options: { adopt } }, { drift: { policy: 'adopt' } });
      await stage.settle({ acme: acme() });
      await slowDown();
      await verify();
      await stage.rest();
      assert.deepEqual(asked, [['acme', slow, { device: 'core', document: GROUP }]]);
      await verify();
      assert.deepEqual([writes(), status()?.drift, statusOf(GROUP)], [[], [], 'in-effect']);
    });

    it('only reports what intent cannot say, what is missing, and what a commit refuses, with the reason', async () => {
      const adopt = async () => {
        throw new Error('not allowed here');
      };
      const policy = { drift: { policy: 'adopt' } };
      await open({ adapters: [adopting(slow)], options: { adopt } }, policy);
      await stage.settle({ acme: acme() });
      await slowDown();
      await verify();
      const refusal = stage.reconciler.document('core', GROUP);
      assert.equal(refusal?.status, 'drifted');
      assert.match(refusal?.reason ?? '', /cannot be adopted: not allowed here$/);
      await fetch(`${core.url}/config/v1/${SLICE}`, { method: 'DELETE' });
      await verify();
      assert.match(stage.reconciler.document('core', SLICE)?.reason ?? '', /the document is missing$/);
      assert.equal(core.networkSlices.size, 0);
    });
  });

  it('asks the version, renders by what it is told, remembers it, and asks again after trouble', async () => {
    let version = '2.1.0';
    const asked: string[] = [];
    const asking: Adapter = {
      ...coreAdapter,
      connect: (device, secret) => {
        const client = coreAdapter.connect(device, secret);
        return Object.assign(Object.create(client) as typeof client, {
          read: client.read.bind(client),
          put: client.put.bind(client),
          remove: client.remove.bind(client),
          close: client.close.bind(client),
          list: undefined,
          version: async () => {
            asked.push(version);
            return version;
          },
        });
      },
    };
    await open({ adapters: [asking] });
    await stage.intent.commit({ platform: { device: [{ ...(platform().device as Tree[])[0], version: '3.0' }] } });
    await stage.settle({ platform: withoutVersion(platform()) });
    core.clearLog();
    await stage.settle({ acme: acme() });
    assert.equal(status()?.foundVersion, '2.1.0');
    assert.match(core.requests.find(({ method }) => method === 'POST')?.body ?? '', /"ip-domain-expanded"/);
    await stage.stop();
    version = '3.0';
    await stage.start();
    await stage.passing(core.waitFor(({ requests }) => requests.some(({ body }) => /"ip-domains"/.test(body))));
    await stage.rest();
    assert.deepEqual([status()?.foundVersion, asked], ['3.0', ['2.1.0', '3.0']]);
  });
});

function withoutVersion(platform: Tree): Tree {
  const [{ version: _version, ...device } = {}] = platform.device as Tree[];
  return { device: [device] };
}
