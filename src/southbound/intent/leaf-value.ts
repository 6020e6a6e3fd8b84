// The RFC 7951 text of a row as the plain value that adapters work with.

import { type JsonValue, readJson } from '../../schema/json-text.ts';
import type { LeafValue } from '../adapter.ts';

/** One leaf: 64-bit numbers and decimal64 are quoted in RFC 7951 and stay text; the empty type is `true`. */
export function leafValue(text: string): LeafValue {
  return scalar(readJson(text));
}

/** A leaf-list's row. */
export function leafListValues(text: string): LeafValue[] {
  const value = readJson(text);
  return Array.isArray(value) ? value.map(scalar) : [scalar(value)];
}

function scalar(value: JsonValue): LeafValue {
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (value === null || Array.isArray(value)) return true;
  if (value instanceof Map) throw new Error('an object is not the value of a leaf');
  return Number(value.text);
}
