// Checks the way back from a core to intent: a running site is taken over without a change on the wire.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { coreAdapter } from '../../../adapters/sd-core/index.ts';
import {
  type Device,
  documentText,
  type FoundDocument,
  type Json,
  type Proposal,
} from '../../../src/southbound/adapter.ts';
import { arbitraryCore } from './arbitrary-core.ts';
import { ALIKE_IDS, arbitraryIntent, PLAIN_IDS, type Tree } from './arbitrary-intent.ts';
import { core, intentFixture } from './fixture.ts';
import { documents, edited, foundOn, withCore } from './rendered.ts';

const ENDPOINT = 'http://core5g.acme.example/config';

type Body = { readonly [member: string]: Json };

function takeOver(device: Device, found: readonly FoundDocument[], options: Record<string, string> = {}): Proposal {
  const proposal = coreAdapter.inverse?.takeOver(device, found, options);
  assert.ok(proposal);
  return proposal;
}

/** The law: what is not left over is rendered exactly as it was found, and nothing is rendered that was not there. */
function checkLaw(device: Device, found: readonly FoundDocument[], proposal: Proposal, target = 'acme'): void {
  const named = new Set(proposal.leftOver.map(({ document }) => document));
  const rendered = new Map(documents(edited({}, proposal.edits), device, target).map((each) => [each.ref.id, each]));
  for (const { kind, id, body } of found) {
    if (kind === 'subscriber' || named.has(id)) continue;
    const made = rendered.get(id);
    assert.ok(made, `${id} is neither rendered nor left over`);
    const text = documentText(coreAdapter.readBack?.(device, made.ref, made.body) ?? null);
    assert.equal(text, documentText(body), id);
  }
  for (const id of rendered.keys())
    assert.ok(
      found.some((each) => each.id === id),
      `${id} was not there`,
    );
}

async function fill(client: ReturnType<typeof coreAdapter.connect>, tree: Tree, device: Device): Promise<void> {
  for (const { ref, body } of documents(tree, device)) await client.put(ref, body, AbortSignal.timeout(20_000));
}

