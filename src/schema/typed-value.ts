// A row's value as the native scalar that gNMI's PROTO encoding carries.

import { EdgeconfError } from '../errors.ts';
import { fitsInteger, inRange, integerType, readInteger } from './decimal.ts';
import { type JsonValue, readJson } from './json-text.ts';
import { isNumber, unionMembers } from './leaf-type.ts';
import { type SchemaNode, type SchemaType, schemaPath } from './schema-node.ts';

/** gNMI's scalar kinds. `decimal` is worth `digits / 10 ** precision`; `ascii` is any type's text. [gNMI 2.2.3] */
export type Scalar =
  | { readonly kind: 'string' | 'ascii'; readonly value: string }
  | { readonly kind: 'int' | 'uint'; readonly value: bigint }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'bytes'; readonly value: Uint8Array }
  | { readonly kind: 'double'; readonly value: number }
  | { readonly kind: 'decimal'; readonly digits: bigint; readonly precision: number }
  | { readonly kind: 'leaflist'; readonly value: readonly Scalar[] };

/**
 * A leaf's or leaf-list's row as a scalar: enums, bits and identities as text, decimal64 as double, `empty` as true.
 * @throws EdgeconfError DATA_LOSS when the row does not fit the schema, or the node is not a leaf or leaf-list.
 */
export function scalarFromRow(node: SchemaNode, valueJson: string): Scalar {
  const value = readJson(valueJson);
  const type = node.type ?? { base: 'string' };
  if (node.kind === 'leaf') return scalarOf(node, type, value);
  if (node.kind !== 'leaf-list' || !Array.isArray(value)) throw notScalar(node);
  return { kind: 'leaflist', value: value.map((item) => scalarOf(node, type, item)) };
}

function scalarOf(node: SchemaNode, type: SchemaType, value: JsonValue): Scalar {
  const { base } = memberOf(type, value);
  if (typeof value === 'boolean') return { kind: 'bool', value };
  if (Array.isArray(value)) return { kind: 'bool', value: true };
  if (value === null || value instanceof Map) throw notScalar(node);
  const text = typeof value === 'string' ? value : value.text;
  const integer = integerType(base);
  if (integer !== undefined) {
    const number = readInteger(text);
    if (number === undefined) throw notScalar(node);
    return { kind: integer.signed ? 'int' : 'uint', value: number };
  }
  if (base === 'decimal64') return { kind: 'double', value: Number(text) };
  if (base === 'binary') return { kind: 'bytes', value: Buffer.from(text, 'base64') };
  return { kind: 'string', value: text };
}

/** The type that a union's value is of, as far as its form tells; every other type is its own. */
function memberOf(type: SchemaType, value: JsonValue): SchemaType {
  if (type.base === 'leafref' && type.target !== undefined) return memberOf(type.target, value);
  if (type.base !== 'union') return type;
  const text = typeof value === 'string' ? value : undefined;
  const number = text ?? (isNumber(value) ? value.text : undefined);
  const integer = number === undefined ? undefined : readInteger(number);
  const found = unionMembers(type).find((member) => {
    const bits = integerType(member.base)?.bits;
    // RFC 7951 writes 64-bit integers as strings and shorter ones as numbers, so the form tells them apart.
    if (bits !== undefined) {
      if (integer === undefined || (bits === 64) !== (text !== undefined)) return false;
      return fitsInteger(member.base, integer) && inRange(member.range, integer);
    }
    if (text === undefined) return false;
    if (member.base === 'enumeration') return member.enums?.includes(text) ?? true;
    if (member.base === 'decimal64') return /^-?[0-9]+\.[0-9]+$/.test(text);
    return member.base !== 'boolean' && member.base !== 'empty' && member.base !== 'binary';
  });
  return found ?? { base: 'string' };
}

function notScalar(node: SchemaNode): EdgeconfError {
  return new EdgeconfError('DATA_LOSS', `the row of ${schemaPath(node)} is not the value of a ${node.kind}`);
}
