// The edits that take changes back: everything that was touched becomes what it was before.

import { type Path, queryOf } from '../schema/path.ts';
import { printSubtree } from '../schema/print-json.ts';
import { decodeKey, encodeKey, type RowKey } from '../schema/row-key.ts';
import type { Change } from './row.ts';
import type { Snapshot } from './snapshot.ts';
import type { Edit } from './transaction.ts';

/**
 * Edits after which the rows of these changes are as they were before. Whole top-level entries are written again, so that
 * entries come back with all that was below them and in their order; what is equal is no change. O(entries touched).
 * @param current the target with the changes in it, and nothing of them changed since.
 */
export function restoreEdits(current: Snapshot, changes: readonly Change[]): Edit[] {
  const { root } = current.model;
  const back = changes.map(({ key, before, after }) => ({ key, before: after, after: before }));
  const former = current.with(back, current.revision);
  const places = new Map<RowKey, Path>();
  for (const { key } of changes) {
    const place = topEntry(decodeKey(root, key));
    places.set(encodeKey(place), place);
  }
  return [...places].map(([key, place]): Edit => {
    const rows = former.subtree(key);
    const text = printSubtree(root, place, rows, { style: 'json-ietf', defaults: false, config: true });
    if (text === undefined) return { op: 'delete', query: queryOf(place) };
    return { op: 'replace', path: place, json: fragment(place, text) };
  });
}

/** The node or list entry at the top; the whole list where users order it, since an entry alone has no place. */
function topEntry(path: Path): Path {
  return path.slice(0, 1).map((elem) => (elem.node.orderedByUser ? { node: elem.node } : elem));
}

function fragment([elem]: Path, text: string): string {
  if (elem === undefined) return text;
  const { node, keys } = elem;
  return `{"${node.module}:${node.name}":${keys === undefined ? text : `[${text}]`}}`;
}
