// Paths: resolving what clients write, matching rows, printing.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  concretePath,
  formatElems,
  formatPath,
  formatQuery,
  matchesKey,
  type Path,
  type PathQuery,
  queryOf,
  queryPrefix,
  resolveQuery,
  textElems,
} from '../../src/schema/path.ts';
import { decodeKey, encodeKey, rangeEnd } from '../../src/schema/row-key.ts';
import { linkSchema, type SchemaNode, schemaPath } from '../../src/schema/schema-node.ts';
import { at, container, leaf, list, queriesOf, query, refusal, root } from './fixture.ts';

function schemaPaths(queries: readonly PathQuery[]): string[] {
  return queries.map((elems) => {
    const last = elems.at(-1);
    return last === undefined ? '/' : schemaPath(last.node);
  });
}

describe('resolving a path', () => {
  it('takes names with or without module', () => {
    assert.deepEqual(at('/edge:system/edge:mtu'), at('/system/mtu'));
    assert.equal(formatPath(at('/system/extra:color')), '/system/color');
  });

  it('makes list keys canonical, in schema order', () => {
    const path = at('/device[id=a]/port[gain=01.50][slot=+07]');
    assert.deepEqual(path[1]?.keys, ['7', '1.5']);
    assert.deepEqual(at('/kind[media=fibre]')[0]?.keys, ['extra:fibre']);
  });

  it('is the root for no elements', () => {
    assert.deepEqual(queriesOf('/'), [[]]);
    assert.deepEqual(concretePath([]), []);
  });

  it('leaves missing and starred keys open', () => {
    assert.deepEqual(query('/device[id=*]')[0]?.keys, [undefined]);
    assert.deepEqual(query('/device[id=a]/port[gain=1.5]')[1]?.keys, [undefined, '1.5']);
  });

  it('is concrete with all keys, or as a whole list at the end, and not otherwise', () => {
    assert.deepEqual(concretePath(query('/device')), [{ node: root.children.get('edge:device') }]);
    assert.equal(concretePath(query('/device/enabled')), undefined);
    assert.equal(concretePath(query('/device[id=a]/port[slot=1]')), undefined);
    assert.deepEqual(queryOf(at('/device')), query('/device'));
    assert.deepEqual(queryOf(at('/device[id=a]/enabled')), query('/device[id=a]/enabled'));
  });

  it('refuses a name that no module knows, with the names that are known', () => {
    assert.throws(() => query('/system/mtuu'), refusal('INVALID_ARGUMENT', '/system/mtuu', 'mtu', 'clock'));
    assert.throws(() => query('/banner/x'), refusal('INVALID_ARGUMENT', 'no child nodes'));
  });

  it('refuses an unknown key, and keys on what is no list', () => {
    assert.throws(() => query('/device[name=a]'), refusal('INVALID_ARGUMENT', "'name'", 'its keys: id'));
    assert.throws(() => query('/system[id=a]'), refusal('INVALID_ARGUMENT', 'is not a list'));
  });

  it('refuses a bare name of several modules and says how to write it', () => {
    const top = linkSchema([
      container('c', [leaf('x', 'string', { module: 'm1' }), leaf('x', 'string', { module: 'm2' })]),
    ]);
    assert.throws(
      () =>
        resolveQuery(top, [
          { name: 'c', key: {} },
          { name: 'x', key: {} },
        ]),
      refusal('INVALID_ARGUMENT', 'm1:x or m2:x'),
    );
  });

  it('is not misled by keys with the names of object members', () => {
    const top = linkSchema([list('l', ['constructor'], [leaf('constructor', 'string')])]);
    assert.deepEqual(resolveQuery(top, [{ name: 'l', key: {} }])[0]?.[0]?.keys, [undefined]);
  });

  it('refuses a path of ten thousand elements without fuss', () => {
    assert.throws(() => queriesOf('/system'.repeat(10_000)), refusal('INVALID_ARGUMENT', "no such node 'system'"));
    assert.deepEqual(queriesOf('/*'.repeat(10_000)), []);
    assert.equal(queriesOf('/...'.repeat(10_000)).length, 1);
  });
});

