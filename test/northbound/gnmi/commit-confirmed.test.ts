// Confirmed commits over a real socket: begun, confirmed, cancelled, undone in time and after a restart; what is refused.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Long from 'long';
import type { FeedEvent } from '../../../src/datastore/transaction.ts';
import type { Extension, SetRequest } from '../../../src/proto/gnmi.ts';
import { startService, type TestService } from '../../service.ts';
import { TestClock } from '../../test-clock.ts';
import { acme, json, path, refused, update, valuesOf } from './messages.ts';

const dallas = '/site[site-id=dallas]';
const name = `${dallas}/display-name`;
const seconds = (count: number) => ({ seconds: Long.fromNumber(count) });
const commit = (id: string, rollbackSeconds?: number): Extension => ({
  commit: { id, commit: rollbackSeconds === undefined ? {} : { rollback_duration: seconds(rollbackSeconds) } },
});
const confirm = (id: string): SetRequest => ({ extension: [{ commit: { id, confirm: {} } }] });
const cancel = (id: string): SetRequest => ({ extension: [{ commit: { id, cancel: {} } }] });
const extend = (id: string, rollbackSeconds?: number): SetRequest => ({
  extension: [
    {
      commit: {
        id,
        set_rollback_duration: rollbackSeconds === undefined ? {} : { rollback_duration: seconds(rollbackSeconds) },
      },
    },
  ],
});

