// What a stage costs, counted and not timed: it is the same in a small and in a large tree; and what is reported as unbounded.
import assert from 'node:assert/strict';
import type { Context, DataTree, Edit } from 'libyang-wasm';
import { sharedLibyang } from './model.ts';

const source = `module n {
  yang-version 1.1; namespace "urn:n"; prefix n;
  container net {
    list card { key id; leaf id { type string; } leaf code { type uint32; } }
    list device {
      key id; unique card;
      leaf id { type string; }
      leaf card { type leafref { path "../../card/id"; } }
      leaf code { type leafref { path "../../card/code"; } }
      leaf group { type string; must "count(../../device[group = current()]) <= 2"; }
      leaf level { type uint8; default 1; }
      leaf high { when "../level > 3"; type string; }
    }
  }
  list top { key id; leaf id { type string; } leaf of { type leafref { path "/net/device/id"; } } }
}`;

function data(entries: number): string {
  const numbers = Array.from({ length: entries }, (_, i) => i);
  return JSON.stringify({
    'n:net': {
      card: [...numbers, entries].map((i) => ({ id: `c${i}`, code: i })),
      device: numbers.map((i) => ({ id: `d${i}`, card: `c${i}`, code: i, group: `g${i >> 1}` })),
    },
    'n:top': numbers.map((i) => ({ id: `t${i}`, of: `d${i}` })),
  });
}

function leaf(device: number, name: string, value: unknown): Edit {
  const path = [{ name: 'n:net' }, { name: 'device', keys: [`d${device}`] }, { name }];
  return { op: 'update', path, json: JSON.stringify({ [`n:${name}`]: value }) };
}

describe('the cost of a stage', function () {
  this.timeout(60_000);
  let context: Context;
  before(async () => {
    context = (await sharedLibyang()).createContext({ sources: { n: source }, implement: ['n'] });
  });
  after(() => context.destroy());

  const loaded = (entries: number): DataTree => {
    const tree = context.createTree();
    assert.deepEqual(tree.load(data(entries)), []);
    return tree;
  };

  const edits: Record<string, (entries: number) => { edits: Edit[]; violations: number }> = {
    'a leafref to a key, under unique': (n) => ({ edits: [leaf(5, 'card', `c${n}`)], violations: 0 }),
    'a value that is not unique': () => ({ edits: [leaf(5, 'card', 'c6')], violations: 1 }),
    'a leafref to another leaf': (n) => ({ edits: [leaf(5, 'code', n)], violations: 0 }),
    'a leafref to nothing': () => ({ edits: [leaf(5, 'code', 4_000_000)], violations: 1 }),
    'a value that a must counts': () => ({ edits: [leaf(5, 'group', 'new')], violations: 0 }),
    'a value that a must counts too often': () => ({ edits: [leaf(5, 'group', 'g0')], violations: 3 }),
    'a value that a when reads': () => ({ edits: [leaf(5, 'level', 7)], violations: 0 }),
    'a deleted target of references': () => ({
      edits: [{ op: 'delete', path: [{ name: 'n:net' }, { name: 'device', keys: ['d5'] }] }],
      violations: 1,
    }),
    'a top-level entry': () => ({
      edits: [{ op: 'update', path: [{ name: 'n:top', keys: ['t5'] }, { name: 'of' }], json: '{"n:of":"d6"}' }],
      violations: 0,
    }),
  };

  it('does not grow with the tree, whatever is edited', () => {
    const cost = (entries: number) => {
      const tree = loaded(entries);
      const checks = Object.entries(edits).map(([name, make]) => {
        const { edits: list, violations } = make(entries);
        const result = tree.stage(list);
        assert.equal(result.violations.length, violations, `${name}: ${JSON.stringify(result.violations)}`);
        if (violations === 0) tree.undo();
        return `${name}: ${tree.cost.checks}`;
      });
      assert.equal(tree.cost.fullStages, 0);
      tree.destroy();
      return checks;
    };
    const small = cost(1000);
    assert.deepEqual(cost(100_000), small);
    assert(
      small.every((line) => Number(line.split(': ')[1]) < 20),
      small.join('\n'),
    );
  });

  it('keeps trees of one context apart', () => {
    const [one, two] = [loaded(100), loaded(3)];
    assert(one && two);
    const path = (id: string) => [{ name: 'n:top', keys: [id] }, { name: 'of' }];
    assert.deepEqual(one.stage([{ op: 'update', path: path('t90'), json: '{"n:of":"d91"}' }]).violations, []);
    assert.equal(two.print({ path: path('t90') }), '');
    assert.equal(one.print({ path: path('t90') }), '{"n:of":"d91"}');
    assert.equal(two.stage([{ op: 'update', path: path('t1'), json: '{"n:of":"d91"}' }]).violations.length, 1);
    one.undo();
    assert.equal(one.print({ path: path('t90') }), '{"n:of":"d90"}');
    assert.equal(two.print({ path: path('t1') }), '{"n:of":"d1"}');
    one.destroy();
    assert.deepEqual(two.validate(), []);
    two.destroy();
  });

  it('checks a long list that a stage brings in a subtree, and entries that come later', () => {
    const tree = context.createTree();
    tree.load('{}');
    const numbers = Array.from({ length: 200 }, (_, i) => i);
    const card = numbers.map((i) => ({ id: `c${i}`, code: i }));
    const device = numbers.map((i) => ({ id: `d${i}`, card: `c${i}` }));
    const staged = tree.stage([{ op: 'update', path: [], json: JSON.stringify({ 'n:net': { card, device } }) }]);
    assert.deepEqual(staged.violations, []);
    tree.keep();
    assert.deepEqual(tree.stage([leaf(5, 'card', 'c6')]).violations.length, 1);
    assert.equal(JSON.parse(tree.print({ defaults: 'all' }))['n:net'].device[199].level, 1);
    tree.destroy();
  });

  it('tells when full validation is chosen', () => {
    const tree = context.createTree({ validation: 'full' });
    assert.deepEqual(tree.load(data(10)), []);
    assert.equal(tree.stage([leaf(5, 'card', 'c6')]).violations.length, 1);
    assert.equal(tree.cost.checks, 0);
    tree.destroy();
  });

  it('reports every constraint whose instances are all checked, with the reason', async () => {
    const author = (await sharedLibyang()).createContext({
      sources: {
        u: `module u { yang-version 1.1; namespace "urn:u"; prefix u;
          list e { key k; leaf k { type string; } leaf on { type boolean; }
            leaf some { type string; must "../../e/on"; }
            leaf any { type string; must "//on"; }
            leaf end { type string; must "../../e[last()]/on"; }
            leaf at { type leafref { path "../../e/k"; } must "deref(.)/../on"; }
            leaf where { type instance-identifier; }
            leaf good { type string; must "count(/e[k = current()]) = 1"; }
          } }`,
      },
      implement: ['u'],
    });
    assert.deepEqual(
      author.unbounded().map(({ path, kind, reason }) => `${path} ${kind}: ${reason}`),
      [
        '/u:e/some must: what it reads is shared by all entries of a list, and no equality with current() tells which of them a change affects',
        '/u:e/any must: it reads nodes at any depth',
        '/u:e/end must: it reads a position in a list',
        '/u:e/at must: deref() leads to other nodes when values change',
        '/u:e/where instance-identifier: it can refer to any node of the tree',
      ],
    );
    author.destroy();
  });
});
