// No sequence of requests by one tenant changes another's rows, or is answered otherwise for what the other one has.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import Long from 'long';
import type { Answer } from '../../attacks/answer.ts';
import { Hand } from '../../attacks/hand.ts';
import { firstRequest, getRequest, setRequest } from '../../fuzz/arbitraries.ts';
import { startRevision } from '../../src/northbound/gnmi/start-revision.ts';
import type { Extension, GetRequest, SetRequest, SubscribeRequest } from '../../src/proto/gnmi.ts';
import { parsePath } from '../../src/proto/path-text.ts';
import { HandTimers } from '../northbound/gnmi/hand-timers.ts';
import { acme } from '../northbound/gnmi/messages.ts';
import { startService, type TestService } from '../service.ts';

/** One of the two services, with the moments of the run so far. */
interface World {
  readonly service: TestService;
  readonly moments: { readonly timeNs: bigint; readonly revision: number }[];
}

/** A request by its number of moment: services have different times and revisions of the same moment. */
type Step =
  | { readonly kind: 'get'; readonly request: GetRequest }
  | { readonly kind: 'set'; readonly request: SetRequest }
  | { readonly kind: 'subscribe'; readonly request: SubscribeRequest }
  | { readonly kind: 'past'; readonly target: string; readonly from: number; readonly to: number; readonly how: How }
  /** The victim does something, in one service only. */
  | { readonly kind: 'victim'; readonly intent: object };

type How = 'snapshot' | 'range' | 'resume';

const names = ['cam', 'plc', 'hmi', 'agv'];
const number = fc.integer({ min: 1, max: 200 });

/** Something that a target may hold, and that nothing which the attackers may write refers to. */
const intent = fc.record({
  application: fc
    .uniqueArray(fc.record({ id: fc.constantFrom(...names), part: number }), { selector: ({ id }) => id, maxLength: 3 })
    .map((all) => all.map(({ id, part }) => ({ 'application-id': id, address: `10.${part}.0.0/24` }))),
  site: sites(),
});

function sites() {
  const one = fc.record({
    id: fc.constantFrom('chicago', 'dallas', 'fuzz', 'paris'),
    text: fc.constantFrom('A', 'B', 'Dallas'),
  });
  return fc.uniqueArray(one, { selector: ({ id }) => id, maxLength: 3 }).map((all) =>
    all.map(({ id, text }, i) => ({
      'site-id': id,
      'display-name': text,
      'imsi-definition': { mcc: '315', mnc: '010', enterprise: i, format: 'CCCNNNEEESSSSSS' },
      device: [{ 'device-id': `${text.toLowerCase()}1` }],
    })),
  );
}

const target = fc.constantFrom('acme', 'acme', 'globex', '*', 'platform', 'nowhere');
const guess = fc.record({
  target,
  sites: sites(),
  op: fc.constantFrom('update', 'replace', 'delete', 'union_replace'),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: getRequest.map((request): Step => ({ kind: 'get', request: request as GetRequest })) },
  { weight: 4, arbitrary: setRequest.map((request): Step => ({ kind: 'set', request: request as SetRequest })) },
  { weight: 3, arbitrary: guess.map((of): Step => ({ kind: 'set', request: guessOf(of) })) },
  {
    weight: 3,
    arbitrary: firstRequest.map((request): Step => ({ kind: 'subscribe', request: request as SubscribeRequest })),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('past' as const),
      target,
      from: fc.nat(10),
      to: fc.nat(10),
      how: fc.constantFrom<How>('snapshot', 'range', 'resume'),
    }),
  },
  { weight: 2, arbitrary: intent.map((made): Step => ({ kind: 'victim', intent: made })) },
);

/** Sites that the victim may have just so, at the root or as a list. */
function guessOf({ target, sites, op }: { target: string; sites: readonly object[]; op: string }): SetRequest {
  const prefix = { target };
  if (op === 'delete') return { prefix, delete: [parsePath('/site')] };
  return { prefix, [op]: [{ path: parsePath('/'), val: { json_val: Buffer.from(JSON.stringify({ site: sites })) } }] };
}

/** Who attacks, and what of the rows is a victim's, by target and beginning of the key. */
const attackers = [
  { user: 'acme-admin', hidden: [] },
  { user: 'acme-planner', hidden: ['edgeconf-site:site'] },
] as const;

