// The service under attack: an enterprise with the attackers in it, and victims that can be left out to compare answers with.

import { adapters } from '../adapters/sd-core/index.ts';
import { hashPassword } from '../src/access/password.ts';
import type { Edit } from '../src/datastore/transaction.ts';
import { readyMadeRoles } from '../src/ready-made-roles.ts';
import { formatPath } from '../src/schema/path.ts';
import { decodeKey } from '../src/schema/row-key.ts';
import { AUDIENCE, type TestIssuer } from '../test/identity/issuer.ts';
import { startService, type TestService } from '../test/service.ts';

/**
 * What stands in a world beside what the attackers may see:
 * `all` of it; all but the other enterprise; all but the other site; nothing but one application.
 */
export type Kind = 'all' | 'no-globex' | 'no-dallas' | 'one-application';

/** Text that stands in what belongs to Globex, and in nothing else. */
export const SECRET = 'hush';

/** What a poke leaves in `/application[application-id=cam]/address`. */
export const POKED = '10.1.1.0/24';

/** What attacks may know of a world: moments, ns, while the target `lab` was not Acme's yet and at the end of the seed. */
export interface Given {
  readonly foreignLabNs: bigint;
  /** The revision of that moment. */
  readonly foreignLabRevision: number;
  readonly seededNs: bigint;
  /** Whose tokens are taken; its group `acme-admins` is one of Acme's admins, and `globex-admins` one of Globex'. */
  readonly issuer: TestIssuer;
}

export interface World extends Given {
  readonly kind: Kind;
  readonly service: TestService;
  /** All rows of all targets as text, `target path value`, with state left out. */
  rows(): string[];
  /** Puts the intent of all targets back to where it was. */
  restore(): Promise<void>;
  /** Changes what is not there in the other world, there and back, and then the address of Acme's application to `POKED`. */
  poke(like: Kind): Promise<void>;
  close(): Promise<void>;
}

const site = (id: string, enterprise: number, name: string) => ({
  'site-id': id,
  'display-name': name,
  'imsi-definition': { mcc: '315', mnc: '010', enterprise, format: 'CCCNNNEEESSSSSS' },
});

/** By this name intents know the core, on which documents of both enterprises are. */
const CORE = 'http://core.example';

/** A slice and its devices: what makes the core have two documents. */
const connected = (name: string) => ({
  'connectivity-service': { 'core-5g': { endpoint: CORE } },
  upf: [{ 'upf-id': 'upf1', address: 'upf1.example', port: 8805 }],
  'ip-domain': [{ 'ip-domain-id': 'pool', dnn: 'internet', subnet: '10.3.0.0/24', 'dns-primary': '10.0.0.53' }],
  'device-group': [
    {
      ...{ 'device-group-id': name, 'ip-domain': 'pool', 'traffic-class': 'silver' },
      mbr: { uplink: '1000000', downlink: '1000000' },
    },
  ],
  slice: [
    {
      ...{ 'slice-id': name, sst: '1', sd: '000001', upf: 'upf1', 'default-behavior': 'DENY-ALL' },
      'device-group': [{ 'device-group': name }],
    },
  ],
});

/** Of what `connected` needs. */
const silver = { 'traffic-class-id': 'silver', qci: 8, arp: 8 };

const cam = {
  'application-id': 'cam',
  address: '10.1.0.0/24',
  endpoint: [{ 'endpoint-id': 'rtsp', 'port-start': 554, 'port-end': 560 }],
};

const chicago = {
  ...site('chicago', 1, 'Chicago'),
  ...connected('chicago-line'),
  device: [{ 'device-id': 'robot1', 'display-name': 'Robot' }],
  'small-cell': [{ 'small-cell-id': 'cell1', address: 'cell1-chicago', tac: '0001' }],
};

const dallas = {
  ...site('dallas', 777, 'Dallas'),
  ...connected('dallas-line'),
  device: [{ 'device-id': 'robot2', 'display-name': 'Robot' }],
};

