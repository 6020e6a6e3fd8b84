// Staging edits: what changes, canonical values, implied changes, order.
import assert from 'node:assert/strict';
import { type Context, type DataTree, decodeChanges, type Edit, encodeEdits } from 'libyang-wasm';
import { below, commit, modelContext } from './model.ts';

/** Changes as short lines: `path before -> after`. */
function lines(changes: Uint8Array): string[] {
  return decodeChanges(changes).map((change) => {
    const path = change.path.map(({ name, keys }) => name + (keys ? `[${keys.join('|')}]` : '')).join('/');
    if (change.kind === 'order') return `${path} order ${change.entries.map((keys) => keys.join('|')).join(' ')}`;
    return `${path} ${change.kind} ${change.before ?? '-'} -> ${change.after ?? '-'}`;
  });
}

describe('stage', () => {
  let context: Context;
  let tree: DataTree;
  before(async () => {
    context = await modelContext();
  });
  beforeEach(() => {
    tree = context.createTree();
    assert.deepEqual(tree.load('{}'), []);
  });
  afterEach(() => tree.destroy());
  after(() => context.destroy());

  const update = (json: string): Edit => ({ op: 'update', path: [], json });

  it('gives canonical values of every type', () => {
    const changes = commit(
      tree,
      update(`{"m:c":{"d":"1.50","i":"red","u":7,"e":[null],"big":"-9223372036854775808","bin":"YWJj","flags":"r p","name":"Ann",
        "text":"abc","target":"/m:c/d"}}`),
    );
    assert.deepEqual(lines(changes), [
      'm:c/d leaf - -> "1.5"',
      'm:c/i leaf - -> "m:red"',
      'm:c/u leaf - -> 7',
      'm:c/e leaf - -> [null]',
      'm:c/big leaf - -> "-9223372036854775808"',
      'm:c/bin leaf - -> "YWJj"',
      'm:c/flags leaf - -> "p r"',
      'm:c/text leaf - -> "abc"',
      'm:c/name leaf - -> "Ann"',
      'm:c/target leaf - -> "/m:c/d"',
    ]);
    assert.deepEqual(lines(commit(tree, { op: 'update', path: below('u'), json: '{"m:u":"auto"}' })), [
      'm:c/u leaf 7 -> "auto"',
    ]);
  });

  it('keeps 64-bit numbers exact', () => {
    commit(tree, update('{"m:c":{"big":"9223372036854775807"}}'));
    assert.equal(tree.print(), '{"m:c":{"big":"9223372036854775807"}}');
  });

  it('takes quotes of both kinds in keys, and finds the entry again', () => {
    const key = `a'b"c]/d`;
    const entry = JSON.stringify({ 'm:l': [{ k: key, v: 9, needed: 'n' }] });
    const path = below(['l', key]);
    assert.deepEqual(lines(commit(tree, { op: 'update', path, json: entry })), [
      `m:c/l[${key}]/k leaf - -> ${JSON.stringify(key)}`,
      `m:c/l[${key}]/v leaf - -> 9`,
      `m:c/l[${key}]/needed leaf - -> "n"`,
    ]);
    assert.deepEqual(lines(commit(tree, { op: 'update', path: below(['l', key], 'v'), json: '{"m:v":10}' })), [
      `m:c/l[${key}]/v leaf 9 -> 10`,
    ]);
    assert.equal(tree.print({ path }), entry.replace('9', '10'));
    assert.equal(lines(commit(tree, { op: 'delete', path })).length, 3);
    assert.equal(tree.print({ path }), '');
  });

  it('accepts keys in a form that is not canonical', () => {
    commit(tree, { op: 'update', path: below(['seq', 'a', '+07'], 'z'), json: '{"m:z":"q"}' });
    assert.equal(tree.print(), '{"m:c":{"seq":[{"x":"a","y":7,"z":"q"}]}}');
    assert.equal(tree.print({ path: below(['seq', 'a', '7'], 'z') }), '{"m:z":"q"}');
  });

  it('creates the ancestors of what is set, and a list entry by setting its key', () => {
    assert.deepEqual(lines(commit(tree, { op: 'update', path: below(['seq', 'a', '1'], 'x'), json: '{"m:x":"a"}' })), [
      'm:c/seq[a|1]/x leaf - -> "a"',
      'm:c/seq[a|1]/y leaf - -> 1',
      'm:c/seq order a|1',
    ]);
  });

  it('tells a leaf-list as one row, also when one entry is added', () => {
    commit(tree, update('{"m:c":{"ordered":["b","a"],"numbers":[9,2]}}'));
    assert.deepEqual(lines(commit(tree, update('{"m:c":{"ordered":["c"],"numbers":[5]}}'))), [
      'm:c/ordered leaf-list ["b","a"] -> ["b","a","c"]',
      'm:c/numbers leaf-list [2,9] -> [2,5,9]',
    ]);
  });

  it('replaces a leaf-list as a whole, order included', () => {
    commit(tree, update('{"m:c":{"ordered":["b","a"]}}'));
    const changes = commit(tree, { op: 'replace', path: below('ordered'), json: '{"m:ordered":["a","c","b"]}' });
    assert.deepEqual(lines(changes), ['m:c/ordered leaf-list ["b","a"] -> ["a","c","b"]']);
    assert.deepEqual(lines(commit(tree, { op: 'replace', path: below('ordered'), json: '{"m:ordered":[]}' })), [
      'm:c/ordered leaf-list ["a","c","b"] -> -',
    ]);
  });

  it('replaces a user-ordered list with moves, additions and removals', () => {
    commit(tree, update('{"m:c":{"seq":[{"x":"a","y":1,"z":"q"},{"x":"b","y":1},{"x":"d","y":1}]}}'));
    const json = '{"m:seq":[{"x":"b","y":1},{"x":"c","y":1},{"x":"a","y":1}]}';
    assert.deepEqual(lines(commit(tree, { op: 'replace', path: below('seq'), json })), [
      'm:c/seq[c|1]/x leaf - -> "c"',
      'm:c/seq[c|1]/y leaf - -> 1',
      'm:c/seq order b|1 c|1 a|1',
      'm:c/seq[d|1]/x leaf "d" -> -',
      'm:c/seq[d|1]/y leaf 1 -> -',
      'm:c/seq[a|1]/z leaf "q" -> -',
    ]);
  });

  it('replaces one entry and leaves the others alone', () => {
    commit(tree, update('{"m:c":{"l":[{"k":"1","v":4,"needed":"n","plain":1},{"k":"2","v":5,"needed":"n"}]}}'));
    const json = '{"m:l":[{"k":"1","v":6,"needed":"n"}]}';
    assert.deepEqual(lines(commit(tree, { op: 'replace', path: below(['l', '1']), json })), [
      'm:c/l[1]/v leaf 4 -> 6',
      'm:c/l[1]/plain leaf 1 -> -',
    ]);
  });

  it('replaces the root: what is not given goes', () => {
    commit(tree, update('{"m:c":{"a":7,"p":{"w":"x"}},"m:top":"t","m:sub":{"s":"1"}}'));
    const changes = commit(tree, { op: 'replace', path: [], json: '{"m:c":{"a":7,"p":{}}}' });
    assert.deepEqual(lines(changes).sort(), ['m:c/p/w leaf "x" -> -', 'm:sub/s leaf "1" -> -', 'm:top leaf "t" -> -']);
    assert.equal(lines(commit(tree, { op: 'delete', path: [] })).length, 2);
    assert.equal(tree.print(), '{}');
  });

  it('has no row for an implicit default, and one for an explicit value that equals it', () => {
    assert.equal(tree.print({ defaults: 'all', path: below('a') }), '{"m:a":5}');
    assert.equal(tree.print({ path: below('a') }), '');
    assert.deepEqual(lines(commit(tree, update('{"m:c":{"a":5}}'))), ['m:c/a leaf - -> 5']);
    assert.deepEqual(lines(commit(tree, { op: 'delete', path: below('a') })), ['m:c/a leaf 5 -> -']);
    assert.deepEqual(lines(commit(tree, update('{"m:c":{"numbers":[1,3]}}'))), ['m:c/numbers leaf-list - -> [1,3]']);
  });

  it('switches the case of a choice', () => {
    commit(tree, update('{"m:c":{"o1":"one","oc":{"q":"mine"}}}'));
    assert.deepEqual(lines(commit(tree, { op: 'update', path: below('t1'), json: '{"m:t1":"two"}' })), [
      'm:c/t1 leaf - -> "two"',
      'm:c/o1 leaf "one" -> -',
      'm:c/oc/q leaf "mine" -> -',
    ]);
    assert.equal(tree.print({ defaults: 'all', path: below('t2') }), '{"m:t2":2}');
  });

  it('removes what a when no longer allows', () => {
    commit(tree, update('{"m:c":{"mode":"x","only-x":"v","deep":{"inside":"i","more":[2,1]}}}'));
    assert.equal(tree.print({ defaults: 'all', path: below('x-default') }), '{"m:x-default":"dd"}');
    assert.deepEqual(lines(commit(tree, { op: 'update', path: below('mode'), json: '{"m:mode":"y"}' })).sort(), [
      'm:c/deep/inside leaf "i" -> -',
      'm:c/deep/more leaf-list [1,2] -> -',
      'm:c/mode leaf "x" -> "y"',
      'm:c/only-x leaf "v" -> -',
    ]);
    assert.equal(tree.print({ defaults: 'all', path: below('x-default') }), '');
  });

  it('refuses to set in one request what the same request disallows by its when', () => {
    commit(tree, update('{"m:c":{"mode":"x","only-x":"v"}}'));
    const { violations } = tree.stage([update('{"m:c":{"mode":"y","only-x":"v"}}')]);
    assert.deepEqual(
      violations.map(({ path, errorTag }) => [path, errorTag]),
      [['/m:c/only-x', 'unknown-element']],
    );
  });

  it('tells presence containers and anydata as rows', () => {
    assert.deepEqual(lines(commit(tree, update('{"m:c":{"p":{},"any":{"x:y":[1,{"z":"q"}]}}}'))), [
      'm:c/p presence - -> {}',
      'm:c/any any - -> {"x:y":[1,{"z":"q"}]}',
    ]);
    assert.deepEqual(lines(commit(tree, update('{"m:c":{"any":{"a":true}}}'))), [
      'm:c/any any {"x:y":[1,{"z":"q"}]} -> {"a":true}',
    ]);
    assert.deepEqual(lines(commit(tree, { op: 'delete', path: below('p') })), ['m:c/p presence {} -> -']);
  });

  it('tells, and undoes, that a union resolves to another member because of a change elsewhere', () => {
    commit(tree, update('{"m:c":{"i":"red","either":"red"}}'));
    assert.equal(tree.print({ path: below('either') }), '{"m:either":"m:red"}');
    const remove: Edit = { op: 'delete', path: below('i') };
    const told = ['m:c/either leaf "m:red" -> "red"', 'm:c/i leaf "m:red" -> -'];
    assert.deepEqual(lines(tree.stage([remove]).changes), told);
    assert.equal(tree.print(), '{"m:c":{"either":"red"}}');
    tree.undo();
    assert.equal(tree.print(), '{"m:c":{"i":"m:red","either":"m:red"}}');
    assert.deepEqual(lines(commit(tree, remove)), told);
  });

  it('coalesces edits of the same row into first before and last after', () => {
    commit(tree, update('{"m:top":"0"}'));
    const set = (value: string): Edit => ({ op: 'update', path: [{ name: 'm:top' }], json: `{"m:top":"${value}"}` });
    assert.deepEqual(lines(commit(tree, set('1'), set('2'), { op: 'delete', path: [{ name: 'm:top' }] }, set('3'))), [
      'm:top leaf "0" -> "3"',
    ]);
    assert.deepEqual(lines(commit(tree, set('1'), set('3'))), []);
  });

  it('takes packed edits, and treats a delete of nothing as nothing', () => {
    const packed = encodeEdits([
      { op: 'delete', path: below(['l', 'none'], 'v') },
      { op: 'delete', path: below('a') },
    ]);
    assert.deepEqual(lines(commit(tree, ...[])), []);
    const { violations, changes } = tree.stage(packed);
    tree.keep();
    assert.deepEqual([violations, lines(changes)], [[], []]);
  });

  it('reads JSON escapes of characters outside the basic plane', () => {
    commit(tree, update('{"m:top":"\\ud83d\\ude00 \\\\u0041 \\n"}'));
    assert.equal(JSON.parse(tree.print())['m:top'], '😀 \\u0041 \n');
  });

  it('wants keep or undo between stages, and neither without a stage', () => {
    assert.throws(() => tree.keep(), /nothing is staged/);
    tree.stage([update('{"m:top":"x"}')]);
    assert.throws(() => tree.stage([]), /keep or undo/);
    assert.throws(() => tree.load('{}'), /keep or undo/);
    tree.undo();
    assert.equal(tree.print(), '{}');
  });

  it('needs json for update and replace', () => {
    assert.throws(() => tree.stage([{ op: 'update', path: [] }]), /needs json/);
  });
});
