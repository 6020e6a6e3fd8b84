// Checks what becomes of a core's refusals: each item of the wire's facts where older senders and newer cores do not fit
// ("D.3 item n") is met through the client, with the leaf that the core's words are about; what the adapter sends is taken.

import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { refusedLeaf } from '../../../adapters/sd-core/refused-leaf.ts';
import { DeviceError, type DocumentRef, type Json } from '../../../src/southbound/adapter.ts';
import { core, intentFixture } from './fixture.ts';
import { documents, withCore } from './rendered.ts';

type Body = { [member: string]: Json };

const device = core({ endpoints: ['http://core5g.acme.example/config'] });
const signal = () => AbortSignal.timeout(20_000);

function document(id: string): { ref: DocumentRef; body: Body } {
  const found = documents(intentFixture('acme'), device).find(({ ref }) => ref.id === id);
  assert.ok(found);
  return { ref: found.ref, body: structuredClone(found.body) as Body };
}

const slice = () => document('network-slice/vision');
const info = (body: Body) => body['site-info'] as Body;

async function refusal(
  version: '2.0' | '2.1' | '3.0',
  { ref, body }: { ref: DocumentRef; body: Body },
): Promise<DeviceError> {
  return withCore(version, async (client) => {
    const error = await client.put(ref, body, signal()).then(
      () => assert.fail('the core took it'),
      (failure: unknown) => failure,
    );
    assert.ok(error instanceof DeviceError);
    assert.equal(error.reason, 'refused');
    return error;
  });
}

describe('sd-core refusals', () => {
  it('D.3 item 1: a core that knows the other form of the IP domain takes the group and gives its devices nothing', async () => {
    const { ref, body } = document('device-group/cameras');
    await withCore('2.0', async (client, simulator) => {
      await client.put(ref, body, signal());
      assert.equal('ip-domains' in ((await client.read(ref, signal())) as Body), false);
      const { ref: sliceRef, body: sliceBody } = slice();
      await client.put(sliceRef, sliceBody, signal());
      assert.deepEqual(await client.version?.(signal()), '2.1.0');
      assert.equal(simulator.deviceGroups.get('cameras')?.['ip-domain-expanded']?.dnn, undefined);
    });
  });

  it('D.3 item 2: a gNB by a name with dots is refused, and so is a tac out of range', async () => {
    const dots = slice();
    info(dots.body).gNodeBs = [
      { name: 'gnb-roof', tac: 1 },
      { name: 'gnb.roof', tac: 1 },
    ];
    assert.equal((await refusal('3.0', dots)).leaf, '/site-info/gNodeBs/1/name');
    const tac = slice();
    info(tac.body).gNodeBs = [{ name: 'gnb-roof', tac: 16_777_216 }];
    assert.equal((await refusal('3.0', tac)).leaf, '/site-info/gNodeBs/0/tac');
  });

  it('D.3 item 3: a rule without a traffic class is refused from 2.1.0 on', async () => {
    const without = slice();
    const rules = without.body['application-filtering-rules'] as Body[];
    delete rules[1]?.['traffic-class'];
    for (const version of ['2.1', '3.0'] as const) {
      assert.equal((await refusal(version, without)).leaf, '/application-filtering-rules/1/traffic-class');
    }
    await withCore('2.0', (client) => client.put(without.ref, without.body, signal()));
  });

  it('D.3 item 4: an sst in hexadecimal is refused', async () => {
    const hexadecimal = slice();
    hexadecimal.body['slice-id'] = { sst: 'FF', sd: '1' };
    assert.equal((await refusal('3.0', hexadecimal)).leaf, '/slice-id/sst');
  });

  it('D.3 item 5: a rate beyond 32 bits is refused as no number, and within them never', async () => {
    const large = slice();
    const rules = large.body['application-filtering-rules'] as Body[];
    Object.assign(rules[0] ?? {}, { 'app-mbr-uplink': 2_147_483_648, 'bitrate-unit': 'bps' });
    assert.match((await refusal('3.0', large)).message, /int32/);
  });

  it('D.3 item 6: a slice that is refused for its sst is there all the same, and a removal takes it away', async () => {
    const wrong = slice();
    wrong.body['slice-id'] = { sst: 'x', sd: '1' };
    await withCore('3.0', async (client, simulator) => {
      await assert.rejects(client.put(wrong.ref, wrong.body, signal()), { reason: 'refused' });
      assert.deepEqual([...simulator.networkSlices.keys()], ['vision']);
      await client.remove(wrong.ref, signal());
      assert.equal(simulator.networkSlices.size, 0);
    });
  });

  it('D.3: a name that is none is refused', async () => {
    const { body } = document('device-group/cameras');
    const ref = { kind: 'device-group', id: 'device-group/1', source: [], dependsOn: [] };
    assert.match((await refusal('3.0', { ref, body })).message, /device group name 1 does not match/);
  });

  for (const [said, leaf] of [
    ['invalid gNB name `gnb.roof` in Network Slice vision', '/site-info/gNodeBs'],
    ['invalid TAC 0 for gNB gnb-roof in Network Slice vision', '/site-info/gNodeBs/0/tac'],
    [
      'TrafficClass (QCI, ARP) required but not provided for rule cameras-video',
      '/application-filtering-rules/1/traffic-class',
    ],
    ['TrafficClass (QCI, ARP) required but not provided', '/application-filtering-rules'],
    ['invalid sst', '/slice-id/sst'],
    ['the database is down', undefined],
  ] as const) {
    it(`takes '${said}' to be about ${leaf ?? 'nothing in particular'}`, () => {
      assert.equal(refusedLeaf(said, slice().body), leaf);
    });
  }
});
