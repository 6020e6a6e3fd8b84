// What the core gives back of a body that it has taken: it adds the name, and leaves out what is empty.

import type { DocumentRef, Json } from '../../src/southbound/adapter.ts';

/** Printed even when they are empty. */
const ALWAYS = new Set(['imsis', 'site-device-group', 'gNodeBs']);

/** Member that is kept as it came, whatever is in it. */
const VERBATIM = 'upf';

/** The name behind a document's id. */
export function nameOf({ kind, id }: Pick<DocumentRef, 'kind' | 'id'>): string {
  return id.slice(kind.length + 1);
}

/** The document as `read` would give it after `body` was put. */
export function readBack(ref: Pick<DocumentRef, 'kind' | 'id'>, body: Json): Json {
  const printed = asPrinted(body) as { readonly [member: string]: Json };
  if (ref.kind === 'device-group') return { ...printed, 'group-name': nameOf(ref) };
  const groups = printed['site-device-group'];
  const sorted = Array.isArray(groups) ? [...new Set(groups.map(String))].sort() : [];
  return { ...printed, 'slice-name': nameOf(ref), 'site-device-group': sorted };
}

/** A value as the core prints it. */
export function asPrinted(value: Json): Json {
  if (Array.isArray(value)) return value.map(asPrinted);
  if (value === null || typeof value !== 'object') return value;
  const kept = Object.entries(value).filter(([name, member]) => ALWAYS.has(name) || !isEmpty(member));
  return Object.fromEntries(kept.map(([name, member]) => [name, name === VERBATIM ? member : asPrinted(member)]));
}

function isEmpty(value: Json): boolean {
  return value === '' || value === 0 || value === 0n || (Array.isArray(value) && value.length === 0);
}
