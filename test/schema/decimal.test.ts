// Exact decimals and integer bounds.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  decimalText,
  fitsDecimal64,
  fitsInteger,
  inRange,
  integerBounds,
  readDecimal,
  readInteger,
} from '../../src/schema/decimal.ts';

describe('decimal', () => {
  it('is exact where a double is not', () => {
    assert.equal(readInteger('18446744073709551615'), 18446744073709551615n);
    assert.deepEqual(readDecimal('0.1000000000000000055'), { digits: 1000000000000000055n, scale: 19 });
  });

  it('expands exponents and drops zeros that say nothing', () => {
    for (const text of ['1500', '1.5e3', '1500.000', '15E+2', '150000e-2', '+01500', '0.0015e6']) {
      assert.deepEqual(readDecimal(text), { digits: 1500n, scale: 0 }, text);
    }
    assert.deepEqual(readDecimal('-0.00'), { digits: 0n, scale: 0 });
    assert.deepEqual(readDecimal('0e999999999999'), { digits: 0n, scale: 0 });
  });

  it('is not read from what is no number or has more digits than any type', () => {
    for (const text of ['', 'x', '1.', '.5', '1e', '0x10', ' 1', '1e999999999', '1e-999999999', '9'.repeat(41)]) {
      assert.equal(readDecimal(text), undefined, text);
    }
  });

  it('gives back its value through its canonical text', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }), fc.nat({ max: 18 }), (digits, scale) => {
        const text = decimalText({ digits, scale });
        const { digits: again = 0n, scale: shorter = 0 } = readDecimal(text) ?? {};
        assert.equal(again * 10n ** BigInt(scale - shorter), digits);
      }),
    );
    assert.equal(decimalText({ digits: -5n, scale: 2 }), '-0.05');
    assert.equal(decimalText({ digits: 7n, scale: 0 }), '7.0');
  });

  it('fits decimal64 up to its fraction digits and 64 bits', () => {
    assert.ok(fitsDecimal64({ digits: 9223372036854775807n, scale: 2 }, 2));
    assert.ok(!fitsDecimal64({ digits: 9223372036854775808n, scale: 2 }, 2));
    assert.ok(!fitsDecimal64({ digits: 92233720368547759n, scale: 0 }, 2));
    assert.ok(!fitsDecimal64({ digits: 1n, scale: 3 }, 2));
  });
});

describe('integer types', () => {
  it('have the bounds of YANG', () => {
    assert.equal(integerBounds('int8'), '-128..127');
    assert.equal(integerBounds('uint64'), '0..18446744073709551615');
    assert.ok(fitsInteger('int8', -128n) && !fitsInteger('int8', 128n));
    assert.ok(fitsInteger('uint16', 65535n) && !fitsInteger('uint16', -1n));
    assert.ok(!fitsInteger('string', 1n));
  });

  it('are judged by the parts of a range', () => {
    const range = 'min..-5 | 1..10 | 20 | 100..max';
    const inside = [-100n, -5n, 1n, 10n, 20n, 100n, 1000n];
    const outside = [-4n, 0n, 11n, 21n, 99n];
    assert.ok(inside.every((value) => inRange(range, value)));
    assert.ok(!outside.some((value) => inRange(range, value)));
    assert.ok(inRange(undefined, 5n));
  });
});
