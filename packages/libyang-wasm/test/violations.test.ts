// What is refused, with which tag, path and words; and everything at once.
import assert from 'node:assert/strict';
import type { Context, DataTree, Edit, Violation } from 'libyang-wasm';
import { below, commit, modelContext } from './model.ts';

describe('violations', () => {
  let context: Context;
  let tree: DataTree;
  before(async () => {
    context = await modelContext();
  });
  beforeEach(() => {
    tree = context.createTree();
    assert.deepEqual(tree.load('{"m:c":{"l":[{"k":"1","v":4,"needed":"n"}],"ref":"1"}}'), []);
  });
  afterEach(() => tree.destroy());
  after(() => context.destroy());

  const refused = (edit: Edit): Violation[] => {
    const before = tree.print({ defaults: 'all' });
    const { violations } = tree.stage([edit]);
    assert.equal(tree.print({ defaults: 'all' }), before, 'a refused stage leaves the tree as it was');
    return violations;
  };
  const update = (json: string): Edit => ({ op: 'update', path: [], json });
  const set = (name: string, value: string): Edit => ({
    op: 'update',
    path: below(name),
    json: `{"m:${name}":${value}}`,
  });

  const cases: [title: string, edit: () => Edit, expected: Violation][] = [
    [
      'a value of the wrong type',
      () => set('a', '"x"'),
      { path: '/m:c/a', errorTag: 'invalid-value', message: '"x" is not a value of type uint8.', editIndex: 0 },
    ],
    [
      'a value out of range',
      () => set('a', '15'),
      {
        path: '/m:c/a',
        errorTag: 'invalid-value',
        message: '"15" is out of range; allowed: 1..10 | 20.',
        editIndex: 0,
      },
    ],
    [
      'a number beyond its type',
      () => set('a', '300'),
      { path: '/m:c/a', errorTag: 'invalid-value', message: '"300" does not fit into uint8.', editIndex: 0 },
    ],
    [
      'a text too long',
      () => set('text', '"abcdefghi"'),
      {
        path: '/m:c/text',
        errorTag: 'invalid-value',
        message: '"abcdefghi" is too long or too short; allowed: 1..8.',
        editIndex: 0,
      },
    ],
    [
      'a text that does not match',
      () => set('text', '"A1"'),
      { path: '/m:c/text', errorTag: 'invalid-value', message: '"A1" does not match the pattern [a-z]*', editIndex: 0 },
    ],
    [
      "a pattern's own message and tag",
      () => set('name', '"ann"'),
      {
        path: '/m:c/name',
        errorTag: 'invalid-value',
        errorAppTag: 'bad-name',
        message: 'a name begins with a capital',
        editIndex: 0,
      },
    ],
    [
      'an unknown enumeration value',
      () => set('mode', '"w"'),
      {
        path: '/m:c/mode',
        errorTag: 'invalid-value',
        message: '"w" is none of the values of this enumeration; allowed: x, y.',
        editIndex: 0,
      },
    ],
    [
      'an unknown identity',
      () => set('i', '"blue"'),
      {
        path: '/m:c/i',
        errorTag: 'invalid-value',
        message: '"blue" is not an identity that is allowed here; allowed: m:red, m:green.',
        editIndex: 0,
      },
    ],
    [
      'a 64-bit number that is not text',
      () => set('big', '5'),
      {
        path: '/m:c/big',
        errorTag: 'invalid-value',
        message: '5 must be a string: JSON writes int64 as text.',
        editIndex: 0,
      },
    ],
    [
      'a dangling leafref',
      () => set('ref', '"2"'),
      {
        path: '/m:c/ref',
        errorTag: 'data-missing',
        errorAppTag: 'instance-required',
        message: '"2" refers to nothing: no ../l/k has this value.',
      },
    ],
    [
      'a dangling instance-identifier',
      () => set('target', '"/m:c/d"'),
      {
        path: '/m:c/target',
        errorTag: 'data-missing',
        errorAppTag: 'instance-required',
        message: '"/m:c/d" refers to nothing: there is no such instance.',
      },
    ],
    [
      'a delete of what is referred to',
      () => ({ op: 'delete', path: below(['l', '1']) }),
      {
        path: '/m:c/ref',
        errorTag: 'data-missing',
        errorAppTag: 'instance-required',
        message: '"1" refers to nothing: no ../l/k has this value.',
      },
    ],
    [
      "a must's own message and tag",
      () => ({ op: 'update', path: below(['l', '1'], 'v'), json: '{"m:v":2}' }),
      {
        path: "/m:c/l[k='1']/v",
        errorTag: 'operation-failed',
        errorAppTag: 'v-too-low',
        message: 'v must be above three',
      },
    ],
    [
      'a must without a message',
      () => ({ op: 'replace', path: below(['l', '1']), json: '{"m:l":[{"k":"1","needed":"n","plain":1}]}' }),
      {
        path: "/m:c/l[k='1']/plain",
        errorTag: 'operation-failed',
        errorAppTag: 'must-violation',
        message: 'The rule does not hold: ../v',
      },
    ],
    [
      'a missing mandatory leaf',
      () => ({ op: 'delete', path: below(['l', '1'], 'needed') }),
      { path: "/m:c/l[k='1']", errorTag: 'missing-element', message: '"needed" is mandatory and missing.' },
    ],
    [
      'too many entries',
      () => set('few', '["1","2","3"]'),
      {
        path: "/m:c/few[.='3']",
        errorTag: 'operation-failed',
        errorAppTag: 'too-many-elements',
        message: 'There are more entries of "few" than allowed.',
      },
    ],
    [
      'values that are not unique',
      () => update('{"m:c":{"l":[{"k":"2","v":4,"needed":"n"}]}}'),
      {
        path: "/m:c/l[k='2']",
        errorTag: 'operation-failed',
        errorAppTag: 'data-not-unique',
        message: `"v" must be unique, but /m:c/l[k='1'] and /m:c/l[k='2'] have the same value.`,
      },
    ],
    [
      'an entry given twice',
      () => update('{"m:c":{"l":[{"k":"1","v":5},{"k":"1","v":6}]}}'),
      { path: "/m:c/l[k='1']", errorTag: 'data-exists', message: 'The same entry is given twice.', editIndex: 0 },
    ],
    [
      'data of two cases',
      () => update('{"m:c":{"o1":"1","t1":"2"}}'),
      { path: '/m:c', errorTag: 'bad-element', message: 'Only one of the cases "one" and "two" may have data.' },
    ],
    [
      'a node that a when forbids',
      () => set('only-x', '"v"'),
      { path: '/m:c/only-x', errorTag: 'unknown-element', message: "This node may exist only when: ../mode = 'x'" },
    ],
    [
      'an unknown node in the path',
      () => ({ op: 'delete', path: below('nope') }),
      {
        path: '/m:c/nope',
        errorTag: 'unknown-element',
        message: 'There is no node "nope" here in the model.',
        editIndex: 0,
      },
    ],
    [
      'an unknown node in the value',
      () => update('{"m:c":{"nope":1}}'),
      { path: '/m:c', errorTag: 'unknown-element', message: 'There is no node "nope" in "c".', editIndex: 0 },
    ],
    [
      'an unknown module',
      () => update('{"z:q":1}'),
      { path: '/', errorTag: 'unknown-element', message: 'There is no module "z" in the model.', editIndex: 0 },
    ],
    [
      'a node whose feature is off',
      () => set('featured', '"f"'),
      {
        path: '/m:c/featured',
        errorTag: 'unknown-element',
        message: 'There is no node "featured" here in the model.',
        editIndex: 0,
      },
    ],
    [
      'state in the path',
      () => set('status', '"s"'),
      {
        path: '/m:c/status',
        errorTag: 'operation-not-supported',
        message: '"status" is state, which cannot be configured.',
        editIndex: 0,
      },
    ],
    [
      'a wrong number of keys',
      () => ({ op: 'delete', path: below(['seq', 'a']) }),
      { path: "/m:c/seq[x='a']", errorTag: 'bad-element', message: '"seq" has another number of keys.', editIndex: 0 },
    ],
    [
      'keys where there is no list',
      () => ({ op: 'delete', path: below(['a', '1']) }),
      { path: "/m:c/a[.='1']", errorTag: 'bad-element', message: '"a" is not a list and takes no keys.', editIndex: 0 },
    ],
    [
      'a list without keys on the way',
      () => ({ op: 'delete', path: below('l', 'v') }),
      {
        path: '/m:c/l',
        errorTag: 'missing-element',
        message: 'The list "l" needs its keys in this path.',
        editIndex: 0,
      },
    ],
    [
      'a delete of a key',
      () => ({ op: 'delete', path: below(['l', '1'], 'k') }),
      {
        path: "/m:c/l[k='1']/k",
        errorTag: 'bad-element',
        message: 'A list key cannot be deleted; delete the list entry.',
        editIndex: 0,
      },
    ],
    [
      'another value for a key',
      () => ({ op: 'update', path: below(['l', '1'], 'k'), json: '{"m:k":"2"}' }),
      {
        path: "/m:c/l[k='1']/k",
        errorTag: 'invalid-value',
        message: 'A list key cannot be changed; it is part of the path.',
        editIndex: 0,
      },
    ],
    [
      'keys in the value that differ from the path',
      () => ({ op: 'update', path: below(['l', '1']), json: '{"m:l":[{"k":"2"}]}' }),
      {
        path: "/m:c/l[k='1']",
        errorTag: 'invalid-value',
        message: 'The keys in the value are not those in the path.',
        editIndex: 0,
      },
    ],
    [
      'a value for another node',
      () => ({ op: 'update', path: below('a'), json: '{"m:d":"1.0"}' }),
      {
        path: '/m:c/a',
        errorTag: 'bad-element',
        message: 'The value holds a node other than the one that the path names.',
        editIndex: 0,
      },
    ],
    [
      'a bad key in the path',
      () => ({ op: 'update', path: below(['seq', 'a', '300'], 'z'), json: '{"m:z":"q"}' }),
      {
        path: "/m:c/seq[x='a'][y='300']/y",
        errorTag: 'invalid-value',
        message: '"300" does not fit into int8.',
        editIndex: 0,
      },
    ],
    [
      'a bad key in the value',
      () => update('{"m:c":{"seq":[{"x":"a","y":1},{"x":"b","y":500}]}}'),
      {
        path: "/m:c/seq[x='b'][y='500']/y",
        errorTag: 'invalid-value',
        message: '"500" does not fit into int8.',
        editIndex: 0,
      },
    ],
    [
      'a bad key that comes first',
      () => ({ op: 'update', path: below('seq'), json: '{"m:seq":[{"y":500,"x":"b"}]}' }),
      {
        path: "/m:c/seq[x='b'][y='500']/y",
        errorTag: 'invalid-value',
        message: '"500" does not fit into int8.',
        editIndex: 0,
      },
    ],
  ];
  for (const [title, edit, expected] of cases) {
    it(`names ${title}`, () => {
      const [violation, ...more] = refused(edit());
      const { schemaPath: _ignored, ...found } = violation ?? { path: '', errorTag: '', message: '' };
      const { schemaPath: _expected, ...wanted } = expected;
      assert.deepEqual(found, wanted);
      assert.deepEqual(more, []);
    });
  }

  it('refuses malformed JSON', () => {
    for (const json of ['{"m:top":', '{"m:top"}', '[]', '', '{"m:top":"a" "b"}']) {
      const [violation] = refused(update(json));
      assert.equal(violation?.errorTag, 'malformed-message', json);
    }
  });

  it('reports everything at once, and nothing that only follows from a refused value', () => {
    const all = `{"m:c":{"a":99,"d":"x","ref":"9","target":"/m:c/big","text":"UP","nope":1,"o1":"1","t1":"2","only-x":"v",
      "few":["1","2","3"],"l":[{"k":"2","v":4,"needed":"n"},{"k":"3","v":1}]}}`;
    const found = refused(update(all)).map(({ path, errorTag, errorAppTag }) =>
      [path, errorTag, errorAppTag ?? ''].join(' ').trim(),
    );
    assert.deepEqual(found.sort(), [
      '/m:c bad-element',
      '/m:c unknown-element',
      '/m:c/a invalid-value',
      '/m:c/d invalid-value',
      "/m:c/few[.='3'] operation-failed too-many-elements",
      "/m:c/l[k='1'] operation-failed data-not-unique",
      "/m:c/l[k='3'] missing-element",
      "/m:c/l[k='3']/v operation-failed v-too-low",
      '/m:c/only-x unknown-element',
      '/m:c/ref data-missing instance-required',
      '/m:c/target data-missing instance-required',
      '/m:c/text invalid-value',
    ]);
  });

  it('does not call a mandatory leaf missing whose value was refused', () => {
    const found = refused(update('{"m:c":{"l":[{"k":"7","v":9,"needed":5}]}}'));
    assert.deepEqual(
      found.map(({ path, errorTag }) => [path, errorTag]),
      [["/m:c/l[k='7']/needed", 'invalid-value']],
    );
  });

  it('says which edit is to blame', () => {
    const { violations } = tree.stage([set('a', '7'), set('a', '77'), set('d', '"1.555"')]);
    assert.deepEqual(
      violations.map(({ path, editIndex }) => [path, editIndex]),
      [
        ['/m:c/a', 1],
        ['/m:c/d', 2],
      ],
    );
  });

  it('starts each operation without the findings of the one before', () => {
    refused(set('a', '77'));
    assert.deepEqual(tree.validate(), []);
    assert.equal(refused(set('a', '"q"')).length, 1);
    commit(tree, set('a', '7'));
  });

  it('loads nothing when the data are not valid', () => {
    const violations = tree.load(
      '{"m:c":{"a":99,"l":[{"k":"1","v":1,"needed":"n"},{"v":9,"needed":"n"}],"seq":[{"x":"a","y":"no"}]}}',
    );
    assert.deepEqual(
      violations.map(({ path, errorTag }) => `${path} ${errorTag}`),
      [
        '/m:c/a invalid-value',
        '/m:c/l missing-element',
        "/m:c/seq[x='a'][y='no']/y invalid-value",
        "/m:c/l[k='1']/v operation-failed",
      ],
    );
    assert.equal(tree.print(), '{}');
    assert.deepEqual(tree.load('{"m:top":"again"}'), []);
  });

  it('checks without changing anything', () => {
    const empty = context.createTree();
    assert.deepEqual(empty.validate(), []);
    assert.equal(empty.print({ defaults: 'all' }), '{}');
    empty.destroy();
  });
});
