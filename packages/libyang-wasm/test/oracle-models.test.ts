// The oracle over the models of this repository, whose constraints are all bounded.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Context } from 'libyang-wasm';
import { sharedLibyang } from './model.ts';
import { runBoth, stages } from './oracle/compare.ts';
import { EditMaker } from './oracle/random-tree-edits.ts';
import { seenValues } from './oracle/seen-values.ts';

const runs = Number(process.env.LIBYANG_WASM_ORACLE_RUNS ?? 150);
const models = join(import.meta.dirname, '../../../models');

async function compile(folder: string): Promise<Context> {
  const names = readdirSync(folder).filter((name) => name.endsWith('.yang'));
  const sources = Object.fromEntries(
    names.map((name) => [name.slice(0, -5), readFileSync(join(folder, name), 'utf8')]),
  );
  return (await sharedLibyang()).createContext({ sources, implement: Object.keys(sources) });
}

describe('the oracle over the models of this repository', function () {
  this.timeout(0);
  for (const model of ['aether/2.1', 'edgeconf-platform/1']) {
    it(`finds no difference in ${model}`, async () => {
      const folder = join(models, model);
      const context = await compile(folder);
      const valid = join(folder, 'valid');
      const texts = readdirSync(valid)
        .filter((name) => name.endsWith('.json'))
        .map((name) => readFileSync(join(valid, name), 'utf8'));
      const { known, names } = seenValues(texts.map((text) => JSON.parse(text) as unknown));
      const maker = new EditMaker(context.schema(), names, known);
      const tally = { kept: 0, refused: 0, fullStages: 0 };
      const base = texts.toSorted((a, b) => b.length - a.length)[0] as string;
      fc.assert(
        fc.property(stages(12), (sequence) => runBoth(context, base, maker, sequence, tally)),
        { numRuns: runs },
      );
      assert(tally.kept > runs / 2 && tally.refused > runs / 2, JSON.stringify(tally));
      assert.equal(tally.fullStages, 0);
      if (process.env.LIBYANG_WASM_ORACLE_RUNS) console.log(`      ${runs} sequences: ${JSON.stringify(tally)}`);
      context.destroy();
    });

    it(`every constraint of ${model} is bounded`, async () => {
      const context = await compile(join(models, model));
      assert.deepEqual(context.unbounded(), []);
      context.destroy();
    });
  }
});
