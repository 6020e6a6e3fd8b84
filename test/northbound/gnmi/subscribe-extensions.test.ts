// Subscribe with target *, history, depth, config subscription and a start revision, over a real socket.

import assert from 'node:assert/strict';
import Long from 'long';
import { START_REVISION, startRevision } from '../../../src/northbound/gnmi/start-revision.ts';
import {
  type Extension,
  type SubscribeResponse,
  type SubscriptionList,
  SubscriptionMode,
} from '../../../src/proto/gnmi.ts';
import { concretePath, resolveQuery } from '../../../src/schema/path.ts';
import { encodeKey } from '../../../src/schema/row-key.ts';
import { startService, type TestService, type TestUser } from '../../service.ts';
import { TestClock } from '../../test-clock.ts';
import { acme, deletesOf, list, path, Subscription, update, valuesOf } from './messages.ts';

const dallas = '/site[site-id=dallas]';
const name = `${dallas}/display-name`;
const config: Extension = { config_subscription: { start: {} } };
const long = (ns: bigint): Long => Long.fromBigInt(ns);

/** The revision that a message marks. */
function markOf(message: SubscribeResponse): number | undefined {
  const id = message.extension?.[0]?.config_subscription?.sync_done?.server_commit_id;
  return id === undefined || id === '' ? undefined : Number(id);
}

