// The verifier: random commits, slow readers and reconnects; at each marked revision a reader holds what a Get gave then.

import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import Long from 'long';
import {
  DataType,
  Encoding,
  type SetRequest,
  SubscriptionMode,
  type Subscription as Wanted,
} from '../src/proto/gnmi.ts';
import { revisionOf } from '../src/proto/transaction-info.ts';
import { HandTimers } from '../test/northbound/gnmi/hand-timers.ts';
import { acme, list, path, Subscription, update, valuesOf } from '../test/northbound/gnmi/messages.ts';
import { startService } from '../test/service.ts';
import { Replica, treeText } from './replica.ts';

export interface ReplayOptions {
  readonly seed: number;
  readonly commits: number;
}

export interface ReplayReport {
  /** How many marked revisions of all readers were compared with the answer of a Get ... */
  readonly byGet: number;
  /** ... and with that of a Subscribe ONCE with the history extension. */
  readonly byHistory: number;
  /** How many different revisions that were. */
  readonly revisions: number;
  readonly reconnects: number;
  /** Values that were overtaken while readers were slow. */
  readonly duplicates: number;
}

const pool = '/site[site-id=chicago]/ip-domain[ip-domain-id=pool]';
const dallas = '/site[site-id=dallas]';
const minuteNs = Long.fromString('60000000000');

/** What the readers subscribe to: the whole target, as one path or in overlapping parts, with heartbeats and without. */
const readers: readonly (readonly Wanted[])[] = [
  [{ path: path('/') }],
  [{ path: path('/'), mode: SubscriptionMode.ON_CHANGE, heartbeat_interval: minuteNs }],
  [{ path: path('/site[site-id=*]') }, { path: path('/traffic-class/description') }, { path: path('/') }],
  [{ path: path('/'), heartbeat_interval: minuteNs }],
];

/** Numbers that look random and are the same in every run. */
function chance(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/**
 * Everything goes through a socket. The only writer asks with a Get what there is after about half of its commits, and the
 * answer's timestamp shows that it is of that revision; of the others, which the next commit follows at once, the history
 * extension tells later what there was.
 * @throws AssertionError naming the first revision at which a reader holds anything else, or that cannot be read.
 */
export async function replay({ seed, commits }: ReplayOptions): Promise<ReplayReport> {
  const timers = new HandTimers();
  const limits = { commitsBehind: 3, messagesAhead: 4, updatesPerNotification: 5 };
  const service = await startService({ timers, limits });
  const client = service.client('acme-admin');
  const random = chance(seed);
  /** Commit times and, where a Get was made, what it gave, by revision. */
  const times = new Map<number, Long>();
  const gets = new Map<number, string>();
  const past = new Map<number, string>();
  const compared = new Set<number>();
  let byGet = 0;
  let byHistory = 0;

  async function commit(request: SetRequest): Promise<number> {
    const response = await client.set(request);
    const revision = revisionOf(response) ?? assert.fail('no transaction info');
    times.set(revision, response.timestamp ?? assert.fail('no timestamp'));
    return revision;
  }

  async function get(revision: number): Promise<void> {
    const asked = { path: [path('/')], type: DataType.CONFIG, encoding: Encoding.PROTO };
    const [notification = {}] = (await client.get(asked)).notification ?? [];
    assert.equal(`${notification.timestamp}`, `${times.get(revision)}`, `the Get is not of revision ${revision}`);
    gets.set(revision, treeText(Object.entries(valuesOf(notification))));
  }

  async function history(revision: number): Promise<string> {
    const known = past.get(revision);
    if (known !== undefined) return known;
    const snapshot_time = times.get(revision) ?? assert.fail(`revision ${revision} is marked and was never answered`);
    const once = new Subscription(client.subscribe());
    const wanted = list('ONCE', ['/'], { encoding: Encoding.PROTO });
    once.stream.write({ subscribe: wanted, extension: [{ history: { snapshot_time } }] });
    const tree = treeText(Object.entries(await once.untilSync()));
    past.set(revision, tree);
    return tree;
  }

  async function verify(replica: Replica): Promise<void> {
    if (replica.failure !== undefined) throw replica.failure;
    for (const { revision, tree } of replica.takeMarked()) {
      const answer = gets.get(revision);
      assert.equal(tree, answer ?? (await history(revision)), `revision ${revision}`);
      if (answer === undefined) byHistory++;
      else byGet++;
      compared.add(revision);
    }
  }

  let last = await commit({ replace: [update('/', acme)] });
  await get(last);
  const replicas = readers.map((wanted, i) => new Replica(service.client('acme-admin'), wanted, chance(seed + i + 1)));
  for (const replica of replicas) replica.connect();
  for (let i = 0; i < commits; i++) {
    last = await commit(change(random));
    if (random(2) === 0) await get(last);
    if (random(4) === 0) timers.pass(60_000);
    for (const replica of replicas) {
      replica.step();
      await verify(replica);
    }
    // Readers get a few turns between two commits.
    for (let turn = random(6); turn > 0; turn--) await setImmediate();
  }
  for (const replica of replicas) replica.resume();
  for (const replica of replicas) {
    while (replica.marked !== last && replica.failure === undefined) await setImmediate();
    await verify(replica);
    replica.close();
  }
  await service.close();
  const reconnects = replicas.reduce((sum, replica) => sum + replica.reconnects, 0);
  const duplicates = replicas.reduce((sum, replica) => sum + replica.duplicates, 0);
  return { byGet, byHistory, revisions: compared.size, reconnects, duplicates };
}

/** A commit of any size: a leaf, an entry or a branch that comes, changes or goes, a default, or everything at once. */
function change(random: (below: number) => number): SetRequest {
  const entry = `/traffic-class[traffic-class-id=t${random(6)}]`;
  switch (random(9)) {
    case 0:
      return { replace: [update('/', acme)] };
    case 1: {
      const classes = Array.from({ length: random(6) }, (_, n) => ({
        'traffic-class-id': `t${n}`,
        qci: 1 + random(9),
      }));
      return { replace: [update('/', { ...acme, 'traffic-class': [...acme['traffic-class'], ...classes] })] };
    }
    case 2:
      return { delete: [path(entry), path(`${pool}/mtu`)] };
    case 3:
      return { delete: [path(dallas)], update: [update(`${pool}/mtu`, 1_400 + random(90))] };
    case 4:
      return { update: [update('/site', [acme.site[1]]), update(`${dallas}/description`, 'x'.repeat(random(500)))] };
    default:
      return { update: [update('/traffic-class', longEntries(random))] };
  }
}

/** Some kilobytes, so that few commits fill what a connection holds for a reader that pauses. */
function longEntries(random: (below: number) => number): object[] {
  return Array.from({ length: 1 + random(12) }, () => ({
    'traffic-class-id': `t${random(12)}`,
    description: 'x'.repeat(1 + random(1_000)),
    arp: 1 + random(15),
  })).filter(
    (entry, i, all) => all.findIndex((other) => other['traffic-class-id'] === entry['traffic-class-id']) === i,
  );
}
