// Checks that a core gives back of every document exactly what the adapter says it gives back.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { coreAdapter } from '../../../adapters/sd-core/index.ts';
import { documentText } from '../../../src/southbound/adapter.ts';
import { ALIKE_IDS, arbitraryIntent } from './arbitrary-intent.ts';
import { core } from './fixture.ts';
import { documents, withCore } from './rendered.ts';

describe('sd-core read-back', () => {
  for (const [simulated, version, parameters] of [
    ['2.0', '1.8.5', {}],
    ['2.1', '2.1.0', { names: 'qualified' }],
    ['3.0', '3.0', {}],
    ['3.0', undefined, { names: 'qualified' }],
  ] as const) {
    it(`is what a core of ${simulated} gives of any intent, ${JSON.stringify(parameters)}`, async () => {
      const device = core({ version, parameters });
      await withCore(simulated, async (client, simulator) => {
        await fc.assert(
          fc.asyncProperty(arbitraryIntent(ALIKE_IDS), async (tree) => {
            await simulator.faults.restart({ state: 'lost' });
            const signal = AbortSignal.timeout(20_000);
            for (const { ref, body } of documents(tree, device)) {
              await client.put(ref, body, signal);
              const found = await client.read(ref, signal);
              assert.equal(
                documentText(found ?? null),
                documentText(coreAdapter.readBack?.(device, ref, body) ?? null),
              );
            }
            assert.deepEqual(simulator.warnings, []);
          }),
          { numRuns: 25 },
        );
      });
    });
  }
});