describe('two tenants', () => {
  const worlds: World[] = [];
  before(async () => {
    for (let i = 0; i < 2; i++) worlds.push({ service: await startService({ timers: new HandTimers() }), moments: [] });
  });
  after(async () => {
    for (const { service } of worlds) await service.close();
  });

  for (const { user, hidden } of attackers) {
    it(`see and change nothing of one another: ${user} against two services with different victims`, async () => {
      const property = fc.asyncProperty(
        intent,
        intent,
        fc.array(step, { minLength: 1, maxLength: 8 }),
        async (a, b, steps) => {
          const [first, second] = worlds as [World, World];
          await begin(first, a, hidden);
          await begin(second, b, hidden);
          for (const each of steps) {
            const [one, two] = await Promise.all(
              [first, second].map((world) => carryOut(world, user, hidden, each, world === first)),
            );
            assert.deepEqual(one, two);
          }
        },
      );
      await fc.assert(property, { numRuns: 60 });
    }).timeout(180_000);
  }
});

/** Puts everything in its place: the victim's intent, and what the attackers see of Acme. */
async function begin({ service, moments }: World, victim: object, hidden: readonly string[]): Promise<void> {
  const { confirmedCommits } = service.datastore;
  for (const pending of confirmedCommits.pending) await confirmedCommits.confirm(pending, 'the test');
  await service.reset('globex', victim);
  const { site } = victim as { site: readonly object[] };
  await service.reset('acme', hidden.length === 0 ? acme : { application: acme.application, site });
  moments.splice(0, moments.length, service.datastore.head);
}

async function carryOut(
  world: World,
  user: string,
  hidden: readonly string[],
  each: Step,
  isFirst: boolean,
): Promise<Answer | undefined> {
  const { service, moments } = world;
  if (each.kind === 'victim') {
    if (isFirst) await service.reset('globex', each.intent);
    moments.push(service.datastore.head);
    return undefined;
  }
  const hand = new Hand(service.address, user);
  try {
    const before = victimRows(service, hidden);
    const answer = await ask(hand, world, each);
    assert.deepEqual(victimRows(service, hidden), before, 'rows of the victim changed');
    moments.push(service.datastore.head);
    return answer;
  } finally {
    hand.close();
  }
}

function ask(hand: Hand, { moments }: World, each: Exclude<Step, { kind: 'victim' }>): Promise<Answer> {
  switch (each.kind) {
    case 'get':
      return hand.call('Get', each.request);
    case 'set':
      return hand.call('Set', each.request);
    case 'subscribe':
      return hand.subscribe(each.request, each.request.subscribe?.mode === 2 ? ['poll', 'leave'] : ['leave']);
    case 'past':
      return hand.subscribe(pastOf(each, moments), ['leave']);
  }
}

function pastOf(
  { target, from, to, how }: Extract<Step, { kind: 'past' }>,
  moments: World['moments'],
): SubscribeRequest {
  const [a, b] = [Math.min(from, to), Math.max(from, to)].map((i) => moments[Math.min(i, moments.length - 1)]);
  const long = (ns: bigint | undefined): Long => Long.fromBigInt(ns ?? 0n);
  const subscription = [
    { path: parsePath('/application'), mode: 1 },
    { path: parsePath('/site'), mode: 1 },
  ];
  const extension: Readonly<Record<How, Extension[]>> = {
    snapshot: [{ history: { snapshot_time: long(a?.timeNs) } }],
    range: [{ history: { range: { start: long(a?.timeNs), end: long(b?.timeNs) } } }],
    resume: [{ config_subscription: { start: {} } }, startRevision(a?.revision ?? 0)],
  };
  return {
    subscribe: { prefix: { target }, subscription, mode: how === 'snapshot' ? 1 : 0 },
    extension: extension[how],
  };
}

/** All that is the victim's: Globex, the platform, and what is hidden of Acme. */
function victimRows({ datastore }: TestService, hidden: readonly string[]): string[] {
  const rows: string[] = [];
  for (const [target, starts] of [
    ['globex', ['']],
    ['platform', ['']],
    ['acme', hidden],
  ] as const) {
    for (const start of starts) {
      for (const { key, value } of datastore.snapshot(target)?.withoutState().subtree('') ?? []) {
        if (key.startsWith(start)) rows.push(`${target} ${key} ${value}`);
      }
    }
  }
  return rows;
}
