// Subscribe over a real socket: ONCE, POLL and STREAM, syncs, changes, deletes, defaults, rights, and what is refused.

import assert from 'node:assert/strict';
import { Encoding, type SubscribeRequest, type SubscriptionList, SubscriptionMode } from '../../../src/proto/gnmi.ts';
import { startService, type TestService, type TestUser } from '../../service.ts';
import { acme, deletesOf, list, path, Subscription, update, valuesOf } from './messages.ts';

const chicago = '/site[site-id=chicago]';
const dallas = '/site[site-id=dallas]';
const pool = `${chicago}/ip-domain[ip-domain-id=pool]`;

describe('gNMI Subscribe', () => {
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

  function stream(user: TestUser = 'acme-admin'): Subscription {
    const subscription = new Subscription(service.client(user).subscribe());
    open.push(subscription);
    return subscription;
  }

  function subscribe(wanted: SubscriptionList, user: TestUser = 'acme-admin'): Subscription {
    return stream(user).subscribe(wanted);
  }

  async function set(text: string, value: unknown): Promise<void> {
    await service.client('acme-admin').set({ update: [update(text, value)] });
  }

  async function remove(...texts: string[]): Promise<void> {
    await service.client('acme-admin').set({ delete: texts.map(path) });
  }

  describe('ONCE', () => {
    it('sends every leaf on its own, defaults in use included, then the sync, and ends with OK', async () => {
      const once = subscribe(list('ONCE', [pool]));
      assert.deepEqual(await once.untilSync(), {
        [`${pool}/ip-domain-id`]: 'pool',
        [`${pool}/dnn`]: 'internet',
        [`${pool}/subnet`]: '10.250.0.0/16',
        [`${pool}/admin-status`]: 'ENABLE',
        [`${pool}/mtu`]: 1492,
      });
      await once.ended();
    });

    it('sends one value for one leaf, and the sync alone when there is nothing', async () => {
      const leaf = subscribe(list('ONCE', [`${dallas}/display-name`]));
      assert.deepEqual(valuesOf(await leaf.notification()), { [`${dallas}/display-name`]: 'Dallas' });
      assert.equal((await leaf.next()).sync_response, true);
      await leaf.ended();
      const nothing = subscribe(list('ONCE', ['/template']));
      assert.deepEqual(await nothing.untilSync(), {});
      await nothing.ended();
    });

    it('sends a leaf of two overlapping subscriptions once', async () => {
      const once = subscribe(list('ONCE', [dallas, `${dallas}/display-name`, '/site/display-name']));
      let count = 0;
      for (;;) {
        const message = await once.next();
        if (message.response === 'sync_response') break;
        count += (message.update?.update ?? []).filter(
          ({ path: at }) => at?.elem?.at(-1)?.name === 'display-name',
        ).length;
      }
      assert.equal(count, 2);
    });

    it('cuts many values into several Notifications of bounded size', async () => {
      const small = await startService({ limits: { updatesPerNotification: 3 } });
      await small.reset('acme', acme);
      const once = new Subscription(small.client('acme-admin').subscribe()).subscribe(list('ONCE', ['/site']));
      const sizes: number[] = [];
      for (;;) {
        const message = await once.next();
        if (message.response === 'sync_response') break;
        sizes.push(message.update?.update?.length ?? 0);
      }
      assert.ok(sizes.length > 5);
      assert.ok(sizes.slice(0, -1).every((size) => size === 3));
      await small.close();
    });

    it('sends scalars in PROTO', async () => {
      const once = subscribe(list('ONCE', ['/traffic-class[traffic-class-id=gold]/qci'], { encoding: Encoding.PROTO }));
      const { update: updates = [] } = await once.notification();
      assert.equal(updates[0]?.val?.value, 'uint_val');
    });

    it('echoes target and prefix, with paths relative to it and a path in every update', async () => {
      const prefix = { ...path(dallas), target: 'acme' };
      const once = subscribe(list('ONCE', ['/imsi-definition/mcc', '/display-name'], { prefix }));
      const notification = await once.notification();
      assert.equal(notification.prefix?.target, 'acme');
      assert.equal(notification.prefix?.elem?.[0]?.name, 'site');
      assert.deepEqual(valuesOf(notification), { '/imsi-definition/mcc': '315', '/display-name': 'Dallas' });
      assert.match(`${notification.timestamp}`, /^\d{19}$/);
      const whole = subscribe(list('ONCE', ['/'], { prefix: { ...path(`${dallas}/display-name`), target: 'acme' } }));
      assert.deepEqual(
        (await whole.notification()).update?.map((each) => each.path?.elem),
        [[]],
      );
    });

    it('names no target when the request names none', async () => {
      const once = subscribe(list('ONCE', [`${dallas}/display-name`]));
      assert.equal((await once.notification()).prefix, null);
    });

    it('takes updates_only as a sync without values', async () => {
      const once = subscribe(list('ONCE', ['/site'], { updates_only: true }));
      assert.equal((await once.next()).sync_response, true);
      await once.ended();
    });

    it('goes on when the client closes its side at once', async () => {
      const once = subscribe(list('ONCE', [`${dallas}/display-name`]));
      once.stream.end();
      assert.deepEqual(await once.untilSync(), { [`${dallas}/display-name`]: 'Dallas' });
      await once.ended();
    });

    it('ignores the modes of single subscriptions', async () => {
      const subscription = [
        { path: path(`${dallas}/display-name`), mode: SubscriptionMode.SAMPLE, sample_interval: 5 },
      ];
      assert.deepEqual(await subscribe({ ...list('ONCE', []), subscription }).untilSync(), {
        [`${dallas}/display-name`]: 'Dallas',
      });
    });

    it('sends leaf by leaf also to a client that allows aggregation', async () => {
      const endpoint = '/application[application-id=cam]/endpoint[endpoint-id=rtsp]';
      const once = subscribe(list('ONCE', [endpoint], { allow_aggregation: true, encoding: Encoding.JSON_IETF }));
      const values = await once.untilSync();
      assert.deepEqual(values, {
        [`${endpoint}/endpoint-id`]: 'rtsp',
        [`${endpoint}/port-start`]: 554,
        [`${endpoint}/port-end`]: 560,
        [`${endpoint}/protocol`]: 'TCP',
      });
    });

    it('writes origin and module names as the request does', async () => {
      const qualified = '/edgeconf-site:site[site-id=dallas]/edgeconf-site:display-name';
      assert.deepEqual(await subscribe(list('ONCE', [qualified])).untilSync(), { [qualified]: 'Dallas' });
      const subscription = [{ path: { ...path('/site[site-id=dallas]/display-name'), origin: 'edgeconf-site' } }];
      const { update: updates = [] } = await subscribe({ ...list('ONCE', []), subscription }).notification();
      assert.deepEqual(
        updates.map(({ path: at }) => [at?.origin, at?.elem?.map(({ name }) => name)]),
        [['edgeconf-site', ['site', 'display-name']]],
      );
    });

    for (const marking of [0, 63]) {
      it(`takes the marking ${marking} and goes on`, async () => {
        const once = subscribe(list('ONCE', [`${dallas}/display-name`], { qos: { marking } }));
        assert.deepEqual(await once.untilSync(), { [`${dallas}/display-name`]: 'Dallas' });
        await once.ended();
      });
    }

    it('leaves out what the caller may not read', async () => {
      const found = Object.keys(await subscribe(list('ONCE', ['/']), 'acme-planner').untilSync());
      assert.ok(found.length > 0);
      assert.ok(found.every((text) => text.startsWith('/application')));
    });
  });

  describe('POLL', () => {
    it('sends values and a sync at first, and again for each poll', async () => {
      const poll = subscribe(list('POLL', [`${dallas}/display-name`]));
      assert.deepEqual(await poll.untilSync(), { [`${dallas}/display-name`]: 'Dallas' });
      await set(`${dallas}/display-name`, 'Later');
      poll.poll();
      assert.deepEqual(await poll.untilSync(), { [`${dallas}/display-name`]: 'Later' });
      await remove(`${dallas}/display-name`);
      poll.poll();
      assert.deepEqual(await poll.untilSync(), {});
    });

    it('takes updates_only as a sync without values before the first poll', async () => {
      const poll = subscribe(list('POLL', [`${dallas}/display-name`], { updates_only: true }));
      assert.equal((await poll.next()).sync_response, true);
      poll.poll();
      assert.deepEqual(await poll.untilSync(), { [`${dallas}/display-name`]: 'Dallas' });
    });

    it('sends the sync alone while there is nothing', async () => {
      const poll = subscribe(list('POLL', ['/template']));
      assert.deepEqual(await poll.untilSync(), {});
      poll.poll();
      assert.deepEqual(await poll.untilSync(), {});
    });

    it('ignores the modes of single subscriptions', async () => {
      const subscription = [
        { path: path(`${dallas}/display-name`), mode: SubscriptionMode.SAMPLE, sample_interval: 5 },
        { path: path(`${chicago}/display-name`), sample_interval: 5, heartbeat_interval: 5 },
      ];
      const poll = subscribe({ ...list('POLL', []), subscription });
      const both = { [`${dallas}/display-name`]: 'Dallas', [`${chicago}/display-name`]: 'Chicago' };
      assert.deepEqual(await poll.untilSync(), both);
      poll.poll();
      assert.deepEqual(await poll.untilSync(), both);
    });

    it('answers polls that come at once one after the other, and ends with OK when the client closes its side', async () => {
      const poll = subscribe(list('POLL', [`${dallas}/display-name`], { updates_only: true }));
      poll.poll();
      poll.poll();
      poll.stream.end();
      assert.equal((await poll.next()).sync_response, true);
      assert.deepEqual(await poll.untilSync(), { [`${dallas}/display-name`]: 'Dallas' });
      assert.deepEqual(await poll.untilSync(), { [`${dallas}/display-name`]: 'Dallas' });
      await poll.ended();
    });
  });

  describe('STREAM', () => {
    it('sends what is there, one sync, then each change with the time of its commit', async () => {
      const changes = subscribe(list('STREAM', [`${dallas}/display-name`]));
      assert.deepEqual(await changes.untilSync(), { [`${dallas}/display-name`]: 'Dallas' });
      await set(`${dallas}/display-name`, 'One');
      const first = await changes.notification();
      assert.deepEqual(valuesOf(first), { [`${dallas}/display-name`]: 'One' });
      assert.equal(`${first.timestamp}`, `${service.datastore.head.timeNs}`);
      await set(`${dallas}/display-name`, 'Two');
      assert.deepEqual(valuesOf(await changes.notification()), { [`${dallas}/display-name`]: 'Two' });
    });

    it('is the mode of a list that names none', async () => {
      const changes = subscribe({ subscription: [{ path: path(`${dallas}/display-name`) }] });
      assert.deepEqual(await changes.untilSync(), { [`${dallas}/display-name`]: 'Dallas' });
      await set(`${dallas}/display-name`, 'Changed');
      assert.deepEqual(valuesOf(await changes.notification()), { [`${dallas}/display-name`]: 'Changed' });
    });

    it('takes the same path twice, and tells each value once', async () => {
      const changes = subscribe(list('STREAM', [`${dallas}/display-name`, `${dallas}/display-name`, dallas]));
      let count = 0;
      for (;;) {
        const { response, update: notification } = await changes.next();
        if (response === 'sync_response') break;
        count += Object.keys(valuesOf(notification ?? {})).filter((text) => text.endsWith('/display-name')).length;
      }
      assert.equal(count, 1);
      await set(`${dallas}/display-name`, 'One');
      await set(`${dallas}/display-name`, 'Two');
      assert.deepEqual(valuesOf(await changes.notification()), { [`${dallas}/display-name`]: 'One' });
      assert.deepEqual(valuesOf(await changes.notification()), { [`${dallas}/display-name`]: 'Two' });
    });

    it('tells only changes of what is subscribed to', async () => {
      const changes = subscribe(list('STREAM', [`${chicago}/device`]));
      await changes.untilSync();
      await set(`${chicago}/device-group[device-group-id=robots]/display-name`, 'not a device');
      await set(`${chicago}/device[device-id=robot1]/display-name`, 'a device');
      assert.deepEqual(valuesOf(await changes.notification()), {
        [`${chicago}/device[device-id=robot1]/display-name`]: 'a device',
      });
    });

    it('bundles the leaves of one commit', async () => {
      const changes = subscribe(list('STREAM', ['/traffic-class']));
      await changes.untilSync();
      await set('/traffic-class[traffic-class-id=new]', { qci: 1, arp: 2 });
      const text = '/traffic-class[traffic-class-id=new]';
      assert.deepEqual(valuesOf(await changes.notification()), {
        [`${text}/traffic-class-id`]: 'new',
        [`${text}/qci`]: 1,
        [`${text}/arp`]: 2,
      });
    });

    it('tells the whole branch that went with one delete', async () => {
      const changes = subscribe(list('STREAM', ['/site']));
      await changes.untilSync();
      await remove(dallas);
      const notification = await changes.notification();
      assert.deepEqual(deletesOf(notification), [dallas]);
      assert.deepEqual(valuesOf(notification), {});
    });

    it('tells the delete of the subscribed node at most, whatever went above it', async () => {
      const changes = subscribe(list('STREAM', [`${dallas}/imsi-definition/mcc`]));
      await changes.untilSync();
      await remove(dallas);
      assert.deepEqual(deletesOf(await changes.notification()), [`${dallas}/imsi-definition/mcc`]);
    });

    it('tells the default when a leaf goes back to it', async () => {
      await set(`${pool}/mtu`, 1400);
      const changes = subscribe(list('STREAM', [`${pool}/mtu`]));
      assert.deepEqual(await changes.untilSync(), { [`${pool}/mtu`]: 1400 });
      await remove(`${pool}/mtu`);
      const notification = await changes.notification();
      assert.deepEqual(valuesOf(notification), { [`${pool}/mtu`]: 1492 });
      assert.deepEqual(deletesOf(notification), []);
    });

    it('tells a replacement as deletes and updates in one Notification', async () => {
      const gold = '/traffic-class[traffic-class-id=gold]';
      const changes = subscribe(list('STREAM', [gold]));
      await changes.untilSync();
      await service.client('acme-admin').set({ replace: [update(gold, { qci: 1 })] });
      const notification = await changes.notification();
      assert.deepEqual(deletesOf(notification), [`${gold}/arp`]);
      assert.deepEqual(valuesOf(notification), { [`${gold}/qci`]: 1 });
    });

    it('tells an empty Set and an equal value to nobody', async () => {
      const changes = subscribe(list('STREAM', [`${dallas}/display-name`]));
      await changes.untilSync();
      await set(`${dallas}/display-name`, 'Dallas');
      await set(`${dallas}/display-name`, 'Other');
      assert.deepEqual(valuesOf(await changes.notification()), { [`${dallas}/display-name`]: 'Other' });
    });

    it('shows nothing of a Set that is refused', async () => {
      const changes = subscribe(list('STREAM', ['/site']));
      await changes.untilSync();
      const bad = { update: [update(`${dallas}/display-name`, 'no'), update(`${pool}/mtu`, 'no')] };
      await assert.rejects(service.client('acme-admin').set(bad));
      await set(`${dallas}/display-name`, 'yes');
      assert.deepEqual(valuesOf(await changes.notification()), { [`${dallas}/display-name`]: 'yes' });
    });

    it('waits for what is not there yet', async () => {
      const text = '/template[template-id=t]/default-behavior';
      const changes = subscribe(list('STREAM', [text]));
      assert.deepEqual(await changes.untilSync(), {});
      await set('/template[template-id=t]', { 'default-behavior': 'DENY-ALL' });
      assert.deepEqual(valuesOf(await changes.notification()), { [text]: 'DENY-ALL' });
    });

    it('takes updates_only as a sync at once and changes afterwards', async () => {
      const changes = subscribe(list('STREAM', ['/site'], { updates_only: true }));
      assert.equal((await changes.next()).sync_response, true);
      await set(`${dallas}/display-name`, 'New');
      assert.deepEqual(valuesOf(await changes.notification()), { [`${dallas}/display-name`]: 'New' });
    });

    it('takes wildcards and writes concrete paths', async () => {
      const changes = subscribe(list('STREAM', ['/site[site-id=*]/display-name']));
      assert.equal(Object.keys(await changes.untilSync()).length, 2);
      await set(`${chicago}/display-name`, 'C');
      assert.deepEqual(valuesOf(await changes.notification()), { [`${chicago}/display-name`]: 'C' });
    });

    it('treats TARGET_DEFINED and ON_CHANGE alike, side by side', async () => {
      const subscription = [
        { path: path(`${dallas}/display-name`), mode: SubscriptionMode.ON_CHANGE },
        { path: path(`${chicago}/display-name`), mode: SubscriptionMode.TARGET_DEFINED },
      ];
      const changes = subscribe({ ...list('STREAM', []), subscription });
      await changes.untilSync();
      await set(`${dallas}/display-name`, 'D');
      assert.deepEqual(Object.values(valuesOf(await changes.notification())), ['D']);
      await set(`${chicago}/display-name`, 'C');
      assert.deepEqual(Object.values(valuesOf(await changes.notification())), ['C']);
    });

    it('lives on when the client closes its side', async () => {
      const changes = subscribe(list('STREAM', [`${dallas}/display-name`]));
      changes.stream.end();
      await changes.untilSync();
      await set(`${dallas}/display-name`, 'after');
      assert.deepEqual(valuesOf(await changes.notification()), { [`${dallas}/display-name`]: 'after' });
    });

    it('serves several targets in one stream when paths name them', async () => {
      const subscription = ['acme', 'globex'].map((target) => ({ path: { ...path('/traffic-class'), target } }));
      const changes = subscribe({ ...list('STREAM', []), subscription }, 'operator');
      await changes.untilSync();
      await service.merge('globex', { 'traffic-class': [{ 'traffic-class-id': 'new' }] });
      const { update: updates = [] } = await changes.notification();
      assert.deepEqual(
        updates.map((each) => each.path?.target),
        ['globex'],
      );
      await service.reset('globex', {});
      const { delete: deleted = [] } = await changes.notification();
      assert.deepEqual(
        deleted.map(({ target }) => target),
        ['globex'],
      );
    });

    it('loses and doubles nothing between the values at first and the changes behind them', async () => {
      const total = 40;
      const writes = (async () => {
        for (let i = 1; i <= total; i++) await set(`${dallas}/display-name`, `name ${i}`);
      })();
      const followers = Array.from({ length: 5 }, () => subscribe(list('STREAM', [`${dallas}/display-name`])));
      await Promise.all(
        followers.map(async (each) => {
          const [first] = Object.values(await each.untilSync());
          let last = first === 'Dallas' ? 0 : Number(`${first}`.slice(5));
          while (last < total) {
            const [value] = Object.values(valuesOf(await each.notification()));
            assert.equal(value, `name ${last + 1}`);
            last++;
          }
        }),
      );
      await writes;
    });

    it('coalesces for a slow client: the latest value of each path, with the number of those it stands for', async () => {
      const changes = subscribe(list('STREAM', ['/traffic-class', `${dallas}/description`]));
      await changes.untilSync();
      changes.stream.pause();
      const text = `${dallas}/description`;
      // Far more than what the connection and the stream hold for a client that does not read.
      const total = 250;
      for (let i = 0; i < total; i++) await set(text, `${i} ${'x'.repeat(1000)}`);
      await set('/traffic-class[traffic-class-id=brief]', { qci: 1 });
      await remove('/traffic-class[traffic-class-id=brief]');
      await set(text, 'last');
      changes.stream.resume();
      let told = 0;
      let duplicates = 0;
      let last: unknown;
      while (last !== 'last') {
        const notification = await changes.notification();
        assert.deepEqual(deletesOf(notification), []);
        for (const each of notification.update ?? []) {
          told++;
          duplicates += each.duplicates ?? 0;
        }
        last = valuesOf(notification)[text];
      }
      assert.ok(duplicates > 0, 'nothing was coalesced');
      assert.equal(told + duplicates, total + 1);
    });

    it('keeps the time of each commit for values that waited for a slow client', async () => {
      const changes = subscribe(list('STREAM', ['/site']));
      await changes.untilSync();
      changes.stream.pause();
      for (let i = 0; i < 250; i++) await set(`${dallas}/description`, `${i} ${'x'.repeat(1000)}`);
      const times: Record<string, string> = {};
      for (const text of [`${dallas}/display-name`, `${chicago}/display-name`]) {
        await set(text, 'new');
        times[text] = `${service.datastore.head.timeNs}`;
      }
      changes.stream.resume();
      const told: Record<string, string> = {};
      while (Object.keys(told).length < 2) {
        const notification = await changes.notification();
        for (const text of Object.keys(valuesOf(notification))) {
          if (text.endsWith('/display-name')) told[text] = `${notification.timestamp}`;
        }
      }
      assert.deepEqual(told, times);
    });

    it('ends with UNAVAILABLE when the service stops', async () => {
      const own = await startService();
      const changes = new Subscription(own.client('acme-admin').subscribe()).subscribe(list('STREAM', ['/site']));
      await changes.untilSync();
      own.gnmi.endStreams();
      await changes.fails('UNAVAILABLE', 'stopping');
      await own.close();
    });
  });

  describe('rights', () => {
    it('shows nothing that the caller may not read, neither at first nor as changes', async () => {
      const changes = subscribe(list('STREAM', ['/']), 'acme-planner');
      await changes.untilSync();
      await set(`${dallas}/display-name`, 'secret');
      await set('/application[application-id=cam]/display-name', 'open');
      assert.deepEqual(valuesOf(await changes.notification()), {
        '/application[application-id=cam]/display-name': 'open',
      });
    });

    it('accepts a subscription to what may not be read as to what is not there', async () => {
      const changes = subscribe(list('STREAM', ['/site']), 'acme-planner');
      assert.deepEqual(await changes.untilSync(), {});
    });

    it('ends a stream when what its user may read changes', async () => {
      await service.merge('platform', {
        user: [{ name: 'nobody', role: [{ tenant: 'acme', role: 'reader' }] }],
      });
      const changes = subscribe(list('STREAM', ['/site']), 'nobody');
      const other = subscribe(list('STREAM', [`${dallas}/display-name`]), 'acme-reader');
      await Promise.all([changes.untilSync(), other.untilSync()]);
      await service.client('operator').set({
        prefix: { target: 'platform' },
        delete: [path('/user[name=nobody]/role')],
      });
      await changes.fails('PERMISSION_DENIED', 'subscribe again');
      await set(`${dallas}/display-name`, 'seen');
      assert.deepEqual(Object.values(valuesOf(await other.notification())), ['seen']);
    });

    it("refuses another tenant's target like one that is not there", async () => {
      const foreign = subscribe(list('STREAM', ['/'], { prefix: { target: 'globex' } }));
      await foreign.fails('PERMISSION_DENIED', "'globex'");
      const absent = subscribe(list('STREAM', ['/'], { prefix: { target: 'nosuch' } }));
      await absent.fails('PERMISSION_DENIED', "'nosuch'");
    });

    it('refuses a wrong password', async () => {
      const subscription = new Subscription(service.client('acme-admin', 'guess').subscribe());
      await subscription.subscribe(list('ONCE', ['/'])).fails('UNAUTHENTICATED');
    });
  });

  describe('what is refused', () => {
    const one = (more: object) => ({ ...list('STREAM', []), subscription: [{ path: path('/site'), ...more }] });
    const cases: [
      title: string,
      code: Parameters<Subscription['fails']>[0],
      wanted: SubscriptionList,
      ...parts: string[],
    ][] = [
      ['an empty list', 'INVALID_ARGUMENT', { subscription: [] }, 'empty'],
      ['an encoding that is not served', 'UNIMPLEMENTED', list('ONCE', ['/'], { encoding: Encoding.ASCII }), 'ASCII'],
      [
        'a model that the target does not have',
        'INVALID_ARGUMENT',
        list('ONCE', ['/'], { use_models: [{ name: 'x' }] }),
        "'x'",
      ],
      ['a list mode that does not exist', 'INVALID_ARGUMENT', { ...list('ONCE', ['/']), mode: 7 }, 'mode 7'],
      ['a subscription mode that does not exist', 'INVALID_ARGUMENT', one({ mode: 7 }), '/site', 'mode 7'],
      [
        'a sample interval below the lowest, naming that',
        'INVALID_ARGUMENT',
        one({ mode: SubscriptionMode.SAMPLE, sample_interval: 5 }),
        '/site',
        'sample_interval 5 ns',
        '1000000000 ns (1 s)',
      ],
      [
        'a sample interval for TARGET_DEFINED',
        'INVALID_ARGUMENT',
        one({ sample_interval: 10 }),
        '/site',
        'sample_interval',
      ],
      [
        'a heartbeat below the lowest interval, naming that',
        'INVALID_ARGUMENT',
        one({ mode: SubscriptionMode.ON_CHANGE, heartbeat_interval: 10 }),
        'heartbeat_interval 10 ns',
        '1000000000 ns',
      ],
      [
        'a marking that is no DSCP value',
        'INVALID_ARGUMENT',
        list('ONCE', ['/'], { qos: { marking: 64 } }),
        'marking 64',
      ],
      [
        'a path of 10,000 elements',
        'INVALID_ARGUMENT',
        { subscription: [{ path: { elem: Array.from({ length: 10_000 }, () => ({ name: 'site' })) } }] },
        'at most 128',
      ],
    ];

    for (const mode of ['ONCE', 'POLL', 'STREAM'] as const) {
      cases.push(
        [
          `a name that no module has in mode ${mode}`,
          'INVALID_ARGUMENT',
          list(mode, ['/site/colour']),
          '/site/colour',
          'no such node',
        ],
        [
          `a key on what is no list in mode ${mode}`,
          'INVALID_ARGUMENT',
          list(mode, [`${dallas}/display-name[a=b]`]),
          `${dallas}/display-name[a=b]`,
          'is not a list',
        ],
        [`an unknown origin in mode ${mode}`, 'UNIMPLEMENTED', list(mode, ['native:/a']), 'path /a', "origin 'native'"],
      );
    }

    for (const [title, code, wanted, ...parts] of cases) {
      it(`refuses ${title}`, async () => {
        await subscribe(wanted).fails(code, ...parts);
      });
    }

    it('refuses a first request without a subscription', async () => {
      const subscription = stream();
      subscription.poll();
      await subscription.fails('INVALID_ARGUMENT', "must set 'subscribe'");
    });

    it('refuses a stream that is closed without a subscription', async () => {
      const subscription = stream();
      subscription.stream.end();
      await subscription.fails('INVALID_ARGUMENT', 'without a subscription');
    });

    it('refuses a second subscription on the same stream', async () => {
      const subscription = subscribe(list('STREAM', ['/site']));
      await subscription.untilSync();
      subscription.subscribe(list('STREAM', ['/site']));
      await subscription.fails('INVALID_ARGUMENT', 'only one SubscriptionList');
    });

    const late: [title: string, request: SubscribeRequest, part: string][] = [
      ['a second subscription', { subscribe: list('ONCE', ['/']) }, 'only one SubscriptionList'],
      ['a poll', { poll: {} }, 'only allowed in mode POLL; this RPC has mode ONCE'],
    ];
    for (const [title, request, part] of late) {
      it(`refuses ${title} while the values of a ONCE are being sent`, async () => {
        const classes = Array.from({ length: 300 }, (_, i) => ({
          'traffic-class-id': `c${i}`,
          description: 'x'.repeat(1_000),
        }));
        const own = await startService({ limits: { updatesPerNotification: 3 } });
        await own.merge('acme', { 'traffic-class': classes });
        const once = new Subscription(own.client('acme-admin').subscribe());
        open.push(once);
        // More than what the connection holds for a client that does not read, so that the service has to wait.
        once.stream.pause();
        once.subscribe(list('ONCE', ['/traffic-class']));
        await new Promise((resolve) => once.stream.write(request, resolve));
        once.stream.resume();
        await once.fails('INVALID_ARGUMENT', part);
        await own.close();
      });
    }

    it('refuses a second subscription on a stream that polls, and leaves other RPCs alone', async () => {
      const other = subscribe(list('POLL', [`${dallas}/display-name`]));
      const subscription = subscribe(list('POLL', ['/site']));
      await Promise.all([other.untilSync(), subscription.untilSync()]);
      subscription.subscribe(list('POLL', ['/site']));
      await subscription.fails('INVALID_ARGUMENT', 'only one SubscriptionList');
      other.poll();
      assert.deepEqual(await other.untilSync(), { [`${dallas}/display-name`]: 'Dallas' });
    });

    it('refuses a request that is neither a subscription nor a poll', async () => {
      const subscription = subscribe(list('STREAM', ['/site']));
      await subscription.untilSync();
      subscription.stream.write({});
      await subscription.fails('INVALID_ARGUMENT', "neither 'subscribe' nor 'poll'");
    });

    it('refuses a poll on a stream that does not poll', async () => {
      const subscription = subscribe(list('STREAM', ['/site']));
      await subscription.untilSync();
      subscription.poll();
      await subscription.fails('INVALID_ARGUMENT', 'only allowed in mode POLL');
    });

    it('refuses an extension of another RPC', async () => {
      const subscription = stream();
      subscription.stream.write({ subscribe: list('ONCE', ['/site']), extension: [{ commit: { id: 'a' } }] });
      await subscription.fails('INVALID_ARGUMENT', 'extension commit');
    });
  });
});
