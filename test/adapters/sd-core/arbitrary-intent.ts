// Random intents of the aether model, as valid as the model wants them, in the shape of the fixtures.

import fc from 'fast-check';
import type { Plain } from '../../southbound/intent.ts';

export type Tree = { [member: string]: Plain };

const ENDPOINT = 'http://core5g.acme.example/config';
const rate = (most: number) => fc.integer({ min: 0, max: most }).map(String);
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });
const idOf = (prefix: string, i: number) => `${prefix}${i}`;

/** Without the members that have no value, which no tree can hold. */
function given(members: Record<string, Plain | undefined>): Tree {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Tree;
}

const trafficClass = fc.record({
  qci: maybe(fc.integer({ min: 1, max: 32 })),
  arp: maybe(fc.integer({ min: 1, max: 15 })),
  pdb: maybe(fc.integer({ min: 0, max: 1000 })),
  pelr: maybe(fc.integer({ min: 0, max: 10 })),
});

const endpoint = fc.record({
  'port-start': fc.integer({ min: 0, max: 100 }),
  'port-end': maybe(fc.integer({ min: 100, max: 65_535 })),
  protocol: maybe(fc.constantFrom('TCP', 'UDP')),
  mbr: maybe(fc.record({ uplink: rate(5_000_000_000), downlink: rate(9_000) }, { requiredKeys: [] })),
  'traffic-class': maybe(fc.constantFrom('tc-0', 'tc-1', 'tc-2')),
});

/** Ids of which none begins like another up to a hyphen. */
export const PLAIN_IDS = ['cam', 'cama', 'map', 'zoo'];
/** Ids of which some begin like others, so that names of rules can be taken apart in several ways. */
export const ALIKE_IDS = ['cam', 'cam-a', 'cam-a-b', 'map', 'map-web', 'zoo'];
const endpointId = fc.constantFrom('a', 'b', 'a-b', 'web', 'web-x');

const application = fc.record({
  address: fc.constantFrom('192.0.2.0/24', '10.9.0.0/16', '198.51.100.7/32', '2001:db8::/32'),
  endpoint: fc.uniqueArray(fc.tuple(endpointId, endpoint), { selector: ([id]) => id, minLength: 1, maxLength: 2 }),
});

const group = fc.record({
  members: fc.array(fc.record({ enable: maybe(fc.boolean()), sim: fc.boolean(), simEnable: maybe(fc.boolean()) }), {
    maxLength: 3,
  }),
  domain: fc.integer({ min: 0, max: 1 }),
  mbr: fc.record({ uplink: rate(Number.MAX_SAFE_INTEGER), downlink: rate(20_000_000_000) }),
  'traffic-class': fc.constantFrom('tc-0', 'tc-1', 'tc-2'),
});

const domain = fc.record({
  dnn: fc.constantFrom('internet', 'ims', 'Ünï "x"'),
  'dns-primary': maybe(fc.constantFrom('9.9.9.9', '1.1.1.1')),
  'dns-secondary': maybe(fc.constantFrom('8.8.8.8')),
  subnet: fc.constantFrom('10.1.0.0/24', '10.0.0.0/8', '172.16.9.4/30'),
  mtu: maybe(fc.integer({ min: 68, max: 65_535 })),
});

const sliceWith = (ids: readonly string[]) =>
  fc.record({
    groups: fc.array(fc.record({ group, enable: maybe(fc.boolean()) }), { maxLength: 2 }),
    filters: fc.uniqueArray(
      fc.record({
        id: fc.constantFrom(...ids),
        priority: maybe(fc.integer({ min: 0, max: 200 })),
        allow: maybe(fc.boolean()),
      }),
      { selector: ({ id }) => id, maxLength: 2 },
    ),
    'default-behavior': fc.constantFrom('ALLOW-ALL', 'DENY-ALL', 'ALLOW-PUBLIC'),
    upf: fc.boolean(),
    sst: fc.constantFrom('1', '01', '4F', 'ff'),
    sd: fc.constantFrom('010203', '0A', 'ffFFff', '7'),
  });

