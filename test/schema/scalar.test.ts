// gNMI scalars in and out.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fragmentFromScalar } from '../../src/schema/normalize.ts';
import { type Scalar, scalarFromRow } from '../../src/schema/typed-value.ts';
import { at, refusal } from './fixture.ts';

function sent(name: string, scalar: Scalar): string {
  const text = fragmentFromScalar(at(`/values/${name}`), scalar);
  return text.slice(`{"edge:${name}":`.length, -1);
}

function refused(name: string, scalar: Scalar, ...parts: string[]): void {
  const send = (): string => sent(name, scalar);
  assert.throws(send, refusal('INVALID_ARGUMENT', `/values/${name}`, ...parts));
}

function row(name: string, json: string): Scalar {
  return scalarFromRow(at(`/values/${name}`)[1]?.node as never, json);
}

const string = (value: string): Scalar => ({ kind: 'string', value });
const ascii = (value: string): Scalar => ({ kind: 'ascii', value });
const int = (value: bigint): Scalar => ({ kind: 'int', value });
const uint = (value: bigint): Scalar => ({ kind: 'uint', value });
const bool = (value: boolean): Scalar => ({ kind: 'bool', value });
const double = (value: number): Scalar => ({ kind: 'double', value });

describe('fragment from a scalar', () => {
  it('takes a string for every type that is text', () => {
    assert.equal(fragmentFromScalar(at('/system/name'), string('x')), '{"edge:name":"x"}');
    assert.equal(sent('color', string('red')), '"red"');
    assert.equal(sent('media', string('fibre')), '"extra:fibre"');
    assert.equal(sent('caps', string('write read')), '"read write"');
    assert.equal(sent('where', string('/edge:banner')), '"/edge:banner"');
    assert.equal(sent('ratio', string('1.50')), '"1.5"');
    refused('color', string('blue'), 'none of red');
  });

  it('refuses a string for numbers, booleans and binary, and says what to send', () => {
    refused('small', string('5'), 'string_val "5" does not fit uint8', 'send uint_val');
    refused('offset', string('5'), 'send int_val');
    refused('flag', string('true'), 'send bool_val');
    refused('blob', string('aGk='), 'send bytes_val');
  });

  it('takes ints and uints for every integer type that they are in', () => {
    assert.equal(sent('small', int(255n)), '255');
    assert.equal(sent('small', uint(255n)), '255');
    assert.equal(sent('tiny', uint(127n)), '127');
    assert.equal(sent('wide', uint(2n ** 64n - 1n)), '"18446744073709551615"');
    assert.equal(sent('offset', int(-(2n ** 63n))), '"-9223372036854775808"');
    assert.equal(sent('ref', int(80n)), '80');
    assert.equal(sent('ratio', int(3n)), '"3.0"');
    refused('small', int(-1n), '-1 is outside uint8, 0..255');
    refused('tiny', uint(128n), 'outside int8');
    refused('offset', uint(2n ** 63n), 'outside int64');
    refused('text', int(5n), 'int_val 5 does not fit string', 'send string_val');
  });

  it('takes booleans, also true for an empty leaf', () => {
    assert.equal(sent('flag', bool(false)), 'false');
    assert.equal(sent('marker', bool(true)), '[null]');
    refused('marker', bool(false), 'bool_val true');
    refused('small', bool(true), 'send uint_val');
  });

  it('takes bytes for binary', () => {
    assert.equal(sent('blob', { kind: 'bytes', value: Buffer.from('hi') }), '"aGk="');
    refused('text', { kind: 'bytes', value: Buffer.from('hi') }, 'bytes_val does not fit string');
  });

  it('takes doubles for decimal64 by their shortest text', () => {
    assert.equal(sent('ratio', double(0.1)), '"0.1"');
    assert.equal(sent('ratio', double(-1234.56)), '"-1234.56"');
    assert.equal(sent('ratio', double(1e15)), '"1000000000000000.0"');
    assert.equal(sent('ratio', double(-0)), '"0.0"');
    refused('ratio', double(0.123), '3 fraction digits');
    refused('ratio', double(1e21), 'too large');
    refused('ratio', double(Number.NaN), 'double_val NaN');
    refused('ratio', double(Number.POSITIVE_INFINITY), 'double_val Infinity');
    refused('small', double(5), 'double_val 5 does not fit uint8');
  });

  it('takes what came as a 32-bit float by the shortest text of that float', () => {
    assert.equal(sent('ratio', double(Math.fround(1.1))), '"1.1"');
    assert.equal(sent('ratio', double(Math.fround(123.45))), '"123.45"');
    refused('ratio', double(Math.fround(0.123)), 'fraction digits');
  });

  it('takes decimals exactly', () => {
    assert.equal(sent('ratio', { kind: 'decimal', digits: 150n, precision: 2 }), '"1.5"');
    assert.equal(sent('ratio', { kind: 'decimal', digits: 2n ** 63n - 1n, precision: 2 }), '"92233720368547758.07"');
    refused('ratio', { kind: 'decimal', digits: 1n, precision: 3 }, 'fraction digits');
    refused('ratio', { kind: 'decimal', digits: 1n, precision: 4_000_000_000 }, 'decimal_val');
    refused('small', { kind: 'decimal', digits: 1n, precision: 0 }, 'send uint_val');
  });

  it('takes ascii as the text of any type', () => {
    assert.equal(sent('small', ascii('5')), '5');
    assert.equal(sent('wide', ascii('5')), '"5"');
    assert.equal(sent('flag', ascii('true')), 'true');
    assert.equal(sent('marker', ascii('')), '[null]');
    assert.equal(sent('ratio', ascii('1.5')), '"1.5"');
    assert.equal(sent('text', ascii('5')), '"5"');
    assert.equal(sent('guarded', ascii('5')), '5');
    refused('small', ascii('x'), 'uint8');
    refused('flag', ascii('yes'), 'not a boolean');
  });

  it('finds the member of a union', () => {
    assert.equal(sent('either', uint(5n)), '5');
    assert.equal(sent('either', uint(500n)), '"500"');
    assert.equal(sent('either', string('x')), '"x"');
    assert.equal(sent('guarded', bool(true)), 'true');
    refused('either', bool(true), 'uint8, uint64, string', 'uint_val or string_val');
  });

  it('takes a leaflist for a leaf-list and only there', () => {
    const dns: Scalar = { kind: 'leaflist', value: [string('a'), string('b')] };
    assert.equal(sent('dns', dns), '["a","b"]');
    assert.equal(sent('dns', { kind: 'leaflist', value: [] }), '[]');
    refused('dns', string('a'), 'send leaflist_val');
    refused('text', dns, 'leaflist_val is for leaf-lists');
    refused('ports', { kind: 'leaflist', value: [uint(1n), uint(1n)] }, 'stands twice');
    refused('ports', { kind: 'leaflist', value: [string('1')] }, 'uint_val');
  });

  it('is refused for anything but a leaf or leaf-list, and for state', () => {
    const send = (path: string): string => fragmentFromScalar(at(path), string('x'));
    assert.throws(() => send('/system'), refusal('INVALID_ARGUMENT', '/system', 'a container', 'send JSON'));
    assert.throws(() => send('/device[id=a]'), refusal('INVALID_ARGUMENT', 'a list'));
    assert.throws(() => send('/'), refusal('INVALID_ARGUMENT', 'the root'));
    assert.throws(() => send('/system/state/uptime'), refusal('INVALID_ARGUMENT', 'config false'));
    assert.throws(() => send('/device[id=a]/id'), refusal('INVALID_ARGUMENT', 'a key cannot change'));
  });

  it('is bounded in bytes', () => {
    const send = (): string => fragmentFromScalar(at('/values/text'), string('x'.repeat(9)), { maxLeafBytes: 8 });
    assert.throws(send, refusal('INVALID_ARGUMENT', '9 bytes', 'at most 8'));
  });
});

