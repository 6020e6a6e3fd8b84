// The row store: rows, history and idempotency index as caches of the journal, and their recovery.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import fc from 'fast-check';
import { History } from '../../src/datastore/history.ts';
import { type JournalEntry, type JournalHead, seal } from '../../src/datastore/journal-entry.ts';
import { LevelJournal } from '../../src/datastore/level-journal.ts';
import { LevelStore } from '../../src/datastore/level-store.ts';
import { replay } from '../../src/datastore/recovery.ts';
import { idempotencyLabel } from '../../src/datastore/request-label.ts';
import type { Change, Row } from '../../src/datastore/row.ts';
import { RowStore } from '../../src/datastore/row-store.ts';
import { removeTempFolders, tempFolder } from './temp-folder.ts';

/** By key, then by revision. */
function sortedBy<T>(records: [string, number, T][]): [string, number, T][] {
  return records.sort(([a, r], [b, s]) => (a === b ? r - s : a < b ? -1 : 1));
}

describe('the row store', () => {
  let store: LevelStore;
  let journal: LevelJournal;
  let rows: RowStore;

  beforeEach(async () => {
    store = await LevelStore.open(join(await tempFolder(), 'store'), true);
    journal = await LevelJournal.open(store);
    rows = new RowStore(store);
  });

  afterEach(async () => {
    await store.close();
    await removeTempFolders();
  });

  async function append(target: string, changes: Change[], labels: Record<string, string> = {}): Promise<void> {
    const draft = { author: 'ann', comment: '', labels, commits: [{ target, model: 'm@1', changes }] };
    await journal.append([seal(draft, journal.head, 1n)]);
  }

  async function all(target: string): Promise<Row[]> {
    return [...(await new RowStore(store).load(target)).rows.range('', '\u{ff}\u{ff}')];
  }

  const change = (key: string, before: string | undefined, after: string | undefined): Change => ({
    key,
    before,
    after,
  });

  it('replay brings an empty row store up to the journal', async () => {
    await append('acme', [change('a\x00', undefined, '1'), change('b\x00', undefined, '2')]);
    await append('acme', [change('a\x00', '1', undefined), change('b\x00', '2', '"\u{e9}"')]);
    const told: number[] = [];
    await replay(journal, rows, (entry) => told.push(entry.revision));
    assert.deepEqual(told, [1, 2]);
    assert.deepEqual(await all('acme'), [{ key: 'b\x00', value: '"\u{e9}"', revision: 2 }]);
    assert.deepEqual(await rows.applied(), journal.head);
    assert.equal((await rows.load('acme')).revision, 2);
  });

  it('replay starts behind what is applied', async () => {
    await append('acme', [change('a\x00', undefined, '1')]);
    await replay(journal, rows);
    await append('acme', [change('a\x00', '1', '2')]);
    const told: number[] = [];
    await replay(journal, rows, (entry) => told.push(entry.revision));
    assert.deepEqual(told, [2]);
    await replay(journal, rows, (entry) => told.push(entry.revision));
    assert.deepEqual(told, [2]);
  });

  it('targets whose names start alike keep their rows apart', async () => {
    await append('a', [change('k\x00', undefined, '1')]);
    await append('ab', [change('k\x00', undefined, '2')]);
    await append('a\u{fc}', [change('k\x00', undefined, '3')]);
    await replay(journal, rows);
    assert.deepEqual(
      (await all('a')).map((row) => row.value),
      ['1'],
    );
    assert.deepEqual(
      (await all('ab')).map((row) => row.value),
      ['2'],
    );
    assert.deepEqual(await rows.targets(), ['a', 'ab', 'a\u{fc}']);
  });

  it('a key of any bytes comes back as it was', async () => {
    const key = 'l\x00\x03\u{82}42\x00\x02\u{c3}\u{a4}\x01\x01\x00n\x00';
    await append('acme', [change(key, undefined, '1')]);
    await replay(journal, rows);
    assert.deepEqual(
      (await all('acme')).map((row) => row.key),
      [key],
    );
  });

  it('the history of a row and of a subtree is in the index', async () => {
    await append('acme', [change('c\x00', undefined, '{}'), change('c\x00x\x00', undefined, '1')]);
    await append('acme', [change('c\x00x\x00', '1', '2')]);
    await append('acme', [change('c\x00', '{}', undefined), change('c\x00x\x00', '2', undefined)]);
    await append('acme', [change('d\x00', undefined, '9')]);
    await replay(journal, rows);
    const past: unknown[] = [];
    for await (const { key, revision, before } of rows.past('acme', 'c\x00')) past.push([key, revision, before]);
    assert.deepEqual(past, [
      ['c\x00', 1, undefined],
      ['c\x00', 3, '{}'],
      ['c\x00x\x00', 1, undefined],
      ['c\x00x\x00', 2, '1'],
      ['c\x00x\x00', 3, '2'],
    ]);
  });

  it('history waits for rows that are still being stored', async () => {
    await append('acme', [change('a\x00', undefined, '1')]);
    const history = new History(journal, rows, () => replay(journal, rows));
    const past: unknown[] = [];
    for await (const { revision } of history.changes('acme', 'a\x00')) past.push(revision);
    assert.deepEqual(past, [1]);
  });

  it('an idempotency id is found by author and id', async () => {
    await append('acme', [change('a\x00', undefined, '1')], { [idempotencyLabel]: 'r-1' });
    await replay(journal, rows);
    assert.deepEqual(await rows.request('ann', 'r-1'), { revision: 1, timeNs: 1n });
    assert.equal(await rows.request('bob', 'r-1'), undefined);
    assert.equal(await rows.request('ann', 'r-2'), undefined);
  });

  it('rows that are ahead of the journal are refused', async () => {
    await append('acme', [change('a\x00', undefined, '1')]);
    await replay(journal, rows);
    await store.tables.headers.clear();
    await journal.reread();
    await assert.rejects(replay(journal, new RowStore(store)), {
      code: 'DATA_LOSS',
      message: /the journal ends at revision 0, but revision 1 was applied/,
    });
  });

  it('rows of another journal are refused', async () => {
    await append('acme', [change('a\x00', undefined, '1')]);
    await replay(journal, rows);
    const applied = await rows.applied();
    const forged: JournalHead = { ...applied, hash: '1'.repeat(64) };
    await store.tables.meta.put(
      Buffer.from('applied'),
      Buffer.from(JSON.stringify({ revision: 1, time: '1', hash: forged.hash })),
    );
    await assert.rejects(replay(journal, rows), {
      code: 'DATA_LOSS',
      message: /revision 1 is not the one that the rows/,
    });
  });

  it('an applied record that cannot be read is refused', async () => {
    await store.tables.meta.put(Buffer.from('applied'), Buffer.from('?'));
    await assert.rejects(replay(journal, rows), { code: 'DATA_LOSS', message: /applied revision cannot be read/ });
  });

  it('rows that were damaged, lost or added behind its back are refused', async () => {
    await append('acme', [change('a\x00', undefined, '"one"'), change('b\x00', undefined, '2')]);
    await append('acme', [change('a\x00', '"one"', '"two"')]);
    await replay(journal, rows);
    assert.equal((await all('acme')).length, 2);
    const key = Buffer.from('acme\x00a\x00');
    const stored = await store.tables.pages.get(key);
    assert.ok(stored);
    const damaged = Buffer.from(stored);
    damaged[10] = (damaged[10] ?? 0) ^ 1;
    await store.tables.pages.put(key, damaged);
    await assert.rejects(all('acme'), {
      code: 'DATA_LOSS',
      message:
        /^the stored rows of target acme are damaged: the page of rows from "a\\u0000" on has another checksum\. Nothing/,
    });
    await store.tables.pages.del(key);
    await assert.rejects(all('acme'), {
      code: 'DATA_LOSS',
      message: /0 rows in 0 pages were read, 2 in 1 were stored/,
    });
    await store.tables.pages.put(key, stored);
    assert.equal((await all('acme')).length, 2);
    await store.tables.pages.put(Buffer.from('globex\x00a\x00'), stored);
    await assert.rejects(all('globex'), {
      code: 'DATA_LOSS',
      message: /2 rows in 1 pages were read, 0 in 0 were stored/,
    });
  });

  it('a page that is older than the others is refused', async () => {
    await append('acme', [change('a\x00', undefined, '"one"')]);
    await replay(journal, rows);
    const key = Buffer.from('acme\x00a\x00');
    const older = await store.tables.pages.get(key);
    await append('acme', [change('a\x00', '"one"', '"two"')]);
    await replay(journal, rows);
    await store.tables.pages.put(key, older ?? Buffer.alloc(0));
    await assert.rejects(all('acme'), { code: 'DATA_LOSS', message: /and their checksum differs/ });
  });

  it('the history of rows is the same however their changes were grouped, and has all that was', async () => {
    const edit = fc.array(
      fc.tuple(fc.constantFrom('a\x00', 'b\x00', 'b\x00c\x00', 'd\x00'), fc.option(fc.constantFrom('1', '2'))),
      {
        maxLength: 4,
      },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(edit, fc.boolean()), { maxLength: 12 }), async (edits) => {
        const fresh = await LevelStore.open(join(await tempFolder(), 'store'), true);
        try {
          const log = await LevelJournal.open(fresh);
          const kept = new RowStore(fresh);
          const values = new Map<string, string>();
          const expected: unknown[] = [];
          let waiting: JournalEntry[] = [];
          for (const [each, apply] of edits) {
            const changes: Change[] = [];
            for (const [key, value] of new Map(each)) {
              const before = values.get(key);
              const after = value ?? undefined;
              if (before === after) continue;
              changes.push({ key, before, after });
              if (after === undefined) values.delete(key);
              else values.set(key, after);
              expected.push([key, log.head.revision + 1, before]);
            }
            changes.sort((a, b) => (a.key < b.key ? -1 : 1));
            const commits = [{ target: 'acme', model: 'm@1', changes }];
            const sealed = seal({ author: 'ann', comment: '', labels: {}, commits }, log.head, 1n);
            await log.append([sealed]);
            waiting.push(sealed.entry);
            if (!apply) continue;
            await kept.apply(waiting);
            waiting = [];
          }
          await kept.apply(waiting);
          const told: unknown[] = [];
          for await (const { key, revision, before } of kept.past('acme', '')) told.push([key, revision, before]);
          assert.deepEqual(told, sortedBy(expected as [string, number, unknown][]));
        } finally {
          await fresh.close();
        }
      }),
      { numRuns: 40 },
    );
  });

  it('rows of a large transaction that a crash left half written are made from the journal again', async () => {
    const large = (value: string) =>
      Array.from({ length: 100_000 }, (_, i) =>
        change(`k${String(i).padStart(6, '0')}\x00`, value === '1' ? undefined : '1', value),
      );
    await append('acme', large('1'));
    await replay(journal, rows);
    await append('acme', large('2'));
    const { write } = store;
    // Behind the history and some of the pages.
    let left = 103;
    store.write = async (batch, sync) => {
      left--;
      if (left === 0) throw new Error('the power went');
      await write.call(store, batch, sync);
    };
    await assert.rejects(replay(journal, rows), /the power went/);
    store.write = write;
    const again = new RowStore(store);
    await assert.rejects(again.load('acme'), { code: 'DATA_LOSS' });
    assert.equal(await again.repair(), true);
    await replay(journal, again);
    const values = (await all('acme')).map(({ value }) => value);
    assert.deepEqual([values.length, new Set(values)], [100_000, new Set(['2'])]);
    assert.equal(await again.repair(), false);
    assert.equal((await past(again, 'k000000\x00')).length, 2);
  });

  async function past(from: RowStore, key: string): Promise<unknown[]> {
    const found: unknown[] = [];
    for await (const each of from.past('acme', key)) found.push(each);
    return found;
  }

  it('replay stops at a gap and names the revision', async () => {
    for (let i = 0; i < 4; i++) await append('acme', [change('a\x00', i === 0 ? undefined : `${i}`, `${i + 1}`)]);
    const key = Buffer.alloc(8);
    key.writeBigUInt64BE(2n);
    await store.tables.headers.del(key);
    await assert.rejects(replay(journal, rows), {
      code: 'DATA_LOSS',
      message: /^journal revision 2 cannot be trusted/,
    });
  });
});
