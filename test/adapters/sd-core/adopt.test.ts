// Checks that what a foreign hand changed on a core can become intent, leaf by leaf, and that nothing else changes with it.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { coreAdapter } from '../../../adapters/sd-core/index.ts';
import { documentText, type Json, type Proposal } from '../../../src/southbound/adapter.ts';
import { ALIKE_IDS, arbitraryIntent, type Tree } from './arbitrary-intent.ts';
import { core, intentFixture } from './fixture.ts';
import { changedByOthers } from './foreign-hand.ts';
import { documents, edited, view } from './rendered.ts';

type Body = { [member: string]: Json };

const device = core({ endpoints: ['http://core5g.acme.example/config', 'http://core4g.acme.example/config'] });
const GROUP = 'device-group/cameras';
const SLICE = 'network-slice/vision';

/** All documents of an intent as a core would give them back. */
function printed(tree: Tree): Map<string, Json> {
  return new Map(
    documents(tree, device).map(({ ref, body }) => [ref.id, coreAdapter.readBack?.(device, ref, body) ?? null]),
  );
}

function adopt(tree: Tree, id: string, actual: Json): Proposal {
  const ref = documents(tree, device).find((each) => each.ref.id === id)?.ref;
  assert.ok(ref, id);
  const proposal = coreAdapter.inverse?.adopt(view(tree), device, ref, actual);
  assert.ok(proposal);
  return proposal;
}

/** Changes one document as a foreign hand would, and adopts it. */
function afterChange(
  id: string,
  change: (body: Body) => void,
  tree: Tree = intentFixture('acme'),
): Proposal & { after: Tree } {
  const actual = structuredClone(printed(tree).get(id)) as Body;
  change(actual);
  const proposal = adopt(tree, id, actual);
  const after = edited(tree, proposal.edits);
  if (proposal.leftOver.length === 0) assert.equal(documentText(printed(after).get(id) ?? null), documentText(actual));
  return { ...proposal, after };
}

/** Nested members of a body, to be changed. */
function inside(body: Body, ...names: (string | number)[]): Body {
  let at: unknown = body;
  for (const name of names) at = (at as { [member: string]: unknown })[name];
  return at as Body;
}

function paths({ edits }: Proposal): string[] {
  return edits.map(({ path, value }) => {
    const steps = path.map(({ name, keys }) => (keys === undefined ? name : `${name}[${keys}]`));
    return `${steps.join('/')} = ${value}`;
  });
}

