// Who read what: from the changed rows of a target to the units (documents, lists of documents) that read them.

import type { Change } from '../../datastore/row.ts';
import { isRankKey, type RowKey } from '../../schema/row-key.ts';
import type { SchemaNode } from '../../schema/schema-node.ts';
import type { Reads } from './intent-view.ts';
import { walkKey } from './key-walk.ts';

/** Units are known by an id. A lookup costs in proportion to the changes and to what it finds. */
export class ReadIndex {
  readonly #rows = new Map<RowKey, Set<string>>();
  readonly #lists = new Map<RowKey, Set<string>>();
  readonly #subtrees = new Map<RowKey, Set<string>>();

  add(unit: string, reads: Reads): void {
    for (const key of reads.rows) addTo(this.#rows, key, unit);
    for (const key of reads.lists) addTo(this.#lists, key, unit);
    for (const key of reads.subtrees) addTo(this.#subtrees, key, unit);
  }

  /** `reads` must be those that the unit was added with. */
  remove(unit: string, reads: Reads): void {
    for (const key of reads.rows) removeFrom(this.#rows, key, unit);
    for (const key of reads.lists) removeFrom(this.#lists, key, unit);
    for (const key of reads.subtrees) removeFrom(this.#subtrees, key, unit);
  }

  /** Adds to `found` every unit that read something which one of these changes made different. */
  touched(root: SchemaNode, changes: readonly Change[], found: Set<string>): void {
    for (const change of changes) {
      addAll(found, this.#rows.get(change.key));
      const list = changedList(root, change);
      if (list !== undefined) addAll(found, this.#lists.get(list));
      if (this.#subtrees.size === 0) continue;
      for (const { prefix } of walkKey(root, change.key)) addAll(found, this.#subtrees.get(prefix));
    }
  }
}

/** The list whose entries this change adds to, takes from or puts in another order; undefined when there is none. */
export function changedList(root: SchemaNode, { key, before, after }: Change): RowKey | undefined {
  const rank = isRankKey(key);
  if (!rank && before !== undefined && after !== undefined) return undefined;
  const steps = walkKey(root, key);
  if (rank) return steps.at(-1)?.name;
  return steps.at(-1)?.node.isKey === true ? steps.at(-2)?.name : undefined;
}

function addTo(index: Map<RowKey, Set<string>>, key: RowKey, unit: string): void {
  const units = index.get(key);
  if (units === undefined) index.set(key, new Set([unit]));
  else units.add(unit);
}

function removeFrom(index: Map<RowKey, Set<string>>, key: RowKey, unit: string): void {
  const units = index.get(key);
  if (units?.delete(unit) === true && units.size === 0) index.delete(key);
}

function addAll(found: Set<string>, units: Set<string> | undefined): void {
  if (units !== undefined) for (const unit of units) found.add(unit);
}
