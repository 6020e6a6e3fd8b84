// Checks that equal documents have equal texts and that a text gives the document back.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { documentText, type Json, readDocument } from '../../src/southbound/adapter.ts';

const document: fc.Arbitrary<Json> = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 3 },
    fc.constant(null),
    fc.boolean(),
    fc.string({ unit: 'grapheme' }),
    fc.integer(),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }),
    fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }).map((n) => (Object.is(n, -0) ? 0 : n)),
    fc.array(tie('json'), { maxLength: 3 }),
    fc.dictionary(fc.string(), tie('json'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).json;

describe('document text', () => {
  it('is the same for every order of members, at every depth', () => {
    assert.equal(documentText({ b: [{ y: 1, x: 2 }], a: null }), '{"a":null,"b":[{"x":2,"y":1}]}');
    assert.equal(documentText({ a: null, b: [{ x: 2, y: 1 }] }), '{"a":null,"b":[{"x":2,"y":1}]}');
  });

  it('keeps 64-bit integers whole in both directions', () => {
    assert.equal(documentText({ rate: 18446744073709551615n }), '{"rate":18446744073709551615}');
    assert.deepEqual(readDocument('{"rate":18446744073709551615,"small":7}'), {
      rate: 18446744073709551615n,
      small: 7,
    });
  });

  it('refuses a number that JSON cannot write', () => {
    assert.throws(() => documentText({ rate: Number.NaN }), /NaN cannot be written as JSON/);
  });

  it('gives every document back when it is read', () => {
    fc.assert(
      fc.property(document, (value) => {
        assert.equal(documentText(readDocument(documentText(value))), documentText(value));
      }),
    );
  });
});
