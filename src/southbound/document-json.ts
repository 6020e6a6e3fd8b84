// Documents as JSON text: one canonical text for equal content, and a reader that keeps 64-bit integers whole.

import { type JsonValue, readJson } from '../schema/json-text.ts';
import type { Json } from './adapter.ts';

/** Compact, members sorted by name: equal content gives equal text. Throws on a number that JSON cannot write. */
export function documentText(value: Json): string {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new Error(`${value} cannot be written as JSON`);
    return String(Object.is(value, -0) ? 0 : value);
  }
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isArray(value)) return `[${value.map(documentText).join(',')}]`;
  const members = Object.keys(value).sort();
  return `{${members.map((name) => `${JSON.stringify(name)}:${documentText(value[name] ?? null)}`).join(',')}}`;
}

/**
 * JSON text from a device: integers beyond what a JS number holds come as bigint.
 * @throws EdgeconfError INVALID_ARGUMENT when it is not JSON.
 */
export function readDocument(text: string): Json {
  return fromValue(readJson(text));
}

function fromValue(value: JsonValue): Json {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(fromValue);
  if (value instanceof Map) return Object.fromEntries([...value].map(([name, member]) => [name, fromValue(member)]));
  const number = Number(value.text);
  if (/^-?[0-9]+$/.test(value.text) && !Number.isSafeInteger(number)) return BigInt(value.text);
  return number;
}

function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
