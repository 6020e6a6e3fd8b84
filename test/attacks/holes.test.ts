// Each hole that was found in the walls between tenants and roles, as a test of its own.

import assert from 'node:assert/strict';
import Long from 'long';
import { startRevision } from '../../src/northbound/gnmi/start-revision.ts';
import type { Extension, SetRequest, SubscriptionList } from '../../src/proto/gnmi.ts';
import { acme, list, path, refused, Subscription, update } from '../northbound/gnmi/messages.ts';
import { startService, type TestService } from '../service.ts';

const long = (ns: bigint): Long => Long.fromBigInt(ns);
const cam = '/application[application-id=cam]';
const target = (name: string, tenant: string) => ({ name, tenant, model: 'aether', 'model-version': '2.1' });
const application = (address: string) => ({ application: [{ 'application-id': 'cam', address }] });

describe('holes that were closed', () => {
  let service: TestService;
  const open: Subscription[] = [];
  before(async () => {
    service = await startService();
    const chicago = [
      {
        name: 'site',
        effect: 'allow',
        target: '*',
        path: '/site[site-id=chicago]',
        action: ['read', 'create', 'update', 'delete'],
      },
    ];
    await service.merge('platform', {
      role: [{ name: 'chicago', rule: chicago }],
      user: [{ name: 'nobody', role: [{ tenant: 'acme', role: 'chicago' }] }],
    });
  });
  after(() => service.close());
  beforeEach(() => service.reset('acme', acme));
  afterEach(() => {
    for (const each of open.splice(0)) each.cancel();
  });

  function subscribe(wanted: SubscriptionList, extension: Extension[]): Subscription {
    const stream = new Subscription(service.client('acme-admin').subscribe());
    open.push(stream);
    stream.stream.write({ subscribe: wanted, extension });
    return stream;
  }

  const set = (user: string, request: SetRequest) =>
    service.client(user).set({ prefix: { target: 'acme' }, ...request });

  describe('the past of a target', () => {
    const prefix = { target: 'moved' };
    let firstNs: bigint;
    let from: number;
    let theirsNs: bigint;
    before(async () => {
      firstNs = service.datastore.head.timeNs;
      await service.merge('platform', { target: [target('moved', 'globex')] });
      await service.merge('moved', application('10.66.0.0/24'));
      theirsNs = service.datastore.head.timeNs;
      from = service.datastore.head.revision;
      await service.merge('moved', application('10.66.1.0/24'));
      await service.merge('platform', { target: [target('moved', 'acme')] });
      await service.merge('moved', application('10.1.0.0/24'));
    });
    after(async () => {
      await service.reset('moved', {});
      await service.client('operator').set({ prefix: { target: 'platform' }, delete: [path('/target[name=moved]')] });
    });

    it('has nothing of the tenant that it belonged to before, at any moment', async () => {
      for (const timeNs of [firstNs, theirsNs]) {
        const once = subscribe(list('ONCE', ['/'], { prefix }), [{ history: { snapshot_time: long(timeNs) } }]);
        assert.deepEqual(await once.untilSync(), {});
        await once.ended();
      }
    });

    it('begins in a span with what it held when it came to its tenant', async () => {
      const endNs = service.datastore.head.timeNs + 1n;
      const range = { start: long(firstNs), end: long(endNs) };
      const stream = subscribe(list('STREAM', [`${cam}/address`], { prefix }), [{ history: { range } }]);
      assert.deepEqual(await stream.untilSync(), {});
      const told: unknown[] = [];
      for (let i = 0; i < 2; i++) {
        const { update: updates = [] } = await stream.notification();
        told.push(...updates.map(({ val }) => Buffer.from(val?.json_val ?? []).toString()));
      }
      assert.deepEqual(told, ['"10.66.1.0/24"', '"10.1.0.0/24"']);
      await stream.ended();
    });

    it('is no gap for a client that comes back: the target is new to it', async () => {
      const config: Extension = { config_subscription: { start: {} } };
      const stream = subscribe(list('STREAM', [`${cam}/address`], { prefix }), [config, startRevision(from)]);
      assert.deepEqual(await stream.untilSync(), { [`${cam}/address`]: '10.1.0.0/24' });
    });
  });

  describe('a pending commit', () => {
    afterEach(async () => {
      const { confirmedCommits } = service.datastore;
      for (const pending of confirmedCommits.pending) await confirmedCommits.confirm(pending, 'the test');
    });
    const commit: Extension = {
      commit: { id: 'c1', commit: { rollback_duration: { seconds: Long.fromNumber(600) } } },
    };
    const confirm: Extension = { commit: { id: 'c1', confirm: {} } };
    const cancel: Extension = { commit: { id: 'c1', cancel: {} } };

    it('of several tenants names to none of them the targets of the others', async () => {
      const both = ['acme', 'globex'].map((name) => ({
        ...update(`${cam}/display-name`, 'x'),
        path: { ...path(`${cam}/display-name`), target: name },
      }));
      await service.merge('globex', application('10.66.0.0/24'));
      await service.client('operator').set({ update: both, extension: [commit] });
      const error = await refused(set('acme-planner', { extension: [confirm] }), 'PERMISSION_DENIED', "by 'operator'");
      assert.doesNotMatch(error.details, /globex/);
    });

    it('is no longer for its author to decide about when the rights for it are gone', async () => {
      const name = '/site[site-id=chicago]/display-name';
      await set('nobody', { update: [update(name, 'Risky')], extension: [commit] });
      await service.merge('platform', {
        role: [
          {
            name: 'chicago',
            rule: [{ name: 'frozen', effect: 'deny', target: '*', path: '/site/display-name', action: ['update'] }],
          },
        ],
      });
      for (const extension of [confirm, cancel]) {
        await refused(
          set('nobody', { extension: [extension] }),
          'PERMISSION_DENIED',
          'the rights for what it changed are gone',
        );
      }
      await service
        .client('operator')
        .set({ prefix: { target: 'platform' }, delete: [path('/role[name=chicago]/rule[name=frozen]')] });
      await set('nobody', { extension: [cancel] });
      assert.deepEqual(service.datastore.confirmedCommits.pending, []);
    });
  });

  it('a violation does not name an entry that the caller may not read', async () => {
    const number = { update: [update('/site[site-id=chicago]/imsi-definition/enterprise', 2)] };
    const error = await refused(set('nobody', number), 'INVALID_ARGUMENT', '1 rule in parts that you may not read');
    assert.doesNotMatch(error.details, /dallas/);
    await refused(set('acme-admin', number), 'INVALID_ARGUMENT', "site-id='dallas'", "site-id='chicago'");
  });

  it('an update high in the tree does not tell by its answer what is hidden there', async () => {
    const guess = (value: object) =>
      set('nobody', { update: [update('/', { site: [{ 'site-id': 'dallas', ...value }] })] });
    const right = await refused(
      guess({ 'display-name': 'Dallas' }),
      'PERMISSION_DENIED',
      '/site[site-id=dallas]/site-id',
    );
    const wrong = await refused(guess({ 'display-name': 'x' }), 'PERMISSION_DENIED');
    assert.equal(wrong.details, right.details);
    await set('nobody', { update: [update('/', { site: [{ 'site-id': 'chicago', 'display-name': 'Windy' }] })] });
  });

  it('a delete or replace high in the tree does not tell by its answer what is hidden there', async () => {
    const requests: SetRequest[] = [
      { delete: [path('/site')] },
      { replace: [update('/site', [])] },
      { delete: [path('/site/device')] },
    ];
    const answers = async () =>
      Promise.all(
        requests.map(async (request) => (await refused(set('nobody', request), 'PERMISSION_DENIED')).details),
      );
    const withDallas = await answers();
    await service.reset('acme', { ...acme, site: acme.site.slice(0, 1) });
    assert.deepEqual(await answers(), withDallas);
  });

  it('a path has each module once', async () => {
    const twice = service
      .client('acme-admin')
      .get({ path: [{ elem: [{ name: 'edgeconf-site:edgeconf-site:site' }] }] });
    await refused(twice, 'INVALID_ARGUMENT', "no such node 'edgeconf-site:edgeconf-site:site'");
  });

  it('a start revision is looked at only in targets that the caller may read', async () => {
    const wanted = list('STREAM', ['/'], { prefix: { target: 'globex' } });
    const stream = subscribe(wanted, [{ config_subscription: { start: {} } }, startRevision(1_000_000)]);
    await stream.fails('PERMISSION_DENIED', "no access to target 'globex'");
  });
});
