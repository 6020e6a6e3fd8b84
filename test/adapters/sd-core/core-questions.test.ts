// Checks what the client of a core can find out: which documents there are, of which form the core is, and who is connected.

import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { WebconsoleClient } from '../../../adapters/sd-core/client.ts';
import { dialectOf } from '../../../adapters/sd-core/dialect.ts';
import { HttpWire } from '../../../adapters/sd-core/http-wire.ts';
import { coreAdapter } from '../../../adapters/sd-core/index.ts';
import { startSdCoreSimulator } from '../../../adapters/sd-core/simulator/simulator.ts';
import { UeWatch } from '../../../adapters/sd-core/ue-watch.ts';
import type { Json, StateLeaf } from '../../../src/southbound/adapter.ts';
import { core, intentFixture } from './fixture.ts';
import { documents, view, withCore } from './rendered.ts';

const signal = () => AbortSignal.timeout(20_000);
const device = core({ endpoints: ['http://core5g.acme.example/config'] });

describe('sd-core questions', () => {
  describe('which documents', () => {
    it('lists the ids of each kind, and of known subscribers', async () => {
      await withCore('3.0', async (client, simulator) => {
        assert.deepEqual(await client.list?.('device-group', signal()), []);
        for (const { ref, body } of documents(intentFixture('acme'), device)) await client.put(ref, body, signal());
        assert.deepEqual(await client.list?.('device-group', signal()), ['device-group/cameras']);
        assert.deepEqual(await client.list?.('network-slice', signal()), ['network-slice/vision']);
        const credentials = { plmnID: '', opc: 'a', key: 'b', sequenceNumber: '1' };
        await fetch(`${simulator.url}/api/subscriber/imsi-208930100007501`, {
          method: 'POST',
          body: JSON.stringify(credentials),
        });
        assert.deepEqual(await client.list?.('subscriber', signal()), ['subscriber/imsi-208930100007501']);
      });
    });

    it('calls an answer that is no list unavailable', async () => {
      await withCore('3.0', async (client, simulator) => {
        simulator.faults.failNext(1, 200, {}, '{"a":1}');
        await assert.rejects(async () => client.list?.('device-group', signal()), {
          reason: 'unavailable',
          message: /GET http:\S+\/config\/v1\/device-group: the answer is no list/,
        });
      });
    });
  });

  describe('version', () => {
    for (const [simulated, found, form] of [
      ['2.0', '2.1.0', 'object'],
      ['2.1', '2.1.0', 'object'],
      ['3.0', '2.1.1', 'list'],
    ] as const) {
      it(`of a core of ${simulated} is found by a trial when it is empty, and nothing is left of that`, async () => {
        await withCore(simulated, async (client, simulator) => {
          assert.equal(await client.version?.(signal()), found);
          assert.deepEqual([simulator.deviceGroups.size, simulator.networkSlices.size], [0, 0]);
          assert.deepEqual(
            simulator.requests.map(({ method }) => method),
            ['GET', 'POST', 'GET', 'DELETE'],
          );
        });
      });

      it(`of a core of ${simulated} is seen by a device group that is there, without a change`, async () => {
        await withCore(simulated, async (client, simulator) => {
          const own = core({ version: found, endpoints: device.endpoints });
          const [group] = documents(intentFixture('acme'), own);
          assert.ok(group);
          await client.put(group.ref, group.body, signal());
          simulator.clearLog();
          assert.equal(await client.version?.(signal()), found);
          assert.deepEqual(
            simulator.requests.map(({ method }) => method),
            ['GET', 'GET'],
          );
          assert.equal(dialectOf(core({ version: found })).ipDomains, form);
        });
      });

      it(`of a core of ${simulated} stands for a dialect that the core takes`, async () => {
        await withCore(simulated, async (client, simulator) => {
          const version = await client.version?.(signal());
          const own = core({ version, endpoints: device.endpoints });
          for (const { ref, body } of documents(intentFixture('acme'), own)) await client.put(ref, body, signal());
          assert.deepEqual(simulator.warnings, []);
        });
      });
    }

    it('takes away a trial group that a broken connection left behind', async () => {
      await withCore('3.0', async (client, simulator) => {
        simulator.faults.closeNext(1, { method: 'DELETE' });
        await assert.rejects(async () => client.version?.(signal()), { reason: 'unavailable' });
        assert.equal(simulator.deviceGroups.size, 1);
        assert.equal(await client.version?.(signal()), '2.1.1');
        assert.equal(simulator.deviceGroups.size, 0);
      });
    });
  });

  describe('who is connected', () => {
    const stateOf = (observation: Json): string[] => {
      const [site] = view(intentFixture('acme')).list('site');
      assert.ok(site);
      return [...(coreAdapter.state?.(site, device, observation) ?? [])].map(leafText);
    };
    const leafText = ({ path, value }: StateLeaf): string =>
      `${path.map(({ name, keys }) => (keys === undefined ? name : `${name}[${keys}]`)).join('/')} = ${value}`;

    it('becomes state of the devices that the core is told of, by IMSI', async () => {
      const simulator = await startSdCoreSimulator();
      let nowMs = Date.UTC(2026, 10, 26, 10, 0, 30);
      const wire = new HttpWire(simulator.url, undefined, 10_000);
      const watch = new UeWatch(wire, '/api', () => nowMs);
      try {
        assert.deepEqual(stateOf(await watch.look(signal())), [
          'site[berlin]/device[camera-2]/state/connected = No',
          'site[berlin]/device[camera-2]/state/ip-address = undefined',
          'site[berlin]/device[camera-2]/state/last-connected = undefined',
          'site[berlin]/device[camera-1]/state/connected = No',
          'site[berlin]/device[camera-1]/state/ip-address = undefined',
          'site[berlin]/device[camera-1]/state/last-connected = undefined',
        ]);
        simulator.ues.register('208930100007501', '10.1.0.7');
        // Somebody else's device, and one whose card is switched off.
        simulator.ues.register('001010000000009', '10.9.0.9');
        simulator.ues.register('208930100007503', '10.1.0.8');
        assert.deepEqual(stateOf(await watch.look(signal())).slice(0, 3), [
          'site[berlin]/device[camera-2]/state/connected = Yes',
          'site[berlin]/device[camera-2]/state/ip-address = 10.1.0.7',
          'site[berlin]/device[camera-2]/state/last-connected = 2026-11-26T10:00:00Z',
        ]);
        nowMs += 90_000;
        simulator.ues.idle('208930100007501');
        simulator.clearLog();
        assert.deepEqual(stateOf(await watch.look(signal())).slice(0, 3), [
          'site[berlin]/device[camera-2]/state/connected = Idle',
          'site[berlin]/device[camera-2]/state/ip-address = 10.1.0.7',
          'site[berlin]/device[camera-2]/state/last-connected = 2026-11-26T10:00:00Z',
        ]);
        // Addresses of sessions that are known are not asked for again.
        assert.deepEqual(
          simulator.requests.map(({ path }) => path),
          ['/api/registered-ue-context'],
        );
        simulator.ues.deregister('208930100007501');
        assert.deepEqual(stateOf(await watch.look(signal())).slice(0, 3), [
          'site[berlin]/device[camera-2]/state/connected = No',
          'site[berlin]/device[camera-2]/state/ip-address = undefined',
          'site[berlin]/device[camera-2]/state/last-connected = 2026-11-26T10:00:00Z',
        ]);
      } finally {
        await wire.close();
        await simulator.close();
      }
    });

    it('is asked for beside the configuration', async () => {
      await withCore('3.0', async (client, simulator) => {
        simulator.ues.register('208930100007501', '10.1.0.7');
        const observation = await client.observe?.(signal());
        assert.deepEqual(stateOf(observation ?? null).slice(0, 2), [
          'site[berlin]/device[camera-2]/state/connected = Yes',
          'site[berlin]/device[camera-2]/state/ip-address = 10.1.0.7',
        ]);
      });
    });

    it('is not known of a core that has no such list, as one of 4G', async () => {
      await withCore('3.0', async (client, simulator) => {
        simulator.faults.failNext(1, 404, {}, '404 page not found');
        assert.deepEqual(stateOf((await client.observe?.(signal())) ?? null), []);
        simulator.faults.failNext(1, 200, {}, '{}');
        assert.deepEqual(stateOf((await client.observe?.(signal())) ?? null), []);
      });
    });

    it('asks for at most 100 addresses in one look', async () => {
      const simulator = await startSdCoreSimulator();
      const client = new WebconsoleClient(`${simulator.url}/config`, undefined);
      try {
        for (let i = 0; i < 150; i++) simulator.ues.register(`2089301${String(i).padStart(8, '0')}`, `10.1.0.${i}`);
        await client.observe(signal());
        assert.equal(simulator.requests.length, 101);
        await client.observe(signal());
        assert.equal(simulator.requests.length, 152);
        const { ues } = (await client.observe(signal())) as unknown as { ues: Record<string, { address?: string }> };
        assert.equal(Object.values(ues).filter(({ address }) => address !== undefined).length, 150);
      } finally {
        await client.close();
        await simulator.close();
      }
    });
  });
});
