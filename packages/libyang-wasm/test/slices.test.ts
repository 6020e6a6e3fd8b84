// Slices: whatever they are cut at, and whatever other trees do in between, the outcome is that of the same call as a whole.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Context, type DataTree, decodeChanges, type Edit, type Sliced, type Violation } from 'libyang-wasm';
import { sources as modelSources, sharedLibyang } from './model.ts';
import { told } from './oracle/compare.ts';
import { baseDocument, sources } from './oracle/models.ts';
import { EditMaker } from './oracle/random-tree-edits.ts';
import { document, stages } from './random-edits.ts';

/** Cuts so small that every place is cut at: nodes in a step, bytes of JSON in a call, changes in a chunk. */
const cuts = fc.record({
  budget: fc.constantFrom(1, 2, 3, 7, 50),
  pieceBytes: fc.constantFrom(1, 12, 40, 150, 1000),
  chunkChanges: fc.constantFrom(1, 2, 9),
});
interface Cuts {
  budget: number;
  pieceBytes: number;
  chunkChanges: number;
}

function toEnd<T>(sliced: Sliced<T>, budget: number): T {
  while (!sliced.step(budget));
  return sliced.result();
}

function decoded(chunks: readonly Uint8Array[]): unknown[] {
  return chunks.flatMap((chunk) => decodeChanges(chunk));
}

/** Stages on both trees; true when they can be kept or undone. */
function stageBoth(whole: DataTree, sliced: DataTree, edits: readonly Edit[], { budget, ...options }: Cuts): boolean {
  const one = whole.stage(edits);
  const two = toEnd(sliced.beginStage(edits, options), budget);
  const about = () => JSON.stringify(edits);
  assert.deepEqual(told(two.violations), told(one.violations), about());
  assert.deepEqual(decoded(two.changes), one.violations.length > 0 ? [] : decodeChanges(one.changes), about());
  assert(two.changes.every((chunk) => decodeChanges(chunk).length <= options.chunkChanges));
  return one.violations.length === 0;
}

