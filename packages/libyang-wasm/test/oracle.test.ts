// The oracle: incremental validation says what full validation says, over random edits of models with every kind of constraint.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Context } from 'libyang-wasm';
import { sharedLibyang } from './model.ts';
import { runBoth, stages } from './oracle/compare.ts';
import { baseDocument, sources } from './oracle/models.ts';
import { EditMaker } from './oracle/random-tree-edits.ts';

/** `npm run oracle -- --runs N` makes a long run. */
const runs = Number(process.env.LIBYANG_WASM_ORACLE_RUNS ?? 200);
const seed = process.env.LIBYANG_WASM_ORACLE_SEED;

describe('the oracle', function () {
  this.timeout(0);
  let context: Context;
  before(async () => {
    context = (await sharedLibyang()).createContext({ sources, implement: ['a', 'b', 'z'] });
  });
  after(() => context.destroy());

  // Full validation of the long lists takes long, so there are fewer runs; short ones meet more often.
  for (const [entries, share] of [
    [6, 1],
    [90, 0.15],
  ] as const) {
    it(`finds no difference with lists of ${entries} entries`, () => {
      const numRuns = Math.ceil(runs * share);
      const maker = new EditMaker(
        context.schema(),
        Array.from({ length: Math.min(entries, 8) }, (_, i) => `k${i}`),
      );
      const base = baseDocument(entries);
      const tally = { kept: 0, refused: 0, fullStages: 0 };
      fc.assert(
        fc.property(stages(12), (sequence) => runBoth(context, base, maker, sequence, tally)),
        { numRuns, ...(seed === undefined ? {} : { seed: Number(seed) }) },
      );
      assert(tally.kept > numRuns && tally.refused > numRuns, JSON.stringify(tally));
      if (process.env.LIBYANG_WASM_ORACLE_RUNS) console.log(`      ${numRuns} sequences: ${JSON.stringify(tally)}`);
    });
  }
});