describe('gNMI commit confirmed', () => {
  let service: TestService;
  let clock: TestClock;
  let folder: string;

  async function start(): Promise<void> {
    service = await startService({ folder, now: clock.now, timer: clock.timer });
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'edgeconf-confirmed-'));
    clock = new TestClock();
    await start();
  });
  beforeEach(async () => {
    await service.reset('acme', acme);
    await service.reset('globex', { 'traffic-class': [{ 'traffic-class-id': 'silver' }] });
    // Revisions of one moment are a nanosecond apart; from here on their times are the clock's.
    clock.advance(1_000);
  });
  afterEach(async () => {
    const { confirmedCommits } = service.datastore;
    for (const pending of confirmedCommits.pending) await confirmedCommits.confirm(pending, 'the test');
  });
  after(async () => {
    await service.close();
    await rm(folder, { recursive: true });
  });

  const set = (request: SetRequest, user = 'acme-admin') => service.client(user).set(request);

  async function get(text: string, target = 'acme'): Promise<unknown> {
    const { notification = [] } = await service.client().get({ prefix: { target }, path: [path(text)] });
    return Object.values(valuesOf(notification[0] ?? {}))[0];
  }

  /** The next transaction. */
  function next(): Promise<FeedEvent> {
    return new Promise((resolve) => {
      const stop = service.datastore.listen((event) => {
        stop();
        resolve(event);
      });
    });
  }

  /** Lets time pass in which nothing may be undone: an undoing that has begun has no timer any more, long before it is done. */
  function stillWaits(ms: number): void {
    clock.advance(ms);
    assert.equal(clock.armed, 1, 'the commit is being undone already');
  }

  const rename = (value: string): SetRequest => ({ update: [update(name, value)] });

  describe('commit', () => {
    it('applies at once, and is undone by the service itself when nobody confirms it in time', async () => {
      const before = await get('/');
      await set({
        ...rename('Risky'),
        delete: [path('/site[site-id=chicago]/small-cell')],
        extension: [commit('c1', 30)],
      });
      assert.equal(await get(name), 'Risky');
      const { revision } = service.datastore.head;
      stillWaits(29_999);
      assert.equal(await get(name), 'Risky');
      const undone = next();
      clock.advance(1);
      assert.equal((await undone).author, 'edgeconf-commit-confirmed');
      assert.deepEqual(await get('/'), before);
      const entry = await service.datastore.history.entry(revision + 1);
      assert.match(entry.comment, /^undoes commit 'c1' of revision \d+: it was not confirmed in time$/);
      await set(rename('Free again'));
    });

    it('waits ten minutes when the client sets no duration, or an empty one', async () => {
      for (const rollback_duration of [undefined, {}]) {
        const extension = [{ commit: { id: 'c1', commit: { rollback_duration: rollback_duration ?? null } } }];
        clock.advance(1);
        await set({ ...rename('Risky'), extension });
        stillWaits(599_999);
        assert.equal(service.datastore.confirmedCommits.pending.length, 1);
        const undone = next();
        clock.advance(1);
        await undone;
        assert.equal(await get(name), 'Dallas');
      }
    });

    it('brings back entries with all that was below them', async () => {
      const before = await get('/');
      const changes = {
        replace: [update('/', { 'traffic-class': [{ 'traffic-class-id': 'only' }] })],
        extension: [commit('c1', 1)],
      };
      await set(changes);
      const undone = next();
      clock.advance(1_000);
      await undone;
      assert.deepEqual(await get('/'), before);
    });

    it('of several targets is undone in all of them, in one transaction', async () => {
      const traffic = (target: string) => ({
        path: { ...path('/traffic-class[traffic-class-id=t]/qci'), target },
        val: json(3),
      });
      await set({ update: [traffic('acme'), traffic('globex')], extension: [commit('c1', 1)] }, 'operator');
      const undone = next();
      clock.advance(1_000);
      const { commits } = await undone;
      assert.deepEqual(
        commits.map(({ target }) => target),
        ['acme', 'globex'],
      );
      await refused(get('/traffic-class[traffic-class-id=t]', 'globex'), 'NOT_FOUND');
    });

    it('without changes waits for its confirmation like any other', async () => {
      await set({ prefix: { target: 'acme' }, extension: [commit('c1')] });
      await refused(set(rename('x')), 'FAILED_PRECONDITION', "'c1'");
      await set(confirm('c1'));
      await set(rename('y'));
    });

    it('that fails leaves nothing that waits and no timer', async () => {
      const bad = { update: [update('/traffic-class[traffic-class-id=gold]/qci', 99)], extension: [commit('c1')] };
      await refused(set(bad), 'INVALID_ARGUMENT', 'qci');
      assert.deepEqual(service.datastore.confirmedCommits.pending, []);
      assert.equal(clock.armed, 0);
      await set(rename('goes on'));
    });

    it('holds its own targets only', async () => {
      await set({ ...rename('Risky'), extension: [commit('c1')] });
      const own = { update: [update('/traffic-class[traffic-class-id=silver]/qci', 4)] };
      await set({ ...own, extension: [commit('g1')] }, 'globex-admin');
      await set(confirm('g1'), 'globex-admin');
      assert.equal(await get('/traffic-class[traffic-class-id=silver]/qci', 'globex'), 4);
    });
  });

  describe('confirm', () => {
    it('makes the commit final', async () => {
      await set({ ...rename('Good'), extension: [commit('c1', 30)] });
      await set(confirm('c1'));
      assert.equal(clock.armed, 0);
      clock.advance(60_000);
      assert.equal(await get(name), 'Good');
      await set(rename('Later'));
    });

    it('is understood with the target in the prefix, and from somebody who may write the whole target', async () => {
      await set({ ...rename('Good'), extension: [commit('c1', 30)] });
      await set({ prefix: { target: 'acme' }, ...confirm('c1') }, 'operator');
      await set(rename('Later'));
    });
  });

  describe('cancel', () => {
    it('undoes the commit at once', async () => {
      await set({ ...rename('Bad'), extension: [commit('c1')] });
      const { revision } = service.datastore.head;
      await set(cancel('c1'));
      assert.equal(await get(name), 'Dallas');
      assert.equal(clock.armed, 0);
      const entry = await service.datastore.history.entry(revision + 1);
      assert.equal(entry.author, 'edgeconf-commit-confirmed');
      assert.match(entry.comment, /acme-admin cancelled it$/);
    });
  });

  describe('set_rollback_duration', () => {
    it('begins the time anew with the new length', async () => {
      await set({ ...rename('Risky'), extension: [commit('c1', 10)] });
      stillWaits(9_000);
      await set(extend('c1', 20));
      stillWaits(19_999);
      assert.equal(await get(name), 'Risky');
      const undone = next();
      clock.advance(1);
      await undone;
      assert.equal(await get(name), 'Dallas');
    });
  });

  describe('a restart', () => {
    it('goes on waiting where it was', async () => {
      await set({ ...rename('Risky'), extension: [commit('c1', 30)] });
      await service.close();
      clock.advance(10_000);
      await start();
      await refused(set(rename('x')), 'FAILED_PRECONDITION', "'c1'");
      const undone = next();
      clock.advance(20_000);
      await undone;
      assert.equal(await get(name), 'Dallas');
    });

    it('undoes what ran out meanwhile', async () => {
      await set({ ...rename('Risky'), extension: [commit('c1', 30)] });
      await service.close();
      clock.advance(31_000);
      await start();
      assert.equal(await get(name), 'Risky');
      const undone = next();
      clock.advance(0);
      await undone;
      assert.equal(await get(name), 'Dallas');
    });

    it('remembers a confirmation', async () => {
      await set({ ...rename('Good'), extension: [commit('c1', 30)] });
      await set(confirm('c1'));
      await service.close();
      await start();
      assert.deepEqual(service.datastore.confirmedCommits.pending, []);
      assert.equal(clock.armed, 0);
    });
  });

  it('goes by the wall clock: one that is set ahead shortens the wait to a minute at most', async () => {
    await set({ ...rename('Risky'), extension: [commit('c1', 3_600)] });
    clock.set(Number(clock.now() / 1_000_000n) + 3_600_000);
    const undone = next();
    clock.advance(60_000);
    await undone;
    assert.equal(await get(name), 'Dallas');
  });

  it('keeps its record in the journal entry of the commit', async () => {
    await set({ ...rename('Risky'), extension: [commit('c1', 30)] });
    const entry = await service.datastore.history.entry(service.datastore.head.revision);
    assert.deepEqual(JSON.parse(entry.labels['edgeconf:commit'] ?? ''), {
      id: 'c1',
      rollbackAfterNs: '30000000000',
      targets: ['acme'],
    });
    assert.equal(entry.commits.length, 1);
  });

  it('keeps in the journal which RPC confirmed it, gave it more time or cancelled it', async () => {
    const { history } = service.datastore;
    const viaOf = async () => (await history.entry(service.datastore.head.revision)).labels['edgeconf:via'];
    await set({ ...rename('Risky'), extension: [commit('c1', 30)] });
    for (const request of [extend('c1', 60), confirm('c1')]) {
      await set(request);
      assert.equal(await viaOf(), '/gnmi.gNMI/Set');
    }
    await set({ ...rename('Riskier'), extension: [commit('c2', 30)] });
    await set(cancel('c2'));
    assert.equal(await viaOf(), '/gnmi.gNMI/Set');
    await set({ ...rename('Riskiest'), extension: [commit('c3', 30)] });
    const undone = next();
    clock.advance(31_000);
    await undone;
    assert.equal(await viaOf(), undefined);
  });

  describe('what is refused', () => {
    it('refuses an action without an id, and an extension without an action', async () => {
      for (const extension of [commit(''), { commit: { confirm: {} } }, { commit: { id: '', cancel: {} } }]) {
        await refused(set({ extension: [extension] }), 'INVALID_ARGUMENT', 'extension commit', 'no id');
      }
      await refused(set({ extension: [{ commit: { id: 'c1' } }] }), 'INVALID_ARGUMENT', 'no action');
    });

    it('refuses another commit, and every Set without the extension, while one waits', async () => {
      await set({ ...rename('Risky'), extension: [commit('c1')] });
      for (const request of [{ ...rename('x'), extension: [commit('c2')] }, rename('x'), { delete: [path('/')] }]) {
        await refused(set(request), 'FAILED_PRECONDITION', "target 'acme'", "'c1'", 'acme-admin', 'confirm or cancel');
      }
      assert.equal(await get(name), 'Risky');
    });

    it('refuses to confirm, cancel or prolong when nothing waits', async () => {
      for (const request of [confirm('c1'), cancel('c1'), extend('c1', 5)]) {
        await refused(set(request), 'FAILED_PRECONDITION', "'c1'", 'no target that you may read waits');
        const named = { prefix: { target: 'acme' }, ...request };
        await refused(set(named), 'FAILED_PRECONDITION', "target 'acme' does not wait for a confirmation");
      }
    });

    it('refuses to confirm, cancel or prolong with another id', async () => {
      await set({ ...rename('Risky'), extension: [commit('c1')] });
      for (const request of [confirm('c2'), cancel('c2'), extend('c2', 5)]) {
        await refused(set(request), 'INVALID_ARGUMENT', "'c2'", "'c1'");
      }
      assert.equal(service.datastore.confirmedCommits.pending.length, 1);
    });

    it('refuses a set_rollback_duration of nothing, and durations that cannot be', async () => {
      await set({ ...rename('Risky'), extension: [commit('c1')] });
      await refused(set(extend('c1')), 'INVALID_ARGUMENT', 'rollback_duration above 0');
      await refused(set(extend('c1', 0)), 'INVALID_ARGUMENT', 'rollback_duration above 0');
      await refused(set(extend('c1', -1)), 'INVALID_ARGUMENT', '-1 s', 'at most 366 days');
      await refused(set(extend('c1', 4e10)), 'INVALID_ARGUMENT', 'at most 366 days');
    });

    it('asks for the target when commits of two tenants have the same id', async () => {
      await set({ ...rename('Risky'), extension: [commit('same')] });
      const other = { update: [update('/traffic-class[traffic-class-id=silver]/qci', 4)], extension: [commit('same')] };
      await set(other, 'globex-admin');
      await refused(set(confirm('same'), 'operator'), 'INVALID_ARGUMENT', "'same'", 'name a target', 'acme; globex');
      await set({ prefix: { target: 'globex' }, ...confirm('same') }, 'operator');
      assert.deepEqual(
        service.datastore.confirmedCommits.pending.map(({ targets }) => targets),
        [['acme']],
      );
    });

    it('refuses operations beside a confirmation', async () => {
      await set({ ...rename('Risky'), extension: [commit('c1')] });
      await refused(set({ ...rename('x'), ...confirm('c1') }), 'INVALID_ARGUMENT', 'cannot go with operations');
    });

    it("refuses to decide about somebody else's commit, and tells other tenants nothing of it", async () => {
      await set({ ...rename('Risky'), extension: [commit('c1')] });
      for (const user of ['acme-reader', 'acme-planner']) {
        await refused(set(confirm('c1'), user), 'PERMISSION_DENIED', user, "'c1'", 'acme-admin');
      }
      await refused(set(confirm('c1'), 'globex-admin'), 'FAILED_PRECONDITION', 'no target that you may read waits');
      const foreign = { prefix: { target: 'acme' }, ...confirm('c1') };
      await refused(set(foreign, 'globex-admin'), 'PERMISSION_DENIED', "'acme'");
    });

    it('refuses a reader who would hold a target', async () => {
      const hold = { prefix: { target: 'acme' }, extension: [commit('c1')] };
      await refused(set(hold, 'acme-reader'), 'PERMISSION_DENIED', 'acme-reader', "'acme'");
    });

    it('takes an empty Set as nothing to do even while a commit waits', async () => {
      await set({ ...rename('Risky'), extension: [commit('c1')] });
      assert.deepEqual((await set({})).response, []);
    });
  });
});
