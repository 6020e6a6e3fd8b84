// The edits that take changes back: everything that was touched becomes what it was before.

import { type Path, queryOf } from '../schema/path.ts';
import { printSubtree } from '../schema/print-json.ts';
import { decodeKey, encodeKey, isRankKey, type RowKey } from '../schema/row-key.ts';
import type { Change } from './row.ts';
import type { Snapshot } from './snapshot.ts';
import type { Edit } from './transaction.ts';

/**
 * Edits after which the rows of these changes are as they were before. What came or went as a whole goes or comes as a whole,
 * all else row by row; a list that users order is written whole when its entries or their order changed. O(changes).
 * @param current the target with the changes in it, and nothing of them changed since.
 */
export function restoreEdits(current: Snapshot, changes: readonly Change[]): Edit[] {
  const { root } = current.model;
  const back = changes.map(({ key, before, after }) => ({ key, before: after, after: before }));
  // State goes by itself with what it is about.
  const now = current.withoutState();
  const former = now.with(back, now.revision);
  const places = new Map<RowKey, Path>();
  for (const { key } of changes) {
    const place = placeOf(decodeKey(root, key), isRankKey(key), [now, former]);
    places.set(encodeKey(place), place);
  }
  const deletes: Edit[] = [];
  const writes: Edit[] = [];
  for (const [key, place] of places) {
    const rows = former.subtree(key);
    const text = printSubtree(root, place, rows, { style: 'json-ietf', defaults: false, config: true });
    if (text === undefined) deletes.push({ op: 'delete', query: queryOf(place) });
    else writes.push({ op: 'replace', path: place, json: fragment(place, text) });
  }
  // What is there now may stand in the way of what was: two cases of a choice.
  return [...deletes, ...writes];
}

/** The outermost node on the way to a changed row that came or went with it, or the row itself. */
function placeOf(path: Path, isRank: boolean, sides: readonly Snapshot[]): Path {
  for (const [i, { node, keys }] of path.entries()) {
    if (keys === undefined && !node.presence) continue;
    const place = path.slice(0, i + 1);
    const [is, was] = sides.map((side) => side.has(encodeKey(place)));
    const isLast = i === path.length - 1;
    if (is === was && !(isLast && isRank)) continue;
    return node.orderedByUser ? [...path.slice(0, i), { node }] : place;
  }
  return path;
}

function fragment(path: Path, text: string): string {
  const { node, keys } = path.at(-1) ?? {};
  if (node === undefined) return text;
  return `{"${node.module}:${node.name}":${keys === undefined ? text : `[${text}]`}}`;
}