/** Acme's intent as far as it is there in a world. */
function acme(kind: Kind): object {
  if (kind === 'one-application') return { application: [cam] };
  return {
    application: [cam, { 'application-id': 'plc', address: '10.9.9.0/24' }],
    'traffic-class': [{ 'traffic-class-id': 'gold', qci: 7, arp: 7 }, silver],
    site: kind === 'no-dallas' ? [chicago] : [chicago, dallas],
  };
}

const globex = {
  application: [{ 'application-id': 'cam', address: '10.66.6.0/24', 'display-name': `${SECRET} app` }],
  'traffic-class': [{ 'traffic-class-id': `${SECRET}-gold`, qci: 6, arp: 6 }, silver],
  site: [
    { ...site('chicago', 66, `${SECRET} Chicago`), ...connected('globex-line') },
    site(`${SECRET}-site`, 67, `${SECRET} site`),
  ],
};

const user = async (name: string, role: string, parameters: Readonly<Record<string, string>> = {}) => ({
  name,
  // The lowest cost: these passwords protect nothing.
  'password-hash': await hashPassword(`${name}-secret`, Buffer.from('0123456789abcdef'), { N: 2, r: 1, p: 1 }),
  role: [
    {
      tenant: 'acme',
      role,
      parameter: Object.entries(parameters).map(([parameter, value]) => ({ name: parameter, value: [value] })),
    },
  ],
});

/** The attackers beside those of the service's seed; see ready-made-roles.ts. */
async function attackers(): Promise<object[]> {
  return Promise.all([
    user('site-admin', 'site-admin', { site: 'chicago' }),
    user('provider', 'third-party-provider', { application: 'cam' }),
    user('end-user', 'end-user', { site: 'chicago', device: 'robot1' }),
  ]);
}

/** The issuer of tokens that all worlds trust, and its CA file. */
export interface Trust {
  readonly issuer: TestIssuer;
  readonly ca: string;
}

/** What the worlds take of an issuer's tokens. */
function authentication({ issuer, ca }: Trust): object {
  const group = (name: string, tenant: string) => ({ name, role: [{ tenant, role: 'admin' }] });
  return {
    group: [group('attackers', 'acme'), group('victims', 'globex')],
    authentication: {
      issuer: [
        {
          name: 'corp',
          url: issuer.url,
          audience: [AUDIENCE],
          'ca-reference': `file:${ca}`,
          claim: [
            { value: 'acme-admins', group: ['attackers'] },
            { value: 'globex-admins', group: ['victims'] },
          ],
        },
      ],
    },
  };
}

