// Where two documents differ, leaf by leaf, in words for an operator.

import { documentText, type Json } from '../../../src/southbound/adapter.ts';

/** How many leaves one reason names. */
const MAX_NAMED = 5;

/** What would change if `after` took the place of `before`; undefined when they are equal. */
export function differenceText(before: Json, after: Json): string | undefined {
  const all = differences(before, after, '');
  if (all.length === 0) return undefined;
  const named = all.slice(0, MAX_NAMED).join('; ');
  return all.length > MAX_NAMED ? `${named}; and ${all.length - MAX_NAMED} more` : named;
}

function differences(before: Json | undefined, after: Json | undefined, path: string): string[] {
  if (before === undefined) return [`${path}: ${text(after)} would be added`];
  if (after === undefined) return [`${path}: ${text(before)} would go`];
  const [old, fresh] = [membersOf(before), membersOf(after)];
  if (old === undefined || fresh === undefined || Array.isArray(before) !== Array.isArray(after)) {
    return documentText(before) === documentText(after) ? [] : [`${path}: ${text(before)} would become ${text(after)}`];
  }
  const names = [...new Set([...old.keys(), ...fresh.keys()])];
  return names.flatMap((name) => differences(old.get(name), fresh.get(name), `${path}/${name}`));
}

function membersOf(value: Json): Map<string, Json> | undefined {
  return value === null || typeof value !== 'object' ? undefined : new Map(Object.entries(value));
}

function text(value: Json | undefined): string {
  const all = documentText(value ?? null);
  return all.length > 80 ? `${all.slice(0, 80)}...` : all;
}
