// Streams whose caller's rights change: each is ended and says that it must be subscribed again, and tells nothing under the old rights.

import assert from 'node:assert/strict';
import Long from 'long';
import { hashPassword } from '../../src/access/password.ts';
import {
  type Extension,
  type SetRequest,
  type SubscriptionList,
  SubscriptionMode,
  type Subscription as Wanted,
} from '../../src/proto/gnmi.ts';
import { HandTimers } from '../northbound/gnmi/hand-timers.ts';
import { acme, json, list, path, Subscription } from '../northbound/gnmi/messages.ts';
import { startService, type TestService } from '../service.ts';

const dallas = '/site[site-id=dallas]/display-name';
const rule = (name: string, at: string, effect = 'allow') => ({
  name,
  effect,
  target: '*',
  path: at,
  action: ['read'],
});
const paths = [dallas, '/application'];

/** The watcher sees one site by a parameter of a role, an application by a role that it inherits, and another by a group. */
const seed = {
  watch: { inherits: ['base'], rule: [rule('site', '/site[site-id={site}]')] },
  base: { rule: [rule('cam', '/application[application-id=cam]')] },
  plc: { rule: [rule('plc', '/application[application-id=plc]')] },
  watchers: { role: [{ tenant: 'acme', role: 'plc' }] },
  watcher: {
    group: ['watchers'],
    role: [{ tenant: 'acme', role: 'watch', parameter: [{ name: 'site', value: ['dallas'] }] }],
  },
};
const places: Readonly<Record<keyof typeof seed, string>> = {
  watch: '/role[name=watch]',
  base: '/role[name=base]',
  plc: '/role[name=plc]',
  watchers: '/group[name=watchers]',
  watcher: '/user[name=watcher]',
};
const given = `${places.watcher}/role[tenant=acme][role=watch]`;
const write = (at: string, value: unknown) => ({ path: path(at), val: json(value) });

const changes: readonly (readonly [title: string, change: SetRequest])[] = [
  ['a rule of a role', { update: [write(`${places.watch}/rule[name=no]`, rule('no', '/site/display-name', 'deny'))] }],
  [
    'a rule of an inherited role',
    { update: [write(`${places.base}/rule[name=no]`, rule('no', '/application', 'deny'))] },
  ],
  ['what a role inherits', { delete: [path(`${places.watch}/inherits`)] }],
  ['a rule of the role of a group', { update: [write(`${places.plc}/rule[name=plc]/path`, '/template')] }],
  ['the roles of a group', { delete: [path(`${places.watchers}/role`)] }],
  ['the groups of a user', { delete: [path(`${places.watcher}/group`)] }],
  ['the roles of a user', { delete: [path(given)] }],
  [
    'the tenant for which a role is given',
    { replace: [write(`${places.watcher}/role`, [{ tenant: 'globex', role: 'watch' }])] },
  ],
  ['a parameter of a role', { replace: [write(`${given}/parameter[name=site]/value`, ['chicago'])] }],
  ['a right that is more', { update: [write(`${places.base}/rule[name=more]`, rule('more', '/template'))] }],
  ['the user, who is gone', { delete: [path(places.watcher)] }],
  ['the tenant of the target', { update: [write('/target[name=acme]/tenant', 'globex')] }],
];

const sample = (text: string): Wanted => ({ path: path(text), mode: SubscriptionMode.SAMPLE, sample_interval: 10e9 });
const config: Extension = { config_subscription: { start: {} } };
const prefix = { target: 'acme' };

const kinds: readonly (readonly [title: string, list: SubscriptionList, extension?: Extension[]])[] = [
  ['on change', list('STREAM', paths, { prefix })],
  ['on change, without the first values', list('STREAM', paths, { prefix, updates_only: true })],
  ['on change, with markers', list('STREAM', paths, { prefix }), [config]],
  ['in samples', { prefix, subscription: paths.map(sample) }],
  ['of all targets', list('STREAM', paths, { prefix: { target: '*' } })],
  ['by polls', list('POLL', paths, { prefix })],
];

