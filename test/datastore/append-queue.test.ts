// Group commit, and what happens when the journal cannot be written.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type Alarm, AppendQueue, type Submission } from '../../src/datastore/append-queue.ts';
import type { JournalEntry } from '../../src/datastore/journal-entry.ts';
import { LevelJournal } from '../../src/datastore/level-journal.ts';
import { LevelStore } from '../../src/datastore/level-store.ts';
import { RowStore } from '../../src/datastore/row-store.ts';
import { FaultyJournal } from './faulty-journal.ts';
import { draft, entriesOf } from './journal-suite.ts';
import { removeTempFolders, tempFolder } from './temp-folder.ts';

describe('the append queue', () => {
  let store: LevelStore;
  let journal: FaultyJournal;
  let rows: RowStore;
  let queue: AppendQueue;
  let applied: { revision: number; known: boolean }[];
  let alarms: Alarm['kind'][];
  let nowNs: bigint;
  let mark: string | undefined;

  beforeEach(async () => {
    store = await LevelStore.open(join(await tempFolder(), 'store'), true);
    journal = new FaultyJournal(await LevelJournal.open(store));
    rows = new RowStore(store);
    applied = [];
    alarms = [];
    nowNs = 100n;
    mark = undefined;
    queue = new AppendQueue({
      journal,
      rows,
      now: () => nowNs,
      apply: (entry, candidates) => {
        applied.push({ revision: entry.revision, known: candidates !== undefined });
        return candidates ?? [];
      },
      onAlarm: ({ kind }) => alarms.push(kind),
      auditMark: () => mark,
    });
  });

  afterEach(async () => {
    await queue.close();
    await store.close();
    await removeTempFolders();
  });

  const submission = (n: number, more: Partial<Submission> = {}): Submission => ({
    draft: draft(n),
    candidates: [],
    epoch: queue.epoch,
    stands: () => true,
    barrier: false,
    ...more,
  });

  async function submit(n: number, more: Partial<Submission> = {}): Promise<JournalEntry | 'moved'> {
    const result = await queue.submit(submission(n, more));
    return result === 'moved' ? result : result.entry;
  }

  const revisionOf = (result: JournalEntry | 'moved') => (result === 'moved' ? result : result.revision);

  it('transactions that are ready together share one durable write and get consecutive revisions', async () => {
    const results = await Promise.all([submit(0), submit(1), submit(2)]);
    assert.deepEqual(results.map(revisionOf), [1, 2, 3]);
    assert.deepEqual(journal.appends, [3]);
    assert.deepEqual(
      (await entriesOf(journal)).map((entry) => entry.timeNs),
      [100n, 101n, 102n],
    );
  });

  it('what comes while a write is under way waits for the next and shares that', async () => {
    let open = () => {};
    journal.gate = new Promise((resolve) => {
      open = resolve;
    });
    const first = submit(0);
    await new Promise((resolve) => setImmediate(resolve));
    const later = [submit(1), submit(2), submit(3)];
    open();
    await Promise.all([first, ...later]);
    assert.deepEqual(journal.appends, [1, 3]);
  });

  it('entries are applied in revision order before their submitters are answered', async () => {
    const seen: number[] = [];
    await Promise.all([0, 1, 2].map((n) => submit(n).then(() => seen.push(applied.length))));
    assert.deepEqual(
      applied.map(({ revision }) => revision),
      [1, 2, 3],
    );
    assert.deepEqual(seen, [3, 3, 3]);
  });

  it('the first entry after the audit log moved names its head, and no other', async () => {
    const marks = async () => (await entriesOf(journal)).map(({ labels }) => labels['edgeconf:audit']);
    await submit(0);
    mark = '1:aa';
    await Promise.all([submit(1, { stands: () => false }), submit(2), submit(3)]);
    await submit(4);
    mark = '2:bb';
    // What was not written names nothing: the next one has to.
    journal.fault = 'lost';
    await assert.rejects(submit(5));
    journal.fault = 'none';
    await submit(6);
    assert.deepEqual(await marks(), [undefined, '1:aa', undefined, undefined, '2:bb']);
  });

  it('a transaction whose ground moved is sent back and leaves no entry', async () => {
    assert.equal(await submit(0, { stands: () => false }), 'moved');
    assert.equal(queue.head.revision, 0);
    assert.deepEqual(journal.appends, []);
  });

  it('a barrier is applied before the ground of what comes behind it is looked at', async () => {
    const behind = { stands: () => applied.length === 0 };
    const results = await Promise.all([submit(0, { barrier: true }), submit(1, behind), submit(2)]);
    assert.deepEqual(results.map(revisionOf), [1, 'moved', 2]);
    assert.deepEqual(journal.appends, [1, 1]);
  });

  it('a write that failed and left nothing is refused, and the next one goes on', async () => {
    await submit(0);
    journal.fault = 'lost';
    await assert.rejects(submit(1), { code: 'UNAVAILABLE', message: /no space left on device; nothing was changed/ });
    journal.fault = 'none';
    assert.equal(revisionOf(await submit(2)), 2);
    assert.deepEqual(alarms, []);
    assert.deepEqual(
      applied.map(({ revision }) => revision),
      [1, 2],
    );
  });

  it('a write that failed but is there when the head is read again is a success', async () => {
    journal.fault = 'unanswered';
    assert.equal(revisionOf(await submit(0)), 1);
    assert.deepEqual(applied, [{ revision: 1, known: true }]);
    assert.equal(queue.head.revision, 1);
  });

  it('a write of unknown result stops writes, raises the alarm, and is applied once the head can be read', async () => {
    await submit(0);
    journal.fault = 'unanswered';
    journal.unreadable = true;
    await assert.rejects(submit(1), { code: 'UNAVAILABLE', message: /it is not known whether it was kept/ });
    assert.deepEqual(alarms, ['writes-stopped']);
    await assert.rejects(submit(2), { code: 'UNAVAILABLE', message: /nothing was changed/ });
    await assert.rejects(queue.ready(), { code: 'UNAVAILABLE', message: /still/ });
    assert.equal(queue.head.revision, 1);
    journal.fault = 'none';
    journal.unreadable = false;
    await queue.ready();
    assert.deepEqual(alarms, ['writes-stopped', 'writes-resumed']);
    assert.deepEqual(applied.at(-1), { revision: 2, known: false });
    assert.equal(queue.head.revision, 2);
    assert.equal(revisionOf(await submit(3)), 3);
    assert.deepEqual(
      applied.map(({ revision }) => revision),
      [1, 2, 3],
    );
  });

  it('a transaction made before writes stopped is refused after they went on', async () => {
    const { epoch } = queue;
    journal.fault = 'lost';
    journal.unreadable = true;
    await assert.rejects(submit(0), { code: 'UNAVAILABLE' });
    journal.fault = 'none';
    journal.unreadable = false;
    await queue.ready();
    await assert.rejects(submit(1, { epoch }), {
      code: 'UNAVAILABLE',
      message: /reopened meanwhile; nothing was changed/,
    });
    assert.equal(revisionOf(await submit(2)), 1);
  });

  it('rows that cannot be stored stop writes, and are stored when writes go on', async () => {
    rows.apply = async () => {
      throw new Error('no space left on device');
    };
    assert.equal(revisionOf(await submit(0)), 1);
    await queue.stored();
    assert.deepEqual(alarms, ['writes-stopped']);
    Reflect.deleteProperty(rows, 'apply');
    await queue.ready();
    assert.deepEqual(await rows.applied(), queue.head);
    assert.deepEqual(applied, [{ revision: 1, known: true }]);
  });

  it('rows are up to the head after closing', async () => {
    await Promise.all([submit(0), submit(1)]);
    await submit(2);
    await queue.close();
    assert.deepEqual(await rows.applied(), queue.head);
    await assert.rejects(queue.submit(submission(3)), { code: 'UNAVAILABLE' });
  });
});
