// Checks that entries get their numbers with the transaction that needs them, each number once, and keep them.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { Candidate } from '../../../src/datastore/transaction.ts';
import { EdgeconfError } from '../../../src/errors.ts';
import { formatPath } from '../../../src/schema/path.ts';
import { decodeKey, encodeKey } from '../../../src/schema/row-key.ts';
import { numbersIn } from '../../../src/southbound/intent/number-rows.ts';
import { NumberedDevice, numbered } from '../numbered.ts';
import { RealStage } from '../real-stage.ts';

const ENDPOINT = 'http://fabric.example';

/** A site that names the device, with these slices; a slice may come with a number, or with more leaves. */
function site(slices: Record<string, object | number>, id = 's'): object {
  return {
    'edgeconf-site:site': [
      {
        'site-id': id,
        'imsi-definition': { mcc: '001', mnc: '01', enterprise: 1, format: 'CCCNNEEESSSSSSS' },
        'connectivity-service': { 'core-5g': { endpoint: ENDPOINT } },
        slice: Object.entries(slices).map(([slice, more]) => ({
          'slice-id': slice,
          sst: '1',
          sd: '010203',
          'default-behavior': 'DENY-ALL',
          ...(typeof more === 'number' ? { allocation: [{ device: 'fabric-1', pool: 'slice', number: more }] } : more),
        })),
      },
    ],
  };
}

const sliceAt = (slice: string) =>
  [
    ['site', { 'site-id': 's' }],
    ['slice', { 'slice-id': slice }],
  ] as const;

function platformWith(devices: object[], targets = ['acme', 'globex']): object {
  return {
    'edgeconf-platform:tenant': targets.map((name) => ({ name })),
    'edgeconf-platform:target': targets.map((name) => ({
      name,
      tenant: name,
      model: 'aether',
      'model-version': '2.1',
    })),
    'edgeconf-platform:device': devices,
  };
}

const fabric = (name: string) => ({ name, kind: 'numbered', address: `http://${name}`, endpoint: [ENDPOINT] });

