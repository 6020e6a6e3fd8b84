// Transactions over several targets, and several transactions at the same time.

import assert from 'node:assert/strict';
import { EdgeconfError } from '../../src/errors.ts';
import { changesOf, closeAll, openWith, rowsOf, rowValue, send, update } from './edge.ts';
import { removeTempFolders } from './temp-folder.ts';

const system = (members: Record<string, unknown>) => update('/system', { 'test-edge:system': members });
const site = (members: Record<string, unknown>) => update('', { 'test-edge:site': [members] });

describe('a commit to several targets', () => {
  afterEach(async () => {
    await closeAll();
    await removeTempFolders();
  });

  it('is one revision for all of them', async () => {
    const { datastore } = await openWith(['acme', 'globex']);
    const result = await send(datastore, { globex: [system({ name: 'g' })], acme: [system({ name: 'a' })] });
    assert.deepEqual(
      result.candidates.map(({ target }) => target),
      ['acme', 'globex'],
    );
    assert.equal(datastore.snapshot('acme')?.revision, result.revision);
    assert.equal(datastore.snapshot('globex')?.revision, result.revision);
    const entry = await datastore.history.entry(result.revision);
    assert.deepEqual(
      entry.commits.map(({ target }) => target),
      ['acme', 'globex'],
    );
  });

  it('is refused as a whole when one of them is not valid, and the others stay writable', async () => {
    const { datastore } = await openWith(['acme', 'globex']);
    const { head } = datastore;
    await assert.rejects(send(datastore, { acme: [system({ name: 'a' })], globex: [system({ name: '' })] }), {
      code: 'INVALID_ARGUMENT',
    });
    assert.deepEqual(datastore.head, head);
    assert.deepEqual(rowsOf(datastore, 'acme'), []);
    assert.deepEqual(changesOf(await send(datastore, { acme: [system({ name: 'a' })] })), [
      '/system/name: nothing -> "a"',
    ]);
  });

  it('is refused as a whole by one refused plan', async () => {
    const plan = (candidates: readonly { target: string }[]) => {
      if (candidates.length > 1) throw new EdgeconfError('FAILED_PRECONDITION', 'too much');
    };
    const { datastore } = await openWith(['acme', 'globex'], { plan });
    await assert.rejects(send(datastore, { acme: [system({ name: 'a' })], globex: [system({ name: 'g' })] }));
    assert.deepEqual(rowsOf(datastore, 'acme'), []);
    assert.deepEqual(rowsOf(datastore, 'globex'), []);
    await send(datastore, { globex: [system({ name: 'g' })] });
  });

  it('edits of one target given in parts are applied in order as one', async () => {
    const { datastore } = await openWith(['acme']);
    const parts = [system({ name: 'one' }), system({ name: 'two' })];
    const snapshot = datastore.snapshot('acme');
    const node = snapshot?.model.root.children.get('test-edge:system');
    assert.ok(node);
    await datastore.commit({
      author: 'ann',
      authorize: () => {},
      edits: parts.map((part) => ({
        target: 'acme',
        edits: [{ op: 'update' as const, path: [{ node }], json: part.op === 'delete' ? '' : part.json }],
      })),
    });
    assert.equal(rowValue(datastore, 'acme', '/system/name'), '"two"');
  });
});

describe('a commit at the same time as others', () => {
  afterEach(async () => {
    await closeAll();
    await removeTempFolders();
  });

  it('gets a revision of its own: a hundred commits to four targets are all there', async () => {
    const targets = ['t1', 't2', 't3', 't4'];
    const { datastore } = await openWith(targets, { workers: 2 });
    const start = datastore.head.revision;
    const order: number[] = [];
    datastore.listen((event) => order.push(event.revision));
    const results = await Promise.all(
      Array.from({ length: 100 }, (_, i) =>
        send(datastore, { [targets[i % 4] ?? '']: [site({ name: `s${i}`, size: i })] }),
      ),
    );
    const revisions = results.map((result) => result.revision).sort((a, b) => a - b);
    assert.deepEqual(
      revisions,
      Array.from({ length: 100 }, (_, i) => start + 1 + i),
    );
    assert.deepEqual(order, revisions);
    for (const [i, target] of targets.entries()) {
      const rows = rowsOf(datastore, target);
      assert.equal(rows.length, 50);
      for (let n = i; n < 100; n += 4) assert.equal(rowValue(datastore, target, `/site[name=s${n}]/size`), `${n}`);
    }
  });

  it('on one target is judged one after the other', async () => {
    const { datastore } = await openWith(['acme']);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, (_, i) =>
        send(datastore, { acme: [site({ name: 'a', size: 10 - i, limit: i + 1 })] }),
      ),
    );
    const kept = outcomes.filter(({ status }) => status === 'fulfilled').length;
    assert.equal(kept, 5);
    assert.equal(rowValue(datastore, 'acme', '/site[name=a]/limit'), '10');
    assert.equal(rowValue(datastore, 'acme', '/site[name=a]/size'), '1');
  });

  it('that span targets in opposite order all finish', async () => {
    const { datastore } = await openWith(['acme', 'globex']);
    const both = (n: number) => ({ acme: [system({ name: `n${n}` })], globex: [system({ name: `n${n}` })] });
    const reverse = (n: number) => ({ globex: [system({ name: `n${n}` })], acme: [system({ name: `n${n}` })] });
    await Promise.all(Array.from({ length: 20 }, (_, i) => send(datastore, i % 2 === 0 ? both(i) : reverse(i))));
    assert.equal(rowValue(datastore, 'acme', '/system/name'), rowValue(datastore, 'globex', '/system/name'));
  });

  it('is authorized again when the platform configuration moved before its append', async () => {
    const { datastore } = await openWith(['acme']);
    const seen: number[] = [];
    let other: Promise<unknown> | undefined;
    const authorize = async () => {
      seen.push(datastore.snapshot('platform')?.revision ?? -1);
      other ??= send(datastore, { platform: [update('/note', { 'test-platform:note': 'moved' })] });
      await other;
    };
    const result = await send(datastore, { acme: [system({ name: 'core' })] }, { authorize });
    assert.equal(seen.length, 2);
    assert.equal(seen[1], result.revision - 1);
  });
});
