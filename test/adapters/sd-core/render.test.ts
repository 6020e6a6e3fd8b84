// Checks the sd-core adapter's rendering against published payloads, its own golden bodies and each rule of the wire.

import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { adapter } from '../../../adapters/sd-core/index.ts';
import {
  type Device,
  type DocumentRef,
  documentText,
  type IntentNode,
  type Json,
} from '../../../src/southbound/adapter.ts';
import { intentView, noReads } from '../../../src/southbound/intent/intent-view.ts';
import { plainly } from '../../../src/southbound/questions/because.ts';
import { type Plain, snapshotOf } from '../../southbound/intent.ts';
import { aether } from '../../southbound/schemas.ts';
import { core, fixture, intentFixture } from './fixture.ts';

type Tree = { [member: string]: Plain };

function view(intent: Tree): IntentNode {
  return intentView(snapshotOf('acme', aether, 1, intent), aether.root, noReads());
}

function list(intent: Tree, device: Device): DocumentRef[] {
  return view(intent)
    .list('site')
    .flatMap((site) => [...adapter.list(site, device)]);
}

function render(intent: Tree, device: Device, id: string): { [member: string]: Json } {
  const ref = list(intent, device).find((each) => each.id === id);
  assert.ok(ref, `${id} is listed`);
  return adapter.render(view(intent), device, ref, plainly) as { [member: string]: Json };
}

/** The one site of a fixture, to be changed by a test. */
function siteOf(intent: Tree): { [member: string]: Tree[] } {
  return (intent.site as unknown as { [member: string]: Tree[] }[])[0] ?? {};
}

function entry(entries: Tree[] | undefined, at = 0): Tree {
  const found = entries?.[at];
  assert.ok(found);
  return found;
}

function rules(intent: Tree, device: Device, slice = 'network-slice/sample-slice'): { [member: string]: Json }[] {
  return render(intent, device, slice)['application-filtering-rules'] as { [member: string]: Json }[];
}

function refusal(intent: Tree, device: Device, id: string): { code: string; message: string } {
  try {
    render(intent, device, id);
  } catch (error) {
    return error as { code: string; message: string };
  }
  return assert.fail('nothing was refused');
}

