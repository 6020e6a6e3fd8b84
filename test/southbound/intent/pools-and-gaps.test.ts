// Checks that what devices have little of is shared out and shown, and that what they cannot do is told entry by entry.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { EdgeconfError } from '../../../src/errors.ts';
import { NumberedDevice, numbered } from '../numbered.ts';
import { RealStage } from '../real-stage.ts';

const ENDPOINT = 'http://fabric.example';

/** A site with slices and the bandwidth that each uses. */
function site(slices: Record<string, number>, cells: readonly string[] = []): object {
  return {
    'edgeconf-site:site': [
      {
        'site-id': 's',
        'imsi-definition': { mcc: '001', mnc: '01', enterprise: 1, format: 'CCCNNEEESSSSSSS' },
        'connectivity-service': { 'core-5g': { endpoint: ENDPOINT } },
        'small-cell': cells.map((id) => ({ 'small-cell-id': id, address: id, tac: '1' })),
        slice: Object.entries(slices).map(([id, uplink]) => ({
          'slice-id': id,
          sst: '1',
          sd: '010203',
          'default-behavior': 'DENY-ALL',
          mbr: { uplink: String(uplink) },
        })),
      },
    ],
  };
}

describe('pools and gaps', () => {
  let stage: RealStage;

  const refused = async (work: Promise<unknown>): Promise<EdgeconfError> => {
    const error = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof EdgeconfError, String(error));
    return error;
  };

  const pools = (): Record<string, (number | undefined)[]> =>
    Object.fromEntries(
      stage.reconciler.pools('fabric-1').map(({ name, capacity, used, free }) => [name, [capacity, used, free]]),
    );

  beforeEach(async () => {
    const devices = new Map([['http://fabric-1', new NumberedDevice()]]);
    stage = await RealStage.open([numbered(devices, { bandwidth: 100 })]);
    await stage.replace({
      platform: {
        'edgeconf-platform:tenant': [{ name: 'acme' }, { name: 'globex' }],
        'edgeconf-platform:target': ['acme', 'globex'].map((name) => ({
          name,
          tenant: name,
          model: 'aether',
          'model-version': '2.1',
        })),
        'edgeconf-platform:device': [
          { name: 'fabric-1', kind: 'numbered', address: 'http://fabric-1', endpoint: [ENDPOINT] },
        ],
      },
    });
  });

  afterEach(() => stage.close());

  it('say what all tenants use together, and what is free', async () => {
    await stage.replace({ acme: site({ a: 30, b: 10 }), globex: site({ a: 20 }) });
    await stage.reconciler.settled();
    assert.deepEqual(pools(), { bandwidth: [100, 60, 40], slice: [15, 3, 12] });
    await stage.stop();
    await stage.start();
    assert.deepEqual(pools(), { bandwidth: [100, 60, 40], slice: [15, 3, 12] });
    await stage.replace({ acme: {} });
    await stage.reconciler.settled();
    assert.deepEqual(pools(), { bandwidth: [100, 20, 80], slice: [15, 1, 14] });
    await stage.replace({ globex: {} });
    await stage.reconciler.settled();
    assert.deepEqual(pools(), {});
  });

  it('tell when they change, and only then', async () => {
    const told: string[] = [];
    stage.reconciler.onPools((device) => told.push(device));
    await stage.replace({ acme: site({ a: 30 }) });
    await stage.reconciler.settled();
    await stage.merge({ acme: { 'edgeconf-site:site': [{ 'site-id': 's', 'display-name': 'S' }] } });
    await stage.reconciler.settled();
    assert.deepEqual(told, ['fabric-1']);
  });

  it('refuse what is more than is left, and say how much that is but not who has the rest', async () => {
    await stage.replace({ acme: site({ a: 70 }) });
    const error = await refused(stage.replace({ globex: site({ a: 31 }) }));
    assert.equal(error.code, 'FAILED_PRECONDITION');
    assert.equal(
      error.message,
      "device 'fabric-1', pool 'bandwidth': site/s/slice/a needs 31 more, but 30 of 100 are left, since all who use the " +
        'device share them; ask for less, or let go of something else there',
    );
    await stage.replace({ globex: site({ a: 30 }) });
  });

  it('refuse a raise, and take a shift within the transaction', async () => {
    await stage.replace({ acme: site({ a: 70, b: 30 }) });
    assert.match((await refused(stage.merge({ acme: site({ b: 31 }) }))).message, /needs 1 more, but 0 of 100/);
    await stage.merge({ acme: site({ a: 60, b: 40 }) });
  });

  it('let everything be taken back and lowered', async () => {
    await stage.replace({ acme: site({ a: 70, b: 30 }) });
    await stage.merge({ acme: site({ a: 50 }) });
    await stage.replace({ acme: site({}) });
    await stage.replace({ globex: site({ a: 100 }) });
  });

  it('hold when tenants come at the same time: never more is given than there is', async () => {
    for (let round = 0; round < 5; round += 1) {
      await stage.replace({ acme: site({}), globex: site({}) });
      const outcomes = await Promise.allSettled([
        stage.replace({ acme: site({ a: 60 }) }),
        stage.replace({ globex: site({ a: 60 }) }),
      ]);
      assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    }
  });

  it('hold for one that is staged on another that is on its way', async () => {
    await stage.replace({ acme: site({}) });
    const outcomes = await Promise.allSettled(
      ['a', 'b', 'c', 'd'].map((slice) => stage.merge({ acme: site({ [slice]: 40 }) })),
    );
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 2);
    await stage.reconciler.settled();
    assert.deepEqual(pools().bandwidth, [100, 80, 20]);
  });

  it('count a transaction once that is planned anew before it is in the journal', async () => {
    await stage.replace({ acme: site({}), globex: site({}) });
    await stage.reconciler.settled();
    const { candidates } = await stage.replace({ acme: site({ a: 40 }) }, { dryRun: true });
    const request = { author: 'test', edits: [], authorize: () => {} };
    for (let time = 0; time < 2; time += 1) assert.deepEqual(await stage.reconciler.plan(candidates, request), []);
    await stage.replace({ globex: site({ a: 40 }) });
    const error = await refused(stage.merge({ globex: site({ b: 40 }) }));
    assert.match(error.message, /another transaction that is not decided yet/);
    stage.reconciler.released(request);
    await stage.merge({ globex: site({ b: 40 }) });
  });

  it('keep nothing for a transaction that was given up while it was planned', async () => {
    await stage.replace({ acme: site({}), globex: site({}) });
    await stage.reconciler.settled();
    const { candidates } = await stage.replace({ acme: site({ a: 60 }) }, { dryRun: true });
    const request = { author: 'test', edits: [], authorize: () => {} };
    const planning = stage.reconciler.plan(candidates, request);
    stage.reconciler.released(request);
    await planning;
    await stage.replace({ globex: site({ a: 60 }) });
  });

  it('know the gaps of each entry, and tell when they come and go', async () => {
    const told: string[] = [];
    stage.reconciler.gaps.listen((target, source) => told.push(`${target} ${source.join('/')}`));
    await stage.replace({ acme: site({ a: 1 }, ['c1', 'c2']) });
    await stage.reconciler.settled();
    assert.deepEqual(stage.reconciler.gaps.of('acme', ['site', 's', 'small-cell', 'c1']), [
      { device: 'fabric-1', reason: 'no radio' },
    ]);
    assert.deepEqual([...stage.reconciler.gaps.entries()].length, 2);
    await stage.replace({ acme: site({ a: 1 }, ['c2']) });
    await stage.reconciler.settled();
    assert.deepEqual(stage.reconciler.gaps.of('acme', ['site', 's', 'small-cell', 'c1']), []);
    const cells = ['c1', 'c2'].map((id) => `acme site/s/small-cell/${id}`);
    assert.deepEqual(told, [...cells, ...cells]);
    await stage.replace({ acme: {} });
    await stage.reconciler.settled();
    assert.deepEqual([...stage.reconciler.gaps.entries()], []);
  });
});
