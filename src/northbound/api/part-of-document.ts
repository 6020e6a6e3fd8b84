// A document without the leaves that are kept from who asks.

import type { Json } from '../../southbound/adapter.ts';
import { pointerTo } from '../../southbound/questions/json-pointer.ts';

/**
 * The document with the leaves that are kept, and what is around them; undefined when nothing is kept. What is left of an
 * array moves together.
 * @param keeps told the path of each leaf; an empty object or array counts as one.
 */
export function partOf(body: Json, keeps: (path: string) => boolean, path = ''): Json | undefined {
  if (body === null || typeof body !== 'object') return keeps(path) ? body : undefined;
  if (isArray(body)) {
    if (body.length === 0) return keeps(path) ? body : undefined;
    const kept = body.map((element, i) => partOf(element, keeps, pointerTo(path, i)));
    const left = kept.filter((element) => element !== undefined);
    return left.length === 0 ? undefined : left;
  }
  const members = Object.entries(body);
  if (members.length === 0) return keeps(path) ? body : undefined;
  const kept = members.flatMap(([name, value]): [string, Json][] => {
    const part = partOf(value, keeps, pointerTo(path, name));
    return part === undefined ? [] : [[name, part]];
  });
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
