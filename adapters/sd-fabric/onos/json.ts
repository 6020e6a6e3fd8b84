// Looking into JSON of which nothing is known.

import type { Json } from '../../../src/southbound/adapter.ts';

/** Members of an object; none when it is something else. */
export function membersOf(value: Json | undefined): Readonly<Record<string, Json>> {
  if (value === undefined || value === null || typeof value !== 'object' || Array.isArray(value)) return {};
  return value as Readonly<Record<string, Json>>;
}

/** Items of an array; none when it is something else. */
export function itemsOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

/** The texts and numbers somewhere in a value, as texts. */
export function scalarsOf(value: Json | undefined): string[] {
  if (value === undefined || value === null) return [];
  if (typeof value === 'object') return Object.values(value).flatMap((member) => scalarsOf(member as Json));
  return [String(value)];
}