describe('sd-core rendering', () => {
  const old = core({ version: '1.8.4' });

  describe('published payloads', () => {
    it('makes the published device group for an old core', () => {
      const body = render(intentFixture('sample'), old, 'device-group/sample-dg');
      assert.equal(documentText(body), documentText(fixture('sample-device-group.1.8.4')));
    });

    it('makes the published slice for an old core', () => {
      const body = render(intentFixture('sample'), old, 'network-slice/sample-slice');
      assert.equal(documentText(body), documentText(fixture('sample-network-slice.1.8.4')));
    });

    it('makes the published slice that allows the public internet', () => {
      const intent = intentFixture('sample');
      entry(siteOf(intent).slice)['default-behavior'] = 'ALLOW-PUBLIC';
      const body = render(intent, old, 'network-slice/sample-slice');
      assert.equal(documentText(body), documentText(fixture('sample-network-slice-allow-public.1.8.4')));
    });
  });

  describe('golden bodies', () => {
    const bodies: [version: string | undefined, endpoint: string, ids: string[]][] = [
      ['3.0', 'http://core5g.acme.example/config', ['device-group/cameras', 'network-slice/vision']],
      ['2.1.0', 'http://core5g.acme.example/config', ['device-group/cameras', 'network-slice/vision']],
      ['3.0', 'http://core4g.acme.example/config', ['device-group/phones', 'network-slice/voice']],
    ];
    for (const [version, endpoint, ids] of bodies) {
      for (const id of ids) {
        it(`makes ${id} for a core of version ${version} as reviewed`, () => {
          const body = render(intentFixture('acme'), core({ version, endpoints: [endpoint] }), id);
          const name = `acme-${id.replace('/', '-')}.${version}`;
          assert.equal(documentText(body), documentText(fixture(name)));
        });
      }
    }
  });

  describe('which documents', () => {
    it('lists the slices that this core serves and the groups in them, groups first', () => {
      assert.deepEqual(
        list(intentFixture('acme'), core()).map(({ id, dependsOn, source }) => ({ id, dependsOn, source })),
        [
          { id: 'device-group/cameras', dependsOn: [], source: ['site', 'berlin', 'device-group', 'cameras'] },
          {
            id: 'network-slice/vision',
            dependsOn: ['device-group/cameras'],
            source: ['site', 'berlin', 'slice', 'vision'],
          },
        ],
      );
    });

    it('takes the 4G core of the site for a slice of 4G', () => {
      const device = core({ endpoints: ['http://core4g.acme.example/config'] });
      assert.deepEqual(
        list(intentFixture('acme'), device).map(({ id }) => id),
        ['device-group/phones', 'network-slice/voice'],
      );
    });

    it('lists nothing for a core whose endpoint no site names', () => {
      assert.deepEqual(list(intentFixture('acme'), core({ endpoints: ['http://elsewhere'] })), []);
    });

    it('leaves out a group whose place in the slice is switched off, in the list and in the slice', () => {
      const intent = intentFixture('sample');
      entry(entry(siteOf(intent).slice)['device-group'] as Tree[]).enable = false;
      assert.deepEqual(
        list(intent, core()).map(({ id }) => id),
        ['network-slice/sample-slice'],
      );
      assert.deepEqual(render(intent, core(), 'network-slice/sample-slice')['site-device-group'], []);
    });
  });

  describe('device groups', () => {
    const imsis = (intent: Tree) => render(intent, core(), 'device-group/sample-dg').imsis;

    it('sends an empty list, not null, when no device takes part', () => {
      const intent = intentFixture('sample');
      entry(siteOf(intent)['device-group']).device = [{ 'device-id': 'sample-device', enable: false }];
      assert.deepEqual(imsis(intent), []);
    });

    it('leaves out a device without a SIM card, and one whose SIM card is switched off', () => {
      const intent = intentFixture('sample');
      delete entry(siteOf(intent).device)['sim-card'];
      assert.deepEqual(imsis(intent), []);
      const other = intentFixture('sample');
      entry(siteOf(other)['sim-card']).enable = false;
      assert.deepEqual(imsis(other), []);
    });

    it('keeps a rate beyond 32 bits exactly', () => {
      const body = render(intentFixture('acme'), core(), 'device-group/cameras');
      const [domain] = body['ip-domains'] as { 'ue-dnn-qos': { [member: string]: Json } }[];
      assert.equal(domain?.['ue-dnn-qos']['dnn-mbr-uplink'], 20_000_000_000);
    });

    it('refuses a rate that the core could not keep, naming the group and the limit', () => {
      const intent = intentFixture('sample');
      entry(siteOf(intent)['device-group']).mbr = { uplink: '9007199254740992', downlink: '1' };
      const { code, message } = refusal(intent, core(), 'device-group/sample-dg');
      assert.equal(code, 'FAILED_PRECONDITION');
      assert.match(
        message,
        /device-group sample-dg: mbr\/uplink is 9007199254740992 bps, more than the 9007199254740991/,
      );
    });

    it('refuses an id of one letter, which the core does not take as a name', () => {
      const intent = intentFixture('sample');
      entry(siteOf(intent)['device-group'])['device-group-id'] = 'g';
      entry(siteOf(intent).slice)['device-group'] = [{ 'device-group': 'g' }];
      assert.equal(refusal(intent, core(), 'device-group/g').code, 'FAILED_PRECONDITION');
    });
  });

  describe('by core version', () => {
    const forms: [string | undefined, boolean][] = [
      ['1.8.5', false],
      ['2.0', false],
      ['2.1.0', false],
      ['2.1', true],
      ['2.1.1', true],
      ['2.10.0', true],
      ['v3.0.2-dev', true],
      [undefined, true],
      ['unreadable', true],
    ];
    for (const [version, isList] of forms) {
      it(`sends the IP domain of a core of version ${version} as ${isList ? 'a list' : 'one object'}`, () => {
        const body = render(intentFixture('sample'), core({ version }), 'device-group/sample-dg');
        assert.equal('ip-domains' in body, isList);
        assert.equal('ip-domain-expanded' in body, !isList);
      });
    }

    it('gives every rule a traffic class from 2.1.0 on, and only the classes of intent before', () => {
      const classes = (version: string) =>
        rules(intentFixture('sample'), core({ version })).map((rule) => rule['traffic-class'] !== undefined);
      assert.deepEqual(classes('2.1.0'), [true, true, true]);
      assert.deepEqual(classes('2.0.9'), [false, true, true]);
    });

    it('names a gNB by its address until 1.8.4, and by the id of the cell where the address is no name later', () => {
      const name = (version: string) => {
        const body = render(intentFixture('sample'), core({ version }), 'network-slice/sample-slice');
        return (body['site-info'] as { gNodeBs: { name: string }[] }).gNodeBs.map((each) => each.name);
      };
      assert.deepEqual(name('1.8.4'), ['6.7.8.9']);
      assert.deepEqual(name('1.8.5'), ['myradio']);
    });

    it('refuses a cell of which neither the address nor the id is a name', () => {
      const intent = intentFixture('sample');
      entry(siteOf(intent)['small-cell'])['small-cell-id'] = 'c';
      const { code, message } = refusal(intent, core(), 'network-slice/sample-slice');
      assert.equal(code, 'FAILED_PRECONDITION');
      assert.match(
        message,
        /site sample-site, small-cell c: the core takes neither the address '6\.7\.8\.9' nor the id/,
      );
    });
  });

  describe('slices', () => {
    it('sends the hexadecimal sst of intent as a decimal number', () => {
      const intent = intentFixture('sample');
      entry(siteOf(intent).slice).sst = '10';
      assert.deepEqual(render(intent, core(), 'network-slice/sample-slice')['slice-id'], { sst: '16', sd: '111' });
    });

    it('leaves the user plane out when the slice has none', () => {
      const intent = intentFixture('sample');
      delete entry(siteOf(intent).slice).upf;
      const info = render(intent, core(), 'network-slice/sample-slice')['site-info'] as { upf?: Json };
      assert.equal('upf' in info, false);
    });

    it('gives a filter without priority and verdict the defaults of the model', () => {
      const intent = intentFixture('sample');
      entry(siteOf(intent).slice).filter = [{ application: 'sample-app' }];
      const [rule] = rules(intent, core());
      assert.equal(rule?.priority, 0);
      assert.equal(rule?.action, 'permit');
    });

    it('makes a single port of an endpoint that has no end, over TCP unless said otherwise', () => {
      const intent = intentFixture('sample');
      entry(intent.application as Tree[]).endpoint = [{ 'endpoint-id': 'one', 'port-start': 22 }];
      const [rule] = rules(intent, core());
      assert.deepEqual(
        [rule?.['rule-name'], rule?.['dest-port-start'], rule?.['dest-port-end'], rule?.protocol],
        ['sample-app-one', 22, 22, 6],
      );
    });

    const rates: [uplink: string | undefined, downlink: string | undefined, sent: (number | string | undefined)[]][] = [
      ['1000', '2147483647', [1000, 2_147_483_647, 'bps']],
      ['1000', '2147483648', [1000, 2_147_483_647, 'bps']],
      ['0', '4000000000', [0, 2_147_483_647, 'bps']],
      [undefined, '5', [undefined, 5, 'bps']],
      ['18446744073709551615', undefined, [2_147_483_647, undefined, 'bps']],
      [undefined, undefined, [undefined, undefined, undefined]],
    ];
    for (const [uplink, downlink, sent] of rates) {
      it(`sends ${uplink ?? 'no'} bps up and ${downlink ?? 'no'} bps down exactly, or as much as the core can enforce`, () => {
        const intent = intentFixture('sample');
        const mbr = { ...(uplink === undefined ? {} : { uplink }), ...(downlink === undefined ? {} : { downlink }) };
        entry(intent.application as Tree[]).endpoint = [{ 'endpoint-id': 'one', 'port-start': 22, mbr }];
        const [rule] = rules(intent, core());
        assert.deepEqual([rule?.['app-mbr-uplink'], rule?.['app-mbr-downlink'], rule?.['bitrate-unit']], sent);
      });
    }

    it('writes a single address as a network of one', () => {
      const intent = intentFixture('sample');
      entry(intent.application as Tree[]).address = '192.0.2.1';
      assert.equal(rules(intent, core())[0]?.endpoint, '192.0.2.1/32');
      entry(intent.application as Tree[]).address = '2001:db8::1';
      assert.equal(rules(intent, core())[0]?.endpoint, '2001:db8::1/128');
    });
  });
});
