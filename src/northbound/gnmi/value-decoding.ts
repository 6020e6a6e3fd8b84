// The value of an update as it came: JSON that is read without loss, or a scalar. [gNMI 2.2.3]

import { EdgeconfError } from '../../errors.ts';
import { Encoding, type TypedValue, type Update } from '../../proto/gnmi.ts';
import { type JsonValue, readJson } from '../../schema/json-text.ts';
import type { Scalar } from '../../schema/typed-value.ts';
import type { GnmiLimits } from './limits.ts';

export type ClientValue =
  | { readonly kind: 'json'; readonly json: JsonValue }
  | { readonly kind: 'scalar'; readonly scalar: Scalar };

/** @throws EdgeconfError INVALID_ARGUMENT for a value that cannot be read, UNIMPLEMENTED for other kinds. */
export function clientValue({ val, value }: Update, limits: GnmiLimits): ClientValue {
  if (val?.value !== undefined) return decode(val, limits);
  // Clients from before TypedValue. [gNMI 2.2.3]
  if (value?.value !== undefined) {
    if (value.type === Encoding.JSON || value.type === Encoding.JSON_IETF) return json(value.value, limits);
    throw unserved(`encoding ${value.type} of the deprecated field 'value' is not served; set 'val'`);
  }
  throw invalid("the update has no value; set 'val'");
}

function decode(val: TypedValue, limits: GnmiLimits): ClientValue {
  if (val.value === 'json_val') return json(val.json_val ?? new Uint8Array(), limits);
  if (val.value === 'json_ietf_val') return json(val.json_ietf_val ?? new Uint8Array(), limits);
  return { kind: 'scalar', scalar: scalarOf(val) };
}

function json(bytes: Uint8Array, limits: GnmiLimits): ClientValue {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw invalid('the JSON value is not UTF-8');
  }
  return { kind: 'json', json: readJson(text, { maxDepth: limits.jsonDepth }) };
}

function scalarOf(val: TypedValue): Scalar {
  switch (val.value) {
    case 'string_val':
      return { kind: 'string', value: text(val.string_val ?? '') };
    case 'ascii_val':
      return { kind: 'ascii', value: text(val.ascii_val ?? '') };
    case 'int_val':
      return { kind: 'int', value: val.int_val?.toBigInt() ?? 0n };
    case 'uint_val':
      return { kind: 'uint', value: val.uint_val?.toUnsigned().toBigInt() ?? 0n };
    case 'bool_val':
      return { kind: 'bool', value: val.bool_val ?? false };
    case 'bytes_val':
      return { kind: 'bytes', value: val.bytes_val ?? new Uint8Array() };
    case 'float_val':
      // A float stands for the shortest decimal that reads back as the same float, not for its binary expansion.
      return { kind: 'double', value: Number((val.float_val ?? 0).toPrecision(7)) };
    case 'double_val':
      return { kind: 'double', value: val.double_val ?? 0 };
    case 'decimal_val':
      return {
        kind: 'decimal',
        digits: val.decimal_val?.digits?.toBigInt() ?? 0n,
        precision: val.decimal_val?.precision ?? 0,
      };
    case 'leaflist_val':
      return { kind: 'leaflist', value: (val.leaflist_val?.element ?? []).map((item) => itemOf(item)) };
    default:
      throw unserved(`values of kind ${val.value} are not served; use JSON or a scalar`);
  }
}

function itemOf(item: TypedValue): Scalar {
  if (item.value === undefined || item.value === 'leaflist_val') {
    throw invalid('an element of leaflist_val must be one scalar');
  }
  if (item.value === 'json_val' || item.value === 'json_ietf_val') {
    throw invalid('an element of leaflist_val is JSON; send the whole leaf-list as one JSON array instead');
  }
  return scalarOf(item);
}

function text(value: string): string {
  // The decoder puts U+FFFD where bytes are not UTF-8.
  if (value.includes('\u{fffd}')) throw invalid('the value has text that is not UTF-8');
  return value;
}

function unserved(message: string): EdgeconfError {
  return new EdgeconfError('UNIMPLEMENTED', message);
}

function invalid(message: string): EdgeconfError {
  return new EdgeconfError('INVALID_ARGUMENT', message);
}
