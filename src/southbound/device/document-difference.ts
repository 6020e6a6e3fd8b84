// In which leaves two documents differ: JSON pointers, array entries by index.

import { documentText, type Json } from '../adapter.ts';
import type { LeafDifference } from '../document-status.ts';

/**
 * Leaves are scalars and empty objects and arrays. Paths are JSON pointers [RFC 6901]; `/` is the document itself when one
 * side has none, or is something else altogether.
 * @param limit how many differences are looked for
 */
export function differences(expected: Json | undefined, actual: Json | undefined, limit = 1000): LeafDifference[] {
  const found: LeafDifference[] = [];
  compare('', expected, actual, found, limit);
  return found;
}

function compare(
  path: string,
  expected: Json | undefined,
  actual: Json | undefined,
  found: LeafDifference[],
  limit: number,
): void {
  if (found.length >= limit) return;
  const [before, after] = [membersOf(expected), membersOf(actual)];
  const comparable = before === undefined || after === undefined || before.isList === after.isList;
  // A whole document that is missing is one difference, a part of one is told leaf by leaf.
  const isWhole = path === '' && (before === undefined || after === undefined);
  const names = new Set([...(before?.values.keys() ?? []), ...(after?.values.keys() ?? [])]);
  const oneIsLeaf = (before === undefined && expected !== undefined) || (after === undefined && actual !== undefined);
  if (isWhole || oneIsLeaf || !comparable || names.size === 0) {
    const [was, is] = [textOf(expected), textOf(actual)];
    if (was !== is) found.push({ path: path === '' ? '/' : path, expected: was, actual: is });
    return;
  }
  for (const name of names) {
    compare(`${path}/${escaped(name)}`, before?.values.get(name), after?.values.get(name), found, limit);
  }
}

interface Members {
  readonly isList: boolean;
  readonly values: ReadonlyMap<string, Json>;
}

function membersOf(value: Json | undefined): Members | undefined {
  if (value === null || typeof value !== 'object') return undefined;
  return { isList: Array.isArray(value), values: new Map(Object.entries(value)) };
}

function textOf(value: Json | undefined): string | undefined {
  return value === undefined ? undefined : documentText(value);
}

function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
