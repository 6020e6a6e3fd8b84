// Transactions of one target that are on their way to the journal together: each has its own verdict, and they share writes.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Datastore } from '../../src/datastore/datastore.ts';
import { LevelJournal } from '../../src/datastore/level-journal.ts';
import type { LevelStore } from '../../src/datastore/level-store.ts';
import { EdgeconfError } from '../../src/errors.ts';
import { closeAll, open, openWith, remove, rowsOf, rowValue, send, update } from './edge.ts';
import { FaultyJournal } from './faulty-journal.ts';
import { removeTempFolders } from './temp-folder.ts';

const system = (members: Record<string, unknown>) => update('/system', { 'test-edge:system': members });
const site = (members: Record<string, unknown>) => update('', { 'test-edge:site': [members] });

/** A datastore with target `acme` whose journal can be held up and made to fail. */
async function openFaulty(): Promise<{ datastore: Datastore; journal: FaultyJournal; folder: string }> {
  let journal: FaultyJournal | undefined;
  const opened = await openWith(['acme'], {
    journal: async (store: LevelStore) => {
      journal = new FaultyJournal(await LevelJournal.open(store));
      return journal;
    },
  });
  assert.ok(journal);
  return { ...opened, journal };
}

/** Holds up appends until the returned function is called; `count` transactions are to get as far as that. */
function hold(journal: FaultyJournal): () => void {
  let release = (): void => {};
  journal.gate = new Promise((resolve) => {
    release = resolve;
  });
  return release;
}

/** Resolves when a transaction came to its plan `times` times. */
function planned(times: number): { done: Promise<void>; plan: () => void } {
  let left = times;
  let resolve = (): void => {};
  const done = new Promise<void>((made) => {
    resolve = made;
  });
  return {
    done,
    plan: () => {
      left--;
      if (left === 0) resolve();
    },
  };
}

