// Why a JSON value is not one of a leaf's type, and what would be right: the words for refusals.

import { fitsInteger, integerBounds, integerType, readDecimal, readInteger } from './decimal.ts';
import type { JsonValue } from './json-text.ts';
import { illegalCharacter, isNumber, unionMembers } from './leaf-type.ts';
import type { SchemaType } from './schema-node.ts';

/** Why a value does not fit the type, and what would be right. */
export function misfit(type: SchemaType, value: JsonValue): string {
  const is = `${shown(value)} is ${kindOf(value)}`;
  switch (type.base) {
    case 'leafref':
      return type.target === undefined ? `${is}; write a string, number or boolean` : misfit(type.target, value);
    case 'union': {
      const members = unionMembers(type).map((member) => member.base);
      return `${is} that fits none of ${[...new Set(members)].join(', ')}${textHint(value)}`;
    }
    case 'boolean':
      return `${is}, not a boolean; write true or false without quotes`;
    case 'empty':
      return `${is}; a leaf of type empty takes [null]`;
    case 'string':
    case 'instance-identifier':
      return typeof value === 'string' ? illegalText(value) : `${is}, not a string${textHint(value)}`;
    case 'enumeration': {
      if (typeof value !== 'string') return `${is}, not the name of an enum${textHint(value)}`;
      return `${shown(value)} is none of ${someOf(type.enums ?? [])}`;
    }
    case 'bits':
      if (typeof value !== 'string') return `${is}; write the names of the bits in one string, with spaces between`;
      return `${shown(value)} are not different bits of ${someOf(type.bits ?? [])}`;
    case 'binary':
      return `${typeof value === 'string' ? `${shown(value)} is not base64` : is}; write base64 in a string`;
    case 'identityref':
      return identityMisfit(type, value);
    case 'decimal64':
      return decimalMisfit(type, value);
    default:
      return integerMisfit(type, value);
  }
}

function integerMisfit({ base }: SchemaType, value: JsonValue): string {
  const wide = integerType(base)?.bits === 64;
  if (isNumber(value) || (wide && typeof value === 'string')) {
    const text = isNumber(value) ? value.text : value;
    const integer = typeof text === 'string' ? readInteger(text) : undefined;
    if (integer !== undefined && !fitsInteger(base, integer)) {
      return `${shown(value)} is outside ${base}, ${integerBounds(base)}`;
    }
    return `${shown(value)} is not ${base}; write a decimal integer in ${integerBounds(base)}`;
  }
  const number = typeof value === 'string' && readInteger(value) !== undefined;
  const right = number ? `write ${value} without quotes` : `write an integer in ${integerBounds(base)}`;
  return `${shown(value)} is ${kindOf(value)}, not a number of type ${base}; ${right}`;
}

function decimalMisfit(type: SchemaType, value: JsonValue): string {
  const digits = type.fractionDigits ?? 18;
  const text = isNumber(value) ? value.text : value;
  const decimal = typeof text === 'string' ? readDecimal(text) : undefined;
  const right = `decimal64 here has up to ${digits} fraction digits and 64 bits`;
  if (decimal === undefined) return `${shown(value)} is not a decimal number; ${right}`;
  if (decimal.scale > digits) return `${shown(value)} has ${decimal.scale} fraction digits; ${right}`;
  return `${shown(value)} is too large; ${right}`;
}

function identityMisfit(type: SchemaType, value: JsonValue): string {
  if (typeof value !== 'string') return `${shown(value)} is ${kindOf(value)}, not the name of an identity`;
  const same = (type.identities ?? []).filter((name) => name.endsWith(`:${value}`));
  if (same.length > 1) return `identity ${shown(value)} is in several modules; write ${same.join(' or ')}`;
  return `${shown(value)} is no identity known here; write one of ${someOf(type.identities ?? [])}`;
}

function textHint(value: JsonValue): string {
  if (isNumber(value)) return `; write "${shortened(value.text)}" if text is meant`;
  return typeof value === 'boolean' ? `; write "${value}" if text is meant` : '';
}

function illegalText(text: string): string {
  return `the text has character ${illegalCharacter(text)}, which YANG strings cannot hold [RFC 7950 9.4]`;
}

/** What a JSON value is, with its article. */
export function kindOf(value: JsonValue): string {
  if (value === null) return 'no value';
  if (typeof value === 'string') return 'a string';
  if (typeof value === 'boolean') return 'a boolean';
  if (Array.isArray(value)) return 'an array';
  return value instanceof Map ? 'an object' : 'a number';
}

/** A value for messages, at most about 60 characters. */
export function shown(value: JsonValue): string {
  if (typeof value === 'string') return JSON.stringify(shortened(value));
  if (isNumber(value)) return shortened(value.text);
  if (Array.isArray(value)) return value.length === 0 ? '[]' : '[…]';
  return value instanceof Map ? '{…}' : String(value);
}

function shortened(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}

function someOf(names: readonly string[]): string {
  return names.length <= 12 ? names.join(', ') : `${names.slice(0, 12).join(', ')}, … (${names.length} in all)`;
}