describe('scalar from a row', () => {
  it('is native to the type', () => {
    assert.deepEqual(row('text', '"é"'), string('é'));
    assert.deepEqual(row('color', '"red"'), string('red'));
    assert.deepEqual(row('media', '"extra:fibre"'), string('extra:fibre'));
    assert.deepEqual(row('caps', '"read run"'), string('read run'));
    assert.deepEqual(row('tiny', '-5'), int(-5n));
    assert.deepEqual(row('small', '5'), uint(5n));
    assert.deepEqual(row('wide', '"18446744073709551615"'), uint(2n ** 64n - 1n));
    assert.deepEqual(row('offset', '"-5"'), int(-5n));
    assert.deepEqual(row('ratio', '"1.5"'), double(1.5));
    assert.deepEqual(row('flag', 'true'), bool(true));
    assert.deepEqual(row('marker', '[null]'), bool(true));
    assert.deepEqual(row('ref', '80'), uint(80n));
    assert.deepEqual(row('blob', '"aGk="'), { kind: 'bytes', value: Buffer.from('hi') });
    assert.deepEqual(row('ports', '[1,2]'), { kind: 'leaflist', value: [uint(1n), uint(2n)] });
  });

  it("tells a union's member by the form of the value", () => {
    assert.deepEqual(row('either', '5'), uint(5n));
    assert.deepEqual(row('either', '"500"'), uint(500n));
    assert.deepEqual(row('either', '"x"'), string('x'));
    assert.deepEqual(row('guarded', 'true'), bool(true));
    assert.deepEqual(row('guarded', '"extra:fibre"'), string('extra:fibre'));
  });

  it('goes back to the same row', () => {
    const values: fc.Arbitrary<[string, string]> = fc.oneof(
      fc.tuple(
        fc.constant('wide'),
        fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((n) => `"${n}"`),
      ),
      fc.tuple(fc.constant('tiny'), fc.integer({ min: -128, max: 127 }).map(String)),
      fc.tuple(
        fc.constant('text'),
        fc.string({ unit: 'grapheme' }).map((text) => JSON.stringify(text)),
      ),
      fc.tuple(
        fc.constant('blob'),
        fc.uint8Array().map((bytes) => `"${Buffer.from(bytes).toString('base64')}"`),
      ),
      fc.tuple(
        fc.constant('ratio'),
        fc.integer({ min: -99999, max: 99999 }).map((n) => `"${(n / 10).toFixed(1)}"`),
      ),
      fc.tuple(fc.constant('flag'), fc.boolean().map(String)),
    );
    fc.assert(
      fc.property(values, ([name, json]) => {
        const canonical = json === '"-0.0"' ? '"0.0"' : json;
        assert.equal(sent(name, row(name, json)), canonical);
      }),
    );
  });

  it('is lost data where the row does not fit', () => {
    assert.throws(() => row('small', '{}'), refusal('DATA_LOSS', '/edge:values/small'));
    assert.throws(() => row('small', '"x"'), refusal('DATA_LOSS', '/edge:values/small'));
    assert.throws(() => row('notes', '{}'), refusal('DATA_LOSS', 'anydata'));
    assert.throws(() => row('dns', '"x"'), refusal('DATA_LOSS', '/edge:values/dns'));
  });
});