describe('gNMI Subscribe with extensions', () => {
  let service: TestService;
  const open: Subscription[] = [];
  before(async () => {
    service = await startService();
  });
  after(() => service.close());
  beforeEach(() => service.reset('acme', acme));
  afterEach(() => {
    for (const each of open.splice(0)) each.cancel();
  });

  function subscribe(wanted: SubscriptionList, extension: Extension[], user: TestUser = 'acme-admin'): Subscription {
    const stream = new Subscription(service.client(user).subscribe());
    open.push(stream);
    stream.stream.write({ subscribe: wanted, extension });
    return stream;
  }

  async function set(text: string, value: unknown): Promise<bigint> {
    await service.client('acme-admin').set({ update: [update(text, value)] });
    return service.datastore.head.timeNs;
  }

  it('ignores registered extensions that nobody knows', async () => {
    const extension = [110, 111, 112, 999].map((id) => ({ registered_ext: { id, msg: Buffer.from([255]) } }));
    assert.deepEqual(await subscribe(list('ONCE', [name]), extension).untilSync(), { [name]: 'Dallas' });
  });

  it('refuses a known extension that comes twice, and those of Set', async () => {
    const twice = [{ depth: { level: 1 } }, { depth: { level: 2 } }];
    await subscribe(list('ONCE', [name]), twice).fails('INVALID_ARGUMENT', 'extension depth comes twice');
    const arbitration = [{ master_arbitration: { election_id: { low: Long.UONE } } }];
    await subscribe(list('ONCE', [name]), arbitration).fails('INVALID_ARGUMENT', 'master_arbitration belongs to Set');
  });

  describe('target *', () => {
    const everywhere = { prefix: { target: '*' } };

    it('reads every target that the caller may read, each Notification with its own target', async () => {
      await service.reset('globex', { 'traffic-class': [{ 'traffic-class-id': 'gold', qci: 1 }] });
      const once = subscribe(list('ONCE', ['/traffic-class/qci'], everywhere), [], 'operator');
      const found = new Map<unknown, unknown>();
      for (;;) {
        const message = await once.next();
        if (message.response === 'sync_response') break;
        found.set(message.update?.prefix?.target, Object.values(valuesOf(message.update ?? {})));
      }
      assert.deepEqual(Object.fromEntries(found), { acme: [9], globex: [1] });
      await service.reset('globex', {});
    });

    it('tells changes with the target that they are in', async () => {
      const stream = subscribe(list('STREAM', ['/traffic-class'], everywhere), [], 'operator');
      await stream.untilSync();
      await service.merge('globex', { 'traffic-class': [{ 'traffic-class-id': 'new' }] });
      assert.equal((await stream.notification()).prefix?.target, 'globex');
      await service.reset('globex', {});
    });

    it('takes in a target that is made while the stream goes on', async () => {
      const stream = subscribe(list('STREAM', ['/traffic-class'], everywhere), [], 'operator');
      await stream.untilSync();
      await service.merge('platform', {
        target: [{ name: 'later', tenant: 'acme', model: 'aether', 'model-version': '2.1' }],
      });
      await service.merge('later', { 'traffic-class': [{ 'traffic-class-id': 'first' }] });
      const notification = await stream.notification();
      assert.equal(notification.prefix?.target, 'later');
      await service.reset('later', {});
      await service.client('operator').set({ prefix: { target: 'platform' }, delete: [path('/target[name=later]')] });
    });
  });

  describe('depth', () => {
    it('sends leaves down to the level that is asked for', async () => {
      const once = subscribe(list('ONCE', [dallas]), [{ depth: { level: 1 } }]);
      const found = Object.keys(await once.untilSync());
      assert.ok(found.includes(name));
      assert.ok(found.every((text) => !text.includes('imsi-definition')));
      const deeper = subscribe(list('STREAM', [dallas]), [{ depth: { level: 2 } }]);
      assert.ok(Object.keys(await deeper.untilSync()).some((text) => text.includes('imsi-definition')));
    });
  });

  describe('history', () => {
    it('answers ONCE with the values of the wanted time', async () => {
      const then = await set(name, 'then');
      await set(name, 'now');
      const once = subscribe(list('ONCE', [name]), [{ history: { snapshot_time: long(then) } }]);
      assert.deepEqual(await once.untilSync(), { [name]: 'then' });
      await once.ended();
    });

    it('replays a half-open range after the values at its start, and closes the RPC with OK', async () => {
      const start = await set(name, 'start');
      await set(name, 'inside');
      const end = await set(name, 'end');
      const range = { start: long(start), end: long(end) };
      const stream = subscribe(list('STREAM', [name]), [{ history: { range } }]);
      assert.deepEqual(await stream.untilSync(), { [name]: 'start' });
      assert.deepEqual(valuesOf(await stream.notification()), { [name]: 'inside' });
      await stream.ended();
      const changes = subscribe(list('STREAM', [name], { updates_only: true }), [{ history: { range } }]);
      assert.equal((await changes.next()).sync_response, true);
      assert.deepEqual(valuesOf(await changes.notification()), { [name]: 'start' });
      assert.deepEqual(valuesOf(await changes.notification()), { [name]: 'inside' });
      await changes.ended();
    });

    it('sends the values at its start, and no change, for a range that ends where it starts', async () => {
      const start = await set(name, 'start');
      await set(name, 'later');
      const stream = subscribe(list('STREAM', [name]), [
        { history: { range: { start: long(start), end: long(start) } } },
      ]);
      assert.deepEqual(await stream.untilSync(), { [name]: 'start' });
      await stream.ended();
    });

    it('goes back to before a target had anything', async () => {
      const once = subscribe(list('ONCE', ['/']), [{ history: { snapshot_time: long(1n) } }]);
      assert.deepEqual(await once.untilSync(), {});
      await once.ended();
    });

    const future = 9_000_000_000_000_000_000n;
    const refused: [
      title: string,
      mode: 'ONCE' | 'POLL' | 'STREAM',
      history: Extension['history'],
      ...parts: string[],
    ][] = [
      ['a snapshot in mode STREAM', 'STREAM', { snapshot_time: long(1n) }, 'INVALID_ARGUMENT', 'needs mode ONCE'],
      ['a snapshot in mode POLL', 'POLL', { snapshot_time: long(1n) }, 'INVALID_ARGUMENT', 'needs mode ONCE'],
      [
        'a range in mode ONCE',
        'ONCE',
        { range: { start: long(1n), end: long(2n) } },
        'INVALID_ARGUMENT',
        'needs mode STREAM, not ONCE',
      ],
      [
        'a range in mode POLL',
        'POLL',
        { range: { start: long(1n), end: long(2n) } },
        'INVALID_ARGUMENT',
        'needs mode STREAM, not POLL',
      ],
      ['a request that says neither', 'ONCE', {}, 'INVALID_ARGUMENT', "set 'snapshot_time' or 'range'"],
      [
        'a range that ends before it starts',
        'STREAM',
        { range: { start: long(2n), end: long(1n) } },
        'INVALID_ARGUMENT',
        'starts at 2, behind its end 1',
      ],
      ['a snapshot of the future', 'ONCE', { snapshot_time: long(future) }, 'UNIMPLEMENTED', 'in the future'],
      [
        'a range into the future',
        'STREAM',
        { range: { start: long(1n), end: long(future) } },
        'UNIMPLEMENTED',
        'in the future',
      ],
      [
        'a range within the future',
        'STREAM',
        { range: { start: long(future), end: long(future) } },
        'UNIMPLEMENTED',
        `${future} ns is in the future`,
      ],
    ];
    for (const [title, mode, history, code = '', part = ''] of refused) {
      it(`refuses ${title}`, async () => {
        const stream = subscribe(list(mode, [name]), [{ history: history ?? {} }]);
        await stream.fails(code as Parameters<Subscription['fails']>[0], part);
      });
    }
  });

  describe('config subscription', () => {
    it('marks the revision behind the sync and behind the updates of each commit', async () => {
      const stream = subscribe(list('STREAM', [dallas]), [config]);
      await stream.untilSync();
      assert.equal(markOf(await stream.next()), service.datastore.head.revision);
      await set(name, 'marked');
      assert.deepEqual(valuesOf(await stream.notification()), { [name]: 'marked' });
      const mark = await stream.next();
      assert.equal(markOf(mark), service.datastore.head.revision);
      assert.equal(mark.extension?.[0]?.config_subscription?.sync_done?.done, true);
    });

    it('names the id of a confirmed commit in the marker of the commit and of its cancellation, and marks no confirmation', async () => {
      const stream = subscribe(list('STREAM', [dallas]), [config]);
      await stream.untilSync();
      await stream.next();
      const commit = (extension: Extension, value?: string) =>
        service.client('acme-admin').set({
          prefix: { target: 'acme' },
          update: value === undefined ? [] : [update(name, value)],
          extension: [extension],
        });
      const marked = async (value: string) => {
        assert.deepEqual(valuesOf(await stream.notification()), { [name]: value });
        return (await stream.next()).extension?.[0]?.config_subscription?.sync_done?.commit_confirm_id;
      };
      await commit({ commit: { id: 'first', commit: {} } }, 'tried');
      assert.equal(await marked('tried'), 'first');
      await commit({ commit: { id: 'first', confirm: {} } });
      await commit({ commit: { id: 'second', commit: {} } }, 'undone');
      assert.equal(await marked('undone'), 'second');
      await commit({ commit: { id: 'second', cancel: {} } });
      assert.equal(await marked('tried'), 'second');
    });

    it('names the id of a confirmed commit when its time is over, too', async () => {
      const clock = new TestClock();
      const own = await startService({ now: clock.now, timer: clock.timer });
      await own.reset('acme', acme);
      const stream = new Subscription(own.client('acme-admin').subscribe());
      stream.stream.write({ subscribe: list('STREAM', [name]), extension: [config] });
      await stream.untilSync();
      await stream.next();
      const rollback_duration = { seconds: Long.fromNumber(30) };
      const extension = [{ commit: { id: 'late', commit: { rollback_duration } } }];
      await own.client('acme-admin').set({ update: [update(name, 'tried')], extension });
      // Revisions of one moment are a nanosecond apart, so the time limit is a little behind the clock.
      clock.advance(30_001);
      for (const value of ['tried', 'Dallas']) {
        assert.deepEqual(valuesOf(await stream.notification()), { [name]: value });
        assert.equal((await stream.next()).extension?.[0]?.config_subscription?.sync_done?.commit_confirm_id, 'late');
      }
      await own.close();
    });

    it('sends configuration only, at first and as changes', async () => {
      const device = '/site[site-id=chicago]/device[device-id=robot1]';
      const leaf = `${device}/state/connected`;
      const elems = path(leaf).elem?.map(({ name: each = '', key = {} }) => ({ name: each, key })) ?? [];
      const model = service.datastore.snapshot('acme')?.model ?? assert.fail('no target');
      const key = encodeKey(concretePath(resolveQuery(model.root, elems)[0] ?? []) ?? []);
      const report = (value: string | undefined) => service.datastore.report('acme', [{ key, value }]);
      report('"Yes"');
      assert.equal((await subscribe(list('ONCE', [device]), []).untilSync())[leaf], 'Yes');
      const all = subscribe(list('STREAM', [device]), []);
      const only = subscribe(list('STREAM', [device]), [config]);
      assert.equal((await all.untilSync())[leaf], 'Yes');
      const first = await only.untilSync();
      assert.equal(first[`${device}/sim-card`], 'sim1');
      assert.equal(first[leaf], undefined);
      assert.equal(markOf(await only.next()), service.datastore.head.revision);
      report('"No"');
      assert.deepEqual(valuesOf(await all.notification()), { [leaf]: 'No' });
      await set(`${device}/display-name`, 'Robot');
      assert.deepEqual(valuesOf(await only.notification()), { [`${device}/display-name`]: 'Robot' });
      report(undefined);
    });

    it('marks nothing for a stream that is only sampled, and nothing for a commit that its client does not see', async () => {
      const second = Long.fromNumber(1_000_000_000);
      const subscription = [{ path: path(name), mode: SubscriptionMode.SAMPLE, sample_interval: second.mul(3_600) }];
      const sampled = subscribe({ ...list('STREAM', []), subscription }, [config]);
      const changes = subscribe(list('STREAM', [name]), [config]);
      for (const each of [sampled, changes]) await each.untilSync();
      await changes.next();
      await set('/traffic-class[traffic-class-id=gold]/arp', 3);
      await set(name, 'seen');
      assert.deepEqual(valuesOf(await changes.notification()), { [name]: 'seen' });
      assert.equal(markOf(await changes.next()), service.datastore.head.revision);
      sampled.poll();
      await assert.rejects(sampled.next(), /only allowed in mode POLL/);
    });

    it('refuses a request without its start', async () => {
      const stream = subscribe(list('STREAM', [dallas]), [{ config_subscription: {} }]);
      await stream.fails('INVALID_ARGUMENT', "'start'");
    });
  });

  describe('start revision', () => {
    it('sends the latest value of all that changed since then, the sync and a marker, and then goes on', async () => {
      const from = service.datastore.head.revision;
      await set(name, 'one');
      await set(name, 'two');
      await service.client('acme-admin').set({ delete: [path('/traffic-class[traffic-class-id=gold]/arp')] });
      const stream = subscribe(list('STREAM', ['/']), [config, startRevision(from)]);
      const missed = await stream.notification();
      assert.deepEqual(valuesOf(missed), { [name]: 'two' });
      assert.deepEqual(deletesOf(missed), ['/traffic-class[traffic-class-id=gold]/arp']);
      assert.equal((await stream.next()).sync_response, true);
      assert.equal(markOf(await stream.next()), service.datastore.head.revision);
      await set(name, 'three');
      assert.deepEqual(valuesOf(await stream.notification()), { [name]: 'three' });
    });

    it('refuses a revision that has not been, and one that is too long ago, with OUT_OF_RANGE', async () => {
      const { revision } = service.datastore.head;
      await subscribe(list('STREAM', ['/']), [config, startRevision(revision + 1)]).fails(
        'OUT_OF_RANGE',
        'has not been',
      );
      const short = await startService({ limits: { revisionsToResume: 1 } });
      await short.reset('acme', acme);
      await short.merge('acme', { 'traffic-class': [{ 'traffic-class-id': 'gold', qci: 8 }] });
      const late = new Subscription(short.client('acme-admin').subscribe());
      late.stream.write({ subscribe: list('STREAM', ['/']), extension: [config, startRevision(1)] });
      await late.fails('OUT_OF_RANGE', 'at most 1');
      await short.close();
    });

    it('refuses to go on when the rights of the user have changed since', async () => {
      await service.merge('platform', { user: [{ name: 'nobody', role: [{ tenant: 'acme', role: 'planner' }] }] });
      const { revision } = service.datastore.head;
      await service.merge('platform', { user: [{ name: 'nobody', role: [{ tenant: 'acme', role: 'reader' }] }] });
      const stream = subscribe(list('STREAM', ['/']), [config, startRevision(revision)], 'nobody');
      await stream.fails('OUT_OF_RANGE', 'what you may read has changed');
      await service
        .client('operator')
        .set({ prefix: { target: 'platform' }, delete: [path('/user[name=nobody]/role')] });
    });

    it('refuses a message that cannot be read, one without a revision, and two of them', async () => {
      const broken = (...bytes: number[]) => ({ registered_ext: { id: START_REVISION, msg: Buffer.from(bytes) } });
      for (const extension of [broken(8), broken(), broken(8, 0), broken(8, ...Array(9).fill(255), 1)]) {
        await subscribe(list('STREAM', ['/']), [config, extension]).fails(
          'INVALID_ARGUMENT',
          'registered extension 9339',
          'from_revision',
        );
      }
      const twice = [config, startRevision(1), startRevision(1)];
      await subscribe(list('STREAM', ['/']), twice).fails('INVALID_ARGUMENT', '9339 comes 2 times');
    });

    const unfit: [title: string, wanted: SubscriptionList, extension: Extension[], part: string][] = [
      ['mode ONCE', list('ONCE', ['/']), [], 'needs mode STREAM, not ONCE'],
      ['mode POLL', list('POLL', ['/']), [], 'needs mode STREAM, not POLL'],
      ['updates_only', list('STREAM', ['/'], { updates_only: true }), [], 'cannot go with updates_only'],
      [
        'mode SAMPLE',
        { subscription: [{ path: path('/site') }, { path: path('/'), mode: SubscriptionMode.SAMPLE }] },
        [],
        'cannot go with mode SAMPLE',
      ],
      [
        'history',
        list('STREAM', ['/']),
        [{ history: { range: { start: long(1n), end: long(2n) } } }],
        'cannot go with the extension history',
      ],
    ];
    for (const [title, wanted, extension, part] of unfit) {
      it(`refuses it with ${title}`, async () => {
        await subscribe(wanted, [config, startRevision(1), ...extension]).fails('INVALID_ARGUMENT', part);
      });
    }

    it('refuses it without a config subscription, whose markers tell what the client holds', async () => {
      await subscribe(list('STREAM', ['/']), [startRevision(1)]).fails('INVALID_ARGUMENT', 'config_subscription');
    });
  });
});