describe('wildcards', () => {
  it('star stands for one level', () => {
    assert.deepEqual(schemaPaths(queriesOf('/system/clock/*')), [
      '/edge:system/clock/zone',
      '/edge:system/clock/source',
    ]);
    assert.deepEqual(schemaPaths(queriesOf('/*/mtu')), ['/edge:system/mtu']);
  });

  it('star with keys stands for lists that have them', () => {
    assert.deepEqual(schemaPaths(queriesOf('/*[id=1]')), ['/edge:device', '/edge:event']);
    assert.deepEqual(
      queriesOf('/*[id=1]').map((elems) => elems[0]?.keys),
      [['1'], ['1']],
    );
  });

  it('dots stand for any depth, none too', () => {
    assert.deepEqual(schemaPaths(queriesOf('/.../port')).sort(), [
      '/edge:device/port',
      '/edge:system/ntp/port',
      '/edge:values/port',
    ]);
    assert.deepEqual(schemaPaths(queriesOf('/system/.../zone')), ['/edge:system/clock/zone']);
    assert.deepEqual(schemaPaths(queriesOf('/system/clock/.../zone')), ['/edge:system/clock/zone']);
    assert.deepEqual(queriesOf('/system/...'), [query('/system')]);
  });

  it('give nothing where no schema node matches', () => {
    assert.deepEqual(queriesOf('/*/nothing'), []);
    assert.deepEqual(queriesOf('/.../nothing'), []);
  });

  it('find a name in each of the modules that have it', () => {
    const top = linkSchema([
      container('c', [leaf('x', 'string', { module: 'm1' }), leaf('x', 'string', { module: 'm2' })]),
    ]);
    const both = ['/edge:c/m1:x', '/edge:c/m2:x'];
    assert.deepEqual(
      schemaPaths(
        resolveQuery(top, [
          { name: '*', key: {} },
          { name: 'x', key: {} },
        ]),
      ),
      both,
    );
    assert.deepEqual(
      schemaPaths(
        resolveQuery(top, [
          { name: '...', key: {} },
          { name: 'x', key: {} },
        ]),
      ),
      both,
    );
  });
});

/** A concrete path of the fixture's schema with keys from a small alphabet, so that paths often meet. */
const anyPath: fc.Arbitrary<Path> = fc
  .infiniteStream(fc.nat({ max: 1000 }))
  .map((stream) => randomPath(() => stream.next().value as number));

function randomPath(next: () => number): Path {
  const path: { node: SchemaNode; keys?: string[] }[] = [];
  let node = root;
  while (node.children.size > 0 && next() % 5 !== 0) {
    const children = [...node.children.values()];
    node = children[next() % children.length] as SchemaNode;
    if (node.keys.length === 0) path.push({ node });
    else path.push({ node, keys: node.keys.map((key) => keyText(key, next())) });
  }
  return path;
}

function keyText(key: SchemaNode, seed: number): string {
  const texts =
    key.type?.base === 'decimal64'
      ? ['-1.5', '0.0', '10.25']
      : key.type?.base === 'string'
        ? ['a', 'b\x00', 'a/]']
        : ['1', '20'];
  return texts[seed % texts.length] ?? '';
}

const anyQuery: fc.Arbitrary<PathQuery> = fc
  .tuple(anyPath, fc.infiniteStream(fc.boolean()))
  .map(([path, open]) =>
    queryOf(path).map(({ node, keys }) => ({ node, keys: keys.map((key) => (open.next().value ? undefined : key)) })),
  );

/** What covering means, said on paths instead of keys. */
function covers(elems: PathQuery, path: Path): boolean {
  return elems.every(({ node, keys }, i) => {
    const step = path[i];
    return step?.node === node && keys.every((key, k) => key === undefined || step.keys?.[k] === key);
  });
}

describe('matching', () => {
  it('of rows is what a comparison element by element says', () => {
    fc.assert(
      fc.property(anyQuery, anyPath, (elems, path) => {
        assert.equal(matchesKey(elems, encodeKey(path)), covers(elems, path));
      }),
      { numRuns: 2000 },
    );
  });

  it('covers all that is below a path and only that', () => {
    fc.assert(
      fc.property(anyPath, anyPath, (path, below) => {
        const prefix = encodeKey(path);
        const key = encodeKey(below);
        assert.equal(matchesKey(queryOf(path), key), key >= prefix && key < rangeEnd(prefix));
      }),
      { numRuns: 2000 },
    );
  });

  it('never finds device-group under device', () => {
    assert.ok(!matchesKey(query('/device'), encodeKey(at('/device-group/size'))));
    assert.ok(!matchesKey(query('/device[id=a]'), encodeKey(at('/device[id=ab]/id'))));
  });

  it('has a prefix that every row under the query shares', () => {
    fc.assert(
      fc.property(anyQuery, anyPath, (elems, path) => {
        const key = encodeKey(path);
        assert.ok(!matchesKey(elems, key) || key.startsWith(queryPrefix(elems)));
      }),
      { numRuns: 2000 },
    );
    assert.equal(queryPrefix(query('/device[id=a]/port[gain=1]')), encodeKey(at('/device[id=a]/port')));
  });
});

describe('printing a path', () => {
  it('escapes what would end a key', () => {
    const path: Path = [{ node: root.children.get('edge:device') as SchemaNode, keys: ['a]\\b'] }];
    assert.equal(formatPath(path), '/device[id=a\\]\\\\b]');
  });

  it('shows open keys as stars and the root as a slash', () => {
    assert.equal(formatQuery(query('/device/port')), '/device[id=*]/port[slot=*][gain=*]');
    assert.equal(formatPath([]), '/');
    assert.equal(formatElems([]), '/');
  });

  it('is undone by resolving, except that names lose their module', () => {
    fc.assert(
      fc.property(anyPath, (path) => {
        // The one name that two modules have here resolves to the list's own module.
        fc.pre(!path.some(({ node }) => node.segment === 'extra:name'));
        const [again] = resolveQuery(root, textElems(path));
        assert.deepEqual(again === undefined ? undefined : concretePath(again), path);
        assert.deepEqual(decodeKey(root, encodeKey(path)), path);
      }),
    );
  });
});
