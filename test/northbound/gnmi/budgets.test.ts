// Budgets of tenants over a real socket: what goes beyond is refused with its numbers, and never shows to strangers.

import assert from 'node:assert/strict';
import type { SetRequest } from '../../../src/proto/gnmi.ts';
import { startService, type TestService } from '../../service.ts';
import { acme, list, path, refused, Subscription, update } from './messages.ts';

const dallas = '/site[site-id=dallas]/display-name';

describe('budgets over gNMI', () => {
  let service: TestService;
  let nowMs = 0;
  const open: Subscription[] = [];

  before(async () => {
    service = await startService({ clocks: { nowMs: () => nowMs } });
  });
  after(() => service.close());
  beforeEach(async () => {
    nowMs += 3_600_000;
    await service.reset('acme', acme);
    await budget('globex', {});
  });
  afterEach(async () => {
    for (const each of open.splice(0)) each.cancel();
    await budget('acme', {});
  });

  async function budget(tenant: string, value: object): Promise<void> {
    const root = path(`/tenant[name=${tenant}]/budget`);
    const val = { json_ietf_val: Buffer.from(JSON.stringify(value)) };
    const change: SetRequest =
      Object.keys(value).length === 0 ? { delete: [root] } : { replace: [{ path: root, val }] };
    await service.client().set({ prefix: { target: 'platform' }, ...change });
  }

  const get = (user = 'acme-admin', target = 'acme') =>
    service.client(user).get({ prefix: { target }, path: [path(dallas)] });
  const set = (request: SetRequest, user = 'acme-admin') =>
    service.client(user).set({ prefix: { target: 'acme' }, ...request });
  const subscribe = (mode: 'ONCE' | 'POLL' | 'STREAM', user = 'acme-admin', target = 'acme') => {
    const subscription = new Subscription(service.client(user).subscribe());
    open.push(subscription);
    return subscription.subscribe({ ...list(mode, [dallas]), prefix: { target } });
  };
  const once = async (user = 'acme-admin', target = 'acme') => {
    const subscription = subscribe('ONCE', user, target);
    await subscription.untilSync();
    await subscription.ended();
  };
  const message = (tenant: string, name: string, rest: string) =>
    `tenant '${tenant}' has used up its budget '${name}': ${rest}, or ask the operator for a larger budget`;

  describe('requests-per-second', () => {
    const tooMany = message(
      'acme',
      'requests-per-second',
      'it may have 2 requests a second and 4 at once, and all of these are used up; try again in 0.5 s, send fewer',
    );
    const useUp = async () => {
      await get();
      await set({ update: [update(dallas, `Dallas ${nowMs}`)] });
      await once();
      await get('acme-reader');
    };
    beforeEach(() => budget('acme', { 'requests-per-second': 2 }));

    it('counts Get, Set and Subscribe of all users together, and refuses every one of them when used up', async () => {
      await useUp();
      const { revision } = service.datastore.head;
      await refused(get(), 'RESOURCE_EXHAUSTED', tooMany);
      await refused(set({ update: [update(dallas, 'never')] }), 'RESOURCE_EXHAUSTED');
      await refused(set({ delete: [path(dallas)] }), 'RESOURCE_EXHAUSTED');
      await subscribe('STREAM').fails('RESOURCE_EXHAUSTED');
      await refused(get('operator'), 'RESOURCE_EXHAUSTED');
      assert.equal(service.datastore.head.revision, revision);
    });

    it('gives them back with time', async () => {
      await useUp();
      nowMs += 500;
      await get();
      await refused(get(), 'RESOURCE_EXHAUSTED');
      nowMs += 60_000;
      await useUp();
      await refused(get(), 'RESOURCE_EXHAUSTED');
    });

    it('counts a request once, however many of its paths name the tenant, and every poll', async () => {
      const paths = Array.from({ length: 10 }, () => path(dallas));
      await service.client('acme-admin').get({ prefix: { target: 'acme' }, path: paths });
      const poll = subscribe('POLL');
      await poll.untilSync();
      poll.poll();
      await poll.untilSync();
      poll.poll();
      await poll.untilSync();
      poll.poll();
      await poll.fails('RESOURCE_EXHAUSTED', tooMany);
    });

    it('counts requests for all targets in the tenant of each target that the caller may read', async () => {
      for (let i = 0; i < 4; i++) await get('operator', '*');
      await refused(get('operator', '*'), 'RESOURCE_EXHAUSTED');
      await refused(get(), 'RESOURCE_EXHAUSTED');
    });

    it('is not used up by strangers, who cannot tell that there is one', async () => {
      const denied = "no access to target 'acme'; you may read: globex";
      await refused(get('globex-admin'), 'PERMISSION_DENIED', denied);
      for (let i = 0; i < 10; i++) await refused(get('nobody'), 'PERMISSION_DENIED');
      await useUp();
      await refused(get('globex-admin'), 'PERMISSION_DENIED', denied);
      await subscribe('ONCE', 'globex-admin').fails('PERMISSION_DENIED');
    });

    it('leaves other tenants and the platform alone', async () => {
      await useUp();
      await service.client('globex-admin').set({ update: [update('/traffic-class[traffic-class-id=x]', {})] });
      await service.client().get({ prefix: { target: 'platform' }, path: [path('/tenant')] });
    });

    it('follows its configuration at once', async () => {
      await useUp();
      await budget('acme', { 'requests-per-second': 3 });
      await get();
      await get();
      await refused(get(), 'RESOURCE_EXHAUSTED');
      await budget('acme', {});
      await get();
    });
  });

  describe('subscriptions', () => {
    const tooMany = message(
      'acme',
      'subscriptions',
      'it may have 2 Subscribe RPCs at a time, and has 2; end one of them, or put several paths into one',
    );
    beforeEach(() => budget('acme', { subscriptions: 2 }));

    it('refuses one too many, until another one ends', async () => {
      const first = subscribe('STREAM');
      await first.untilSync();
      const second = subscribe('POLL', 'operator', '*');
      await second.untilSync();
      for (const mode of ['STREAM', 'POLL', 'ONCE'] as const) {
        await subscribe(mode).fails('RESOURCE_EXHAUSTED', tooMany);
      }
      await once('globex-admin', 'globex');
      second.stream.end();
      await second.ended();
      await once();
      await once();
      const third = subscribe('STREAM');
      await third.untilSync();
      await subscribe('ONCE').fails('RESOURCE_EXHAUSTED');
    });

    it('takes no place for a subscription that is refused', async () => {
      // Streams of other tests may not be quite over.
      await budget('acme', { subscriptions: 4 });
      for (let i = 0; i < 10; i++) {
        const wrong = new Subscription(service.client('acme-admin').subscribe());
        wrong.subscribe({ ...list('ONCE', ['/nothing']), prefix: { target: 'acme' } });
        await wrong.fails('INVALID_ARGUMENT');
        await subscribe('STREAM', 'globex-admin').fails('PERMISSION_DENIED');
      }
      await subscribe('STREAM').untilSync();
    });
  });

  describe('leaves', () => {
    let size = 0;
    beforeEach(async () => {
      size = service.datastore.snapshot('acme')?.size ?? 0;
      await budget('acme', { leaves: `${size}` });
    });

    it('refuses what would grow beyond it, with the numbers', async () => {
      const more = set({ update: [update('/site[site-id=dallas]/description', 'one leaf')] });
      const use = `it may have ${size} leaves, has ${size}, and would have ${size + 1}; delete what is not needed`;
      await refused(more, 'RESOURCE_EXHAUSTED', message('acme', 'leaves', use));
      assert.equal(service.datastore.snapshot('acme')?.size, size);
    });

    it('takes other values, and exchanges within one transaction', async () => {
      await set({ update: [update(dallas, 'Big D')] });
      await set({ delete: [path(dallas)], update: [update('/site[site-id=dallas]/description', 'x')] });
      assert.equal(service.datastore.snapshot('acme')?.size, size);
    });

    it('counts all targets of the tenant together', async () => {
      await service.merge('platform', {
        target: [{ name: 'acme-lab', tenant: 'acme', model: 'aether', 'model-version': '2.1' }],
      });
      const lab = (request: SetRequest) =>
        service.client('acme-admin').set({ prefix: { target: 'acme-lab' }, ...request });
      await refused(lab({ update: [update('/traffic-class[traffic-class-id=x]', {})] }), 'RESOURCE_EXHAUSTED');
      await set({ delete: [path(dallas)] });
      await lab({ update: [update('/traffic-class[traffic-class-id=x]', {})] });
      await refused(set({ update: [update(dallas, 'D')] }), 'RESOURCE_EXHAUSTED');
      await lab({ delete: [path('/traffic-class[traffic-class-id=x]')] });
      await service.client().set({ prefix: { target: 'platform' }, delete: [path('/target[name=acme-lab]')] });
    });

    it('holds for transactions that are on their way together', async () => {
      await budget('acme', { leaves: `${size + 3}` });
      const client = service.client('acme-admin');
      const sets = Array.from({ length: 12 }, (_, i) =>
        client.set({ update: [update(`/traffic-class[traffic-class-id=t${i}]`, {})] }),
      );
      const done = (await Promise.allSettled(sets)).filter(({ status }) => status === 'fulfilled');
      assert.deepEqual([done.length, service.datastore.snapshot('acme')?.size], [3, size + 3]);
    });

    it('lets who has more than that only delete, and says so before anything is staged', async () => {
      await budget('acme', { leaves: '3' });
      const use = `it may have 3 leaves, and has ${size}; delete what is not needed first`;
      const change = set({ update: [update(dallas, 'Big D')] });
      await refused(change, 'RESOURCE_EXHAUSTED', message('acme', 'leaves', use));
      await set({ delete: [path(dallas)] });
      assert.equal(service.datastore.snapshot('acme')?.size, size - 1);
    });

    it('is not told to who may not change the target', async () => {
      await budget('acme', { leaves: '1' });
      await refused(set({ update: [update(dallas, 'x')] }, 'globex-admin'), 'PERMISSION_DENIED');
      await refused(set({ update: [update(dallas, 'x')] }, 'acme-reader'), 'PERMISSION_DENIED');
    });
  });
});