describe('slices', function () {
  this.timeout(0);
  const contexts: Context[] = [];
  const contextOf = async (texts: Readonly<Record<string, string>>, implement: string[]): Promise<Context> => {
    const context = (await sharedLibyang()).createContext({ sources: texts, implement });
    contexts.push(context);
    return context;
  };
  after(() => {
    for (const context of contexts) context.destroy();
  });

  it('of random stages and loads come to what the same does as a whole, kept or undone', async () => {
    const context = await contextOf(modelSources, ['m']);
    const seen = { kept: 0, refused: 0 };
    fc.assert(
      fc.property(document, stages, fc.array(fc.boolean()), cuts, (base, all, keeps, cut) => {
        const [whole, sliced] = [context.createTree(), context.createTree()];
        const loaded = whole.load(base);
        assert.deepEqual(told(toEnd(sliced.beginLoad(base, cut), cut.budget)), told(loaded));
        for (const [at, edits] of all.entries()) {
          if (!stageBoth(whole, sliced, edits, cut)) {
            seen.refused += 1;
          } else if (keeps[at % keeps.length] ?? true) {
            seen.kept += 1;
            whole.keep();
            toEnd(sliced.beginKeep(), cut.budget);
          } else {
            whole.undo();
            toEnd(sliced.beginUndo(), cut.budget);
          }
          assert.equal(sliced.print({ defaults: 'all' }), whole.print({ defaults: 'all' }));
        }
        whole.destroy();
        sliced.destroy();
      }),
      { numRuns: 300 },
    );
    assert(seen.kept > 200 && seen.refused > 200, JSON.stringify(seen));
  });

  for (const entries of [6, 90]) {
    it(`of stages of a model with every constraint come to the same, with lists of ${entries} entries`, async () => {
      const context = await contextOf(sources, ['a', 'b', 'z']);
      const maker = new EditMaker(context.schema(), ['k0', 'k1', 'k2', 'k3', 'k4', 'k5']);
      const base = baseDocument(entries);
      fc.assert(
        fc.property(
          fc.array(fc.array(fc.integer(), { minLength: 1, maxLength: 3 }), { maxLength: 8 }),
          cuts,
          (all, cut) => {
            const [whole, sliced] = [context.createTree(), context.createTree()];
            assert.deepEqual(whole.load(base), []);
            assert.deepEqual(toEnd(sliced.beginLoad(base, cut), cut.budget), []);
            for (const seeds of all) {
              const edits = seeds.map((seed) => maker.edit(seed));
              if (!stageBoth(whole, sliced, edits, cut)) continue;
              whole.keep();
              toEnd(sliced.beginKeep(), cut.budget);
            }
            assert.equal(sliced.print({ defaults: 'all' }), whole.print({ defaults: 'all' }));
            assert.deepEqual(sliced.cost.fullStages, whole.cost.fullStages);
            whole.destroy();
            sliced.destroy();
          },
        ),
        { numRuns: entries < 10 ? 150 : 30 },
      );
    });
  }

  it('of several trees of one context can take turns', async () => {
    const context = await contextOf(sources, ['a', 'b', 'z']);
    const maker = new EditMaker(context.schema(), ['k0', 'k1', 'k2', 'k3', 'k4', 'k5']);
    const base = baseDocument(6);
    const stageSeeds = fc.array(fc.integer(), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(
        fc.array(stageSeeds, { minLength: 2, maxLength: 4 }),
        fc.infiniteStream(fc.nat()),
        cuts,
        (all, turns, cut) => {
          const rows = all.map((seeds) => {
            const [alone, among] = [context.createTree(), context.createTree()];
            assert.deepEqual(alone.load(base), []);
            assert.deepEqual(among.load(base), []);
            const edits = seeds.map((seed) => maker.edit(seed));
            const expected = alone.stage(edits);
            if (expected.violations.length === 0) alone.keep();
            return { alone, among, edits, expected };
          });
          const running = rows.map((row) => ({ ...row, sliced: row.among.beginStage(row.edits, cut) }));
          const open = [...running];
          while (open.length > 0) {
            const at = (turns.next().value ?? 0) % open.length;
            if (open[at]?.sliced.step(cut.budget)) open.splice(at, 1);
          }
          for (const { alone, among, expected, sliced } of running) {
            const { violations, changes } = sliced.result();
            assert.deepEqual(told(violations), told(expected.violations));
            if (violations.length === 0) {
              assert.deepEqual(decoded(changes), decodeChanges(expected.changes));
              among.keep();
            }
            assert.equal(among.print({ defaults: 'all' }), alone.print({ defaults: 'all' }));
            alone.destroy();
            among.destroy();
          }
        },
      ),
      { numRuns: 120 },
    );
  });

  it('take JSON apart wherever its keys stand, and blanks, escapes and empty values are', async () => {
    const context = await contextOf(modelSources, ['m']);
    const seq = Array.from(
      { length: 5 },
      (_, i) => `{ "inner" : {"tags":["a\\"]}","b,${i}"] } , "y":${i},\n"x": "\\u00e9[{" }`,
    );
    const json = `  { "m:top" : "t\\\\" ,"m:c":{ "numbers":[ 1,2 , 3],"e":[null], "p":{},"l":[],"any":{"x:y":[1,{"z":"q"}]},
      "seq":[${seq.join(' , ')}],"a":7 } , "m:sub":{} } `;
    for (const pieceBytes of [1, 2, 10, 30, 100, 200]) {
      const [whole, sliced] = [context.createTree(), context.createTree()];
      assert.deepEqual(whole.load('{}'), []);
      assert.deepEqual(sliced.load('{}'), []);
      const edits: Edit[] = [{ op: 'update', path: [], json }];
      assert(stageBoth(whole, sliced, edits, { budget: 1, pieceBytes, chunkChanges: 3 }));
      whole.keep();
      sliced.keep();
      assert.equal(sliced.print({ defaults: 'all' }), whole.print({ defaults: 'all' }));
      whole.destroy();
      sliced.destroy();
    }
  });

  it('tell what is wrong with JSON that is not what the model wants, as one call does', async () => {
    const context = await contextOf(modelSources, ['m']);
    const wrong = [
      '{"m:c":{"l":[1,2,3,4],"a":7}}',
      '{"m:c":{"l":{"k":"x"},"a":7,"d":"2.5"}}',
      '{"m:c":[{"a":7}]}',
      '{"m:c":{"a":99,"l":[{"k":"one","v":1},{"v":7},{"k":"two","v":"x","needed":"n"}],"nothing":{"x":[1,2,3]}}}',
      '{"m:c":{"l":[{"k":"one","needed":"n"},{"k":"one","needed":"n"}]},"m:top":"t","m:none":1}',
      '{"m:c":{"seq":[{"inner":{"tags":["long enough"]},"x":"a"},{"inner":{"tags":["long enough"]},"x":"a","y":300}]}}',
      '{"m:c":{"@a":{"x:y":1},"a":7,"text":"aaaaaaaaaaaaaaaaaaaa"}}',
      '{"m:c":{"a":7',
      '{"m:c":{"a":7,,"d":"1.5"}}',
      '{"m:c":{"a":7 "d":"1.5"}}',
      '[1]',
    ];
    const short = ({ path, errorTag, message, editIndex }: Violation) => ({ path, errorTag, message, editIndex });
    for (const json of wrong) {
      for (const pieceBytes of [1, 8, 20, 60]) {
        const [whole, sliced] = [context.createTree(), context.createTree()];
        const edits: Edit[] = [{ op: 'update', path: [], json }];
        const { violations } = toEnd(sliced.beginStage(edits, { pieceBytes }), 3);
        assert.deepEqual(
          violations.map(short),
          whole.stage(edits).violations.map(short),
          `${json} in pieces of ${pieceBytes}`,
        );
        assert(violations.length > 0);
        whole.destroy();
        sliced.destroy();
      }
    }
  });

  it('are told how far they are, and a tree is not used for anything else meanwhile', async () => {
    const context = await contextOf(modelSources, ['m']);
    const tree = context.createTree();
    const l = Array.from({ length: 200 }, (_, i) => ({ k: `k${i}`, v: i + 10, needed: 'n', plain: 1 }));
    const json = JSON.stringify({ 'm:c': { l } });
    const load = tree.beginLoad(json, { pieceBytes: 500 });
    const places: number[] = [];
    while (!load.step(100)) places.push(load.progress.bytes);
    assert(places.filter((place) => place > 0 && place < json.length).length > 5, places.join(' '));
    assert.deepEqual(
      places,
      [...places].sort((a, b) => a - b),
    );
    // Each entry and c: its children, its v and plain, their musts, unique and mandatory.
    assert(load.progress.checks > 4 * l.length, `${load.progress.checks}`);
    assert.deepEqual(load.result(), []);
    const stage = tree.beginStage([{ op: 'delete', path: [{ name: 'm:c' }, { name: 'l' }] }]);
    assert.throws(() => stage.result(), /no result before the last step/);
    assert.throws(() => tree.print(), /cannot print: what was begun is not done yet/);
    assert.throws(() => tree.load('{}'), /cannot load: what was begun is not done yet/);
    assert.equal(stage.step(1), false);
    tree.destroy();
    assert.throws(() => stage.step(1), /destroyed/);
  });
});