describe('sd-core take-over', () => {
  for (const [version, device] of [
    ['2.0', core({ version: '1.8.5', endpoints: [ENDPOINT] })],
    ['3.0', core({ version: '3.0', endpoints: [ENDPOINT] })],
    ['3.0', core({ endpoints: [ENDPOINT], parameters: { names: 'qualified' } })],
  ] as const) {
    const names = device.parameters.names ?? 'plain';
    const options: Record<string, string> = names === 'plain' ? {} : { target: 'acme' };

    it(`is exact for what this adapter has put on a core of ${version} with ${names} names`, async () => {
      await withCore(version, async (client, simulator) => {
        await fc.assert(
          fc.asyncProperty(arbitraryIntent(PLAIN_IDS), async (tree) => {
            await simulator.faults.restart({ state: 'lost' });
            await fill(client, tree, device);
            const found = await foundOn(client);
            const proposal = takeOver(device, found, options);
            assert.deepEqual(proposal.leftOver, []);
            checkLaw(device, found, proposal);
          }),
          { numRuns: 30 },
        );
      });
    });
  }

  it('is exact or says what it is not where names of rules can be taken apart in several ways', () => {
    const device = core({ endpoints: [ENDPOINT] });
    fc.assert(
      fc.property(arbitraryIntent(ALIKE_IDS), (tree) => {
        const found = documents(tree, device).map(({ ref, body }): FoundDocument => {
          return { kind: ref.kind, id: ref.id, body: coreAdapter.readBack?.(device, ref, body) ?? null };
        });
        checkLaw(device, found, takeOver(device, found));
      }),
      { numRuns: 100 },
    );
  });

  it('passes on an sst as it is to a core that reads it in hexadecimal', () => {
    const device = core({ endpoints: [ENDPOINT], parameters: { sst: 'hexadecimal' } });
    const found = documents(intentFixture('acme'), device).map(({ ref, body }): FoundDocument => {
      return { kind: ref.kind, id: ref.id, body: coreAdapter.readBack?.(device, ref, body) ?? null };
    });
    const changed = found.map((each) =>
      each.kind === 'device-group'
        ? each
        : { ...each, body: { ...(each.body as Body), 'slice-id': { sst: 'fE', sd: '1' } } },
    );
    const proposal = takeOver(device, changed);
    assert.deepEqual(proposal.leftOver, []);
    checkLaw(device, changed, proposal);
  });

  it('holds for whatever a core may have been given by others', () => {
    const device = core({ endpoints: ['http://core'] });
    fc.assert(
      fc.property(arbitraryCore, (found) => {
        checkLaw(device, found, takeOver(device, found));
      }),
      { numRuns: 300 },
    );
  });

  it('keeps names, takes classes by their figures and rules as applications, and says what would change', async () => {
    await withCore('3.0', async (client, simulator) => {
      const device = core({ endpoints: [ENDPOINT] });
      await fill(client, intentFixture('acme'), device);
      const found = (await foundOn(client)).map((each): FoundDocument => {
        if (each.kind !== 'device-group') return each;
        return { ...each, body: { ...(each.body as Body), msisdns: ['491700000000'] } };
      });
      const proposal = takeOver(device, found, { enterprise: '7' });
      assert.deepEqual(proposal.leftOver, [
        { document: 'device-group/cameras', reason: 'it would be changed: /msisdns: ["491700000000"] would go' },
      ]);
      const tree = edited({}, proposal.edits) as unknown as {
        site: Tree[];
        application: Tree[];
        'traffic-class': Tree[];
      };
      assert.deepEqual(
        tree['traffic-class'].map((each) => each['traffic-class-id']),
        ['fast'],
      );
      assert.deepEqual(
        tree.application.map((each) => each['application-id']),
        ['cameras', 'maps'],
      );
      const [site = {}] = tree.site;
      assert.deepEqual(site['imsi-definition'], {
        mcc: '208',
        mnc: '93',
        enterprise: 7,
        format: 'CCCNNEEESSSSSSS',
      });
      assert.deepEqual(
        (site.slice as unknown as Tree[]).map((each) => [each['slice-id'], each['default-behavior'], each.sst]),
        [['vision', 'ALLOW-PUBLIC', '1']],
      );
      assert.equal(simulator.deviceGroups.size, 1);
    });
  });

  it('leaves alone what intent cannot say, with the reason, and all that belongs to it', async () => {
    await withCore('3.0', async (client) => {
      const device = core({ endpoints: [ENDPOINT] });
      await fill(client, intentFixture('acme'), device);
      const found = await foundOn(client);
      const change = (id: string, members: Body) =>
        found.map((each) => (each.id === id ? { ...each, body: { ...(each.body as Body), ...members } } : each));
      const [group, slice] = ['device-group/cameras', 'network-slice/vision'];
      const reasons = (changed: readonly FoundDocument[]) =>
        takeOver(device, changed).leftOver.map(({ document, reason }) => `${document}: ${reason}`);
      assert.deepEqual(reasons(change(slice, { 'slice-id': { sst: '256', sd: '1' } })), [
        `${slice}: its sst '256' is not a number of 8 bits; left alone`,
        `${group}: it is in no slice that is taken over; left alone`,
      ]);
      assert.deepEqual(reasons(change(group, { imsis: ['208930100007501', '208930100007501'] })), [
        `${slice}: IMSI 208930100007501 of device group cameras is there twice; a device is in one group once; left alone`,
        `${group}: it is in no slice that is taken over; left alone`,
      ]);
      assert.deepEqual(takeOver(device, change(group, { imsis: ['x'] })).edits, []);
    });
  });

  it('makes slices of 4G of what a 4G core has', async () => {
    await withCore('3.0', async (client) => {
      const device = core({ endpoints: ['http://core4g.acme.example/config'] });
      await fill(client, intentFixture('acme'), device);
      const found = await foundOn(client);
      const proposal = takeOver(device, found, { generation: '4g' });
      assert.deepEqual(proposal.leftOver, []);
      checkLaw(device, found, proposal);
      const [site = {}] = (edited({}, proposal.edits) as unknown as { site: Tree[] }).site;
      assert.deepEqual(site['connectivity-service'], { 'core-4g': { endpoint: 'http://core4g.acme.example/config' } });
    });
  });

  it('gives cards to subscribers that are in no group, where it is clear of which site they are', async () => {
    await withCore('3.0', async (client) => {
      const device = core({ endpoints: [ENDPOINT] });
      await fill(client, intentFixture('acme'), device);
      const drawer = ['208930100007599', '001010000000001'].map(
        (imsi): FoundDocument => ({ kind: 'subscriber', id: `subscriber/imsi-${imsi}`, body: null }),
      );
      const proposal = takeOver(device, [...(await foundOn(client)), ...drawer]);
      assert.deepEqual(
        proposal.leftOver.map(({ document }) => document),
        ['subscriber/imsi-001010000000001'],
      );
      const [site = {}] = (edited({}, proposal.edits) as unknown as { site: Tree[] }).site;
      const cards = (site['sim-card'] as unknown as Tree[]).map((card) => card.imsi);
      assert.ok(cards.includes('208930100007599'));
    });
  });

  it('refuses a core that no site could name', () => {
    const message = /the platform lists no endpoint by which sites could name it: add one first/;
    assert.throws(() => takeOver(core({ endpoints: [] }), []), { code: 'INVALID_ARGUMENT', message });
  });

  for (const [options, message] of [
    [{ colour: 'red' }, /there is no option 'colour'; known are target, site, generation, endpoint, enterprise/],
    [{ generation: '6g' }, /generation '6g' must be 4g or 5g/],
    [{ endpoint: 'http://elsewhere' }, /endpoint 'http:\/\/elsewhere' is none that the platform lists/],
    [{ enterprise: '-1' }, /enterprise '-1' must be 0 to 999/],
  ] as const) {
    it(`refuses the options ${JSON.stringify(options)}`, () => {
      assert.throws(() => takeOver(core(), [], options), { code: 'INVALID_ARGUMENT', message });
    });
  }
});