describe('sd-core adoption', () => {
  const exact: [what: string, id: string, change: (body: Body) => void, edits: string[]][] = [
    [
      'another rate of a group',
      GROUP,
      (body) => Object.assign(inside(body, 'ip-domains', 0, 'ue-dnn-qos'), { 'dnn-mbr-uplink': 7_000 }),
      ['site[berlin]/device-group[cameras]/mbr/uplink = 7000'],
    ],
    [
      'an IMSI that went, and one of a card that is switched off',
      GROUP,
      (body) => Object.assign(body, { imsis: ['208930100007501', '208930100007503'] }),
      [
        'site[berlin]/device-group[cameras]/device[camera-1]/enable = false',
        'site[berlin]/sim-card[sim-3]/enable = true',
        'site[berlin]/device-group[cameras]/device[camera-3]/enable = true',
      ],
    ],
    [
      'an IMSI that nobody knows',
      GROUP,
      (body) => Object.assign(body, { imsis: ['208930100007501', '208930100007502', '208930100007777'] }),
      [
        'site[berlin]/sim-card[sim-208930100007777]/sim-id = sim-208930100007777',
        'site[berlin]/sim-card[sim-208930100007777]/imsi = 208930100007777',
        'site[berlin]/device[ue-208930100007777]/device-id = ue-208930100007777',
        'site[berlin]/device[ue-208930100007777]/sim-card = sim-208930100007777',
        'site[berlin]/device-group[cameras]/device[ue-208930100007777]/device-id = ue-208930100007777',
      ],
    ],
    [
      'another traffic class, of a name that intent does not have',
      GROUP,
      (body) =>
        Object.assign(inside(body, 'ip-domains', 0, 'ue-dnn-qos'), {
          'traffic-class': { name: 'gold', qci: 5, arp: 1, pdb: 10, pelr: 2 },
        }),
      [
        'traffic-class[gold]/traffic-class-id = gold',
        'traffic-class[gold]/qci = 5',
        'traffic-class[gold]/arp = 1',
        'traffic-class[gold]/pdb = 10',
        'traffic-class[gold]/pelr = 2',
        'site[berlin]/device-group[cameras]/traffic-class = gold',
      ],
    ],
    [
      'another default behavior',
      SLICE,
      (body) => {
        const [first, second, third] = body['application-filtering-rules'] as readonly Json[];
        const last = (body['application-filtering-rules'] as readonly Json[]).at(-1);
        body['application-filtering-rules'] = [
          first ?? null,
          second ?? null,
          third ?? null,
          { ...(last as Body), priority: 250 },
        ];
      },
      ['site[berlin]/slice[vision]/default-behavior = ALLOW-ALL'],
    ],
    [
      'another user plane',
      SLICE,
      (body) => Object.assign(inside(body, 'site-info', 'upf'), { 'upf-name': 'upf-9.example', 'upf-port': 8806 }),
      ['site[berlin]/upf[upf-1]/address = upf-9.example', 'site[berlin]/upf[upf-1]/port = 8806'],
    ],
    [
      'no user plane',
      SLICE,
      (body) => {
        delete inside(body, 'site-info').upf;
      },
      ['site[berlin]/slice[vision]/upf = undefined'],
    ],
    [
      'a group that went',
      SLICE,
      (body) => Object.assign(body, { 'site-device-group': [] }),
      ['site[berlin]/slice[vision]/device-group[cameras]/enable = false'],
    ],
    [
      'other ports, rates and addresses of an application that no other slice filters',
      SLICE,
      (body) => {
        Object.assign(inside(body, 'application-filtering-rules', 2), {
          'dest-port-end': 445,
          protocol: 17,
          endpoint: '192.0.2.0/24',
        });
        delete inside(body, 'application-filtering-rules', 2)['app-mbr-downlink'];
        delete inside(body, 'application-filtering-rules', 2)['bitrate-unit'];
      },
      [
        'application[maps]/address = 192.0.2.0/24',
        'application[maps]/endpoint[web]/port-end = 445',
        'application[maps]/endpoint[web]/protocol = UDP',
        'application[maps]/endpoint[web]/mbr/downlink = undefined',
      ],
    ],
  ];
  for (const [what, id, change, edits] of exact) {
    it(`takes ${what}`, () => {
      const proposal = afterChange(id, change);
      assert.deepEqual(proposal.leftOver, []);
      assert.deepEqual(paths(proposal), edits);
    });
  }

  const left: [what: string, id: string, change: (body: Body) => void, reason: RegExp][] = [
    [
      'an address pool that another group uses as well',
      GROUP,
      (body) => Object.assign(inside(body, 'ip-domains', 0), { mtu: 1300 }),
      /\/ip-domains\/0\/mtu: 1300 would become 1400/,
    ],
    [
      'an sst, which is fixed once a slice exists',
      SLICE,
      (body) => Object.assign(inside(body, 'slice-id'), { sst: '9' }),
      /\/slice-id\/sst: "9" would become "1"/,
    ],
    [
      'a cell of a site that has several slices',
      SLICE,
      (body) => Object.assign(inside(body, 'site-info', 'gNodeBs', 0), { tac: 9 }),
      /\/site-info\/gNodeBs\/0\/tac: 9 would become 31/,
    ],
    [
      'a member that intent does not know',
      GROUP,
      (body) => Object.assign(body, { msisdns: ['1'] }),
      /\/msisdns: \["1"\] would go/,
    ],
    [
      'figures of a traffic class that others use',
      GROUP,
      (body) => Object.assign(inside(body, 'ip-domains', 0, 'ue-dnn-qos', 'traffic-class'), { qci: 1 }),
      /\/traffic-class\/qci: 1 would become 3/,
    ],
  ];
  for (const [what, id, change, reason] of left) {
    it(`leaves ${what}`, () => {
      const proposal = afterChange(id, change);
      assert.deepEqual(paths(proposal), []);
      assert.deepEqual(
        proposal.leftOver.map(({ document }) => document),
        [id],
      );
      assert.match(proposal.leftOver[0]?.reason ?? '', reason);
    });
  }

  it('changes no document but the one, whatever others did to that', () => {
    fc.assert(
      fc.property(arbitraryIntent(ALIKE_IDS), fc.nat(), (tree, n) => {
        const before = printed(tree);
        const ids = [...before.keys()];
        const id = ids[n % ids.length] ?? '';
        const actual = changedByOthers(id.split('/')[0] ?? '', before.get(id) ?? null, n);
        const proposal = adopt(tree, id, actual);
        const after = printed(edited(tree, proposal.edits));
        if (proposal.leftOver.length === 0) assert.equal(documentText(after.get(id) ?? null), documentText(actual), id);
        for (const [each, body] of before) {
          // A group that its slice lost is on the core no more.
          if (each === id || !after.has(each)) continue;
          assert.equal(documentText(after.get(each) ?? null), documentText(body), `${each} changed with ${id}`);
        }
      }),
      { numRuns: 150 },
    );
  });
});