/** Starts a service with the seed of this kind. */
export async function startWorld(kind: Kind, trust: Trust): Promise<World> {
  // Each look at the clock is an hour after the one before: nobody is held back for trying too often.
  let nowMs = 0;
  const service = await startService({
    adapters,
    clocks: { nowMs: () => (nowMs += 3_600_000) },
  });
  const { datastore } = service;
  const roles = readyMadeRoles.filter((role) => (role as { name: string }).name !== 'operator');
  await service.merge('platform', { role: roles, user: await attackers() });
  await service.merge('platform', authentication(trust));
  // Nobody is dialled.
  await service.merge('platform', {
    device: [{ name: 'core', kind: 'sd-core', address: 'http://127.0.0.1:1', endpoint: [CORE], enabled: false }],
  });
  const target = (name: string, tenant: string) => ({ name, tenant, model: 'aether', 'model-version': '2.1' });
  const hasGlobex = kind !== 'no-globex';
  if (hasGlobex) {
    const names = ['globex-held', 'globex-joint', 'lab'];
    await service.merge('platform', { target: names.map((name) => target(name, 'globex')) });
    await service.merge('lab', globex);
    await service.reset('lab', {});
  } else {
    await remove(service, 'platform', 'target', 'globex');
  }
  const { timeNs: foreignLabNs, revision: foreignLabRevision } = datastore.head;
  // From here on the lab is Acme's, as if it had just been made.
  await service.merge('platform', { target: [target('lab', 'acme'), target('pilot', 'acme')] });
  await service.merge('lab', { application: [cam] });
  await service.merge('acme', acme(kind));
  if (hasGlobex) await service.merge('globex', globex);
  await hold(service, hasGlobex);
  const intents = new Map<string, object>([
    ['acme', acme(kind)],
    ['lab', { application: [cam] }],
    ...(hasGlobex ? [['globex', globex] as const] : []),
  ]);
  const seeded = new Map([...intents.keys()].map((name) => [name, datastore.snapshot(name)?.rows]));
  return {
    kind,
    service,
    issuer: trust.issuer,
    foreignLabNs,
    foreignLabRevision,
    seededNs: datastore.head.timeNs,
    rows: () => rowsOf(service),
    async restore() {
      for (const [name, intent] of intents) {
        if (datastore.snapshot(name)?.rows !== seeded.get(name)) await service.reset(name, intent);
        seeded.set(name, datastore.snapshot(name)?.rows);
      }
    },
    async poke(like) {
      if (kind === 'all' && like === 'no-globex') {
        await service.merge('globex', {
          application: [{ 'application-id': 'cam', 'display-name': `${SECRET} again` }],
        });
        await service.reset('globex', globex);
      }
      if (kind === 'all' && like === 'no-dallas') {
        await service.merge('acme', { site: [{ 'site-id': 'dallas', 'display-name': 'Dallas again' }] });
        await service.merge('acme', { site: [{ 'site-id': 'dallas', 'display-name': 'Dallas' }] });
      }
      await service.merge('acme', { application: [{ 'application-id': 'cam', address: POKED }] });
    },
    close: () => service.close(),
  };
}

/** What waits for a confirmation, and elections: of the victim alone, and of the victim together with Acme's pilot. */
async function hold({ datastore }: TestService, hasGlobex: boolean): Promise<void> {
  const commit = (author: string, id: string, targets: readonly string[]) =>
    datastore.commit({
      author,
      edits: targets.map((target) => ({ target, edits: [] })),
      authorize: () => {},
      note: { kind: 'commit', id, rollbackAfterNs: 3_600_000_000_000n },
    });
  if (hasGlobex) {
    await datastore.commit({
      author: 'globex-admin',
      edits: [{ target: 'globex', edits: [] }],
      authorize: () => {},
      note: { kind: 'election', role: '', electionId: 77n },
      election: { role: '', id: 77n },
    });
    await commit('globex-admin', `${SECRET}-commit`, ['globex-held']);
  }
  await commit('operator', 'joint', hasGlobex ? ['pilot', 'globex-joint'] : ['pilot']);
}

async function remove({ datastore }: TestService, target: string, list: string, key: string): Promise<void> {
  const node = [...(datastore.snapshot(target)?.model.root.children.values() ?? [])].find(({ name }) => name === list);
  if (node === undefined) throw new Error(`no list ${list}`);
  const edits: Edit[] = [{ op: 'delete', query: [{ node, keys: [key] }] }];
  await datastore.commit({ author: 'system', edits: [{ target, edits }], authorize: () => {} });
}

function rowsOf({ datastore }: TestService): string[] {
  const rows: string[] = [];
  for (const { name } of datastore.targets()) {
    const snapshot = datastore.snapshot(name);
    if (snapshot === undefined) continue;
    for (const { key, value } of snapshot.withoutState().subtree('')) {
      rows.push(`${name} ${formatPath(decodeKey(snapshot.model.root, key))} ${value}`);
    }
  }
  return [...rows, JSON.stringify(datastore.standing.pending.map(({ id, targets }) => [id, targets]))];
}
