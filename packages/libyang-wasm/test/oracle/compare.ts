// Runs the same random edits on a tree that validates incrementally and on one that validates everything, and compares all they say.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Context, decodeChanges, type StageResult, type Violation } from 'libyang-wasm';
import type { EditMaker } from './random-tree-edits.ts';

/** What a sequence of stages came to. */
export interface Tally {
  kept: number;
  refused: number;
  fullStages: number;
}

/** Violations as a set; the order in which they are found is no part of the verdict. */
export function told(violations: readonly Violation[]): string[] {
  const lines = violations.map(
    ({ path, errorTag, errorAppTag, message }) => `${path} | ${errorTag} | ${errorAppTag} | ${message}`,
  );
  return [...new Set(lines)].sort();
}

function changed({ violations, changes }: StageResult): string[] {
  return violations.length > 0
    ? []
    : decodeChanges(changes)
        .map((change) => JSON.stringify(change))
        .sort();
}

/** One stage: seeds of its edits, and whether it is kept, undone, or kept and followed by a restart. */
export interface Stage {
  seeds: number[];
  end: 'keep' | 'undo' | 'restart';
}

/** Random stages. */
export const stages = (most: number): fc.Arbitrary<Stage[]> =>
  fc.array(
    fc.record({
      seeds: fc.array(fc.integer(), { minLength: 1, maxLength: 3 }),
      end: fc.constantFrom('keep', 'keep', 'keep', 'keep', 'keep', 'keep', 'undo', 'restart' as const),
    }),
    { minLength: 1, maxLength: most },
  );

/** Runs stages on both trees; throws where they differ. */
export function runBoth(
  context: Context,
  base: string,
  maker: EditMaker,
  sequence: readonly Stage[],
  tally: Tally,
): void {
  const incremental = context.createTree();
  const full = context.createTree({ validation: 'full' });
  try {
    assert.deepEqual(incremental.load(base), []);
    assert.deepEqual(full.load(base), []);
    for (const { seeds, end } of sequence) {
      const edits = seeds.map((seed) => maker.edit(seed));
      const one = incremental.stage(edits);
      const two = full.stage(edits);
      const about = () => JSON.stringify(edits);
      assert.deepEqual(told(one.violations), told(two.violations), about());
      assert.deepEqual(changed(one), changed(two), about());
      if (one.violations.length > 0) {
        tally.refused += 1;
        continue;
      }
      tally.kept += 1;
      for (const tree of [incremental, full]) {
        if (end === 'undo') tree.undo();
        else tree.keep();
      }
      assert.equal(incremental.print({ defaults: 'all' }), full.print({ defaults: 'all' }), about());
      if (end === 'restart') {
        const text = full.print();
        assert.deepEqual(told(incremental.load(text)), told(full.load(text)), 'after a restart');
        assert.equal(incremental.print({ defaults: 'all' }), full.print({ defaults: 'all' }), 'after a restart');
      }
    }
    tally.fullStages += incremental.cost.fullStages;
  } finally {
    incremental.destroy();
    full.destroy();
  }
}
