// Which changed rows of a transaction were read for a document: why it is another one now.

import type { Change } from '../../datastore/row.ts';
import type { Candidate } from '../../datastore/transaction.ts';
import { formatPath } from '../../schema/path.ts';
import { decodeKey, type RowKey, rangeEnd } from '../../schema/row-key.ts';
import type { SchemaNode } from '../../schema/schema-node.ts';
import type { Reads } from './intent-view.ts';
import { changedList } from './read-index.ts';

/** How many are told of one document. */
const MOST = 5;

/** Something that was made from what one target's intent says. */
export interface Reader {
  readonly target: string;
  readonly reads: Reads;
}

interface TargetChanges {
  readonly root: SchemaNode;
  /** In key order. */
  readonly changes: readonly Change[];
  /** Keys of rows by the list whose entries they add to, take from or order. */
  readonly lists: ReadonlyMap<RowKey, readonly RowKey[]>;
}

/** A lookup costs in proportion to what the reader has read. */
export class Causes {
  readonly #targets = new Map<string, TargetChanges>();

  constructor(commits: readonly Candidate[]) {
    for (const { target, after, changes } of commits) {
      const { root } = after.model;
      this.#targets.set(target, { root, changes, lists: byList(root, changes) });
    }
  }

  /** Paths of changed rows, at most 5, without doubles: what the first reader read comes first. */
  of(readers: readonly Reader[]): string[] {
    const found = new Set<string>();
    for (const { target, reads } of readers) {
      const changed = this.#targets.get(target);
      if (changed === undefined) continue;
      for (const key of keysRead(changed, reads)) {
        found.add(formatPath(decodeKey(changed.root, key)));
        if (found.size === MOST) return [...found];
      }
    }
    return [...found];
  }
}

function* keysRead({ changes, lists }: TargetChanges, reads: Reads): Iterable<RowKey> {
  for (const key of reads.rows) if (changes[firstAt(changes, key)]?.key === key) yield key;
  for (const list of reads.lists) yield* lists.get(list) ?? [];
  for (const prefix of reads.subtrees) {
    const change = changes[firstAt(changes, prefix)];
    if (change !== undefined && change.key < rangeEnd(prefix)) yield change.key;
  }
}

function byList(root: SchemaNode, changes: readonly Change[]): Map<RowKey, RowKey[]> {
  const lists = new Map<RowKey, RowKey[]>();
  for (const change of changes) {
    const list = changedList(root, change);
    if (list === undefined) continue;
    const keys = lists.get(list) ?? [];
    if (keys.length < MOST) keys.push(change.key);
    lists.set(list, keys);
  }
  return lists;
}

/** Index of the first change at or after a key. */
function firstAt(changes: readonly Change[], key: RowKey): number {
  let [low, high] = [0, changes.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((changes[middle]?.key ?? '') < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
