// Rows -> the RFC 7951 JSON text that libyang loads: configuration only, user-ordered entries in their order.

import { isRankKey } from '../schema/row-key.ts';
import type { SchemaNode } from '../schema/schema-node.ts';

/** Keys and values of rows in key order, alternating; the form in which rows cross to a worker. */
export type FlatRows = readonly string[];

/** Rows that are read before others have their turn. */
const rowsPerSlice = 4000;

/** The whole tree as one JSON object. */
export function rowsToJson(root: SchemaNode, rows: FlatRows): string {
  const slices = rowsToJsonInSlices(root, rows);
  for (;;) {
    const { done, value } = slices.next();
    if (done === true) return value;
  }
}

/** As `rowsToJson`, stopping now and then. */
export function rowsToJsonInSlices(root: SchemaNode, rows: FlatRows): Generator<void, string> {
  return objectOf(root, rows, 0, rows.length, 0, { left: rowsPerSlice });
}

interface Pace {
  left: number;
}

/** The children of one node. All rows of the range share their first `at` chars. */
function* objectOf(
  node: SchemaNode,
  rows: FlatRows,
  from: number,
  to: number,
  at: number,
  pace: Pace,
): Generator<void, string> {
  const members: string[] = [];
  let start = from;
  while (start < to) {
    const key = rows[start] ?? '';
    // The row of a presence container itself and the rank of a list entry have no name of their own.
    if (key.length === at || (isRankKey(key) && key.length === at + 2)) {
      start += 2;
      continue;
    }
    const end = key.indexOf('\x00', at) + 1;
    const stop = groupEnd(rows, start, to, key.slice(0, end));
    const child = node.children.get(key.slice(at, end - 1));
    if (child?.config === true) {
      const inner = child.kind === 'container' || child.kind === 'list';
      const json = inner ? yield* jsonOf(child, rows, start, stop, end, pace) : (rows[start + 1] ?? 'null');
      members.push(`${JSON.stringify(child.segment)}:${json}`);
    }
    start = stop;
    if (--pace.left > 0) continue;
    pace.left = rowsPerSlice;
    yield;
  }
  return `{${members.join(',')}}`;
}

function* jsonOf(
  node: SchemaNode,
  rows: FlatRows,
  from: number,
  to: number,
  at: number,
  pace: Pace,
): Generator<void, string> {
  if (node.kind === 'container') return yield* objectOf(node, rows, from, to, at, pace);
  const entries: { rank: string; json: string }[] = [];
  let start = from;
  while (start < to) {
    const key = rows[start] ?? '';
    let end = at;
    for (let i = 0; i < node.keys.length; i++) end = key.indexOf('\x00', end) + 1;
    const stop = groupEnd(rows, start, to, key.slice(0, end));
    // A rank row sorts before all else of its entry; its closing quote sorts before every digit of a longer rank.
    const rank = node.orderedByUser && isRankKey(key) && key.length === end + 2 ? (rows[start + 1] ?? '') : '';
    entries.push({ rank, json: yield* objectOf(node, rows, start, stop, end, pace) });
    start = stop;
  }
  if (node.orderedByUser) entries.sort((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0));
  return `[${entries.map((entry) => entry.json).join(',')}]`;
}

/** The index behind the last row that starts with the prefix; found by doubling steps, as groups may be long. */
function groupEnd(rows: FlatRows, from: number, to: number, prefix: string): number {
  let low = from;
  let step = 2;
  while (low + step < to && (rows[low + step] ?? '').startsWith(prefix)) {
    low += step;
    step *= 2;
  }
  let high = Math.min(low + step, to);
  while (high - low > 2) {
    const middle = low + ((high - low) >> 2) * 2;
    if ((rows[middle] ?? '').startsWith(prefix)) low = middle;
    else high = middle;
  }
  return high;
}
