// A dependency of any kind that is lost shows in the oracle.
import assert from 'node:assert/strict';
import type { Context } from 'libyang-wasm';
import { sharedLibyang } from './model.ts';
import { baseDocument, sources } from './oracle/models.ts';
import { mutants, sequenceThatKills } from './oracle/mutants.ts';
import { EditMaker } from './oracle/random-tree-edits.ts';

const sequences = 1500;

describe('the oracle with a lost dependency', function () {
  this.timeout(0);
  let context: Context;
  let maker: EditMaker;
  before(async () => {
    context = (await sharedLibyang()).createContext({ sources, implement: ['a', 'b', 'z'] });
    maker = new EditMaker(context.schema(), ['k0', 'k1', 'k2', 'k3', 'k4', 'k5']);
  });
  after(() => context.destroy());

  for (const kind of mutants) {
    it(`notices that "${kind}" is left out`, () => {
      const killer = sequenceThatKills(context, baseDocument(6), maker, kind, sequences);
      assert.notEqual(killer, undefined, `${sequences} sequences show no difference`);
    });
  }
});
