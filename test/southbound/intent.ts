// Plain objects as snapshots, and what lies between two of them, for tests that have no datastore.

import type { Change, Row } from '../../src/datastore/row.ts';
import { Snapshot } from '../../src/datastore/snapshot.ts';
import type { Candidate } from '../../src/datastore/transaction.ts';
import type { Model } from '../../src/schema/model.ts';
import { encodeElem, encodeName, type RowKey } from '../../src/schema/row-key.ts';
import { findChild, type SchemaNode } from '../../src/schema/schema-node.ts';

/** A JSON-like value: bare names, 64-bit numbers as bigint, list entries with their keys. */
export type Plain = string | number | bigint | boolean | null | readonly Plain[] | { readonly [name: string]: Plain };

/** The rows of a whole tree. */
export function rowsOf(model: Model, value: Plain): Map<RowKey, string> {
  const rows = new Map<RowKey, string>();
  addRows(model.root, '', value, rows);
  return new Map([...rows].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A snapshot of a whole tree. */
export function snapshotOf(target: string, model: Model, revision: number, value: Plain): Snapshot {
  const rows: Row[] = [...rowsOf(model, value)].map(([key, text]) => ({ key, value: text, revision }));
  return Snapshot.of(target, model, revision, rows);
}

/** The transaction that makes the tree of `before` this one. */
export function candidateTo(before: Snapshot, revision: number, value: Plain): Candidate {
  const wanted = rowsOf(before.model, value);
  const changes: Change[] = [];
  for (const { key, value: old } of before.subtree('')) {
    const text = wanted.get(key);
    if (text !== old) changes.push({ key, before: old, after: text });
    wanted.delete(key);
  }
  for (const [key, text] of wanted) changes.push({ key, before: undefined, after: text });
  changes.sort((a, b) => (a.key < b.key ? -1 : 1));
  return { target: before.target, before, after: before.with(changes, revision), changes };
}

function addRows(node: SchemaNode, prefix: RowKey, value: Plain, rows: Map<RowKey, string>): void {
  for (const [name, member] of Object.entries(value as { [name: string]: Plain })) {
    const child = findChild(node, name);
    if (child === undefined || child === 'ambiguous') throw new Error(`no node ${name}`);
    const key = prefix + encodeName(child);
    if (child.kind === 'list') {
      for (const entry of member as readonly { [name: string]: Plain }[]) {
        const keys = child.keys.map((leaf) => String(entry[leaf.name]));
        addRows(child, prefix + encodeElem({ node: child, keys }), entry, rows);
      }
    } else if (child.kind === 'container') {
      if (child.presence) rows.set(key, '{}');
      addRows(child, key, member, rows);
    } else if (child.kind === 'leaf-list') {
      rows.set(key, `[${(member as readonly Plain[]).map(leafText).join(',')}]`);
    } else {
      rows.set(key, leafText(member));
    }
  }
}

function leafText(value: Plain): string {
  if (value === null) return '[null]';
  return typeof value === 'bigint' ? `"${value}"` : JSON.stringify(value);
}