const siteWith = (ids: readonly string[]) =>
  fc.record({
    cells: fc.array(
      fc.record({ dots: fc.boolean(), tac: fc.integer({ min: 1, max: 0xffffff }), enable: maybe(fc.boolean()) }),
      { maxLength: 3 },
    ),
    mnc: fc.constantFrom('93', '093'),
    domains: fc.tuple(domain, domain),
    slices: fc.array(sliceWith(ids), { minLength: 1, maxLength: 2 }),
  });

type Site = ReturnType<typeof siteWith> extends fc.Arbitrary<infer T> ? T : never;

function siteTree(made: Site, index: number): Tree {
  const name = (prefix: string, i: number) => idOf(`s${index}-${prefix}`, i);
  const devices: Tree[] = [];
  const sims: Tree[] = [];
  const groups: Tree[] = [];
  const addGroup = (each: Site['slices'][number]['groups'][number]['group']): string => {
    const id = name('group', groups.length);
    const links = each.members.map((member) => {
      const n = devices.length;
      const sim = name('sim', n);
      if (member.sim) {
        const imsi = `20893${index}${String(n).padStart(9, '0')}`;
        sims.push(given({ 'sim-id': sim, imsi, enable: member.simEnable }));
      }
      devices.push(given({ 'device-id': name('device', n), 'sim-card': member.sim ? sim : undefined }));
      return given({ 'device-id': name('device', n), enable: member.enable });
    });
    const rest = { 'ip-domain': name('domain', each.domain), mbr: each.mbr, 'traffic-class': each['traffic-class'] };
    groups.push({ 'device-group-id': id, device: links, ...rest });
    return id;
  };
  const slices = made.slices.map((each, i) =>
    given({
      'slice-id': name('slice', i),
      'device-group': each.groups.map((link) => given({ 'device-group': addGroup(link.group), enable: link.enable })),
      'default-behavior': each['default-behavior'],
      filter: each.filters.map(({ id, priority, allow }) => given({ application: id, priority, allow })),
      upf: each.upf ? name('upf', i) : undefined,
      sst: each.sst,
      sd: each.sd,
    }),
  );
  return {
    'site-id': `site-${index}`,
    'small-cell': made.cells.map(({ dots, tac, enable }, i) =>
      given({
        'small-cell-id': name('cell', i),
        address: dots ? `cell${i}.example.org` : `gnb-${index}-${9 - i}`,
        tac: tac.toString(16),
        enable,
      }),
    ),
    'imsi-definition': { mcc: '208', mnc: made.mnc, enterprise: index, format: 'CCC000EEESSSSSS' },
    'connectivity-service': { 'core-5g': { endpoint: ENDPOINT } },
    device: devices,
    'sim-card': sims,
    upf: made.slices.map((_, i) => ({ 'upf-id': name('upf', i), address: `upf${i}.example.org`, port: 8805 })),
    slice: slices,
    'device-group': groups,
    'ip-domain': made.domains.map((each, i) => given({ 'ip-domain-id': name('domain', i), ...each })),
  };
}

/** One or two sites, all served by the core of the fixtures. @param ids those of the applications */
export const arbitraryIntent = (ids: readonly string[]): fc.Arbitrary<Tree> =>
  fc
    .record({
      classes: fc.tuple(trafficClass, trafficClass, trafficClass),
      applications: fc.array(application, { minLength: ids.length, maxLength: ids.length }),
      sites: fc.array(siteWith(ids), { minLength: 1, maxLength: 2 }),
    })
    .map(({ classes, applications, sites }) => ({
      'traffic-class': classes.map((each, i) => given({ 'traffic-class-id': idOf('tc-', i), ...each })),
      application: applications.map(({ address, endpoint: endpoints }, i) => ({
        'application-id': ids[i] ?? '',
        address,
        endpoint: endpoints.map(([endpointKey, leaves]) => given({ 'endpoint-id': endpointKey, ...leaves })),
      })),
      site: sites.map(siteTree),
    }));
