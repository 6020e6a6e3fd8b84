// Decodes JSON into the core's structures and prints them again by the rules of Go's encoding/json.
import type { JsonValue } from './go-json.ts';

export type Shape =
  | { readonly kind: 'string' }
  | { readonly kind: 'int'; readonly bits: 32 | 64 }
  | { readonly kind: 'uint64' }
  | { readonly kind: 'list'; readonly of: Shape }
  | { readonly kind: 'map' }
  | { readonly kind: 'struct'; readonly fields: readonly Field[]; readonly pointer: boolean };

export interface Field {
  readonly name: string;
  readonly shape: Shape;
  /** Left out of what is printed (and stored) when it has Go's empty value; a struct that is no pointer is never empty. */
  readonly omitEmpty: boolean;
}

/** A decoded struct: absent members are Go's zero values, 64-bit integers are bigint. */
export type Decoded = { [member: string]: unknown };

/** A JSON value does not fit the structure; the message names the member and its type. */
export class JsonTypeError extends Error {}

const LIMITS = { 32: 2n ** 31n, 64: 2n ** 63n } as const;

function mismatch(value: JsonValue, path: string, wanted: string): never {
  const found = value.type === 'number' ? `number ${value.token}` : value.type;
  throw new JsonTypeError(`JSON: ${found} does not fit ${path === '' ? 'the body' : path}, which is ${wanted}`);
}

function decodeInt(value: JsonValue, bits: 32 | 64, path: string): number | bigint {
  if (value.type !== 'number' || !/^-?[0-9]+$/.test(value.token)) return mismatch(value, path, `int${bits}`);
  const number = BigInt(value.token);
  if (number < -LIMITS[bits] || number >= LIMITS[bits]) return mismatch(value, path, `int${bits}`);
  return bits === 32 ? Number(number) : number;
}

function decodeUint64(value: JsonValue, path: string): bigint {
  if (value.type !== 'number' || !/^[0-9]+$/.test(value.token)) return mismatch(value, path, 'uint64');
  const number = BigInt(value.token);
  return number < 2n ** 64n ? number : mismatch(value, path, 'uint64');
}

function plain(value: JsonValue, path: string): unknown {
  switch (value.type) {
    case 'null':
      return null;
    case 'number': {
      const number = Number(value.token);
      return Number.isFinite(number) ? number : mismatch(value, path, 'float64');
    }
    case 'array':
      return value.items.map((item) => plain(item, path));
    case 'object':
      return Object.fromEntries(value.members.map(([name, item]) => [name, plain(item, `${path}.${name}`)]));
    default:
      return value.value;
  }
}

/** Go folds case by Unicode; of non-ASCII letters only these two fold into ASCII. */
function fold(name: string): string {
  return name
    .replace(/\u017f/g, 's')
    .replace(/\u212a/g, 'k')
    .toLowerCase();
}

/**
 * Decodes as Go does: member names in any case, unknown members ignored, null keeps a scalar as it was and empties
 * lists and pointers, a repeated member is decoded over the earlier one.
 * @throws JsonTypeError
 */
export function decode(shape: Shape, value: JsonValue, previous: unknown = undefined, path = ''): unknown {
  if (value.type === 'null') {
    const nilable = shape.kind === 'list' || shape.kind === 'map' || (shape.kind === 'struct' && shape.pointer);
    return nilable ? undefined : previous;
  }
  switch (shape.kind) {
    case 'string':
      return value.type === 'string' ? value.value : mismatch(value, path, 'a string');
    case 'int':
      return decodeInt(value, shape.bits, path);
    case 'uint64':
      return decodeUint64(value, path);
    case 'list':
      if (value.type !== 'array') return mismatch(value, path, 'a list');
      return value.items.map((item, index) => decode(shape.of, item, undefined, `${path}[${index}]`));
    case 'map':
      if (value.type !== 'object') return mismatch(value, path, 'an object');
      return { ...(previous as Decoded | undefined), ...(plain(value, path) as Decoded) };
    case 'struct': {
      if (value.type !== 'object') return mismatch(value, path, 'an object');
      const decoded: Decoded = { ...(previous as Decoded | undefined) };
      for (const [name, member] of value.members) {
        const folded = fold(name);
        const field =
          shape.fields.find((known) => known.name === name) ??
          shape.fields.find((known) => fold(known.name) === folded);
        if (field === undefined) continue;
        const memberPath = path === '' ? field.name : `${path}.${field.name}`;
        decoded[field.name] = decode(field.shape, member, decoded[field.name], memberPath);
      }
      return decoded;
    }
  }
}

function isEmpty(shape: Shape, value: unknown): boolean {
  switch (shape.kind) {
    case 'string':
      return (value ?? '') === '';
    case 'int':
    case 'uint64':
      return Number(value ?? 0) === 0;
    case 'list':
      return ((value as unknown[] | null | undefined) ?? []).length === 0;
    case 'map':
      return Object.keys((value as Decoded | null | undefined) ?? {}).length === 0;
    case 'struct':
      return shape.pointer && (value ?? undefined) === undefined;
  }
}

/** The JSON document of a decoded (or stored) structure: members in the order of the structure, empty ones left out. */
export function print(shape: Shape, value: unknown): unknown {
  switch (shape.kind) {
    case 'string':
      return value ?? '';
    case 'int':
    case 'uint64':
      return Number(value ?? 0);
    case 'list':
      return (value as unknown[] | null | undefined)?.map((item) => print(shape.of, item)) ?? null;
    case 'map':
      return value ?? null;
    case 'struct': {
      if (shape.pointer && (value ?? undefined) === undefined) return null;
      const source = (value ?? {}) as Decoded;
      const kept = shape.fields.filter((field) => !(field.omitEmpty && isEmpty(field.shape, source[field.name])));
      return Object.fromEntries(kept.map((field) => [field.name, print(field.shape, source[field.name])]));
    }
  }
}
