// Checks the user plane's one document, and that a simulated user plane meters by it as the real one does ("D.4").

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { coreAdapter, upfAdapter } from '../../../adapters/sd-core/index.ts';
import { startUpfSimulator, type UpfSimulator } from '../../../adapters/sd-core/simulator/upf.ts';
import { type Device, type DocumentRef, documentText, type Json } from '../../../src/southbound/adapter.ts';
import { plainly } from '../../../src/southbound/questions/because.ts';
import type { Plain } from '../../southbound/intent.ts';
import type { Tree } from './arbitrary-intent.ts';
import { core, fixture, intentFixture } from './fixture.ts';
import { view } from './rendered.ts';

const ENDPOINT = 'http://upf.acme.example:8080';
const ref: DocumentRef = { kind: 'network-slices', id: 'network-slices', source: [], dependsOn: [] };
const signal = () => AbortSignal.timeout(20_000);

function upf(overrides: Partial<Device> = {}): Device {
  return core({ name: 'upf-1', kind: 'upf', endpoints: [ENDPOINT], ...overrides });
}

/** An intent of the fixtures of which the first slice's user plane wants to be told of these rates. */
function intent(name: 'acme' | 'sample', mbr?: Plain): Tree {
  const tree = intentFixture(name);
  const [site = {}] = tree.site as unknown as { [member: string]: Tree[] }[];
  Object.assign(site.upf?.[0] ?? {}, { 'config-endpoint': ENDPOINT });
  Object.assign(site.slice?.[0] ?? {}, mbr === undefined ? {} : { mbr });
  return tree;
}

function list(tree: Tree, device = upf()): DocumentRef[] {
  return view(tree)
    .list('site')
    .flatMap((site) => [...upfAdapter.list(site, device)]);
}

function render(tree: Tree, device = upf()): Json {
  const [found] = list(tree, device);
  assert.ok(found);
  return upfAdapter.render(view(tree), device, found, plainly);
}

