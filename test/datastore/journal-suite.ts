// The conformance suite of the journal: what every implementation must do, whatever store is behind it.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Journal, verifyJournal } from '../../src/datastore/journal.ts';
import { type Draft, genesis, type JournalEntry, type JournalHead, seal } from '../../src/datastore/journal-entry.ts';

/** How the suite gets its journals. */
export interface JournalFactory {
  /** An empty journal. */
  create(): Promise<Journal>;
  /** Closes the journal and opens it again from what it stored. */
  reopen(journal: Journal): Promise<Journal>;
}

/** A transaction of one change. */
export function draft(n: number, more: Partial<Draft> = {}): Draft {
  const changes = [{ key: `system\x00name\x00`, before: n === 0 ? undefined : `"${n - 1}"`, after: `"${n}"` }];
  return { author: 'ann', comment: '', labels: {}, commits: [{ target: 'acme', model: 'edge@1', changes }], ...more };
}

/** Appends drafts one by one. */
export async function appendAll(journal: Journal, drafts: readonly Draft[], nowNs = 1000n): Promise<void> {
  for (const each of drafts) await journal.append([seal(each, journal.head, nowNs)]);
}

/** All entries from a revision on. */
export async function entriesOf(journal: Journal, from = 1): Promise<JournalEntry[]> {
  const entries: JournalEntry[] = [];
  for await (const entry of journal.entries(from)) entries.push(entry);
  return entries;
}

/** Declares the tests; to be called inside a `describe`. */
export function journalSuite(factory: JournalFactory): void {
  it('an empty journal has the genesis head and no entries', async () => {
    const journal = await factory.create();
    assert.deepEqual(journal.head, genesis);
    assert.deepEqual(await entriesOf(journal), []);
    assert.deepEqual(await verifyJournal(journal), genesis);
  });

  it('an appended entry is the head and is read back whole', async () => {
    const journal = await factory.create();
    const labels = { ticket: 'OPS-7', ü: 'ß' };
    const changes = [
      { key: 'a\x00', before: undefined, after: '"\u{1f600} \\u0000"' },
      { key: 'b\x00\x02\u{c3}\u{bc}\x00', before: '"18446744073709551615"', after: undefined },
    ];
    const commits = [
      { target: 'acme', model: 'edge@1', changes },
      { target: 'globex', model: 'edge@2', changes: [{ key: 'c\x00', before: '1', after: '2' }] },
    ];
    const sealed = seal({ author: 'ann', comment: 'first', labels, commits }, journal.head, 5n);
    await journal.append([sealed]);
    assert.deepEqual(journal.head, { revision: 1, timeNs: 5n, hash: sealed.entry.hash });
    assert.deepEqual(await entriesOf(journal), [sealed.entry]);
    const outlines = [];
    for await (const { header, targets } of journal.outlines(1)) outlines.push({ hash: header.hash, targets });
    assert.deepEqual(outlines, [{ hash: sealed.entry.hash, targets: ['acme', 'globex'] }]);
  });

  it('several entries in one append are all there, in order and chained', async () => {
    const journal = await factory.create();
    const first = seal(draft(0), journal.head, 10n);
    const second = seal(draft(1), first.entry, 10n);
    const third = seal(draft(2), second.entry, 10n);
    await journal.append([first, second, third]);
    assert.deepEqual(await entriesOf(journal), [first.entry, second.entry, third.entry]);
    assert.equal(journal.head.hash, third.entry.hash);
    assert.equal(third.entry.previous, second.entry.hash);
    assert.deepEqual(await verifyJournal(journal), journal.head);
  });

  it('an entry that does not follow the head is refused and nothing of the append is kept', async () => {
    const journal = await factory.create();
    await appendAll(journal, [draft(0)]);
    const head = journal.head;
    const good = seal(draft(1), head, 2000n);
    const stray = seal(draft(2), { ...good.entry, revision: 5 }, 2000n);
    await assert.rejects(async () => journal.append([good, stray]));
    assert.deepEqual(journal.head, head);
    assert.equal((await entriesOf(journal)).length, 1);
    await assert.rejects(async () => journal.append([seal(draft(9), genesis, 2000n)]));
    assert.deepEqual(await journal.reread(), head);
  });

  it('entries can be read from any revision on', async () => {
    const journal = await factory.create();
    await appendAll(journal, [draft(0), draft(1), draft(2), draft(3)]);
    const revisions = async (from: number) => (await entriesOf(journal, from)).map((entry) => entry.revision);
    assert.deepEqual(await revisions(0), [1, 2, 3, 4]);
    assert.deepEqual(await revisions(3), [3, 4]);
    assert.deepEqual(await revisions(4), [4]);
    assert.deepEqual(await revisions(5), []);
    assert.deepEqual(await revisions(99), []);
  });

  it('a journal that was closed and opened has the same head and entries and takes more', async () => {
    let journal = await factory.create();
    await appendAll(journal, [draft(0), draft(1)]);
    const { head } = journal;
    const before = await entriesOf(journal);
    journal = await factory.reopen(journal);
    assert.deepEqual(journal.head, head);
    assert.deepEqual(await entriesOf(journal), before);
    await appendAll(journal, [draft(2)]);
    assert.deepEqual((await verifyJournal(journal)).revision, 3);
  });

  it('reading the head again finds what is stored and the journal goes on', async () => {
    const journal = await factory.create();
    await appendAll(journal, [draft(0)]);
    const head: JournalHead = journal.head;
    assert.deepEqual(await journal.reread(), head);
    await appendAll(journal, [draft(1)]);
    assert.equal((await entriesOf(journal)).length, 2);
  });

  it('an entry of ten thousand changes is read back whole', async () => {
    const journal = await factory.create();
    const changes = Array.from({ length: 10_000 }, (_, i) => ({ key: `k${i}\x00`, before: undefined, after: `${i}` }));
    await appendAll(journal, [draft(0, { commits: [{ target: 'acme', model: 'edge@1', changes }] })]);
    const [entry] = await entriesOf(journal);
    assert.deepEqual(entry?.commits, [{ target: 'acme', model: 'edge@1', changes }]);
  });

  it('whatever is appended in whatever groups is what is read', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 8 });
    const key = fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.from(bytes).toString('latin1'));
    const value = fc.option(text, { nil: undefined });
    const change = fc.tuple(key, value, value).map(([at, before, after]) => ({ key: at, before, after }));
    const changes = fc.array(change, { minLength: 1, maxLength: 5 });
    const drafts = fc
      .tuple(text, text, fc.array(fc.tuple(text, text), { maxLength: 3 }), fc.array(changes, { maxLength: 2 }))
      .map(([author, comment, labels, commits]) => ({
        author,
        comment,
        labels: Object.fromEntries(labels),
        commits: commits.map((each, i) => ({ target: `t${i}`, model: 'm@1', changes: each })),
      }));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(drafts, { minLength: 1, maxLength: 3 }), { maxLength: 4 }), async (groups) => {
        let journal = await factory.create();
        const expected: JournalEntry[] = [];
        for (const group of groups) {
          const sealed = [];
          let head: JournalHead = journal.head;
          for (const each of group) {
            const next = seal(each, head, 7n);
            sealed.push(next);
            head = next.entry;
          }
          await journal.append(sealed);
          expected.push(...sealed.map((each) => each.entry));
        }
        journal = await factory.reopen(journal);
        assert.deepEqual(await entriesOf(journal), expected);
        await journal.close();
      }),
      { numRuns: 25 },
    );
  });
}
