// The text form of gNMI paths: what is read, what is printed, and what is refused.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { EdgeconfError } from '../../src/errors.ts';
import type { Path } from '../../src/proto/gnmi.ts';
import { parsePath, printPath } from '../../src/proto/path-text.ts';

describe('path text', () => {
  const table: [text: string, path: Path, printed?: string][] = [
    ['/', { elem: [] }],
    ['', { elem: [] }, '/'],
    ['/a', { elem: [{ name: 'a' }] }],
    ['a/b', { elem: [{ name: 'a' }, { name: 'b' }] }, '/a/b'],
    ['/a/b/', { elem: [{ name: 'a' }, { name: 'b' }] }, '/a/b'],
    ['/a/b[k=v]/c', { elem: [{ name: 'a' }, { name: 'b', key: { k: 'v' } }, { name: 'c' }] }],
    ['/b[x=1][y=2]', { elem: [{ name: 'b', key: { x: '1', y: '2' } }] }],
    ['/b[y=2][x=1]', { elem: [{ name: 'b', key: { x: '1', y: '2' } }] }, '/b[x=1][y=2]'],
    ['/b[k=]', { elem: [{ name: 'b', key: { k: '' } }] }],
    ['/b[k=a/b]', { elem: [{ name: 'b', key: { k: 'a/b' } }] }],
    ['/b[k=a=b]', { elem: [{ name: 'b', key: { k: 'a=b' } }] }],
    ['/b[k=[x]', { elem: [{ name: 'b', key: { k: '[x' } }] }],
    ['/b[k=[\\]]', { elem: [{ name: 'b', key: { k: '[]' } }] }],
    ['/b[k=[\\\\\\]]', { elem: [{ name: 'b', key: { k: '[\\]' } }] }],
    ['/b[k=*]/*/.../d', { elem: [{ name: 'b', key: { k: '*' } }, { name: '*' }, { name: '...' }, { name: 'd' }] }],
    ['/m:a/n:b', { elem: [{ name: 'm:a' }, { name: 'n:b' }] }],
    ['m:a/n:b', { elem: [{ name: 'm:a' }, { name: 'n:b' }] }, '/m:a/n:b'],
    ['openconfig:/a', { origin: 'openconfig', elem: [{ name: 'a' }] }],
    ['openconfig:', { origin: 'openconfig', elem: [] }, 'openconfig:/'],
    ['/a\\/b', { elem: [{ name: 'a/b' }] }],
    ['/b[k=é\u{1f600}]', { elem: [{ name: 'b', key: { k: 'é\u{1f600}' } }] }],
  ];

  for (const [text, path, printed = text] of table) {
    it(`reads ${JSON.stringify(text)} and prints ${printed}`, () => {
      assert.deepEqual(parsePath(text), path);
      assert.equal(printPath(path), printed);
    });
  }

  const faults: [text: string, reason: string][] = [
    ['/a//b', 'at offset 3, an element has no name'],
    ['/a/[k=v]', 'at offset 3, an element has no name'],
    ['/a[k=v', "at offset 6, ']' is expected, not the end"],
    ['/a[k]', "at offset 5, '=' is expected, not the end"],
    ['/a[=v]', 'at offset 3, a key has no name'],
    ['/a[k=v]b', "at offset 7, '/' is expected, not 'b'"],
    ['/a[k=1][k=2]', "at offset 8, key 'k' is there twice"],
    ['/a\\', 'at offset 2, nothing follows the backslash'],
  ];

  for (const [text, reason] of faults) {
    it(`refuses ${JSON.stringify(text)} and says where the fault is`, () => {
      assert.throws(
        () => parsePath(text),
        (error) =>
          error instanceof EdgeconfError &&
          error.code === 'INVALID_ARGUMENT' &&
          error.message === `path ${JSON.stringify(text)}: ${reason}`,
      );
    });
  }

  it('reads back every path that it prints', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 });
    const key = fc.dictionary(text, fc.string({ maxLength: 8 }), { minKeys: 1, maxKeys: 3, noNullPrototype: true });
    const elem = fc.record({ name: text, key }, { noNullPrototype: true });
    const plain = fc.record({ name: text }, { noNullPrototype: true });
    fc.assert(
      fc.property(fc.array(fc.oneof(elem, plain), { maxLength: 5 }), (elems) => {
        assert.deepEqual(parsePath(printPath({ elem: elems })), { elem: elems });
      }),
    );
  });
});
