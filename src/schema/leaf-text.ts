// One leaf's value from client JSON to the RFC 7951 text that libyang accepts for the leaf's type, or why it is none.

import { decimalText, fitsDecimal64, fitsInteger, inRange, integerType, readDecimal, readInteger } from './decimal.ts';
import type { JsonValue } from './json-text.ts';
import { misfit } from './leaf-misfit.ts';
import { identityName, illegalCharacter, isNumber, unionMembers } from './leaf-type.ts';
import type { SchemaNode, SchemaType } from './schema-node.ts';

/** Refuses a value for the reason given; it names the path and never returns. */
export type Refuse = (reason: string) => never;

/**
 * RFC 7951 text of a leaf's value, or of one value of a leaf-list. It is judged by the built-in type only, so that libyang
 * gets the JSON form it reads; `range`, `length` and `pattern` are libyang's. 64-bit numbers and decimal64 may come as JSON
 * numbers and become strings, an identity may come without its module. [RFC 7951 6]
 */
export function leafText(node: SchemaNode, value: JsonValue, refuse: Refuse): string {
  const type = node.type ?? { base: 'string' };
  return fittingText(type, node.module, value) ?? refuse(misfit(type, value));
}

/** A value's text in the type, or undefined when it does not fit. `module` is that of the leaf. */
function fittingText(type: SchemaType, module: string, value: JsonValue): string | undefined {
  switch (type.base) {
    case 'leafref':
      return type.target === undefined ? scalarText(value) : fittingText(type.target, module, value);
    case 'union':
      return unionText(type, module, value);
    case 'boolean':
      return typeof value === 'boolean' ? String(value) : undefined;
    case 'empty':
      return isEmpty(value) ? '[null]' : undefined;
    case 'decimal64':
      return decimal64Text(type, value);
    case 'string':
    case 'instance-identifier':
      return typeof value === 'string' && illegalCharacter(value) === undefined ? JSON.stringify(value) : undefined;
    case 'enumeration':
      return typeof value === 'string' && (type.enums?.includes(value) ?? true) ? JSON.stringify(value) : undefined;
    case 'bits':
      return bitsText(type, value);
    case 'binary':
      return typeof value === 'string' && isBase64(value) ? JSON.stringify(value) : undefined;
    case 'identityref': {
      const name = typeof value === 'string' ? identityName(type, module, value) : undefined;
      return name === undefined ? undefined : JSON.stringify(name);
    }
    default:
      return integerText(type, value);
  }
}

/** What a leafref without a known target takes: any scalar. */
function scalarText(value: JsonValue): string | undefined {
  if (typeof value === 'string') return illegalCharacter(value) === undefined ? JSON.stringify(value) : undefined;
  if (typeof value === 'boolean') return String(value);
  return isNumber(value) ? value.text : undefined;
}

function integerText(type: SchemaType, value: JsonValue): string | undefined {
  const integerBits = integerType(type.base);
  const wide = integerBits?.bits === 64;
  if (!wide && isNumber(value) && isShort(value.text)) {
    // Nearly all numbers are short and plain, and these need no exact arithmetic.
    const number = Number(value.text);
    const { bits = 0, signed = false } = integerBits ?? {};
    const span = 2 ** (signed ? bits - 1 : bits);
    return number < span && number >= (signed ? -span : 0) ? value.text : undefined;
  }
  // Hexadecimal and leading zeros are refused: libyang reads `0x10` as 16 and `010` as 8, readers of JSON expect neither.
  const text = isNumber(value)
    ? value.text
    : wide && typeof value === 'string' && /^[+-]?(0|[1-9][0-9]*)$/.test(value)
      ? value
      : undefined;
  const integer = text === undefined ? undefined : readInteger(text);
  if (integer === undefined || !fitsInteger(type.base, integer)) return undefined;
  return wide ? `"${integer}"` : integer.toString();
}

/** Whether a JSON number is an integer that a JS number holds exactly, in canonical text. */
function isShort(text: string): boolean {
  if (text.length > 15 || text === '-0') return false;
  for (let i = text.charCodeAt(0) === 0x2d ? 1 : 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c < 0x30 || c > 0x39) return false;
  }
  return true;
}

function decimal64Text(type: SchemaType, value: JsonValue): string | undefined {
  const text = isNumber(value) ? value.text : typeof value === 'string' ? value : undefined;
  const decimal = text === undefined ? undefined : readDecimal(text);
  if (decimal === undefined || !fitsDecimal64(decimal, type.fractionDigits ?? 18)) return undefined;
  return `"${decimalText(decimal)}"`;
}

function bitsText(type: SchemaType, value: JsonValue): string | undefined {
  if (typeof value !== 'string') return undefined;
  const names = value.split(/[ \t\r\n]+/).filter((name) => name !== '');
  if (new Set(names).size < names.length) return undefined;
  const bits = type.bits;
  if (bits === undefined) return JSON.stringify(names.join(' '));
  if (!names.every((name) => bits.includes(name))) return undefined;
  return JSON.stringify(bits.filter((bit) => names.includes(bit)).join(' '));
}

/**
 * The first member that takes the value. A restricted string gives way to a later member, as nobody here judges patterns;
 * between two strings it makes no difference which one libyang finds.
 */
function unionText(type: SchemaType, module: string, value: JsonValue): string | undefined {
  let restricted: string | undefined;
  for (const member of unionMembers(type)) {
    if (isNumber(value) && !inRange(member.range, readInteger(value.text) ?? 0n)) continue;
    const text = fittingText(member, module, value);
    if (text === undefined) continue;
    if (member.base !== 'string' || (member.patterns === undefined && member.length === undefined)) return text;
    restricted ??= text;
  }
  return restricted;
}

/**
 * A value's lexical text, such as a list key in a path or gNMI's ascii_val, as JSON of the kind that the type takes. Text
 * that does not fit comes back as a string, which `leafText` then refuses.
 */
export function jsonFromText(type: SchemaType | undefined, text: string): JsonValue {
  if (type === undefined) return text;
  if (type.base === 'leafref') return jsonFromText(type.target, text);
  if (type.base === 'union') return unionFromText(type, text);
  if (type.base === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  if (type.base === 'empty') return text === '' ? [null] : text;
  const bits = integerType(type.base)?.bits;
  if (bits === undefined || bits === 64 || readInteger(text) === undefined) return text;
  return { kind: 'number', text };
}

function unionFromText(type: SchemaType, text: string): JsonValue {
  const integer = readInteger(text);
  for (const member of unionMembers(type)) {
    if (member.base === 'string' && member.patterns === undefined && member.length === undefined) return text;
    if (member.base === 'enumeration' && member.enums?.includes(text) === true) return text;
    if (member.base === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
    if (member.base === 'empty' && text === '') return [null];
    if (integer === undefined || !fitsInteger(member.base, integer) || !inRange(member.range, integer)) continue;
    return integerType(member.base)?.bits === 64 ? text : { kind: 'number', text };
  }
  return text;
}

function isBase64(text: string): boolean {
  const joined = text.includes('\n') ? text.replace(/\r?\n/g, '') : text;
  return joined.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(joined);
}

function isEmpty(value: JsonValue): boolean {
  return Array.isArray(value) && value.length === 1 && value[0] === null;
}