describe('streams whose rights change', () => {
  const timers = new HandTimers();
  let service: TestService;
  let stream: Subscription;
  before(async () => {
    service = await startService({ timers });
    await service.reset('acme', acme);
    const hash = await hashPassword('watcher-secret', Buffer.from('0123456789abcdef'), { N: 2, r: 1, p: 1 });
    Object.assign(seed.watcher, { 'password-hash': hash });
  });
  after(() => service.close());
  beforeEach(async () => {
    const all = Object.entries(places).map(([name, at]) => write(at, seed[name as keyof typeof seed]));
    await change({ replace: all, update: [write('/target[name=acme]/tenant', 'acme')] });
  });
  afterEach(() => stream.cancel());

  const change = (request: SetRequest) =>
    service.client('operator').set({ prefix: { target: 'platform' }, ...request });
  const rename = (name: string) => service.merge('acme', { site: [{ 'site-id': 'dallas', 'display-name': name }] });

  function subscribe(wanted: SubscriptionList, extension: Extension[] = []): Subscription {
    stream = new Subscription(service.client('watcher').subscribe());
    stream.stream.write({ subscribe: wanted, extension });
    return stream;
  }

  /** Requires that the next that comes is the end. */
  async function ends(): Promise<void> {
    await assert.rejects(stream.next(), { code: 7, details: /what you may read has changed; subscribe again/ });
  }

  for (const [kind, wanted, extension] of kinds) {
    describe(kind, () => {
      for (const [title, request] of changes) {
        it(`end when it is ${title}`, async () => {
          subscribe(wanted, extension);
          await stream.untilSync();
          if (extension !== undefined) await stream.next();
          await change(request);
          await rename('told to nobody');
          timers.pass(10_000);
          if (wanted.mode === 2) stream.poll();
          await ends();
        });
      }

      it('go on when other rights change', async () => {
        await rename('Before');
        subscribe(wanted, extension);
        await stream.untilSync();
        if (extension !== undefined) await stream.next();
        await change({ update: [write('/role[name=planner]/rule[name=more]', rule('more', '/template'))] });
        await rename('After');
        timers.pass(10_000);
        if (wanted.mode === 2) stream.poll();
        const { update = [] } = await stream.notification();
        assert.ok(update.some(({ val }) => Buffer.from(val?.json_val ?? []).toString() === '"After"'));
        await change({ delete: [path('/role[name=planner]/rule[name=more]')] });
      });
    });
  }

  it('end when the target comes to another tenant in which the user has some rights too', async () => {
    await change({ update: [write(`${places.watcher}/role[tenant=globex][role=plc]`, {})] });
    subscribe(list('STREAM', ['/'], { prefix }));
    await stream.untilSync();
    await change({ update: [write('/target[name=acme]/tenant', 'globex')] });
    await ends();
  });

  describe('while what they ask for is being sent', () => {
    // Far more than what the client and the sockets take while nobody reads.
    const applications = (address: string) =>
      Array.from({ length: 2_000 }, (_, i) => ({ 'application-id': `a${i}`, address }));
    let range: { start: Long; end: Long };
    before(async () => {
      const { timeNs } = service.datastore.head;
      for (let i = 0; i < 8; i++) await service.merge('acme', { application: applications(`10.0.${i}.0/24`) });
      range = { start: Long.fromBigInt(timeNs), end: Long.fromBigInt(service.datastore.head.timeNs) };
    });
    after(() => service.reset('acme', acme));
    beforeEach(() => change({ update: [write(`${places.base}/rule[name=all]`, rule('all', '/application'))] }));

    async function endsBy(request: SetRequest): Promise<void> {
      subscribe(list('STREAM', ['/application'], { prefix }), [{ history: { range } }]);
      await stream.untilSync();
      stream.stream.pause();
      await change(request);
      stream.stream.resume();
      await stream.fails('PERMISSION_DENIED', 'subscribe again');
    }

    it('of the past end', () => endsBy({ delete: [path(given)] }));

    it('of the past end with a new password', async () => {
      const hash = await hashPassword('another', Buffer.from('0123456789abcdef'), { N: 2, r: 1, p: 1 });
      await endsBy({ update: [write(`${places.watcher}/password-hash`, hash)] });
    });
  });

  it('tell no value of a revision at which the rights were gone, however close it is', async () => {
    for (let round = 0; round < 10; round++) {
      await change({ replace: [write(places.watcher, seed.watcher)] });
      subscribe(list('STREAM', [dallas], { prefix }));
      await stream.untilSync();
      // All at once: some fall before the change of the rights, some behind it.
      const renames = Array.from({ length: 8 }, async (_, i) => {
        const name = `round ${round} name ${i}`;
        return [name, (await rename(name)).revision] as const;
      });
      const gone = change({ delete: [path(given)] }).then(() => service.datastore.snapshot('platform')?.revision ?? 0);
      const more = Array.from({ length: 8 }, async (_, i) => {
        const name = `round ${round} more ${i}`;
        return [name, (await rename(name)).revision] as const;
      });
      const revisions = new Map(await Promise.all([...renames, ...more]));
      const end = await gone;
      for (;;) {
        const message = await stream.next().catch(() => undefined);
        if (message === undefined) break;
        for (const { val } of message.update?.update ?? []) {
          const name = JSON.parse(Buffer.from(val?.json_val ?? []).toString()) as string;
          assert.ok((revisions.get(name) ?? 0) < end, `${name} was told, and the rights were gone at revision ${end}`);
        }
      }
      await stream.fails('PERMISSION_DENIED', 'subscribe again');
    }
  });
});
