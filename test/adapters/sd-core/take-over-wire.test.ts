// Checks that a running core becomes intent, and that the service that keeps this intent then sends the core nothing.

import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { coreAdapter } from '../../../adapters/sd-core/index.ts';
import type { Plain } from '../../southbound/intent.ts';
import { Stage } from '../../southbound/stage.ts';
import { core, intentFixture } from './fixture.ts';
import { documents, edited, withCore } from './rendered.ts';

describe('sd-core on the engine', () => {
  it('takes a running core over without a change on the wire, and then keeps it', async () => {
    const endpoint = ['http://core5g.acme.example/config'];
    const device = core({ name: 'd', endpoints: endpoint });
    await withCore('3.0', async (client, simulator) => {
      for (const { ref, body } of documents(intentFixture('acme'), device)) {
        await client.put(ref, body, AbortSignal.timeout(10_000));
      }
      const address = `${simulator.url}/config`;
      simulator.clearLog();
      const stage = await Stage.open({ targets: ['acme'], adapters: [coreAdapter] });
      try {
        stage.intent.force({ platform: { device: [{ name: 'd', kind: 'sd-core', address, endpoint }] } });
        await stage.start();
        const found = await stage.passing(stage.reconciler.found('d'));
        const proposal = coreAdapter.inverse?.takeOver(device, found, {});
        assert.ok(proposal);
        assert.deepEqual(proposal.leftOver, []);
        await stage.settle({ acme: edited({}, proposal.edits) });
        assert.deepEqual(
          stage.reconciler.documents('d').map(({ ref, status }) => [ref.id, status]),
          [
            ['device-group/cameras', 'in-effect'],
            ['network-slice/vision', 'in-effect'],
          ],
        );
        assert.deepEqual(
          simulator.requests.filter(({ method }) => method !== 'GET'),
          [],
        );
        await stage.settle({ acme: {} as Plain });
        assert.deepEqual([simulator.networkSlices.size, simulator.deviceGroups.size], [0, 0]);
      } finally {
        await stage.close();
      }
    });
  });
});
