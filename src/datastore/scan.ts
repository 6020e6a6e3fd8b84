// Finds what exists: the concrete paths that a query with wildcards stands for in a snapshot.

import type { Path, PathElem, PathQuery } from '../schema/path.ts';
import { decodeKeyValue, encodeKeyValue, encodeName, type RowKey, rangeEnd } from '../schema/row-key.ts';
import type { SchemaNode } from '../schema/schema-node.ts';
import type { Snapshot } from './snapshot.ts';

/**
 * The existing paths that a query matches, in tree order: every list on the way with concrete keys. A path exists when
 * any row stands at or below it; the root always does. Costs O(log rows) for each list entry that is looked at.
 */
export function entriesOf(snapshot: Snapshot, query: PathQuery): Path[] {
  if (query.length === 0) return [[]];
  const found: Path[] = [];
  walk(snapshot, query, 0, [], '', found);
  return found;
}

/** The entries of the list whose name ends `prefix`, as `encodeName` writes it, in tree order. */
export function* entryKeys(snapshot: Snapshot, list: SchemaNode, prefix: RowKey): IterableIterator<RowKey> {
  const end = rangeEnd(prefix);
  let from = prefix;
  for (;;) {
    const next = snapshot.range(from, end).next();
    if (next.done === true) return;
    const entry = next.value.key.slice(0, keyEnd(next.value.key, prefix.length, list.keys.length));
    yield entry;
    from = rangeEnd(entry);
  }
}

function walk(
  snapshot: Snapshot,
  query: PathQuery,
  at: number,
  path: readonly PathElem[],
  prefix: RowKey,
  found: Path[],
): void {
  const elem = query[at];
  if (elem === undefined) {
    if (snapshot.has(prefix)) found.push(path);
    return;
  }
  const { node, keys } = elem;
  const named = prefix + encodeName(node);
  if (node.keys.length === 0) {
    walk(snapshot, query, at + 1, [...path, { node }], named, found);
    return;
  }
  walkKeys(snapshot, node, keys, 0, [], named, (texts, entry) => {
    walk(snapshot, query, at + 1, [...path, { node, keys: texts }], entry, found);
  });
}

/** Calls back for each entry that has the wanted keys; a key that is given narrows the scan at once. */
function walkKeys(
  snapshot: Snapshot,
  list: SchemaNode,
  wanted: readonly (string | undefined)[],
  at: number,
  texts: readonly string[],
  prefix: RowKey,
  visit: (texts: readonly string[], entry: RowKey) => void,
): void {
  const leaf = list.keys[at];
  if (leaf === undefined) {
    visit(texts, prefix);
    return;
  }
  const text = wanted[at];
  if (text !== undefined) {
    walkKeys(snapshot, list, wanted, at + 1, [...texts, text], prefix + encodeKeyValue(leaf, text), visit);
    return;
  }
  const end = rangeEnd(prefix);
  let from = prefix;
  for (;;) {
    const next = snapshot.range(from, end).next();
    if (next.done === true) return;
    const deeper = next.value.key.slice(0, keyEnd(next.value.key, prefix.length, 1));
    const value = decodeKeyValue(leaf, deeper.slice(prefix.length, -1));
    walkKeys(snapshot, list, wanted, at + 1, [...texts, value], deeper, visit);
    from = rangeEnd(deeper);
  }
}

/** The offset behind `count` segments of a key. */
function keyEnd(key: RowKey, from: number, count: number): number {
  let at = from;
  for (let i = 0; i < count; i++) at = key.indexOf('\x00', at) + 1;
  return at;
}
