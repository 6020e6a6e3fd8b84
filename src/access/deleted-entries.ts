// Counts the list entries that a transaction takes away.

import type { Candidate } from '../datastore/transaction.ts';
import type { RowKey } from '../schema/row-key.ts';
import type { SchemaNode } from '../schema/schema-node.ts';

const CHANGES_PER_STEP = 1024;

/** Every list entry that is gone afterwards counts, also those inside of others. In steps, since there may be many. */
export function* deletedEntries({ before, after, changes }: Candidate): Generator<void, number> {
  let count = 0;
  let last: readonly RowKey[] = [];
  for (const [i, change] of changes.entries()) {
    if (i % CHANGES_PER_STEP === 0) yield;
    if (change.after !== undefined) continue;
    const entries = entriesOn(before.model.root, change.key);
    // Changes come in key order, so all rows of an entry come together.
    for (const [level, entry] of entries.entries()) if (entry !== last[level] && !after.has(entry)) count += 1;
    last = entries;
  }
  return count;
}

/** The keys of the list entries that a row stands in, outermost first. */
function entriesOn(root: SchemaNode, key: RowKey): RowKey[] {
  const entries: RowKey[] = [];
  let node: SchemaNode | undefined = root;
  let at = 0;
  while (node !== undefined && at < key.length) {
    const end = key.indexOf('\x00', at);
    node = node.children.get(key.slice(at, end));
    at = end + 1;
    for (let k = 0; k < (node?.keys.length ?? 0); k++) at = key.indexOf('\x00', at) + 1;
    if (node !== undefined && node.keys.length > 0) entries.push(key.slice(0, at));
  }
  return entries;
}