describe('upf', () => {
  describe('documents', () => {
    it('makes the published body', () => {
      const body = render(intent('sample', { uplink: '333', downlink: '444' }));
      assert.equal(documentText(body), documentText(fixture('sample-upf')));
    });

    it('makes the reviewed body, of a rate at the very top and of none, by qualified names', () => {
      const tree = intent('acme', { uplink: '18446744073709551615', 'uplink-burst-size': 1500 });
      const body = render(tree, upf({ parameters: { names: 'qualified' } }));
      assert.equal(documentText(body), documentText(fixture('acme-upf-vision')));
    });

    it('is one for a user plane, made from the slice, and serves its groups and their devices', () => {
      assert.deepEqual(list(intent('acme')), [
        {
          kind: 'network-slices',
          id: 'network-slices',
          source: ['site', 'berlin', 'slice', 'vision'],
          dependsOn: [],
          serves: [
            ['site', 'berlin', 'device-group', 'cameras'],
            ['site', 'berlin', 'device', 'camera-2'],
            ['site', 'berlin', 'device', 'camera-1'],
          ],
        },
      ]);
      assert.deepEqual(view(intent('acme')).list('site').flatMap(upfAdapter.endpoints), [ENDPOINT]);
      assert.deepEqual(list(intentFixture('acme')), []);
      assert.deepEqual(list(intent('acme'), upf({ endpoints: ['http://elsewhere'] })), []);
    });

    it('is there before the core is told of the slice', () => {
      const [site] = view(intent('acme')).list('site');
      assert.ok(site);
      const slice = coreAdapter.list(site, core()).find(({ kind }) => kind === 'network-slice');
      assert.deepEqual(slice?.dependsOnElsewhere, [{ endpoint: ENDPOINT, id: 'network-slices' }]);
    });

    it('refuses two slices of a site on one user plane', () => {
      const tree = intent('acme');
      const [site = {}] = tree.site as unknown as { [member: string]: Tree[] }[];
      site.upf?.push({ 'upf-id': 'upf-2', address: 'upf2', port: 8805, 'config-endpoint': ENDPOINT });
      Object.assign(site.slice?.[1] ?? {}, { upf: 'upf-2' });
      assert.throws(() => list(tree), {
        code: 'FAILED_PRECONDITION',
        message: /site berlin: slices vision and voice are both carried by the user plane behind http:\/\/upf\.acme/,
      });
    });

    for (const rate of ['0', '7']) {
      it(`refuses ${rate} bps, which the user plane would take for no limit`, () => {
        assert.throws(() => render(intent('acme', { downlink: rate })), {
          code: 'FAILED_PRECONDITION',
          message: new RegExp(`slice vision: mbr/downlink is ${rate} bps, but the user plane takes less than 8 bps`),
        });
      });
    }
  });

  describe('wire', () => {
    let simulator: UpfSimulator;
    const client = () => upfAdapter.connect(upf({ address: simulator.url }), undefined);
    const send = async (method: string, body?: string): Promise<number> => {
      const answer = await fetch(`${simulator.url}/v1/config/network-slices`, { method, ...(body && { body }) });
      await answer.text();
      return answer.status;
    };

    beforeEach(async () => {
      simulator = await startUpfSimulator();
    });

    afterEach(() => simulator.close());

    it('meters what it is told, and nothing after the reset', async () => {
      const connection = client();
      try {
        await connection.put(ref, render(intent('acme', { uplink: '18446744073709551615', downlink: '8' })), signal());
        assert.deepEqual(simulator.slice, {
          name: 'vision',
          uplinkBps: 18_446_744_073_709_551_615n,
          downlinkBps: 8n,
          uplinkBurstBytes: 625_000n,
          downlinkBurstBytes: 625_000n,
          pools: [{ name: 'cameras', dnn: 'internet' }],
        });
        await connection.put(ref, upfAdapter.neutral?.(upf(), ref) ?? null, signal());
        assert.deepEqual(simulator.slice, {
          name: '',
          uplinkBps: 0n,
          downlinkBps: 0n,
          uplinkBurstBytes: 0n,
          downlinkBurstBytes: 0n,
          pools: [],
        });
      } finally {
        await connection.close();
      }
    });

    it('D.4: says that all is well when the datapath failed', async () => {
      const connection = client();
      simulator.datapathFails = true;
      try {
        await connection.put(ref, render(intent('acme')), signal());
        assert.equal(simulator.slice, undefined);
        assert.deepEqual(
          simulator.requests.map(({ status }) => status),
          [201],
        );
      } finally {
        await connection.close();
      }
    });

    it('D.4: takes POST and PUT alone, and has nothing else', async () => {
      const body = JSON.stringify({ sliceName: 'a' });
      assert.deepEqual([await send('POST', body), await send('PUT', body)], [201, 201]);
      assert.deepEqual([await send('GET'), await send('DELETE')], [405, 405]);
      assert.equal((await fetch(`${simulator.url}/v1/config`)).status, 404);
    });

    it('D.4: knows both spellings of the rates, and units in one case of letters only', async () => {
      const meter = async (sliceQos: Record<string, unknown>) => {
        await send('POST', JSON.stringify({ sliceName: 'a', sliceQos }));
        return [simulator.slice?.uplinkBps, simulator.slice?.downlinkBps];
      };
      assert.deepEqual(await meter({ uplinkMBR: 3, downlinkMbr: 4, bitrateUnit: 'bps' }), [3n, 4n]);
      assert.deepEqual(await meter({ uplinkMbr: 3, downlinkMBR: 4, bitrateUnit: 'Kbps' }), [3_000n, 4_000n]);
      assert.deepEqual(await meter({ uplinkMbr: 3, downlinkMBR: 4, bitrateUnit: 'Gbps' }), [
        3_000_000_000n,
        4_000_000_000n,
      ]);
      assert.deepEqual(await meter({ uplinkMbr: 3, downlinkMBR: 4, bitrateUnit: 'BPS' }), [3_000_000n, 4_000_000n]);
      assert.deepEqual(await meter({ uplinkMbr: 3, downlinkMBR: 0 }), [3_000_000n, 2n ** 63n - 1n]);
    });

    it('D.4: answers 400 to what is no JSON and forgets its slice', async () => {
      assert.equal(await send('POST', JSON.stringify({ sliceName: 'a' })), 201);
      assert.equal(await send('POST', '{"sliceName":'), 400);
      assert.equal(simulator.slice?.name, '');
      assert.equal(await send('POST', JSON.stringify({ sliceQos: { uplinkMbr: -1 } })), 400);
    });

    it('D.4: carries one slice, the last that it was told of', async () => {
      await send('POST', JSON.stringify({ sliceName: 'a' }));
      await send('POST', JSON.stringify({ sliceName: 'b' }));
      assert.equal(simulator.slice?.name, 'b');
    });

    it('calls a user plane that is away unavailable, and one that refuses refused', async () => {
      const connection = client();
      try {
        simulator.faults.failNext(1, 400, {}, '{"message":"Failed to add slice"}');
        await assert.rejects(connection.put(ref, {}, signal()), {
          reason: 'refused',
          message: /400 Failed to add slice$/,
        });
        simulator.faults.failNext(1, 503);
        await assert.rejects(connection.put(ref, {}, signal()), { reason: 'unavailable' });
        await simulator.faults.goDown();
        await assert.rejects(connection.put(ref, {}, signal()), { reason: 'unavailable' });
      } finally {
        await connection.close();
      }
    });
  });
});
