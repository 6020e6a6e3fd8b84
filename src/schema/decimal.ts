// Exact decimal numbers and the bounds of YANG's integer types: what JSON number tokens and texts are worth.

import type { SchemaType } from './schema-node.ts';

/** The value `digits / 10 ** scale`; `scale` is the least that is exact. */
export interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

/** More significant digits, or zeros from an exponent, than any YANG number has. */
const MOST_DIGITS = 40;

/**
 * The exact value of a decimal text, also with sign, needless zeros or exponent; undefined when it is not a number or has
 * more digits than any YANG type, so that `1e999999999` costs nothing.
 */
export function readDecimal(text: string): Decimal | undefined {
  const match = /^([+-]?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const all = (whole + fraction).replace(/^0+/, '');
  let end = all.length;
  while (end > 0 && all[end - 1] === '0') end--;
  if (end === 0) return { digits: 0n, scale: 0 };
  const scale = fraction.length - Number(exponent) - (all.length - end);
  if (end > MOST_DIGITS || Math.abs(scale) > MOST_DIGITS) return undefined;
  const digits = BigInt(all.slice(0, end)) * (scale < 0 ? 10n ** BigInt(-scale) : 1n);
  return { digits: sign === '-' ? -digits : digits, scale: Math.max(scale, 0) };
}

/** The integer that a decimal text is worth; undefined when it has a fraction or is not a number. */
export function readInteger(text: string): bigint | undefined {
  const decimal = readDecimal(text);
  return decimal?.scale === 0 ? decimal.digits : undefined;
}

/** Canonical text of decimal64, with at least one fraction digit. [RFC 7950 9.3.2] */
export function decimalText({ digits, scale }: Decimal): string {
  const negative = digits < 0n;
  const text = (negative ? -digits : digits).toString().padStart(scale + 1, '0');
  const whole = scale === 0 ? text : text.slice(0, -scale);
  return `${negative ? '-' : ''}${whole}.${scale === 0 ? '0' : text.slice(-scale)}`;
}

/** Whether the value is in decimal64 with this many fraction digits. [RFC 7950 9.3] */
export function fitsDecimal64({ digits, scale }: Decimal, fractionDigits: number): boolean {
  if (scale > fractionDigits) return false;
  return (
    BigInt.asIntN(64, digits * 10n ** BigInt(fractionDigits - scale)) === digits * 10n ** BigInt(fractionDigits - scale)
  );
}

/** Bits and sign of an integer type; undefined for other types. [RFC 7950 9.2] */
export function integerType(base: SchemaType['base']): { bits: number; signed: boolean } | undefined {
  return integerTypes.get(base);
}

const integerTypes = new Map<SchemaType['base'], { bits: number; signed: boolean }>([
  ['int8', { bits: 8, signed: true }],
  ['int16', { bits: 16, signed: true }],
  ['int32', { bits: 32, signed: true }],
  ['int64', { bits: 64, signed: true }],
  ['uint8', { bits: 8, signed: false }],
  ['uint16', { bits: 16, signed: false }],
  ['uint32', { bits: 32, signed: false }],
  ['uint64', { bits: 64, signed: false }],
]);

/** Whether an integer is in the type's own bounds; its `range` is the validator's to judge. */
export function fitsInteger(base: SchemaType['base'], value: bigint): boolean {
  const type = integerTypes.get(base);
  if (type === undefined) return false;
  return (type.signed ? BigInt.asIntN(type.bits, value) : BigInt.asUintN(type.bits, value)) === value;
}

/** The bounds of an integer type for messages, e.g. `0..255`. */
export function integerBounds(base: SchemaType['base']): string {
  const type = integerTypes.get(base);
  if (type === undefined) return '';
  const span = 1n << BigInt(type.signed ? type.bits - 1 : type.bits);
  return `${type.signed ? -span : 0n}..${span - 1n}`;
}

/** Whether an integer is in a `range` as YANG writes it, e.g. `1..10 | 20..max`. [RFC 7950 9.2.4] */
export function inRange(range: string | undefined, value: bigint): boolean {
  if (range === undefined) return true;
  return range.split('|').some((part) => {
    const [low = '', high = low] = part.split('..').map((bound) => bound.trim());
    const from = readInteger(low);
    const to = readInteger(high);
    return (
      (low === 'min' || from === undefined || value >= from) && (high === 'max' || to === undefined || value <= to)
    );
  });
}
