// Changes as libyang reports them -> changes of rows in key order, the hidden rank rows of user-ordered lists included.

import { decodeChanges, type OrderChange } from 'libyang-wasm';
import { encodeKeyValue, type RowKey, rankKey } from '../schema/row-key.ts';
import type { SchemaNode } from '../schema/schema-node.ts';
import { rowOf } from './packed-path.ts';
import { assignRanks } from './rank.ts';
import type { Change } from './row.ts';
import type { Snapshot } from './snapshot.ts';

/** The rows that a staged transaction changes, in key order, each once and only where before and after differ. */
export function rowChanges(before: Snapshot, packed: readonly Uint8Array[]): Change[] {
  const root = before.model.root;
  const changes = new Map<RowKey, Change>();
  const put = (key: RowKey, after: string | undefined) => {
    const value = before.get(key)?.value;
    if (value === after) changes.delete(key);
    else changes.set(key, { key, before: value, after });
  };
  const orders: OrderChange[] = [];
  for (const record of packed.flatMap((chunk) => decodeChanges(chunk))) {
    if (record.kind === 'order') {
      orders.push(record);
      continue;
    }
    const { node, key } = rowOf(root, record.path);
    put(key, record.after);
    const list = node.parent;
    // An entry goes with its key rows, and so does its place in the list.
    if (record.after === undefined && node.isKey && list?.orderedByUser === true) {
      put(rankKey(key.slice(0, key.length - node.segment.length - 1)), undefined);
    }
  }
  // Entries that went have given up their rank above.
  for (const order of orders) putRanks(before, root, order, put);
  return [...changes.values()].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

function putRanks(
  before: Snapshot,
  root: SchemaNode,
  order: OrderChange,
  put: (key: RowKey, after: string | undefined) => void,
): void {
  const { node: list, key: prefix } = rowOf(root, order.path);
  const entries = order.entries.map((keys) => {
    let entry = prefix;
    for (const [i, leaf] of list.keys.entries()) entry += encodeKeyValue(leaf, keys[i] ?? '');
    return entry;
  });
  // A rank row holds a JSON string, as every row holds JSON; a rank itself has nothing to escape.
  const ranks = assignRanks(entries.map((entry) => before.get(rankKey(entry))?.value.slice(1, -1)));
  for (const [i, entry] of entries.entries()) put(rankKey(entry), `"${ranks[i]}"`);
}