describe('transactions of one target on their way together', () => {
  afterEach(async () => {
    await closeAll();
    await removeTempFolders();
  });

  it('are staged on each other while the first is made durable, and share the next write', async () => {
    const { datastore, journal } = await openFaulty();
    journal.appends.length = 0;
    const release = hold(journal);
    const { done, plan: authorize } = planned(8);
    const commits = Array.from({ length: 8 }, (_, i) =>
      send(datastore, { acme: [system({ name: `n${i}` }), site({ name: `s${i}`, size: i })] }, { authorize }),
    );
    await done;
    assert.equal(rowValue(datastore, 'acme', '/system/name'), undefined);
    release();
    const results = await Promise.all(commits);
    assert.deepEqual(journal.appends.slice(0, 1), [1]);
    assert.ok(journal.appends.length <= 3, `${journal.appends}`);
    const first = results[0]?.revision ?? 0;
    assert.deepEqual(
      results.map(({ revision }) => revision),
      results.map((_, i) => first + i),
    );
    assert.equal(rowValue(datastore, 'acme', '/system/name'), '"n7"');
    const writers = [...(datastore.snapshot('acme')?.subtree('') ?? [])].map(({ revision }) => revision);
    assert.deepEqual(new Set(writers), new Set(results.map(({ revision }) => revision)));
  });

  it('are judged on what is on its way before them, and leave it alone when they are refused', async () => {
    const { datastore, journal } = await openFaulty();
    const release = hold(journal);
    const first = send(datastore, { acme: [site({ name: 'a', size: 1, limit: 3 })] });
    await assert.rejects(send(datastore, { acme: [site({ name: 'a', size: 9 })] }), {
      code: 'INVALID_ARGUMENT',
    });
    const refusing = () => {
      throw new EdgeconfError('PERMISSION_DENIED', 'no');
    };
    await assert.rejects(send(datastore, { acme: [system({ name: 'x' })] }, { authorize: refusing }), {
      code: 'PERMISSION_DENIED',
    });
    const last = send(datastore, { acme: [site({ name: 'b', size: 1 })] });
    release();
    await Promise.all([first, last]);
    assert.equal(rowValue(datastore, 'acme', '/site[name=a]/limit'), '3');
    assert.equal(rowValue(datastore, 'acme', '/system/name'), undefined);
  });

  it('answer that nothing changed only when what they saw is durable', async () => {
    const { datastore, journal } = await openFaulty();
    const release = hold(journal);
    const first = send(datastore, { acme: [system({ name: 'core' })] });
    const same = send(datastore, { acme: [system({ name: 'core' })] });
    let answered = false;
    same.then(() => {
      answered = true;
    });
    const refused = send(datastore, { acme: [system({ name: '' })] });
    await assert.rejects(refused, { code: 'INVALID_ARGUMENT' });
    assert.equal(answered, false);
    release();
    assert.equal((await same).revision, (await first).revision);
  });

  it('fall with the one below them when its write fails, and those that can be are staged again', async () => {
    const { datastore, journal } = await openFaulty();
    const { head } = datastore;
    const release = hold(journal);
    journal.fault = 'lost';
    const { done, plan: authorize } = planned(4);
    const commits = Array.from({ length: 4 }, (_, i) =>
      send(datastore, { acme: [site({ name: `s${i}`, size: i })] }, { authorize }),
    );
    commits[0]?.catch(() => {
      journal.fault = 'none';
    });
    const outcomes = Promise.allSettled(commits);
    await done;
    release();
    const codes = (await outcomes).map((each) => (each.status === 'rejected' ? each.reason.code : 'OK'));
    assert.equal(codes[0], 'UNAVAILABLE');
    // What had a place in no write yet is staged anew on what is there.
    assert.deepEqual(codes.slice(1), ['OK', 'OK', 'OK']);
    const kept = codes.flatMap((code, i) => (code === 'OK' ? [i] : []));
    assert.equal(datastore.head.revision, head.revision + kept.length);
    await send(datastore, { acme: [site({ name: 'after', size: 7 })] });
    assert.deepEqual(
      rowsOf(datastore, 'acme').filter(([path]) => path.endsWith('/size')),
      [['/site[name=after]/size', '7'], ...kept.map((i) => [`/site[name=s${i}]/size`, `${i}`])],
    );
  });

  it('are authorized again when the policy moved, in their order', async () => {
    const { datastore, journal } = await openFaulty();
    const release = hold(journal);
    const seen: string[] = [];
    const { done, plan } = planned(3);
    const authorize = (name: string) => () => {
      seen.push(name);
      plan();
    };
    // The first one's write is held up, so that the platform's transaction and the two others wait behind it, in this order.
    const asked = journal.asked();
    const first = send(datastore, { acme: [system({ name: 'a' })] }, { authorize: authorize('a') });
    await asked;
    const policy = planned(1);
    const note = update('/note', { 'test-platform:note': 'moved' });
    const moved = send(datastore, { platform: [note] }, { authorize: policy.plan });
    await policy.done;
    const second = send(datastore, { acme: [site({ name: 'b', size: 1 })] }, { authorize: authorize('b') });
    const third = send(datastore, { acme: [site({ name: 'c', size: 2 })] }, { authorize: authorize('c') });
    await done;
    release();
    const revisions = (await Promise.all([first, moved, second, third])).map(({ revision }) => revision);
    assert.deepEqual([...revisions].sort(), revisions);
    assert.deepEqual(seen, ['a', 'b', 'c', 'b', 'c']);
    assert.equal(rowValue(datastore, 'acme', '/site[name=c]/size'), '2');
  });

  it('end up as if they had come one after the other, whatever fails', async () => {
    const step = fc.record({
      site: fc.integer({ min: 0, max: 3 }),
      size: fc.integer({ min: 0, max: 9 }),
      limit: fc.integer({ min: 0, max: 9 }),
      gone: fc.boolean(),
      fault: fc.constantFrom('none', 'none', 'none', 'lost', 'unanswered'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(step, { minLength: 1, maxLength: 6 }), { maxLength: 4 }), async (rounds) => {
        const { datastore, journal, folder } = await openFaulty();
        for (const round of rounds) {
          const outcomes = await Promise.allSettled(
            round.map(({ site: at, size, limit, gone, fault }) => {
              journal.fault = fault as FaultyJournal['fault'];
              return send(datastore, {
                acme: [gone ? remove(`/site[name=s${at}]`) : site({ name: `s${at}`, size, limit })],
              });
            }),
          );
          for (const each of outcomes) {
            if (each.status === 'rejected') assert.match(each.reason.code, /^(INVALID_ARGUMENT|UNAVAILABLE|ABORTED)$/);
          }
        }
        journal.fault = 'none';
        await send(datastore, { acme: [system({ name: 'last' })] });
        const rows = rowsOf(datastore, 'acme');
        const sizes = new Map<string, string>();
        for (const [path, value] of rows) sizes.set(path, value);
        await datastore.close();
        // From the disk alone: the journal replayed, and the tree that was loaded from rows judges like before.
        const again = await open(folder);
        assert.deepEqual(rowsOf(again, 'acme'), rows);
        await assert.rejects(send(again, { acme: [site({ name: 's0', size: 9, limit: 0 })] }), {
          code: 'INVALID_ARGUMENT',
        });
        await again.close();
      }),
      { numRuns: 15 },
    );
  });
});
