// Subscribe SAMPLE and heartbeats over a real socket, with time in the hands of the test.

import assert from 'node:assert/strict';
import { type SubscriptionList, SubscriptionMode, type Subscription as Wanted } from '../../../src/proto/gnmi.ts';
import { startService, type TestService } from '../../service.ts';
import { HandTimers } from './hand-timers.ts';
import { acme, deletesOf, list, path, Subscription, update, valuesOf } from './messages.ts';

const dallas = '/site[site-id=dallas]';
const name = `${dallas}/display-name`;
const note = `${dallas}/description`;
const second = 1_000_000_000;

describe('gNMI Subscribe SAMPLE', () => {
  const timers = new HandTimers();
  let service: TestService;
  const open: Subscription[] = [];
  before(async () => {
    service = await startService({ timers });
  });
  after(() => service.close());
  beforeEach(() => service.reset('acme', acme));
  afterEach(async () => {
    for (const each of open.splice(0)) each.cancel();
    while (timers.waiting > 0) await new Promise((resolve) => setImmediate(resolve));
  });

  function subscribe(subscription: Wanted[], more: Partial<SubscriptionList> = {}): Subscription {
    const stream = new Subscription(service.client('acme-admin').subscribe());
    open.push(stream);
    return stream.subscribe({ ...list('STREAM', []), subscription, ...more });
  }

  const sample = (text: string, more: Wanted = {}): Wanted => ({
    path: path(text),
    mode: SubscriptionMode.SAMPLE,
    sample_interval: 10 * second,
    ...more,
  });

  async function set(text: string, value: unknown): Promise<void> {
    await service.client('acme-admin').set({ update: [update(text, value)] });
  }

  it('sends every value once per interval, changed or not, and none in between', async () => {
    const stream = subscribe([sample(name)]);
    assert.deepEqual(await stream.untilSync(), { [name]: 'Dallas' });
    await set(name, 'One');
    await set(name, 'Two');
    timers.pass(10_000);
    assert.deepEqual(valuesOf(await stream.notification()), { [name]: 'Two' });
    timers.pass(10_000);
    const again = await stream.notification();
    assert.deepEqual(valuesOf(again), { [name]: 'Two' });
    assert.equal(again.update?.[0]?.duplicates, 0);
    assert.match(`${again.timestamp}`, /^\d{19}$/);
  });

  for (const [title, more, parts] of [
    ['a sample interval of a nanosecond too little', { sample_interval: second - 1 }, ['sample_interval 999999999 ns']],
    ['a heartbeat of a nanosecond too little', { heartbeat_interval: second - 1 }, ['heartbeat_interval 999999999 ns']],
  ] as const) {
    it(`refuses ${title} and closes the stream`, async () => {
      const stream = subscribe([sample(note), sample(name, more)]);
      await stream.fails('INVALID_ARGUMENT', `path ${name}`, ...parts, 'too small', '1000000000 ns (1 s)');
    });
  }

  it('takes an interval that is no whole number of seconds as it is', async () => {
    const stream = subscribe([sample(name, { sample_interval: 1.5 * second })]);
    await stream.untilSync();
    timers.pass(1_499);
    await set(name, 'One');
    timers.pass(1);
    assert.deepEqual(valuesOf(await stream.notification()), { [name]: 'One' });
    await set(name, 'Two');
    timers.pass(1_500);
    assert.deepEqual(valuesOf(await stream.notification()), { [name]: 'Two' });
  });

  it('takes the interval 0 as the lowest supported one, a second', async () => {
    const stream = subscribe([sample(name, { sample_interval: 0 })]);
    await stream.untilSync();
    timers.pass(999);
    timers.pass(1);
    assert.deepEqual(valuesOf(await stream.notification()), { [name]: 'Dallas' });
  });

  it('keeps the rate of samples whatever changes in between', async () => {
    const stream = subscribe([sample(name)]);
    await stream.untilSync();
    for (let i = 1; i <= 3; i++) {
      timers.pass(9_000);
      await set(name, `name ${i}`);
      timers.pass(1_000);
      assert.deepEqual(valuesOf(await stream.notification()), { [name]: `name ${i}` });
    }
  });

  it('leaves out redundant leaves one by one with suppress_redundant', async () => {
    await set(note, 'same');
    const stream = subscribe([sample(dallas, { suppress_redundant: true })]);
    await stream.untilSync();
    await set(name, 'changed');
    await set(note, 'other');
    await set(note, 'same');
    timers.pass(10_000);
    assert.deepEqual(valuesOf(await stream.notification()), { [name]: 'changed' });
    timers.pass(10_000);
    await set(name, 'again');
    timers.pass(10_000);
    assert.deepEqual(valuesOf(await stream.notification()), { [name]: 'again' });
  });

  it('sends suppressed values after a heartbeat interval all the same', async () => {
    const more = { suppress_redundant: true, heartbeat_interval: 30 * second };
    const stream = subscribe([sample(name, more)]);
    await stream.untilSync();
    timers.pass(10_000);
    timers.pass(10_000);
    timers.pass(10_000);
    assert.deepEqual(valuesOf(await stream.notification()), { [name]: 'Dallas' });
  });

  it('sends ON_CHANGE values again after each heartbeat interval, and changes at once', async () => {
    const heartbeat = { path: path(name), mode: SubscriptionMode.ON_CHANGE, heartbeat_interval: 60 * second };
    const stream = subscribe([heartbeat]);
    await stream.untilSync();
    await set(name, 'now');
    assert.deepEqual(valuesOf(await stream.notification()), { [name]: 'now' });
    timers.pass(60_000);
    assert.deepEqual(valuesOf(await stream.notification()), { [name]: 'now' });
    timers.pass(60_000);
    assert.deepEqual(valuesOf(await stream.notification()), { [name]: 'now' });
  });

  it('tells with one delete, once, what went since the sample before', async () => {
    const stream = subscribe([sample('/site[site-id=*]/display-name'), sample('/traffic-class')]);
    await stream.untilSync();
    await service.client('acme-admin').set({ delete: [path(dallas)] });
    timers.pass(10_000);
    assert.deepEqual(deletesOf(await stream.notification()), [name]);
    assert.deepEqual(Object.keys(valuesOf(await stream.notification())), ['/site[site-id=chicago]/display-name']);
    await stream.notification();
    timers.pass(10_000);
    assert.deepEqual(deletesOf(await stream.notification()), []);
  });

  it('tells no deletes to collectors that take none, when the service is set so', async () => {
    const plain = await startService({ timers, sampleDeletes: false });
    await plain.reset('acme', acme);
    const more = { suppress_redundant: true };
    const stream = new Subscription(plain.client('acme-admin').subscribe());
    open.push(stream);
    stream.subscribe({ ...list('STREAM', []), subscription: [sample('/site[site-id=*]/display-name', more)] });
    await stream.untilSync();
    const chicago = '/site[site-id=chicago]/display-name';
    await plain.client('acme-admin').set({ delete: [path(dallas)], update: [update(chicago, 'changed')] });
    timers.pass(10_000);
    const notification = await stream.notification();
    assert.deepEqual(deletesOf(notification), []);
    assert.deepEqual(valuesOf(notification), { [chicago]: 'changed' });
    await plain.close();
  });

  it('repeats with a heartbeat what a slow client holds, and nothing of what waits for it', async () => {
    const heartbeat = { mode: SubscriptionMode.ON_CHANGE, heartbeat_interval: 60 * second };
    const stream = subscribe([{ path: path(name), ...heartbeat }, { path: path(note) }]);
    await stream.untilSync();
    stream.stream.pause();
    // Far more than what the connection and the stream hold for a client that does not read.
    for (let i = 0; i < 250; i++) await set(note, `${i} ${'x'.repeat(1_000)}`);
    await set(name, 'new');
    timers.pass(60_000);
    stream.stream.resume();
    const names: unknown[] = [];
    let last = '';
    while (names.at(-1) !== 'new') {
      const notification = await stream.notification();
      const { [name]: value } = valuesOf(notification);
      if (value === undefined) continue;
      names.push(value);
      assert.ok(`${notification.timestamp}` > last, 'what was first has the earlier time');
      last = `${notification.timestamp}`;
    }
    assert.deepEqual(names, ['Dallas', 'new']);
  });

  it('sends nothing before the first sample with updates_only, and then everything', async () => {
    const stream = subscribe([sample(name, { suppress_redundant: true })], { updates_only: true });
    assert.equal((await stream.next()).sync_response, true);
    timers.pass(10_000);
    assert.deepEqual(valuesOf(await stream.notification()), { [name]: 'Dallas' });
  });

  it('serves subscriptions of different modes and intervals in one list, each by its own rules', async () => {
    const gold = '/traffic-class[traffic-class-id=gold]/qci';
    const stream = subscribe([
      sample(name),
      sample(gold, { sample_interval: 15 * second }),
      { path: path(note), mode: SubscriptionMode.ON_CHANGE },
    ]);
    assert.deepEqual(await stream.untilSync(), { [name]: 'Dallas', [gold]: 9 });
    await set(name, 'sampled');
    await set(note, 'at once');
    assert.deepEqual(valuesOf(await stream.notification()), { [note]: 'at once' });
    timers.pass(10_000);
    assert.deepEqual(valuesOf(await stream.notification()), { [name]: 'sampled' });
    timers.pass(5_000);
    assert.deepEqual(valuesOf(await stream.notification()), { [gold]: 9 });
  });

  it('takes one sample for several that came due together, and says how many it stands for', async () => {
    const stream = subscribe([sample(name)]);
    await stream.untilSync();
    timers.jump(35_000);
    const [value] = (await stream.notification()).update ?? [];
    assert.equal(value?.duplicates, 2);
    // The late one does not put off those behind it: the next is due at 40 s, not at 45 s.
    await set(name, 'next');
    timers.pass(5_000);
    const [next] = (await stream.notification()).update ?? [];
    assert.equal(next?.duplicates, 0);
  });
});
