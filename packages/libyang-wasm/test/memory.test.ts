// A long run of edits keeps memory flat.
import assert from 'node:assert/strict';
import { type Edit, loadLibyang } from 'libyang-wasm';
import { below, commit, sources } from './model.ts';

describe('memory', function () {
  this.timeout(120_000);

  it('does not grow over 10,000 stages that are kept, undone or refused', async () => {
    const libyang = await loadLibyang();
    const context = libyang.createContext({ sources, implement: ['m'] });
    const tree = context.createTree();
    commit(tree, { op: 'update', path: [], json: '{"m:c":{"l":[{"k":"base","v":4,"needed":"n"}]}}' });
    const round = (index: number): void => {
      const key = `k${index % 7}`;
      const add: Edit = {
        op: 'update',
        path: below(['l', key]),
        json: `{"m:l":[{"k":"${key}","v":${(index % 7) + 10},"needed":"n"}]}`,
      };
      const list: Edit = { op: 'replace', path: below('ordered'), json: `{"m:ordered":["a${index}","b"]}` };
      assert.deepEqual(tree.stage([add, list]).violations, []);
      tree.undo();
      assert.deepEqual(tree.stage([add, list]).violations, []);
      tree.keep();
      commit(tree, { op: 'delete', path: below(['l', key]) });
      assert.equal(
        tree.stage([{ op: 'update', path: below('ref'), json: `{"m:ref":"none${index}"}` }]).violations.length,
        1,
      );
    };
    for (let index = 0; index < 500; index++) round(index);
    const warm = libyang.memoryBytes;
    for (let index = 0; index < 2500; index++) round(index);
    assert.equal(libyang.memoryBytes, warm);
    context.destroy();
  });

  it('gives contexts and trees back', async () => {
    const libyang = await loadLibyang();
    const cycle = (): void => {
      const context = libyang.createContext({ sources, implement: ['m'] });
      const tree = context.createTree();
      tree.load('{"m:c":{"a":7}}');
      tree.stage([{ op: 'update', path: [], json: '{"m:top":"x"}' }]);
      context.destroy();
      assert.throws(() => tree.print(), /destroyed/);
    };
    for (let index = 0; index < 30; index++) cycle();
    const warm = libyang.memoryBytes;
    for (let index = 0; index < 200; index++) cycle();
    assert.equal(libyang.memoryBytes, warm);
  });
});
