// What a restart finds: the same rows and history, whatever the crash took of the cache; and what it refuses.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { type Datastore, openDatastore } from '../../src/datastore/datastore.ts';
import { verifyJournal } from '../../src/datastore/journal.ts';
import { LevelJournal } from '../../src/datastore/level-journal.ts';
import { LevelStore, revisionBytes } from '../../src/datastore/level-store.ts';
import type { Change } from '../../src/datastore/row.ts';
import {
  closeAll,
  open,
  openWith,
  remove,
  replace,
  rowsOf,
  rowValue,
  send,
  type TextEdit,
  testModels,
  update,
} from './edge.ts';
import { removeTempFolders } from './temp-folder.ts';

const system = (members: Record<string, unknown>) => update('/system', { 'test-edge:system': members });
const site = (members: Record<string, unknown>) => update('', { 'test-edge:site': [members] });

/** Every row of every target with its revision, the hidden ones too. */
function everything(datastore: Datastore): unknown {
  return datastore.targets().map((info) => {
    const snapshot = datastore.snapshot(info.name);
    return { info, revision: snapshot?.revision, rows: [...(snapshot?.subtree('') ?? [])] };
  });
}

describe('a restart', () => {
  afterEach(async () => {
    await closeAll();
    await removeTempFolders();
  });

  /** Opens the store of a closed datastore for a look or a fault. */
  async function withStore(folder: string, work: (store: LevelStore) => Promise<void>): Promise<void> {
    const store = await LevelStore.open(join(folder, 'store'), false);
    try {
      await work(store);
    } finally {
      await store.close();
    }
  }

  it('finds rows, revisions, targets and head as they were', async () => {
    const { datastore, folder } = await openWith(['acme', 'globex']);
    await send(datastore, { acme: [system({ name: 'a', tag: ['x'], debug: { level: 3 } })] });
    await send(datastore, { acme: [site({ name: 'a' })], globex: [site({ name: 'g' })] });
    await send(datastore, { acme: [remove('/site[name=a]')] });
    const { head } = datastore;
    const before = everything(datastore);
    await datastore.close();
    const again = await open(folder);
    assert.deepEqual(again.head, head);
    assert.deepEqual(everything(again), before);
  });

  it('goes on validating against what was there, with user order and when flags', async () => {
    const { datastore, folder } = await openWith(['acme']);
    await send(datastore, {
      acme: [
        site({ name: 'a' }),
        replace('/step', { 'test-edge:step': [{ name: 'z', site: 'a' }, { name: 'b' }] }),
        system({ volume: 3 }),
      ],
    });
    await datastore.close();
    const again = await open(folder);
    await assert.rejects(send(again, { acme: [remove('/site[name=a]')] }), { code: 'INVALID_ARGUMENT' });
    const added = await send(again, { acme: [update('', { 'test-edge:step': [{ name: 'a' }] })] });
    assert.equal(added.candidates[0]?.changes.length, 2);
    await send(again, { acme: [system({ mode: 'quiet' })] });
    assert.equal(rowValue(again, 'acme', '/system/volume'), undefined);
  });

  it('replays what the rows lack, wherever the crash cut the cache', async () => {
    const { datastore, folder } = await openWith(['acme']);
    for (let i = 0; i < 5; i++)
      await send(datastore, { acme: [site({ name: `s${i}`, size: i }), system({ name: `n${i}` })] });
    const before = everything(datastore);
    const { head } = datastore;
    await datastore.close();
    // As if no batch of rows had reached the disk.
    await withStore(folder, async ({ tables }) => {
      await tables.pages.clear();
      await tables.history.clear();
      await tables.meta.clear();
    });
    const again = await open(folder);
    assert.deepEqual(again.head, head);
    assert.deepEqual(everything(again), before);
    const past: unknown[] = [];
    for await (const { before: value } of again.history.changes('acme', 'test-edge:system\x00name\x00'))
      past.push(value);
    assert.deepEqual(past, [undefined, '"n0"', '"n1"', '"n2"', '"n3"']);
  });

  it('takes over a folder of format 1: rows and indexes are made from the journal again', async () => {
    const { datastore, folder } = await openWith(['acme']);
    for (let i = 0; i < 5; i++) await send(datastore, { acme: [site({ name: `s${i}`, size: i })] });
    const before = everything(datastore);
    await datastore.close();
    await withStore(folder, async ({ tables }) => {
      await tables.pages.clear();
      await tables.history.put(Buffer.from('acme\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01'), Buffer.from('"old"'));
    });
    const marker = join(folder, 'edgeconf.json');
    await writeFile(marker, String(await readFile(marker)).replace('"format": 2', '"format": 1'));
    const again = await open(folder);
    assert.deepEqual(everything(again), before);
    assert.match(String(await readFile(marker)), /"format": 2/);
  });

  it('still knows requests by their idempotency id', async () => {
    const { datastore, folder } = await openWith(['acme']);
    const more = { idempotencyId: 'r-1' };
    const first = await send(datastore, { acme: [system({ name: 'one' })] }, more);
    await send(datastore, { acme: [system({ name: 'two' })] });
    await datastore.close();
    await withStore(folder, async ({ tables }) => {
      await tables.requests.clear();
      await tables.pages.clear();
      await tables.meta.clear();
    });
    const again = await open(folder);
    assert.deepEqual(await send(again, { acme: [system({ name: 'one' })] }, more), { ...first, candidates: [] });
    assert.equal(rowValue(again, 'acme', '/system/name'), '"two"');
  });

  it('goes on with the time after the head when the clock went back', async () => {
    const { datastore, folder } = await openWith(['acme'], { now: () => 5_000n });
    const { head } = datastore;
    await datastore.close();
    const again = await open(folder, { now: () => 10n });
    assert.equal((await send(again, { acme: [system({ name: 'a' })] })).timeNs, head.timeNs + 1n);
  });

  it('is refused while the folder is open', async () => {
    const { folder } = await openWith([]);
    await assert.rejects(open(folder), { code: 'FAILED_PRECONDITION', message: /is in use by another process/ });
  });

  it('is refused when an entry that the rows lack was changed', async () => {
    const { datastore, folder } = await openWith(['acme']);
    const { revision } = await send(datastore, { acme: [system({ name: 'a' })] });
    await send(datastore, { acme: [system({ name: 'b' })] });
    await datastore.close();
    await withStore(folder, async ({ tables }) => {
      await tables.meta.clear();
      await tables.pages.clear();
      const stored = await tables.headers.get(revisionBytes(revision));
      await tables.headers.put(revisionBytes(revision), Buffer.from(String(stored).replace('"ann"', '"eve"')));
    });
    await assert.rejects(open(folder), {
      code: 'DATA_LOSS',
      message: new RegExp(`^journal revision ${revision} cannot be trusted: its hash does not fit`),
    });
  });

  it('is refused when a target has a model that is gone, and works once it is back', async () => {
    const { datastore, folder } = await openWith(['acme']);
    await datastore.close();
    const models = (await testModels()).filter(({ id }) => id !== 'edge@1');
    await assert.rejects(openDatastore({ folder, models, plan: () => {} }), {
      code: 'FAILED_PRECONDITION',
      message: /^target acme uses model edge@1, which is not there; models found: edge@2, edgeconf-platform@1/,
    });
    await open(folder);
  });

  it('refuses a commit, not the start, when the stored rows are not valid by a model that was edited', async () => {
    const { datastore, folder } = await openWith(['acme']);
    await send(datastore, { acme: [system({ name: 'x'.repeat(30) })] });
    await datastore.close();
    const models = (await testModels()).map((model) =>
      model.id !== 'edge@1'
        ? model
        : { ...model, sources: { 'test-edge': String(model.sources['test-edge']).replace('"1..32"', '"1..8"') } },
    );
    const again = await open(folder, { models });
    assert.equal(rowValue(again, 'acme', '/system/name'), `"${'x'.repeat(30)}"`);
    await assert.rejects(send(again, { acme: [system({ volume: 1 })] }), {
      code: 'FAILED_PRECONDITION',
      message:
        /^the stored rows of target acme are not valid by model edge@1, which must have changed since: 1 violation/,
    });
  });

  it('after any commits finds the same rows, and they are what the journal says', async () => {
    const names = fc.constantFrom('a', 'b', 'c', 'd');
    const edit: fc.Arbitrary<TextEdit> = fc.oneof(
      fc.tuple(names, fc.nat(9)).map(([name, size]) => site({ name, size })),
      fc
        .tuple(names, fc.nat(3))
        .map(([name, number]) => site({ name, port: [{ number, protocol: 'tcp', use: name }] })),
      names.map((name) => remove(`/site[name=${name}]`)),
      fc.nat(3).map((number) => remove(`/site/port[number=${number}]`)),
      fc.uniqueArray(names).map((list) => replace('/step', { 'test-edge:step': list.map((name) => ({ name })) })),
      fc.tuple(names, names).map(([name, at]) => update('', { 'test-edge:step': [{ name, site: at }] })),
      fc.constantFrom('normal', 'quiet').map((mode) => system({ mode })),
      fc.nat(9).map((volume) => system({ volume })),
      fc.boolean().map((dhcp) => system({ dhcp })),
      names.map((address) => system({ address })),
      fc.uniqueArray(names).map((tag) => replace('/system/tag', { 'test-edge:tag': tag })),
      fc.constantFrom(remove('/system/debug'), system({ debug: { level: 1 } }), remove(''), remove('/step')),
    );
    const commit = fc.tuple(
      fc.constantFrom(['acme'], ['globex'], ['acme', 'globex']),
      fc.array(edit, { minLength: 1, maxLength: 4 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(commit, { minLength: 1, maxLength: 4 }), { maxLength: 5 }), async (rounds) => {
        const { datastore, folder } = await openWith(['acme', 'globex']);
        let current = datastore;
        for (const round of rounds) {
          // Refused ones are part of the game: what they leave behind must be nothing.
          await Promise.allSettled(
            round.map(([targets, edits]) =>
              send(current, Object.fromEntries(targets.map((target) => [target, edits]))),
            ),
          );
          const before = everything(current);
          const { head } = current;
          await current.close();
          current = await open(folder);
          assert.deepEqual(everything(current), before);
          assert.deepEqual(current.head, head);
        }
        const rows = new Map(['acme', 'globex'].map((target) => [target, rowsOf(current, target)]));
        await current.close();
        await withStore(folder, async (store) => {
          const journal = await LevelJournal.open(store);
          await verifyJournal(journal);
          const replayed = new Map<string, Map<string, string>>();
          for await (const entry of journal.entries(1)) {
            for (const { target, changes } of entry.commits) applyPlainly(replayed, target, changes);
          }
          await store.tables.pages.clear();
          await store.tables.meta.clear();
        });
        const again = await open(folder);
        for (const [target, expected] of rows) assert.deepEqual(rowsOf(again, target), expected);
        await again.close();
      }),
      { numRuns: 12 },
    );
  });
});

/** Applies changes to a plain map and checks that each finds what it says was there before. */
function applyPlainly(targets: Map<string, Map<string, string>>, target: string, changes: readonly Change[]): void {
  const rows = targets.get(target) ?? new Map<string, string>();
  targets.set(target, rows);
  for (const { key, before, after } of changes) {
    assert.equal(rows.get(key), before);
    assert.notEqual(before, after);
    if (after === undefined) rows.delete(key);
    else rows.set(key, after);
  }
}
