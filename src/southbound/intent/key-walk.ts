// A row key step by step: the nodes on the way to a row, and where in the key each one and its list begin and end.

import { EdgeconfError } from '../../errors.ts';
import { decodeKeyValue, isRankKey, type RowKey } from '../../schema/row-key.ts';
import type { SchemaNode } from '../../schema/schema-node.ts';

/** One node on the way to a row. */
export interface Step {
  readonly node: SchemaNode;
  /** The key up to the node's name: for a list, the prefix that all its entries share. */
  readonly name: RowKey;
  /** The key up to the node; for a list entry with its keys. */
  readonly prefix: RowKey;
}

/** The nodes from the top down to the row, the row's own node last. A rank row ends with the entry that it ranks. */
export function walkKey(root: SchemaNode, key: RowKey): Step[] {
  const steps: Step[] = [];
  const end = isRankKey(key) ? key.length - 2 : key.length;
  let node = root;
  let at = 0;
  while (at < end) {
    const nameEnd = segmentEnd(key, at);
    const child = node.children.get(key.slice(at, nameEnd - 1));
    if (child === undefined) throw new EdgeconfError('DATA_LOSS', `row key ${JSON.stringify(key)} fits no schema node`);
    at = nameEnd;
    for (let i = 0; i < child.keys.length; i++) at = segmentEnd(key, at);
    steps.push({ node: child, name: key.slice(0, nameEnd), prefix: key.slice(0, at) });
    node = child;
  }
  return steps;
}

/** The keys of a list entry as canonical texts; `name` is the list's prefix in the key of any row of the entry. */
export function entryKeys(list: SchemaNode, name: RowKey, key: RowKey): { keys: string[]; prefix: RowKey } {
  const keys: string[] = [];
  let at = name.length;
  for (const leaf of list.keys) {
    const end = segmentEnd(key, at);
    keys.push(decodeKeyValue(leaf, key.slice(at, end - 1)));
    at = end;
  }
  return { keys, prefix: key.slice(0, at) };
}

function segmentEnd(key: RowKey, at: number): number {
  const end = key.indexOf('\x00', at);
  if (end < 0) throw new EdgeconfError('DATA_LOSS', `row key ${JSON.stringify(key)} ends in the middle of a segment`);
  return end + 1;
}
