// A scalar of gNMI's PROTO encoding as the JSON value that stands for it in the leaf's type.

import { decimalText, fitsDecimal64, integerType, readDecimal } from './decimal.ts';
import type { JsonValue } from './json-text.ts';
import { jsonFromText, type Refuse } from './leaf-text.ts';
import { unionMembers } from './leaf-type.ts';
import type { SchemaNode, SchemaType } from './schema-node.ts';
import type { Scalar } from './typed-value.ts';

/**
 * The JSON value of a scalar; whether it is in the type's bounds is for `leafText`. A type takes its native kind
 * [gNMI 2.2.3], both int and uint for every integer type, text for all that RFC 7951 writes as text, and ascii_val for
 * every type.
 */
export function scalarJson(node: SchemaNode, scalar: Scalar, refuse: Refuse): JsonValue {
  const type = node.type ?? { base: 'string' };
  if (node.kind !== 'leaf-list') {
    if (scalar.kind === 'leaflist') return refuse(`leaflist_val is for leaf-lists; ${wanted(type)}`);
    return oneJson(type, scalar, refuse);
  }
  if (scalar.kind !== 'leaflist') return refuse(`${nameOf(scalar)} cannot stand for a leaf-list; send leaflist_val`);
  return scalar.value.map((item) => oneJson(type, item, refuse));
}

function oneJson(type: SchemaType, scalar: Scalar, refuse: Refuse): JsonValue {
  const members = unionMembers(type);
  for (const member of members) {
    const value = memberJson(member, scalar);
    // In a union a string goes to the first member that is text, and `leafText` finds the one that fits.
    if (value !== undefined) return scalar.kind === 'ascii' ? jsonFromText(type, scalar.value) : value;
  }
  return refuse(`${nameOf(scalar)} does not fit ${members.map((member) => member.base).join(', ')}; ${wanted(type)}`);
}

function memberJson(type: SchemaType, scalar: Scalar): JsonValue | undefined {
  const { base } = type;
  switch (scalar.kind) {
    case 'ascii':
      return scalar.value;
    case 'string':
      return isTextual(base) || base === 'decimal64' ? scalar.value : undefined;
    case 'int':
    case 'uint':
      if (integerType(base) === undefined && base !== 'decimal64') return undefined;
      return { kind: 'number', text: scalar.value.toString() };
    case 'bool':
      if (base === 'boolean') return scalar.value;
      return base === 'empty' && scalar.value ? [null] : undefined;
    case 'bytes':
      return base === 'binary' ? Buffer.from(scalar.value).toString('base64') : undefined;
    case 'double':
      return base === 'decimal64' ? doubleJson(type, scalar.value) : undefined;
    case 'decimal':
      if (base !== 'decimal64' || scalar.precision > 18) return undefined;
      return decimalText({ digits: scalar.digits, scale: scalar.precision });
    case 'leaflist':
      return undefined;
  }
}

/**
 * The shortest text that reads back as the same double. What came as a 32-bit float has a long one (1.1 becomes
 * 1.100000023841858): if that does not fit, the shortest text of the same float does.
 */
function doubleJson(type: SchemaType, value: number): JsonValue | undefined {
  if (!Number.isFinite(value)) return undefined;
  const exact = readDecimal(String(value));
  if (exact === undefined || fitsDecimal64(exact, type.fractionDigits ?? 18) || Math.fround(value) !== value) {
    return { kind: 'number', text: String(value) };
  }
  let digits = 1;
  while (digits < 9 && Math.fround(Number(value.toPrecision(digits))) !== value) digits++;
  return { kind: 'number', text: value.toPrecision(digits) };
}

function isTextual(base: SchemaType['base']): boolean {
  return textual.has(base);
}

const textual = new Set<SchemaType['base']>([
  'string',
  'enumeration',
  'bits',
  'identityref',
  'instance-identifier',
  'leafref',
]);

function nameOf(scalar: Scalar): string {
  switch (scalar.kind) {
    case 'string':
    case 'ascii':
      return `${scalar.kind}_val ${JSON.stringify(scalar.value.length > 60 ? `${scalar.value.slice(0, 59)}…` : scalar.value)}`;
    case 'int':
    case 'uint':
    case 'bool':
    case 'double':
      return `${scalar.kind}_val ${scalar.value}`;
    default:
      return `${scalar.kind}_val`;
  }
}

/** Which scalar the type takes. */
function wanted(type: SchemaType): string {
  const kinds = unionMembers(type).map(({ base }) => {
    const integer = integerType(base);
    if (integer !== undefined) return integer.signed ? 'int_val' : 'uint_val';
    if (base === 'boolean') return 'bool_val';
    if (base === 'empty') return 'bool_val true';
    if (base === 'binary') return 'bytes_val';
    return base === 'decimal64' ? 'double_val' : 'string_val';
  });
  return `send ${[...new Set(kinds)].join(' or ')}`;
}
