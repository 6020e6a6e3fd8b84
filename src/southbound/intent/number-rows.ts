// Numbers as they stand in intent: the leaves `allocation[device=...][pool=...]/number` below entries of any model.

import type { Change } from '../../datastore/row.ts';
import { entriesOf } from '../../datastore/scan.ts';
import type { Snapshot } from '../../datastore/snapshot.ts';
import type { Path, PathElem, QueryElem } from '../../schema/path.ts';
import { encodeKey, encodeName, type RowKey } from '../../schema/row-key.ts';
import { findChild, type SchemaNode } from '../../schema/schema-node.ts';
import { entryKeys, walkKey } from './key-walk.ts';
import { leafValue } from './leaf-value.ts';

/** Which number stands for an entry on a device. */
export interface NumberRow {
  readonly device: string;
  readonly pool: string;
  readonly number: number;
  /** The entry, as a row key of its target. */
  readonly entry: RowKey;
}

/** A number that comes or goes, or becomes another. */
export interface NumberChange extends Omit<NumberRow, 'number'> {
  readonly before: number | undefined;
  readonly after: number | undefined;
}

/** All numbers of a target. Costs in proportion to the entries that may have some. */
export function* numbersIn(snapshot: Snapshot): Iterable<NumberRow> {
  for (const leaf of numberLeaves(snapshot.model.root)) {
    for (const path of entriesOf(snapshot, queryTo(leaf.parent))) {
      const number = numberOf(snapshot.get(encodeKey(path) + encodeName(leaf))?.value);
      const [device = '', pool = ''] = path.at(-1)?.keys ?? [];
      if (number !== undefined) yield { device, pool, number, entry: encodeKey(path.slice(0, -1)) };
    }
  }
}

/** The numbers among these changes. O(changes) */
export function* numberChanges(root: SchemaNode, changes: readonly Change[]): Iterable<NumberChange> {
  const leaves = numberLeaves(root);
  const names = [...new Set(leaves.map(encodeName))];
  if (names.length === 0) return;
  for (const { key, before, after } of changes) {
    if (!names.some((name) => key.endsWith(name))) continue;
    const steps = walkKey(root, key);
    const [list, leaf] = steps.slice(-2);
    if (list === undefined || leaf === undefined || !leaves.includes(leaf.node)) continue;
    const [device = '', pool = ''] = entryKeys(list.node, list.name, key).keys;
    yield { device, pool, entry: steps.at(-3)?.prefix ?? '', before: numberOf(before), after: numberOf(after) };
  }
}

/**
 * An entry of intent that is written as bare names and list keys.
 * @throws Error when the schema has no such entry: a fault of the adapter.
 */
export function entryPath(root: SchemaNode, source: readonly string[]): Path {
  const path: PathElem[] = [];
  let node = root;
  for (let at = 0; at < source.length; ) {
    node = childOf(node, source[at] ?? '');
    at += 1;
    const keys = source.slice(at, at + node.keys.length);
    at += keys.length;
    path.push(node.keys.length > 0 ? { node, keys } : { node });
  }
  return path;
}

/** The entry of `allocation` for a device and pool below an entry of intent. @throws Error as `entryPath` */
export function allocationPath(root: SchemaNode, source: readonly string[], device: string, pool: string): Path {
  const path = entryPath(root, source);
  return [...path, { node: childOf(path.at(-1)?.node ?? root, 'allocation'), keys: [device, pool] }];
}

/** The number of an allocation; undefined when there is none. */
export function numberAt(snapshot: Snapshot, allocation: Path): number | undefined {
  const list = allocation.at(-1);
  if (list === undefined) return undefined;
  return numberOf(snapshot.get(encodeKey(allocation) + encodeName(numberLeaf(list.node)))?.value);
}

/** The leaf of an allocation that has the number. */
export function numberLeaf(allocation: SchemaNode): SchemaNode {
  return childOf(allocation, 'number');
}

function childOf(node: SchemaNode, name: string): SchemaNode {
  const child = findChild(node, name);
  if (child === undefined || child === 'ambiguous')
    throw new Error(`the model has no ${name} where a number is needed`);
  return child;
}

const known = new WeakMap<SchemaNode, SchemaNode[]>();

/** The leaves `number` of all lists `allocation` with the keys device and pool. */
function numberLeaves(root: SchemaNode): SchemaNode[] {
  let leaves = known.get(root);
  if (leaves === undefined) {
    leaves = [...findNumberLeaves(root)];
    known.set(root, leaves);
  }
  return leaves;
}

function* findNumberLeaves(node: SchemaNode): Iterable<SchemaNode> {
  for (const child of node.children.values()) {
    if (!child.config) continue;
    if (child.name === 'allocation' && child.keys.map(({ name }) => name).join() === 'device,pool')
      yield numberLeaf(child);
    else yield* findNumberLeaves(child);
  }
}

function queryTo(list: SchemaNode | undefined): QueryElem[] {
  const query: QueryElem[] = [];
  for (let node = list; node?.parent !== undefined; node = node.parent)
    query.unshift({ node, keys: node.keys.map(() => undefined) });
  return query;
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(leafValue(text));
}
