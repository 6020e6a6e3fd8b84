// Confirmed commits at the datastore: what is undone is as it was before, and what else must wait meanwhile.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Datastore } from '../../src/datastore/datastore.ts';
import type { Note } from '../../src/datastore/notes.ts';
import { printSubtree } from '../../src/schema/print-json.ts';
import { TestClock } from '../test-clock.ts';
import { closeAll, openWith, remove, replace, rowsOf, send, type TextEdit, update } from './edge.ts';
import { removeTempFolders } from './temp-folder.ts';

const system = (members: Record<string, unknown>) => update('/system', { 'test-edge:system': members });
const site = (members: Record<string, unknown>) => update('', { 'test-edge:site': [members] });
const minute: Note = { kind: 'commit', id: 'c', rollbackAfterNs: 60_000_000_000n };

/** The configuration as text, which shows the order of entries and of leaf-list values too. */
function textOf(datastore: Datastore): string | undefined {
  const snapshot = datastore.snapshot('acme');
  assert.ok(snapshot);
  const options = { style: 'json-ietf', defaults: false } as const;
  return printSubtree(snapshot.model.root, [], snapshot.subtree(''), options);
}

describe('a confirmed commit', () => {
  let clock: TestClock;
  let datastore: Datastore;
  beforeEach(async () => {
    clock = new TestClock();
    ({ datastore } = await openWith(['acme', 'globex'], { now: clock.now, timer: clock.timer }));
    clock.advance(1);
  });
  afterEach(async () => {
    await closeAll();
    await removeTempFolders();
  });

  it('that is rolled back leaves everything as it was, order included, whatever it changed', async () => {
    const names = fc.constantFrom('a', 'b', 'c');
    const edit: fc.Arbitrary<TextEdit> = fc.oneof(
      fc.tuple(names, fc.nat(9)).map(([name, size]) => site({ name, size })),
      fc.tuple(names, fc.nat(3)).map(([name, number]) => site({ name, port: [{ number, protocol: 'udp', use: 'x' }] })),
      names.map((name) => remove(`/site[name=${name}]`)),
      fc.uniqueArray(names).map((list) => replace('/step', { 'test-edge:step': list.map((name) => ({ name })) })),
      fc.constantFrom('normal', 'quiet').map((mode) => system({ mode })),
      fc.nat(9).map((volume) => system({ volume })),
      fc.boolean().map((dhcp) => system({ dhcp })),
      names.map((address) => system({ address })),
      fc.uniqueArray(names).map((tag) => replace('/system/tag', { 'test-edge:tag': tag })),
      fc.constantFrom(system({ extra: { x: [1, { y: 'z' }] } }), system({ debug: { level: 1 } }), remove('')),
    );
    const edits = fc.array(edit, { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(edits, edits, async (first, second) => {
        await send(datastore, { acme: [remove('')] });
        await send(datastore, { acme: first }).catch(() => {});
        const before = textOf(datastore);
        const begun = await send(datastore, { acme: second }, { note: minute }).catch(() => undefined);
        if (begun === undefined) {
          assert.deepEqual(datastore.confirmedCommits.pending, []);
          return;
        }
        const [pending] = datastore.confirmedCommits.pending;
        assert.ok(pending);
        await datastore.confirmedCommits.rollBack(pending, 'the test says so');
        assert.equal(textOf(datastore), before);
        assert.deepEqual(datastore.confirmedCommits.pending, []);
      }),
      { numRuns: 60 },
    );
  });

  it('is refused whole when one of its targets waits already', async () => {
    await send(datastore, { acme: [system({ name: 'x' })] }, { note: minute });
    const both = { acme: [system({ name: 'y' })], globex: [system({ name: 'y' })] };
    await assert.rejects(send(datastore, both, { note: { ...minute, id: 'd' } }), { code: 'FAILED_PRECONDITION' });
    assert.deepEqual(rowsOf(datastore, 'globex'), []);
  });

  it('keeps its target from being removed', async () => {
    await send(datastore, { acme: [] }, { note: minute });
    await assert.rejects(send(datastore, { platform: [remove('/target[name=acme]')] }), {
      code: 'FAILED_PRECONDITION',
      message: /^target 'acme' waits for the confirmation of commit 'c' by 'ann', which is undone at 2026-/,
    });
  });

  it('is tried again when it could not be undone', async () => {
    let refusals = 1;
    await closeAll();
    const plan = () => {
      if (datastore.confirmedCommits.pending.length > 0 && refusals-- > 0) throw new Error('not now');
    };
    ({ datastore } = await openWith(['acme'], { now: clock.now, timer: clock.timer, plan }));
    clock.advance(1);
    await send(datastore, { acme: [system({ name: 'x' })] }, { note: minute });
    const undone = new Promise((resolve) => datastore.listen(resolve));
    clock.advance(60_000);
    // The first try ends with a timer for the next.
    while (refusals > 0 || clock.armed === 0) await new Promise(setImmediate);
    assert.equal(rowsOf(datastore, 'acme').length, 1);
    clock.advance(5_000);
    await undone;
    assert.deepEqual(rowsOf(datastore, 'acme'), []);
  });

  it('cannot be decided about twice', async () => {
    await send(datastore, { acme: [system({ name: 'x' })] }, { note: minute });
    const { confirmedCommits } = datastore;
    const [pending] = confirmedCommits.pending;
    assert.ok(pending);
    const results = await Promise.allSettled([
      confirmedCommits.confirm(pending, 'ann'),
      confirmedCommits.rollBack(pending, ''),
    ]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected'],
    );
    assert.equal(rowsOf(datastore, 'acme').length, 1);
  });

  it('leaves its labels to the service: nobody else can write them', async () => {
    const labels = { 'edgeconf:commit': '{}' };
    await assert.rejects(send(datastore, { acme: [system({ name: 'x' })] }, { labels }), { code: 'INVALID_ARGUMENT' });
  });
});
