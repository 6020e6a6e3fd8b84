// The encodings that are served, and how one leaf's value goes out in each. [gNMI 2.3]

import Long from 'long';
import { EdgeconfError } from '../../errors.ts';
import { Encoding, type TypedValue } from '../../proto/gnmi.ts';
import type { SchemaNode } from '../../schema/schema-node.ts';
import { type Scalar, scalarFromRow } from '../../schema/typed-value.ts';

export type ServedEncoding = 'JSON' | 'JSON_IETF' | 'PROTO';

/** In the order in which Capabilities lists them; JSON is the default. */
export const servedEncodings: readonly ServedEncoding[] = ['JSON', 'JSON_IETF', 'PROTO'];

/** @throws EdgeconfError UNIMPLEMENTED naming the encoding and those that are served. [gNMI 3.3.1] */
export function servedEncoding(encoding: number | undefined): ServedEncoding {
  const found = servedEncodings.find((name) => Encoding[name] === (encoding ?? Encoding.JSON));
  if (found !== undefined) return found;
  const name = Object.entries(Encoding).find(([, number]) => number === encoding)?.[0] ?? `${encoding}`;
  throw new EdgeconfError('UNIMPLEMENTED', `encoding ${name} is not served; use ${servedEncodings.join(', ')}`);
}

/** A JSON text as a value. */
export function jsonValue(text: string, encoding: 'JSON' | 'JSON_IETF'): TypedValue {
  const bytes = Buffer.from(text, 'utf8');
  return encoding === 'JSON' ? { json_val: bytes } : { json_ietf_val: bytes };
}

/**
 * One row as a value: a bare JSON value, or a scalar. Undefined for a presence container in PROTO, which has no scalar
 * to stand for it. [gNMI 2.2.3, 2.3.3]
 */
export function leafValue(node: SchemaNode, row: string, encoding: ServedEncoding): TypedValue | undefined {
  if (encoding !== 'PROTO') return jsonValue(row, encoding);
  if (node.kind === 'container') return undefined;
  if (node.kind === 'anydata' || node.kind === 'anyxml') return jsonValue(row, 'JSON_IETF');
  return typedValue(scalarFromRow(node, row));
}

function typedValue(scalar: Scalar): TypedValue {
  switch (scalar.kind) {
    case 'string':
      return { string_val: scalar.value };
    case 'ascii':
      return { ascii_val: scalar.value };
    case 'int':
      return { int_val: Long.fromBigInt(scalar.value) };
    case 'uint':
      return { uint_val: Long.fromBigInt(scalar.value, true) };
    case 'bool':
      return { bool_val: scalar.value };
    case 'bytes':
      return { bytes_val: scalar.value };
    case 'double':
      return { double_val: scalar.value };
    case 'decimal':
      return { decimal_val: { digits: Long.fromBigInt(scalar.digits), precision: scalar.precision } };
    case 'leaflist':
      return { leaflist_val: { element: scalar.value.map(typedValue) } };
  }
}