describe('allocations', () => {
  let stage: RealStage;
  const devices = new Map<string, NumberedDevice>();

  const device = (name = 'fabric-1'): NumberedDevice => {
    const found = devices.get(`http://${name}`);
    assert.ok(found);
    return found;
  };
  /** All numbers of a target: `<slice>` or `<device>/<slice>` to the number. */
  const numbers = (target: string): Record<string, number> => {
    const snapshot = stage.datastore.snapshot(target);
    assert.ok(snapshot);
    return Object.fromEntries(
      [...numbersIn(snapshot)].map(({ device: name, entry, number }) => {
        const slice = decodeKey(snapshot.model.root, entry).at(-1)?.keys?.[0] ?? '';
        return [name === 'fabric-1' ? slice : `${name}/${slice}`, number];
      }),
    );
  };
  const refused = async (work: Promise<unknown>): Promise<EdgeconfError> => {
    const error = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof EdgeconfError, String(error));
    return error;
  };

  beforeEach(async () => {
    devices.clear();
    for (const name of ['fabric-1', 'fabric-2']) devices.set(`http://${name}`, new NumberedDevice());
    stage = await RealStage.open([numbered(devices, { last: 4, bandwidth: 100 })]);
    await stage.replace({ platform: platformWith([fabric('fabric-1')]) });
  });

  afterEach(() => stage.close());

  it('are the lowest free numbers, rows of the same transaction, and on the device at once', async () => {
    const { revision, candidates } = await stage.replace({ acme: site({ b: {}, a: {} }) });
    assert.deepEqual(numbers('acme'), { a: 1, b: 2 });
    const paths = candidates[0]?.changes.map(({ key }) =>
      formatPath(decodeKey(stage.datastore.snapshot('acme')?.model.root as never, key)),
    );
    assert.ok(paths?.includes('/site[site-id=s]/slice[slice-id=a]/allocation[device=fabric-1][pool=slice]/number'));
    const entry = await stage.datastore.history.entry(revision);
    assert.equal(entry.labels['edgeconf:allocated'], '2');
    await stage.reconciler.settled();
    assert.deepEqual(device().documents.get('slice/acme-s-b'), { number: 2, sst: '1' });
  });

  it('are not to be had for a device on which the entry has nothing', async () => {
    const via = { method: '/gnmi.gNMI/Set', peer: '127.0.0.1:1', groups: [] };
    const elsewhere = { allocation: [{ device: 'fabric-2', pool: 'slice', number: 3 }] };
    const error = await refused(stage.replace({ globex: site({ a: elsewhere }) }, { via }));
    assert.deepEqual(
      [error.code, error.message],
      [
        'FAILED_PRECONDITION',
        '/site[site-id=s]/slice[slice-id=a]/allocation[device=fabric-2][pool=slice]: the entry needs no such number there; ' +
          'leave it out',
      ],
    );
    await stage.replace({ globex: site({ a: 3 }) }, { via });
    assert.deepEqual(numbers('globex'), { a: 3 });
  });

  it('differ for two tenants on one device, and not from what each had before a restart', async () => {
    await stage.replace({ acme: site({ a: {}, b: {} }) });
    await stage.replace({ globex: site({ a: {} }) });
    await stage.stop();
    await stage.start();
    await stage.merge({ globex: site({ c: {} }) });
    assert.deepEqual(
      [numbers('acme'), numbers('globex')],
      [
        { a: 1, b: 2 },
        { a: 3, c: 4 },
      ],
    );
  });

  it('are used up at some point, and the transaction is refused that needs one more', async () => {
    await stage.replace({ acme: site({ a: {}, b: {}, c: {} }) });
    await stage.replace({ globex: site({ a: {} }) });
    const error = await refused(stage.merge({ globex: site({ b: {} }) }));
    assert.equal(error.code, 'FAILED_PRECONDITION');
    assert.match(
      error.message,
      /^device 'fabric-1', pool 'slice': site\/s\/slice\/b needs a number, but all 4 \(1 to 4\)/,
    );
    assert.doesNotMatch(error.message, /acme/);
    assert.deepEqual(numbers('globex'), { a: 1 + 3 });
  });

  it('are shown by a dry run, and not kept for anybody', async () => {
    const { candidates } = await stage.replace({ acme: site({ a: {} }) }, { dryRun: true });
    assert.ok(candidates[0]?.changes.some(({ key, after }) => key.includes('number') && after === '1'));
    await stage.replace({ globex: site({ a: {} }) });
    assert.deepEqual([numbers('acme'), numbers('globex')], [{}, { a: 1 }]);
  });

  it('are not kept for a transaction that is refused after all', async () => {
    const heavy = { mbr: { uplink: '101' } };
    await refused(stage.replace({ acme: site({ a: heavy }) }));
    await stage.replace({ globex: site({ a: {} }) });
    assert.deepEqual(numbers('globex'), { a: 1 });
  });

  it('are what the transaction itself says, when that is free', async () => {
    await stage.replace({ acme: site({ a: 3, b: {} }) });
    assert.deepEqual(numbers('acme'), { a: 3, b: 1 });
  });

  it('are refused when the transaction names one that another has, without saying who', async () => {
    await stage.replace({ acme: site({ a: {} }) });
    const error = await refused(stage.replace({ globex: site({ a: 1 }) }));
    assert.equal(error.code, 'FAILED_PRECONDITION');
    assert.match(
      error.message,
      /^\/site\[site-id=s\]\/slice\[slice-id=a\]\/allocation\[device=fabric-1\]\[pool=slice\]\/number: 1 is taken/,
    );
    assert.doesNotMatch(error.message, /acme/);
  });

  it('are refused when two entries of one transaction name the same', async () => {
    const error = await refused(stage.replace({ acme: site({ a: 2, b: 2 }) }));
    assert.match(error.message, /slice-id=b.*number: 2 is taken on this device already/);
  });

  it('are refused when they are not among those that there are', async () => {
    const error = await refused(stage.replace({ acme: site({ a: 5 }) }));
    assert.match(error.message, /number: 5 is not one of the numbers 1 to 4 that there are/);
  });

  it('come back as they were when a replace of the parent leaves them out', async () => {
    await stage.replace({ acme: site({ a: {}, b: {} }) });
    await stage.delete('acme', sliceAt('a'));
    const { candidates } = await stage.replace({ acme: site({ b: { 'display-name': 'B' } }) });
    assert.deepEqual(numbers('acme'), { b: 2 });
    assert.equal(candidates[0]?.changes.length, 1);
  });

  it('come back as they were when they are deleted while they are needed', async () => {
    await stage.replace({ acme: site({ a: {} }) });
    const { revision } = stage.datastore.head;
    await stage.delete('acme', [...sliceAt('a'), ['allocation', { device: 'fabric-1', pool: 'slice' }]]);
    assert.deepEqual(numbers('acme'), { a: 1 });
    assert.equal(stage.datastore.head.revision, revision);
  });

  it('are not free again before the device has confirmed the removal', async () => {
    await stage.replace({ acme: site({ a: {} }) });
    await stage.reconciler.settled();
    device().isUp = false;
    await stage.delete('acme', sliceAt('a'));
    await stage.clock.begun(1);
    await stage.replace({ globex: site({ a: {} }) });
    assert.deepEqual(numbers('globex'), { a: 2 });
    const error = await refused(stage.merge({ globex: site({ b: 1 }) }));
    assert.match(error.message, /number: 1 was freed, but the device has not confirmed yet that what had it is gone/);
    device().isUp = true;
    stage.clock.advance(100);
    await stage.reconciler.settled();
    await stage.merge({ globex: site({ b: {} }) });
    assert.deepEqual(numbers('globex'), { a: 2, b: 1 });
  });

  it('are not free before the confirmation after a restart either', async () => {
    await stage.replace({ acme: site({ a: {} }) });
    await stage.reconciler.settled();
    device().isUp = false;
    await stage.delete('acme', sliceAt('a'));
    await stage.clock.begun(1);
    await stage.stop();
    await stage.start();
    await stage.replace({ globex: site({ a: {} }) });
    assert.deepEqual(numbers('globex'), { a: 2 });
  });

  it('are the same again for an entry that comes back before the device has let it go', async () => {
    await stage.replace({ acme: site({ a: {}, b: {} }) });
    await stage.reconciler.settled();
    device().isUp = false;
    await stage.delete('acme', sliceAt('a'));
    await stage.clock.begun(1);
    await stage.merge({ acme: site({ a: 1 }) });
    assert.deepEqual(numbers('acme'), { a: 1, b: 2 });
  });

  it('are nothing that the author needs rights for; everything else is', async () => {
    const seen: string[][] = [];
    const authorize = (candidates: readonly Candidate[]): void => {
      seen.push(
        candidates.flatMap(({ changes, after }) =>
          changes.map(({ key }) => formatPath(decodeKey(after.model.root, key)).replace(/^.*\//, '')),
        ),
      );
    };
    await stage.replace({ acme: site({}) });
    await stage.merge({ acme: site({ a: {} }) }, { authorize });
    const asked = ['default-behavior', 'sd', 'slice-id', 'sst'];
    assert.deepEqual(
      seen.map((names) => names.sort()),
      [asked, asked],
    );
    seen.length = 0;
    await stage.merge({ acme: site({ b: 4 }) }, { authorize });
    assert.deepEqual(
      seen.map((names) => names.sort()),
      [['default-behavior', 'device', 'number', 'pool', 'sd', 'slice-id', 'sst']],
    );
  });

  it('are given to the slices of all tenants with the transaction that gives their endpoint another device', async () => {
    await stage.replace({ acme: site({ a: {} }), globex: site({ a: {}, b: {} }) });
    const { revision } = await stage.replace({ platform: platformWith([fabric('fabric-2')]) });
    assert.deepEqual(numbers('acme'), { a: 1, 'fabric-2/a': 1 });
    assert.deepEqual(numbers('globex'), { a: 2, 'fabric-2/a': 2, b: 3, 'fabric-2/b': 3 });
    const entry = await stage.datastore.history.entry(revision);
    assert.deepEqual(entry.commits.map(({ target }) => target).sort(), ['acme', 'globex', 'platform']);
    await stage.reconciler.settled();
    assert.equal(device('fabric-2').documents.size, 3);
  });

  it('go with an unconfirmed commit, and stay with one that is confirmed', async () => {
    await stage.replace({ acme: site({ a: {} }) });
    const rollbackAfterNs = 600_000_000_000n;
    await stage.merge({ acme: site({ b: {} }) }, { note: { kind: 'commit', id: 'x', rollbackAfterNs } });
    assert.deepEqual(numbers('acme'), { a: 1, b: 2 });
    const [pending] = stage.datastore.confirmedCommits.pending;
    assert.ok(pending);
    await stage.datastore.confirmedCommits.rollBack(pending, 'test');
    assert.deepEqual(numbers('acme'), { a: 1 });
  });

  it('are refused to an undo that brings one back which another has taken meanwhile', async () => {
    await stage.replace({ acme: site({ a: {} }) });
    await stage.reconciler.settled();
    const rollbackAfterNs = 600_000_000_000n;
    await stage.delete('acme', sliceAt('a'), { note: { kind: 'commit', id: 'x', rollbackAfterNs } });
    await stage.reconciler.settled();
    await stage.replace({ globex: site({ a: {} }) });
    const [pending] = stage.datastore.confirmedCommits.pending;
    assert.ok(pending);
    const error = await refused(stage.datastore.confirmedCommits.rollBack(pending, 'test'));
    assert.equal(error.code, 'FAILED_PRECONDITION');
    assert.match(error.message, /slice-id=a.*number: 1 is taken on this device already/);
    await stage.replace({ globex: {} });
    await stage.reconciler.settled();
    await stage.datastore.confirmedCommits.rollBack(pending, 'test');
    assert.deepEqual(numbers('acme'), { a: 1 });
  });

  it('are never the same for two, whatever tenants do at the same time', async () => {
    const slices = ['a', 'b', 'c'] as const;
    const step = fc.record({
      target: fc.constantFrom('acme', 'globex'),
      slice: fc.constantFrom(...slices),
      what: fc.constantFrom('make', 'make', 'delete', 'try', 'wipe'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
        await Promise.allSettled(
          steps.map(({ target, slice, what }) => {
            if (what === 'delete') return stage.delete(target, sliceAt(slice));
            if (what === 'wipe') return stage.replace({ [target]: site({ [slice]: {} }) });
            return stage.merge({ [target]: site({ [slice]: {} }) }, { dryRun: what === 'try' });
          }),
        );
        const given = ['acme', 'globex'].map(numbers);
        const all = given.flatMap((each) => Object.values(each));
        assert.equal(new Set(all).size, all.length);
        for (const [i, target] of ['acme', 'globex'].entries()) {
          const there = slices.filter((slice) =>
            stage.datastore.snapshot(target)?.has(encodeKey(stage.path(target, sliceAt(slice)))),
          );
          assert.deepEqual(Object.keys(given[i] ?? {}).sort(), there);
        }
        await stage.reconciler.settled();
        assert.deepEqual(
          [...device().documents.values()].map((body) => (body as { number: number }).number).sort(),
          all.sort(),
        );
      }),
      { numRuns: 15 },
    );
  });
});
