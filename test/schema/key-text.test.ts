// Canonical texts of list keys.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { canonicalKeyText } from '../../src/schema/key-text.ts';

const identities = ['edge:copper', 'extra:fibre', 'extra:radio', 'other:radio', 'third:not-copper'];

describe('canonical key text', () => {
  it('of an integer has no sign or zeros to spare', () => {
    for (const [text, canonical] of [
      ['007', '7'],
      ['+5', '5'],
      ['-0', '0'],
      ['-012', '-12'],
      ['18446744073709551615', '18446744073709551615'],
    ] as const) {
      assert.equal(canonicalKeyText({ base: 'int64' }, text), canonical);
    }
  });

  it('of a decimal has at least one fraction digit and none to spare', () => {
    const type = { base: 'decimal64', fractionDigits: 2 } as const;
    for (const [text, canonical] of [
      ['1', '1.0'],
      ['01.50', '1.5'],
      ['-0.00', '0.0'],
      ['+2.25', '2.25'],
      ['10', '10.0'],
    ] as const) {
      assert.equal(canonicalKeyText(type, text), canonical);
    }
  });

  it('is its own canonical text', () => {
    const types = [{ base: 'int32' }, { base: 'decimal64', fractionDigits: 2 }, { base: 'string' }] as const;
    fc.assert(
      fc.property(fc.constantFrom(...types), fc.stringMatching(/^[+-]?[0-9]{1,6}(\.[0-9]{0,3})?$/), (type, text) => {
        const once = canonicalKeyText(type, text);
        assert.equal(canonicalKeyText(type, once), once);
      }),
    );
  });

  it("of an identity has its module: the leaf's own, or the only one", () => {
    const type = { base: 'identityref', identities } as const;
    assert.equal(canonicalKeyText(type, 'fibre'), 'extra:fibre');
    assert.equal(canonicalKeyText(type, 'copper', 'edge'), 'edge:copper');
    assert.equal(canonicalKeyText(type, 'radio', 'other'), 'other:radio');
    assert.equal(canonicalKeyText(type, 'radio', 'edge'), 'radio');
    assert.equal(canonicalKeyText(type, 'extra:radio', 'other'), 'extra:radio');
  });

  it('of bits is in the order of the type', () => {
    const type = { base: 'bits', bits: ['read', 'write', 'run'] } as const;
    assert.equal(canonicalKeyText({ ...type, bits: [...type.bits] }, 'run  read'), 'read run');
    assert.equal(canonicalKeyText({ ...type, bits: [...type.bits] }, 'run fly'), 'run fly');
  });

  it('looks through a leafref', () => {
    assert.equal(canonicalKeyText({ base: 'leafref', target: { base: 'uint8' } }, '08'), '8');
  });

  it('leaves text that does not fit, or that has no type, as it is', () => {
    assert.equal(canonicalKeyText({ base: 'uint8' }, 'x'), 'x');
    assert.equal(canonicalKeyText({ base: 'decimal64', fractionDigits: 1 }, '1e3'), '1e3');
    assert.equal(canonicalKeyText({ base: 'uint64' }, '9'.repeat(5000)), '9'.repeat(5000));
    assert.equal(canonicalKeyText({ base: 'string' }, '007'), '007');
    assert.equal(canonicalKeyText(undefined, '007'), '007');
  });
});
