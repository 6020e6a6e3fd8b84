// Freezes and limits of deletes over a real socket: what they refuse, what passes, and that strangers learn nothing.

import assert from 'node:assert/strict';
import Long from 'long';
import { run } from '../../../src/cli/program.ts';
import type { SetRequest } from '../../../src/proto/gnmi.ts';
import { startService, type TestService } from '../../service.ts';
import { TestClock } from '../../test-clock.ts';
import { acme, path, refused, update } from './messages.ts';

const dallas = '/site[site-id=dallas]/display-name';
const hour = 3_600_000;

describe('guard rails over gNMI', () => {
  let service: TestService;
  /** What confirmed commits are timed by. */
  let clock: TestClock;
  /** What freezes are timed by. */
  let wallMs = 0;

  before(async () => {
    clock = new TestClock();
    service = await startService({ clocks: { wallMs: () => wallMs }, now: clock.now, timer: clock.timer });
  });
  after(() => service.close());
  beforeEach(async () => {
    wallMs = Date.UTC(2026, 10, 26);
    await service.reset('acme', acme);
  });
  afterEach(async () => {
    await platform({
      delete: ['/guard-rails', '/tenant/freeze', '/tenant/most-deletes', '/tenant/display-name'].map(path),
    });
  });

  const set = (request: SetRequest, confirmed?: string, user = 'acme-admin', target = 'acme') =>
    service
      .client(user)
      .set(
        { prefix: { target }, ...request },
        confirmed === undefined ? {} : { 'edgeconf-confirm-deletes': confirmed },
      );
  const platform = (request: SetRequest, confirmed?: string) => set(request, confirmed, 'operator', 'platform');
  const json = (at: string, value: unknown) => ({
    path: path(at),
    val: { json_ietf_val: Buffer.from(JSON.stringify(value)) },
  });
  const rename = { update: [update(dallas, 'Big D')] };

  describe('a freeze', () => {
    const freeze = { from: '2026-11-27T00:00:00Z', to: '2026-11-28T01:00:00+01:00', reason: 'Black Friday' };
    const frozen =
      "target 'acme' is frozen until 2026-11-28T01:00:00+01:00 by freeze 'sale' (Black Friday); try again then, " +
      "or have /tenant[name=acme]/freeze[name=sale] of target 'platform' changed";

    it('of a tenant refuses changes of its targets from its beginning until its end', async () => {
      await platform({ update: [json('/tenant[name=acme]/freeze[name=sale]', freeze)] });
      wallMs += 24 * hour - 1;
      await set(rename);
      wallMs += 1;
      const { revision } = service.datastore.head;
      await refused(set({ update: [update(dallas, 'D')] }), 'FAILED_PRECONDITION', frozen);
      await refused(set({ delete: [path(dallas)] }, undefined, 'operator'), 'FAILED_PRECONDITION', frozen);
      wallMs += 24 * hour - 1;
      await refused(set({ replace: [update(dallas, 'D')] }), 'FAILED_PRECONDITION', frozen);
      assert.equal(service.datastore.head.revision, revision);
      wallMs += 1;
      await set({ update: [update(dallas, 'D')] });
    });

    it('takes what changes nothing, and leaves other tenants and the platform alone', async () => {
      await platform({ update: [json('/tenant[name=acme]/freeze[name=sale]', freeze)] });
      wallMs += 30 * hour;
      await set({ update: [update(dallas, 'Dallas')] });
      await set({ update: [update('/traffic-class[traffic-class-id=x]', {})] }, undefined, 'globex-admin', 'globex');
      await platform({ update: [update('/tenant[name=acme]/display-name', 'Acme')] });
    });

    it('is not told to strangers, nor to who may not make the change anyway', async () => {
      await platform({ update: [json('/tenant[name=acme]/freeze[name=sale]', freeze)] });
      wallMs += 30 * hour;
      await refused(set(rename, undefined, 'globex-admin'), 'PERMISSION_DENIED', "no access to target 'acme'");
      await refused(set(rename, undefined, 'acme-reader'), 'PERMISSION_DENIED');
    });

    it('of the platform holds for all targets, and can be lifted while it is in force', async () => {
      await platform({ update: [json('/guard-rails/freeze[name=all]', freeze)] });
      wallMs += 30 * hour;
      const where = "or have /guard-rails/freeze[name=all] of target 'platform' changed";
      await refused(set(rename), 'FAILED_PRECONDITION', "target 'acme' is frozen until", where);
      const name = update('/tenant[name=acme]/display-name', 'Acme');
      await refused(platform({ update: [name] }), 'FAILED_PRECONDITION', "target 'platform' is frozen", where);
      const lift = path('/guard-rails/freeze[name=all]');
      await refused(platform({ delete: [lift], update: [name] }), 'FAILED_PRECONDITION');
      await platform({ update: [json('/tenant[name=globex]/freeze[name=own]', freeze)] });
      await platform({ delete: [path('/tenant[name=globex]/freeze[name=own]')] });
      await platform({ delete: [lift] });
      await set(rename);
      await platform({ update: [name] });
    });

    it('does not hold up what undoes a commit that nobody confirmed, or takes it back', async () => {
      const begin = (id: string) => ({
        ...rename,
        extension: [{ commit: { id, commit: { rollback_duration: { seconds: Long.fromNumber(3600) } } } }],
      });
      const undone = async (act: () => unknown) => {
        const rolledBack = new Promise<void>((resolve) => {
          const end = service.datastore.listen(({ author }) => {
            if (author !== 'edgeconf-commit-confirmed') return;
            end();
            resolve();
          });
        });
        await act();
        await rolledBack;
        const [value] = [...(service.datastore.snapshot('acme')?.range('', '\xff') ?? [])].filter(({ value }) =>
          value.includes('Dallas'),
        );
        assert.equal(value?.value, '"Dallas"');
      };
      await platform({ update: [json('/tenant[name=acme]/freeze[name=sale]', freeze)] });
      await set(begin('one'));
      wallMs += 30 * hour;
      await undone(() => clock.advance(2 * hour));
      wallMs -= 30 * hour;
      await set(begin('two'));
      wallMs += 30 * hour;
      await refused(set({ update: [update(dallas, 'x')] }), 'FAILED_PRECONDITION');
      await undone(() => set({ extension: [{ commit: { id: 'two', cancel: {} } }] }));
    });

    it('that cannot be understood is in force, and can be lifted', async () => {
      const wrong = { from: '2026-99-99T00:00:00Z', to: '2026-99-99T00:00:00Z' };
      await platform({ update: [json('/tenant[name=acme]/freeze[name=wrong]', wrong)] });
      await refused(set(rename), 'FAILED_PRECONDITION', "by freeze 'wrong'; try again");
      await platform({ delete: [path('/tenant[name=acme]/freeze[name=wrong]')] });
      await set(rename);
    });
  });

  describe('most-deletes', () => {
    const chicago = { delete: [path('/site[site-id=chicago]')] };
    const asked = (count: number, most: number, target = 'acme') =>
      `this deletes ${count} list entries in target '${target}', where more than ${most} are not deleted unasked; to go on, ` +
      `repeat it with metadata edgeconf-confirm-deletes: ${count} (edgeconf: --confirm-deletes ${count})`;

    it('refuses to delete more list entries than that, those inside of others counted, unless told the number', async () => {
      await platform({ update: [update('/tenant[name=acme]/most-deletes', 6)] });
      // The site, its cell, device, SIM card, IP domain, group, and the device of the group.
      await refused(set(chicago), 'FAILED_PRECONDITION', asked(7, 6));
      const wrong = 'this deletes 7 list entries, not 6 in target';
      await refused(set(chicago, '6'), 'FAILED_PRECONDITION', wrong);
      await refused(set(chicago, '8'), 'FAILED_PRECONDITION');
      await set(chicago, '7');
      await set({ delete: [path('/traffic-class'), path('/application')] });
    });

    it('sees what a replace leaves out, and does not count what stays', async () => {
      await platform({ update: [update('/tenant[name=acme]/most-deletes', 0)] });
      await set({ delete: [path(dallas)] });
      const cam = acme.application[0] ?? assert.fail();
      await set({ replace: [json('/application[application-id=cam]', { ...cam, description: 'x' })] });
      const alone = { 'application-id': 'cam', address: '10.1.0.0/24' };
      const shorter = { replace: [json('/application[application-id=cam]', alone)] };
      await refused(set(shorter), 'FAILED_PRECONDITION', asked(1, 0));
      await set(shorter, '1');
    });

    it('of the platform holds where the tenant has none of its own', async () => {
      await platform({
        update: [update('/guard-rails/most-deletes', 1), update('/tenant[name=acme]/most-deletes', 7)],
      });
      await set(chicago);
      await platform({ delete: [path('/tenant[name=acme]/most-deletes')] });
      await service.reset('acme', acme);
      await refused(set(chicago), 'FAILED_PRECONDITION', asked(7, 1));
      await platform({
        update: [json('/tenant[name=acme]', { freeze: [1, 2].map((n) => ({ ...later, name: `f${n}` })) })],
      });
      await refused(platform({ delete: [path('/tenant/freeze')] }), 'FAILED_PRECONDITION', asked(2, 1, 'platform'));
      await platform({ delete: [path('/tenant/freeze')] }, '2');
    });

    it('adds up all targets of one transaction', async () => {
      await service.reset('globex', { 'traffic-class': [{ 'traffic-class-id': 'silver' }] });
      await platform({ update: [update('/tenant[name=acme]/most-deletes', 6)] });
      const both: SetRequest = {
        delete: [
          { ...path('/site[site-id=chicago]'), target: 'acme' },
          { ...path('/traffic-class'), target: 'globex' },
        ],
      };
      const client = service.client();
      const all = "this deletes 8 list entries, 7 of them in target 'acme', where more than 6";
      await refused(client.set(both), 'FAILED_PRECONDITION', all, 'edgeconf-confirm-deletes: 8');
      await client.set(both, { 'edgeconf-confirm-deletes': '8' });
    });

    it('is confirmed on the command line by --confirm-deletes', async () => {
      await platform({ update: [update('/tenant[name=acme]/most-deletes', 6)] });
      const cli = async (...args: string[]) => {
        const told: string[] = [];
        const tell = (line: string) => told.push(line);
        const connection = ['-a', service.address, '--plaintext', '-u', 'acme-admin', '-p', 'acme-admin-secret'];
        const terminal = { out: tell, err: tell, signal: new AbortController().signal };
        const never = () => assert.fail('not asked for');
        const audit = { verify: never, export: never };
        const local = { serve: never, init: never, recover: never, verify: never, audit, version: '' };
        return [await run([...args, '-t', 'acme', ...connection], local, terminal), told.join()];
      };
      const site = '/site[site-id=chicago]';
      assert.deepEqual(await cli('delete', site), [1, `FAILED_PRECONDITION: ${asked(7, 6)}`]);
      assert.match(String(await cli('delete', site, '--confirm-deletes', 'all')), /^1,INVALID_ARGUMENT: /);
      assert.match(String(await cli('delete', site, '--confirm-deletes', '7')), /^0,accepted as revision/);
      await service.reset('acme', acme);
      assert.match(String(await cli('set', '-d', site)), /^1,FAILED_PRECONDITION: /);
      assert.match(String(await cli('set', '-d', site, '--confirm-deletes', '7')), /^0,accepted as revision/);
    });

    it('takes only a number', async () => {
      for (const wrong of ['seven', '-1', '7.0', '1e1', '9999999999999999']) {
        await refused(set(chicago, wrong), 'INVALID_ARGUMENT', 'edgeconf-confirm-deletes', 'must be the number');
      }
    });
  });
});

const later = { from: '2030-01-01T00:00:00Z', to: '2030-01-02T00:00:00Z' };
