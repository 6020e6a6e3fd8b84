// Checks what becomes of cores that answer badly, in each way there is: what they hold in the end, and how they stand till then.

import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { coreAdapter } from '../../../adapters/sd-core/index.ts';
import { type SdCoreSimulator, startSdCoreSimulator } from '../../../adapters/sd-core/simulator/simulator.ts';
import { DeviceError, type Json } from '../../../src/southbound/adapter.ts';
import { intentFixture } from '../../adapters/sd-core/fixture.ts';
import type { Plain } from '../intent.ts';
import { Stage, type StageOptions } from '../stage.ts';

type Tree = { [member: string]: Plain };

const GROUP = 'device-group/cameras';
const SLICE = 'network-slice/vision';
const WRITES = { method: ['POST', 'DELETE'] };

function acme(uplink = '20000000000'): Tree {
  const tree = intentFixture('acme');
  const site = (tree.site as Tree[])[0] ?? {};
  site['connectivity-service'] = { 'core-5g': { endpoint: 'http://core5g.acme.example/config' } };
  const [group = {}, ...others] = site['device-group'] as Tree[];
  site['device-group'] = [{ ...group, mbr: { uplink, downlink: '5000000' } }, ...others];
  return tree;
}

describe('bad devices', () => {
  let stage: Stage;
  let core: SdCoreSimulator;

  const platform = (leaves: Tree = {}, url = core.url): Tree => ({
    device: [
      {
        name: 'core',
        kind: 'sd-core',
        address: `${url}/config`,
        endpoint: ['http://core5g.acme.example/config'],
        version: '3.0',
        ...leaves,
      },
    ],
  });
  const open = async (options: StageOptions = {}): Promise<void> => {
    stage = await Stage.open({ adapters: [coreAdapter], ...options });
    stage.intent.force({ platform: platform() });
    await stage.start();
  };
  const status = () => stage.reconciler.statusOf('core');
  const statusOf = (id: string) => stage.reconciler.document('core', id)?.status;
  const both = () => [statusOf(GROUP), statusOf(SLICE)];
  const contents = () => [[...core.deviceGroups.keys()], [...core.networkSlices.keys()]];
  const FULL = [['cameras'], ['vision']];
  const verify = () => stage.passing(stage.reconciler.verify('core'));

  beforeEach(async () => {
    core = await startSdCoreSimulator({ version: '3.0' });
    await open();
  });

  afterEach(async () => {
    await stage.close();
    await core.close();
  });

  it('that refuse one document have the others, and are told the leaves of intent that changed', async () => {
    await stage.settle({ acme: acme() });
    core.faults.failNext(1, 400, WRITES, '{"error":"too slow"}');
    const revision = await stage.intent.commit({ acme: acme('7') });
    const { refused } = await stage.passing(stage.reconciler.settled());
    const cause = ['/site[site-id=berlin]/device-group[device-group-id=cameras]/mbr/uplink'];
    assert.deepEqual(
      refused.map(({ message, ...rest }) => [rest, /400 too slow$/.test(message)]),
      [[{ device: 'core', document: GROUP, target: 'acme', cause, revision }, true]],
    );
    assert.deepEqual([both(), status()?.refused[0]?.cause], [['failed', 'in-effect'], cause]);
    assert.equal(
      core.deviceGroups.get('cameras')?.['ip-domains']?.[0]?.['ue-dnn-qos']?.['dnn-mbr-uplink'],
      20000000000,
    );
    await stage.settle({ acme: acme('8') });
    assert.deepEqual([both(), contents()], [['in-effect', 'in-effect'], FULL]);
  });

  it('that name the leaf they refuse are explained by what that leaf was made from', async () => {
    await stage.close();
    const adapter = {
      ...coreAdapter,
      connect: (...args: Parameters<typeof coreAdapter.connect>) => {
        const client = coreAdapter.connect(...args);
        client.put = () => Promise.reject(new DeviceError('refused', 'no', { leaf: '/ip-domains/0/mtu' }));
        return client;
      },
    };
    const causesOf = (device: string, { id }: { id: string }, leaf: string) => [`${device} ${id} ${leaf}`];
    await open({ adapters: [adapter], options: { causesOf } });
    await stage.intent.commit({ acme: acme() });
    await stage.passing(stage.reconciler.settled());
    assert.deepEqual(
      status()?.refused.map(({ cause }) => cause),
      [[`core ${GROUP} /ip-domains/0/mtu`]],
    );
  });

  it('that answer 5xx are tried again at growing pauses, however well they answer questions', async () => {
    core.faults.failNext(4, 503, WRITES, '{"error":"database"}');
    await stage.intent.commit({ acme: acme() });
    await stage.clock.begun(1);
    assert.deepEqual([statusOf(SLICE), status()?.circuit, status()?.connected], ['pending', 'open', false]);
    // The words of the device are for the operator's eyes.
    assert.equal(stage.reconciler.document('core', GROUP)?.reason, 'the device does not answer');
    assert.match(status()?.trouble ?? '', /503 database$/);
    await stage.rest();
    assert.deepEqual(stage.clock.pauses, [100, 200, 400, 800]);
    assert.deepEqual([both(), contents(), status()?.circuit], [['in-effect', 'in-effect'], FULL, 'closed']);
    assert.equal(status()?.trouble, undefined);
  });

  it('that let nobody in are tried again, with the secret as it is by then', async () => {
    await stage.close();
    const secrets: (string | undefined)[] = [];
    let secret = 'old';
    const adapter = {
      ...coreAdapter,
      connect: (...args: Parameters<typeof coreAdapter.connect>) => {
        secrets.push(args[1]);
        return coreAdapter.connect(...args);
      },
    };
    await open({ adapters: [adapter], options: { resolveSecret: async () => secret } });
    await stage.settle({ platform: platform({ 'credentials-reference': 'file:/secret' }) });
    core.faults.failNext(2, 401, WRITES, '{"error":"token expired"}');
    await stage.intent.commit({ acme: acme() });
    await stage.clock.begun(1);
    assert.equal(statusOf(GROUP), 'pending');
    assert.match(status()?.trouble ?? '', /401 token expired$/);
    secret = 'new';
    await stage.rest();
    assert.deepEqual([both(), contents()], [['in-effect', 'in-effect'], FULL]);
    assert.deepEqual(secrets.slice(-2), ['old', 'new']);
  });

  for (const [what, spoil] of [
    ['garbage', () => core.faults.garbageNext(1, WRITES)],
    ['success without effect', () => core.faults.ignoreNext(1, WRITES)],
    ['half an answer', () => core.faults.halfAnswerNext(1, WRITES)],
    ['nothing, after the call took effect', () => core.faults.closeNext(1, { ...WRITES, effect: true })],
  ] as const) {
    it(`that answer ${what} have everything in the end`, async () => {
      spoil();
      await stage.settle({ acme: acme() });
      await verify();
      await stage.rest();
      await verify();
      assert.deepEqual([contents(), both(), status()?.drift], [FULL, ['in-effect', 'in-effect'], []]);
      assert.equal(stage.reconciler.document('core', GROUP)?.verified, 'verified');
    });
  }

  it('that take a document and never have it are told again, not without end, and shown as drifted', async () => {
    core.faults.ignoreNext(100, { ...WRITES, path: GROUP });
    await stage.settle({ acme: acme() });
    await verify();
    await stage.rest();
    assert.equal(statusOf(GROUP), 'drifted');
    assert.deepEqual(
      status()?.drift.map(({ document, path, actual }) => [document, path, actual]),
      [[GROUP, '/', undefined]],
    );
    const posts = () => core.requests.filter(({ method, path }) => method === 'POST' && path.endsWith(GROUP)).length;
    const told = posts();
    // Each reading tells once more, and not again and again: 2, or 3 when a reading came in between.
    assert.ok(told === 2 || told === 3, String(told));
    await stage.passing(stage.reconciler.actual('core', GROUP));
    assert.equal(posts(), told);
    core.faults.clear();
    await verify();
    await stage.rest();
    await verify();
    assert.deepEqual([contents(), statusOf(GROUP), status()?.drift], [FULL, 'in-effect', []]);
  });

  it('that say they removed a document and keep it are told again, and then shown to refuse', async () => {
    await stage.settle({ acme: acme() });
    core.faults.ignoreNext(100, { method: 'DELETE', path: GROUP });
    await stage.intent.commit({ acme: {} });
    await stage.passing(stage.reconciler.settled());
    await verify();
    await stage.passing(stage.reconciler.settled());
    await verify();
    const [refusal] = status()?.refused ?? [];
    assert.deepEqual([refusal?.op, refusal?.ref.id, contents()], ['remove', GROUP, [['cameras'], []]]);
    assert.match(refusal?.message ?? '', /still has it$/);
    core.faults.clear();
    await stage.intent.commit({ platform: platform({ 'calls-per-second': 100 }) });
    await stage.rest();
    assert.deepEqual(contents(), [[], []]);
  });

  it('that hang are left after the longest time for a call, and restart in the middle', async () => {
    core.faults.hangNext(1, WRITES);
    await stage.intent.commit({ acme: acme() });
    await core.waitFor(({ requests }) => requests.some(({ method }) => method === 'POST'));
    assert.equal(statusOf(GROUP), 'pending');
    await core.faults.restart({ state: 'lost' });
    await stage.rest();
    assert.deepEqual([contents(), both()], [FULL, ['in-effect', 'in-effect']]);
  });

  it('that give nothing but garbage to who asks are told what is wanted all the same', async () => {
    core.faults.garbageNext(1_000, { method: 'GET' });
    await stage.intent.commit({ acme: acme() });
    await stage.passing(core.waitFor(({ networkSlices }) => networkSlices.has('vision')));
    assert.deepEqual(contents(), FULL);
  });

  it('are not called more often than the platform allows', async () => {
    await stage.intent.commit({ platform: platform({ 'calls-per-second': 4 }) });
    await stage.passing(stage.reconciler.verify('core'));
    const { length } = stage.clock.pauses;
    await stage.settle({ acme: acme() });
    const pauses = stage.clock.pauses.slice(length);
    assert.ok(pauses.length >= 2 && pauses.every((pause) => pause === 250), pauses.join());
  });

  it('tell what they see while they answer, at their pace, and are in no trouble when they do not', async () => {
    await stage.close();
    let count = 0;
    const adapter = {
      ...coreAdapter,
      observeEveryMs: 5_000,
      connect: (...args: Parameters<typeof coreAdapter.connect>) => {
        const client = coreAdapter.connect(...args);
        client.observe = async () => {
          count += 1;
          if (count === 2) throw new DeviceError('unavailable', 'blind');
          return { count };
        };
        return client;
      },
    };
    stage = await Stage.open({ adapters: [adapter] });
    stage.intent.force({ platform: platform() });
    const seen: Json[] = [];
    const told = (wanted: number) =>
      new Promise<void>((resolve) => {
        const end = stage.reconciler.onObservation((_device, observation) => {
          seen.push(observation);
          end();
          if (seen.length === wanted) resolve();
        });
      });
    await stage.start();
    await told(1);
    const next = told(2);
    while (seen.length < 2) {
      await stage.passing(stage.reconciler.verify('core'));
      stage.clock.advance(5_000);
    }
    await next;
    assert.deepEqual(seen, [{ count: 1 }, { count: 3 }]);
    assert.deepEqual([status()?.trouble, stage.clock.pauses], [undefined, []]);
  });

  it('tell who waits which content came in place of what he wanted', async () => {
    await stage.settle({ acme: acme() });
    core.faults.hangNext(1, WRITES);
    const revision = await stage.intent.commit({ acme: acme('1') });
    const waiting = stage.reconciler.settled({ revision });
    await core.waitFor(({ requests }) => requests.some(({ body }) => /uplink":1[,}]/.test(body)));
    core.faults.closeNext(1, WRITES);
    const by = await stage.intent.commit({ acme: acme('2') });
    core.faults.release();
    assert.deepEqual(await stage.passing(waiting), {
      revision,
      superseded: [{ device: 'core', document: GROUP, by }],
      refused: [],
    });
  });
});

describe('a server that is no core', () => {
  it('is told from a core by its answers, and never taken for one', async () => {
    const server: Server = createServer((_request, response) => response.writeHead(404).end('not here'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const stage = await Stage.open({ adapters: [coreAdapter] });
    try {
      const device = { name: 'core', kind: 'sd-core', address: `http://127.0.0.1:${port}`, version: '3.0' };
      stage.intent.force({ platform: { device: [{ ...device, endpoint: ['http://core5g.acme.example/config'] }] } });
      await stage.start();
      await stage.intent.commit({ acme: acme() });
      await stage.passing(stage.reconciler.settled());
      const status = stage.reconciler.statusOf('core');
      assert.deepEqual(
        [status?.refused.map(({ ref }) => ref.id), status?.pending, status?.connected],
        [[GROUP], 2, true],
      );
    } finally {
      await stage.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
