// Laws of staging, over random edits: undo is exact, changes are the difference of the rows, verdicts are those of a fresh tree.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Context, type DataTree, decodeChanges, type Violation } from 'libyang-wasm';
import { modelContext } from './model.ts';
import { document, stages } from './random-edits.ts';

/** Applies changes to rows by path; fails when a `before` is not what the rows hold. */
function applyChanges(rows: Map<string, string>, changes: Uint8Array): void {
  for (const change of decodeChanges(changes)) {
    const key = `${change.kind === 'order' ? 'order' : 'row'} ${JSON.stringify(change.path)}`;
    if (change.kind === 'order') {
      assert.notEqual(rows.get(key), JSON.stringify(change.entries));
      if (change.entries.length > 0) rows.set(key, JSON.stringify(change.entries));
      else rows.delete(key);
      continue;
    }
    assert.equal(rows.get(key), change.before, key);
    assert.notEqual(change.before, change.after);
    if (change.after === undefined) rows.delete(key);
    else rows.set(key, change.after);
  }
}

function sorted(rows: Map<string, string>): [string, string][] {
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1));
}

const told = (violations: readonly Violation[]) =>
  violations.map(({ path, errorTag, errorAppTag }) => `${path} ${errorTag} ${errorAppTag}`).sort();

describe('laws of staging', function () {
  this.timeout(120_000);
  let context: Context;
  before(async () => {
    context = await modelContext();
  });
  after(() => context.destroy());

  const withTrees = (count: number, body: (trees: DataTree[]) => void): void => {
    const trees = Array.from({ length: count }, () => context.createTree());
    try {
      for (const tree of trees) assert.deepEqual(tree.load('{}'), []);
      body(trees);
    } finally {
      for (const tree of trees) tree.destroy();
    }
  };

  it('undo restores everything, hidden state included: a tree with undone stages between behaves like one without', () => {
    fc.assert(
      fc.property(stages, stages, (real, noise) => {
        withTrees(2, ([quiet, noisy]) => {
          assert(quiet && noisy);
          real.forEach((edits, index) => {
            const before = [noisy.print({ defaults: 'all' }), noisy.print()];
            const disturbance = noise[index % noise.length] ?? [];
            const first = noisy.stage(disturbance);
            if (first.violations.length === 0) noisy.undo();
            assert.deepEqual([noisy.print({ defaults: 'all' }), noisy.print()], before);
            const again = noisy.stage(disturbance);
            assert.deepEqual(again, first);
            if (again.violations.length === 0) noisy.undo();

            const expected = quiet.stage(edits);
            assert.deepEqual(noisy.stage(edits), expected);
            if (expected.violations.length > 0) return;
            quiet.keep();
            noisy.keep();
            assert.equal(noisy.print({ defaults: 'all' }), quiet.print({ defaults: 'all' }));
          });
        });
      }),
      { numRuns: 400 },
    );
  });

  it('changes are the difference of the rows, and what is printed and loaded afresh is valid and equal', () => {
    fc.assert(
      fc.property(stages, (all) => {
        withTrees(2, ([tree, fresh]) => {
          assert(tree && fresh);
          const rows = new Map<string, string>();
          for (const edits of all) {
            const { violations, changes } = tree.stage(edits);
            if (violations.length > 0) continue;
            tree.keep();
            applyChanges(rows, changes);
          }
          const freshRows = new Map<string, string>();
          const result = fresh.stage([{ op: 'update', path: [], json: tree.print() }]);
          assert.deepEqual(result.violations, []);
          fresh.keep();
          applyChanges(freshRows, result.changes);
          assert.deepEqual(sorted(rows), sorted(freshRows));
          assert.equal(fresh.print({ defaults: 'all' }), tree.print({ defaults: 'all' }));
          assert.deepEqual(fresh.load(tree.print()), []);
          assert.equal(fresh.print({ defaults: 'all' }), tree.print({ defaults: 'all' }));
          assert.deepEqual(tree.validate(), []);
        });
      }),
      { numRuns: 400 },
    );
  });

  it('the verdict on a replaced whole is that of a fresh load, whatever was there before', () => {
    let valid = 0;
    let refused = 0;
    fc.assert(
      fc.property(document, document, (earlier, later) => {
        withTrees(2, ([tree, fresh]) => {
          assert(tree && fresh);
          tree.load(earlier);
          const staged = tree.stage([{ op: 'replace', path: [], json: later }]);
          assert.deepEqual(told(staged.violations), told(fresh.load(later)));
          if (staged.violations.length > 0) {
            refused += 1;
            return;
          }
          valid += 1;
          tree.keep();
          assert.equal(tree.print({ defaults: 'all' }), fresh.print({ defaults: 'all' }));
        });
      }),
      { numRuns: 600 },
    );
    assert(valid > 20 && refused > 20, `both verdicts were met: ${valid} and ${refused}`);
  });
});
