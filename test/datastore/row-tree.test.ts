// The row tree: it is a sorted map, whatever was done to it, and versions share all that they have in common.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Change, Row } from '../../src/datastore/row.ts';
import { bytesPerPage, type RowPage, rowsPerPage } from '../../src/datastore/row-page.ts';
import { RowTree } from '../../src/datastore/row-tree.ts';

/** The naive model: values and revisions by key. */
type Model = Map<string, { value: string; revision: number }>;

const top = '\u{ff}\u{ff}';

function keyOf(i: number): string {
  return `site\x00\x02s-${String(i).padStart(6, '0')}\x00name\x00`;
}

function rowsOf(tree: RowTree, from = '', to = top): Row[] {
  return [...tree.range(from, to)];
}

function expected(model: Model, from = '', to = top): Row[] {
  return [...model]
    .filter(([key]) => key >= from && key < to)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, { value, revision }]) => ({ key, value, revision }));
}

function sorted(changes: Iterable<Change>): Change[] {
  return [...changes].sort((a, b) => (a.key < b.key ? -1 : 1));
}

function applied(model: Model, changes: readonly Change[], revision: number): Model {
  const after = new Map(model);
  for (const { key, after: value } of changes) {
    if (value === undefined) after.delete(key);
    else after.set(key, { value, revision });
  }
  return after;
}

/** A tree of `count` rows, all written by revision 1. */
function filled(count: number): RowTree {
  const rows = Array.from({ length: count }, (_, i) => ({ key: keyOf(i * 10), value: `"${i}"`, revision: 1 }));
  return RowTree.ofRows(rows);
}

function pagesOf(tree: RowTree): RowPage[] {
  return [...tree.pages()];
}

const key = fc.oneof(
  fc.integer({ min: 0, max: 400 }).map(keyOf),
  fc.array(fc.integer({ min: 2, max: 255 }), { maxLength: 300 }).map((bytes) => `${String.fromCharCode(...bytes)}\x00`),
);
const value = fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.constant('x'.repeat(bytesPerPage)));
const edit = fc.array(fc.tuple(key, fc.option(value, { nil: undefined, freq: 3 })), { maxLength: 150 });

describe('the row tree', () => {
  it('is a sorted map after any edits, and what it was before stays as it was', () => {
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 8 }), key, key, (edits, one, two) => {
        let tree = RowTree.empty;
        let model: Model = new Map();
        const versions: [RowTree, Model][] = [];
        for (const [i, each] of edits.entries()) {
          const changes = sorted(
            new Map(each.map(([at, after]) => [at, { key: at, before: undefined, after }])).values(),
          );
          tree = tree.with(changes, i + 1);
          model = applied(model, changes, i + 1);
          versions.push([tree, model]);
        }
        for (const [then, was] of versions) {
          assert.deepEqual(rowsOf(then), expected(was));
          assert.equal(then.size, was.size);
          const [from, to] = one < two ? [one, two] : [two, one];
          assert.deepEqual(rowsOf(then, from, to), expected(was, from, to));
          for (const at of [one, two, ...was.keys()]) {
            const held = was.get(at);
            assert.deepEqual(then.get(at), held === undefined ? undefined : { key: at, ...held });
          }
        }
      }),
    );
  });

  it('tells exactly which pages are new and which are gone', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000 }), edit, edit, (rows, first, second) => {
        const stored = new Map<string, RowPage>();
        let tree = RowTree.empty;
        const store = (after: RowTree): void => {
          const { gone, made } = tree.pagesChanged(after);
          for (const page of gone) assert.equal(stored.get(page.first), page);
          for (const page of gone) stored.delete(page.first);
          for (const page of made) stored.set(page.first, page);
          tree = after;
          assert.deepEqual(new Set(stored.values()), new Set(tree.pages()));
        };
        store(filled(rows));
        for (const each of [first, second]) {
          const byKey = new Map(each.map(([at, after]) => [at, { key: at, before: undefined, after }]));
          store(tree.with(sorted(byKey.values()), 2));
        }
      }),
      { numRuns: 30 },
    );
  });

  it('tells whether two versions, or two trees, have the same rows in a range', () => {
    const place = fc.integer({ min: 0, max: 10_000 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3_000 }), edit, place, place, (rows, each, a, b) => {
        const tree = filled(rows);
        const byKey = new Map(each.map(([at, after]) => [at, { key: at, before: undefined, after }]));
        const [from, to] = [keyOf(Math.min(a, b)), keyOf(Math.max(a, b))];
        const text = (of: RowTree) => JSON.stringify([...of.range(from, to)].map(({ key, value }) => [key, value]));
        const after = tree.with(sorted(byKey.values()), 2);
        assert.equal(tree.hasSame(after, from, to), text(tree) === text(after));
        assert.equal(filled(rows).hasSame(after, from, to), text(tree) === text(after));
        assert.ok(tree.hasSame(filled(rows), from, to));
      }),
      { numRuns: 100 },
    );
  });

  it('makes as many pages for a change of one row in a thousand rows as in a hundred thousand', () => {
    for (const count of [1_000, 100_000]) {
      const tree = filled(count);
      const at = keyOf((count / 2) * 10);
      const replaced = tree.with([{ key: at, before: '', after: '"new"' }], 2);
      const { gone, made } = tree.pagesChanged(replaced);
      assert.deepEqual([gone.length, made.length], [1, 1]);
      const inserted = tree.pagesChanged(tree.with([{ key: `${at}x\x00`, before: undefined, after: '"new"' }], 2));
      assert.equal(inserted.gone.length, 1);
      assert.ok(inserted.made.length <= 2);
    }
  });

  it('keeps pages about half full when rows come one by one and go again', () => {
    let tree = RowTree.empty;
    const count = 5_000;
    const order = Array.from({ length: count }, (_, i) => (i * 1_237) % count);
    for (const i of order) tree = tree.with([{ key: keyOf(i), before: undefined, after: '1' }], 1);
    assert.equal(tree.size, count);
    assert.ok(pagesOf(tree).length < (count / rowsPerPage) * 2.2);
    for (const i of order) if (i % 10 > 0) tree = tree.with([{ key: keyOf(i), before: '1', after: undefined }], 2);
    assert.equal(tree.size, count / 10);
    assert.ok(pagesOf(tree).length < (count / 10 / rowsPerPage) * 4);
    for (const i of order) if (i % 10 === 0) tree = tree.with([{ key: keyOf(i), before: '1', after: undefined }], 3);
    assert.deepEqual([tree.size, pagesOf(tree).length], [0, 0]);
  });

  it('a page takes no further row when it holds many bytes', () => {
    const large = 'x'.repeat(bytesPerPage);
    const tree = RowTree.ofRows([1, 2, 3].map((i) => ({ key: keyOf(i), value: large, revision: 1 })));
    assert.deepEqual(
      pagesOf(tree).map(({ size }) => size),
      [1, 1, 1],
    );
  });
});
