// What somebody else changes on a device, and what a device refuses: as asked over gRPC, shown leaf by leaf, adopted on demand.

import assert from 'node:assert/strict';
import { status } from '@grpc/grpc-js';
import { after, before, describe, it } from 'mocha';
import { deliveryOf } from '../../../src/proto/delivery.ts';
import { parsePath } from '../../../src/proto/path-text.ts';
import { transactionStrategy } from '../../../src/proto/transaction-strategy.ts';
import { type CoreService, startCoreService } from '../../southbound-service.ts';

const CAMERAS = { device: 'core-1', document: 'device-group/acme-chicago-cameras' };
const GROUP = '/site[site-id=acme-chicago]/device-group[device-group-id=acme-chicago-cameras]';
const RATE = '/ip-domains/0/ue-dnn-qos/dnn-mbr-uplink';

describe('devices that hold something else', () => {
  let core: CoreService;
  before(async () => {
    core = await startCoreService();
  });
  after(() => core.close());

  /** Somebody else's hand on the core: the rate of the cameras. */
  async function tamper(bps: number): Promise<void> {
    const url = `${core.simulator.url}/config/v1/${CAMERAS.document}`;
    const text = await (await fetch(url)).text();
    const body = text.replace(/("dnn-mbr-uplink":\s*)\d+/, `$1${bps}`);
    assert.notEqual(body, text);
    const answer = await fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
    assert.ok(answer.ok);
  }

  async function policy(policy: string): Promise<void> {
    await core.write('update', 'platform', { device: [{ name: 'core-1', drift: { policy } }] });
    await core.settle();
  }

  const verify = () => core.southbound('boss').verify({ device: 'core-1' });
  const document = () => core.southbound('acme-admin').getDocument({ ...CAMERAS, ask_device: true });

  it('are shown leaf by leaf, with who owns it and what is done about it', async () => {
    await policy('report');
    const clean = await verify();
    assert.deepEqual([clean.drift, clean.foreign, clean.not_verifiable], [[], 0, 0]);
    assert.ok((clean.checked ?? 0) > 10);
    await tamper(5);
    const { drift = [] } = await verify();
    assert.deepEqual(JSON.parse(JSON.stringify(drift)), [
      {
        document: CAMERAS.document,
        target: 'acme',
        source: GROUP,
        difference: { path: RATE, expected: '20000000', actual: '5' },
        policy: 'report',
      },
    ]);
    const answer = await document();
    assert.equal(answer.document?.status, 'drifted');
    assert.equal(answer.drift_policy, 'report');
    assert.deepEqual(JSON.parse(JSON.stringify(answer.differences)), [
      { path: RATE, expected: '20000000', actual: '5' },
    ]);
    assert.match(answer.actual ?? '', /"dnn-mbr-uplink":5\b/);
    assert.match(answer.acknowledged ?? '', /"dnn-mbr-uplink":20000000\b/);
  });

  it('are adopted as intent where the policy says so, in a name of its own', async () => {
    await tamper(7_000_000);
    await policy('adopt');
    const adopted = new Promise<void>((resolve) => {
      const end = core.service.datastore.listen(({ author }) => {
        if (author !== 'edgeconf-adopt') return;
        end();
        resolve();
      });
    });
    core.simulator.clearLog();
    await verify();
    await adopted;
    await core.settle();
    const [update] =
      (await core.gnmi('acme-admin').get({ prefix: { target: 'acme' }, path: [parsePath(`${GROUP}/mbr/uplink`)] }))
        .notification?.[0]?.update ?? [];
    assert.equal(Buffer.from(update?.val?.json_val ?? update?.val?.json_ietf_val ?? []).toString(), '"7000000"');
    const answer = await document();
    assert.deepEqual([answer.document?.status, answer.differences], ['in-effect', []]);
    assert.equal(answer.changed_by, 'edgeconf-adopt');
    assert.deepEqual(
      core.simulator.requests.filter(({ method }) => method !== 'GET'),
      [],
    );
  });

  it('refuse a change: a synchronous Set tells their words, and what to look at', async () => {
    const update = [{ path: parsePath(`${GROUP}/mbr/uplink`), val: { json_ietf_val: Buffer.from('"6000000"') } }];
    core.simulator.faults.failNext(1, 400, { path: CAMERAS.document }, '{"error":"too slow for me"}');
    const response = await core.gnmi('acme-admin').set({
      prefix: { target: 'acme' },
      update,
      extension: [transactionStrategy({ synchronous: true })],
    });
    const { revision } = core.service.datastore.head;
    const delivery = deliveryOf(response);
    assert.equal(delivery?.revision, revision);
    assert.deepEqual(delivery?.superseded, []);
    assert.deepEqual(
      delivery?.refused.map(({ device, document, revision }) => [device, document, revision]),
      [['core-1', CAMERAS.document, revision]],
    );
    // Where the core is, is no business of its tenants.
    const words = `POST /config/v1/${CAMERAS.document}: 400 too slow for me`;
    assert.equal(delivery?.refused[0]?.message, words);
    assert.deepEqual(delivery?.refused[0]?.cause, [`${GROUP}/mbr/uplink`]);
    const failed = (await core.southbound('acme-admin').getDocument(CAMERAS)).document;
    assert.deepEqual([failed?.status, failed?.revision?.toString()], ['failed', `${revision}`]);
    assert.equal(failed?.reason, words);
    // Who may not read all of it is told that it failed, and not why.
    const seen = (await core.southbound('cams-only').getDocument(CAMERAS)).document;
    assert.deepEqual([seen?.status, seen?.reason], ['failed', '']);
  });

  it('refuse a change of a part of a tenant: who made it and reads all that the document is made from is told', async () => {
    const update = [{ path: parsePath(`${GROUP}/mbr/uplink`), val: { json_ietf_val: Buffer.from('"6000001"') } }];
    core.simulator.faults.failNext(1, 400, { path: CAMERAS.document }, '{"error":"too slow for me"}');
    const response = await core.gnmi('chicago-admin').set({
      prefix: { target: 'acme' },
      update,
      extension: [transactionStrategy({ synchronous: true })],
    });
    const { refused = [], unnamed_refused } = deliveryOf(response) ?? {};
    assert.deepEqual([refused.map(({ document }) => document), unnamed_refused], [[CAMERAS.document], 0]);
  });

  it('refuse what an operator of the device alone changes: whose it is and why is not for who reads but its name', async () => {
    const version = (value: string) => [
      { path: parsePath('/device[name=core-1]/version'), val: { json_ietf_val: Buffer.from(`"${value}"`) } },
    ];
    core.simulator.faults.failNext(1, 400, { path: CAMERAS.document }, '{"error":"too old for me"}');
    const response = await core.gnmi('core-switch').set({
      prefix: { target: 'platform' },
      update: version('2.1.0'),
      extension: [transactionStrategy({ synchronous: true })],
    });
    const { refused, unnamed_refused = 0 } = deliveryOf(response) ?? {};
    await core.gnmi('boss').set({ prefix: { target: 'platform' }, update: version('3.0') });
    await core.settle();
    assert.deepEqual(refused, []);
    assert.ok(unnamed_refused > 0);
  });

  it('cannot be asked while they are away: what is known is told all the same', async () => {
    await core.simulator.faults.goDown();
    const answer = await document();
    assert.equal(answer.actual_error, "device 'core-1' does not answer at the moment");
    const whole = await core.southbound('boss').getDocument({ ...CAMERAS, ask_device: true });
    assert.match(whole.actual_error ?? '', /core-1/);
    assert.notEqual(whole.actual_error, answer.actual_error);
    assert.equal(answer.actual, '');
    assert.match(answer.desired ?? '', /"dnn-mbr-uplink":6000001\b/);
    await assert.rejects(verify(), { code: status.UNAVAILABLE });
    await core.simulator.faults.comeUp({ state: 'kept' });
  });
});
