// Checks what the sd-core adapter says of its documents besides their content: names, what they serve, gaps, interruptions.

import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { coreAdapter, upfAdapter } from '../../../adapters/sd-core/index.ts';
import type { DocumentRef, Json } from '../../../src/southbound/adapter.ts';
import type { Tree } from './arbitrary-intent.ts';
import { core, intentFixture } from './fixture.ts';
import { documents, view } from './rendered.ts';

type Body = { [member: string]: Json };

function siteOf(tree: Tree): { [member: string]: Tree[] } {
  const [site = {}] = tree.site as unknown as { [member: string]: Tree[] }[];
  return site;
}

describe('sd-core documents', () => {
  describe('names', () => {
    const qualified = core({ parameters: { names: 'qualified' } });

    it('are qualified by target and site where the core is shared, in ids and bodies alike', () => {
      const found = documents(intentFixture('acme'), qualified);
      assert.deepEqual(
        found.map(({ ref }) => [ref.id, ref.dependsOn]),
        [
          ['device-group/acme_berlin_cameras', []],
          ['network-slice/acme_berlin_vision', ['device-group/acme_berlin_cameras']],
        ],
      );
      assert.deepEqual(((found[1]?.body ?? null) as Body)['site-device-group'], ['acme_berlin_cameras']);
    });

    it('of two tenants never meet then', () => {
      const ids = ['acme', 'umbrella'].flatMap((target) =>
        documents(intentFixture('acme'), qualified, target).map(({ ref }) => ref.id),
      );
      assert.equal(new Set(ids).size, ids.length);
    });

    it('let an id of one letter pass, which no core takes as a plain name', () => {
      const tree = intentFixture('acme');
      Object.assign(siteOf(tree).slice?.[0] ?? {}, { 'slice-id': 's' });
      assert.throws(() => documents(tree, core()), {
        code: 'FAILED_PRECONDITION',
        message: /slice 's': the core takes names/,
      });
      assert.equal(documents(tree, qualified)[1]?.ref.id, 'network-slice/acme_berlin_s');
    });
  });

  it('serve the slice, the groups and the devices that need them', () => {
    const serves = documents(intentFixture('acme'), core()).map(({ ref }) => ref.serves?.map((each) => each.join('/')));
    assert.deepEqual(serves, [
      ['site/berlin/slice/vision', 'site/berlin/device/camera-2', 'site/berlin/device/camera-1'],
      ['site/berlin/device-group/cameras', 'site/berlin/device/camera-2', 'site/berlin/device/camera-1'],
    ]);
  });

  it('are asked of the cores that slices name, 4G and 5G', () => {
    assert.deepEqual(view(intentFixture('acme')).list('site').flatMap(coreAdapter.endpoints), [
      'http://core5g.acme.example/config',
      'http://core4g.acme.example/config',
    ]);
  });

  describe('gaps', () => {
    const gaps = (change: (site: { [member: string]: Tree[] }) => void): string[] => {
      const tree = intentFixture('acme');
      change(siteOf(tree));
      return view(tree)
        .list('site')
        .flatMap((site) => [...(coreAdapter.gaps?.(site, core()) ?? [])])
        .map(({ source, reason }) => `${source.join('/')}: ${reason}`);
    };

    it('are none where the core can do all', () => {
      assert.deepEqual(
        gaps(() => {}),
        [],
      );
    });

    it('are traffic rules of single devices', () => {
      const rule = { 'priority-traffic-rule-id': 'r1', device: 'camera-1', application: 'cameras', endpoint: 'video' };
      const [gap] = gaps(({ slice }) => Object.assign(slice?.[0] ?? {}, { 'priority-traffic-rule': [rule] }));
      assert.match(
        gap ?? '',
        /^site\/berlin\/slice\/vision: priority-traffic-rule r1: the core filters the traffic of a whole slice/,
      );
    });

    it("are a slice's rates without a user plane that is told of them", () => {
      const rates = ({ slice }: { [member: string]: Tree[] }) =>
        Object.assign(slice?.[0] ?? {}, { mbr: { uplink: '9' } });
      assert.match(gaps(rates)[0] ?? '', /^site\/berlin\/slice\/vision: mbr: .* upf upf-1 has no config-endpoint$/);
      const told = (site: { [member: string]: Tree[] }) => {
        rates(site);
        Object.assign(site.upf?.[0] ?? {}, { 'config-endpoint': 'http://upf' });
      };
      assert.deepEqual(gaps(told), []);
    });

    it('are address pools that are switched off', () => {
      const [gap] = gaps((site) => Object.assign(site['ip-domain']?.[0] ?? {}, { 'admin-status': 'DISABLE' }));
      assert.match(
        gap ?? '',
        /^site\/berlin\/device-group\/cameras: ip-domain lan: admin-status DISABLE has no effect/,
      );
    });
  });

  describe('interruptions', () => {
    const [group, slice] = documents(intentFixture('acme'), core());
    const told = (
      which: { ref: DocumentRef; body: Json } | undefined,
      change: (body: Body) => void,
    ): string | undefined => {
      assert.ok(which);
      const after = structuredClone(which.body) as Body;
      change(after);
      return coreAdapter.interruption?.(which.ref, which.body, after);
    };

    it('are none for what is new, and for rates and rules', () => {
      assert.ok(group && slice);
      assert.equal(coreAdapter.interruption?.(group.ref, undefined, group.body), undefined);
      assert.equal(
        told(slice, (body) => Object.assign(body, { 'application-filtering-rules': [] })),
        undefined,
      );
      assert.equal(
        told(group, (body) => Object.assign(body, { imsis: [...(body.imsis as string[]), '1'] })),
        undefined,
      );
    });

    it('are told of what goes', () => {
      assert.ok(group && slice);
      assert.equal(
        coreAdapter.interruption?.(group.ref, group.body, undefined),
        'devices of the group lose their connection',
      );
      assert.equal(
        coreAdapter.interruption?.(slice.ref, slice.body, undefined),
        'devices of the slice lose their connection',
      );
      assert.equal(
        told(group, (body) => Object.assign(body, { imsis: [] })),
        '2 devices lose their connection',
      );
      assert.equal(
        told(slice, (body) => Object.assign(body, { 'site-device-group': [] })),
        'devices of cameras lose their connection',
      );
    });

    it('are told of another identity, user plane, cell or address pool', () => {
      const site = (body: Body) => body['site-info'] as Body;
      assert.equal(
        told(slice, (body) => Object.assign(body['slice-id'] as Body, { sst: '9' })),
        'sessions of the slice are set up anew: the network knows the slice by another identity',
      );
      assert.equal(
        told(slice, (body) => Object.assign(site(body), { upf: { 'upf-name': 'other', 'upf-port': 1 } })),
        'sessions of the slice are set up anew on the other user plane',
      );
      assert.equal(
        told(slice, (body) => Object.assign(site(body), { gNodeBs: [] })),
        'devices at 2 cells lose the slice there',
      );
      assert.equal(
        told(group, (body) => Object.assign((body['ip-domains'] as Body[])[0] ?? {}, { mtu: 1300 })),
        'sessions of the group are set up anew: devices get other addresses or name servers',
      );
    });
  });

  describe('devices in the platform', () => {
    const problems: [device: Parameters<typeof core>[0], message: RegExp | undefined][] = [
      [{ address: 'http://core:5000/config' }, undefined],
      [{ address: 'https://core', parameters: { names: 'qualified', sst: 'hexadecimal' } }, undefined],
      [{ address: 'core:5000' }, /address 'core:5000' must be an http or https URL/],
      [{ address: 'grpc://core' }, /address 'grpc:\/\/core' must be/],
      [{ address: 'http://user:secret@core' }, /must be an http or https URL/],
      [{ address: 'http://core?x=1' }, /without query/],
      [
        { parameters: { colour: 'red' } },
        /device 'core-1' of kind sd-core: there is no parameter 'colour'; known are names, sst/,
      ],
      [{ parameters: { names: 'long' } }, /parameter names cannot be 'long'; it is plain or qualified/],
    ];
    for (const [overrides, message] of problems) {
      it(`${message === undefined ? 'takes' : 'refuses'} ${JSON.stringify(overrides)}`, () => {
        const check = () => coreAdapter.checkDevice?.(core(overrides));
        if (message === undefined) check();
        else assert.throws(check, { code: 'FAILED_PRECONDITION', message });
      });
    }

    it('of user planes have names and no sst', () => {
      upfAdapter.checkDevice?.(core({ kind: 'upf', parameters: { names: 'qualified' } }));
      assert.throws(() => upfAdapter.checkDevice?.(core({ kind: 'upf', parameters: { sst: 'decimal' } })), {
        message: /there is no parameter 'sst'; known are names/,
      });
    });
  });
});
