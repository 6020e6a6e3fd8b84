// Which lists of a model tell whether their entries are in effect (grouping `delivery`), and where their entries are.

import { isDeepStrictEqual } from 'node:util';
import type { Change } from '../../datastore/row.ts';
import type { Snapshot } from '../../datastore/snapshot.ts';
import { formatElems, type TextElem } from '../../schema/path.ts';
import { encodeElem, encodeName, type RowKey, rangeEnd } from '../../schema/row-key.ts';
import { findChild, type SchemaNode } from '../../schema/schema-node.ts';
import { entryKeys, walkKey } from '../intent/key-walk.ts';

/** A list whose entries have a container `state` that uses the grouping. */
export interface DeliveryList {
  readonly list: SchemaNode;
  /** The list and what is above it, top level first. */
  readonly way: readonly SchemaNode[];
  /** What is written of an entry, below its key. */
  readonly status: RowKey;
  readonly system: SchemaNode;
  /** What all systems of an entry share, below its key. */
  readonly systems: RowKey;
}

const known = new WeakMap<SchemaNode, ReadonlyMap<SchemaNode, DeliveryList>>();

/** All such lists of a model. Found once for each model. */
export function deliveryLists(root: SchemaNode): ReadonlyMap<SchemaNode, DeliveryList> {
  const before = known.get(root);
  if (before !== undefined) return before;
  const lists = new Map<SchemaNode, DeliveryList>();
  collect(root, [], lists);
  known.set(root, lists);
  return lists;
}

/** The entries that tell how `source` is delivered: itself, and those that it lies in. Keys are as in `DocumentRef.source`. */
export function entriesAt(root: SchemaNode, source: readonly string[]): RowKey[] {
  const lists = deliveryLists(root);
  const entries: RowKey[] = [];
  let node = root;
  let key: RowKey = '';
  for (let at = 0; at < source.length; ) {
    const child = findChild(node, source[at] ?? '');
    if (child === undefined || child === 'ambiguous') break;
    const keys = source.slice(at + 1, at + 1 + child.keys.length);
    if (keys.length < child.keys.length) break;
    at += 1 + keys.length;
    key += child.keys.length === 0 ? encodeName(child) : encodeElem({ node: child, keys });
    if (lists.has(child)) entries.push(key);
    node = child;
  }
  return entries;
}

/** The path of an entry of intent, as operators know paths. `source` is as in `DocumentRef.source`. */
export function sourceText(root: SchemaNode, source: readonly string[]): string {
  const elems: TextElem[] = [];
  let node: SchemaNode | undefined = root;
  for (let at = 0; at < source.length; ) {
    const name = source[at] ?? '';
    const child: ReturnType<typeof findChild> = node === undefined ? undefined : findChild(node, name);
    node = child === 'ambiguous' ? undefined : child;
    const leaves = node?.keys ?? [];
    elems.push({ name, key: Object.fromEntries(leaves.map((leaf, i) => [leaf.name, source[at + 1 + i] ?? ''])) });
    at += 1 + leaves.length;
  }
  return formatElems(elems);
}

/** The list that an entry is in; undefined when it does not tell its delivery. */
export function deliveryListOf(root: SchemaNode, entry: RowKey): DeliveryList | undefined {
  const list = walkKey(root, entry).at(-1)?.node;
  return list === undefined ? undefined : deliveryLists(root).get(list);
}

/** Whether an entry is configured. */
export function isConfigured(snapshot: Snapshot, { list }: DeliveryList, entry: RowKey): boolean {
  const [leaf] = list.keys;
  return leaf !== undefined && snapshot.rows.get(entry + encodeName(leaf)) !== undefined;
}

/** The entry that comes into being with this change; undefined when it is about something else. */
export function entryCreated(root: SchemaNode, { key, before, after }: Change): RowKey | undefined {
  if (before !== undefined || after === undefined) return undefined;
  const steps = walkKey(root, key);
  const [entry, leaf] = steps.slice(-2);
  // One entry has as many key leaves as it has keys; the first stands for all.
  if (entry === undefined || leaf === undefined || entry.node.keys[0] !== leaf.node) return undefined;
  return deliveryLists(root).has(entry.node) ? entry.prefix : undefined;
}

/** All entries of a target that tell their delivery; undefined between two steps. O(entries) */
export function* allEntries(snapshot: Snapshot): Generator<RowKey> {
  for (const { way } of deliveryLists(snapshot.model.root).values()) yield* entriesBelow(snapshot, way, '');
}

function* entriesBelow(snapshot: Snapshot, way: readonly SchemaNode[], above: RowKey): Generator<RowKey> {
  const [node, ...rest] = way;
  if (node === undefined) {
    yield above;
    return;
  }
  const prefix = above + encodeName(node);
  if (node.kind !== 'list') {
    yield* entriesBelow(snapshot, rest, prefix);
    return;
  }
  const end = rangeEnd(prefix);
  for (let from = prefix; ; ) {
    const row = snapshot.rows.range(from, end).next();
    if (row.done === true) return;
    const entry = entryKeys(node, prefix, row.value.key);
    yield* entriesBelow(snapshot, rest, entry.prefix);
    from = rangeEnd(entry.prefix);
  }
}

function collect(node: SchemaNode, way: readonly SchemaNode[], found: Map<SchemaNode, DeliveryList>): void {
  for (const child of node.children.values()) {
    if (!child.config || (child.kind !== 'list' && child.kind !== 'container')) continue;
    const here = [...way, child];
    const delivery = child.kind === 'list' ? deliveryOf(child, here) : undefined;
    if (delivery !== undefined) found.set(child, delivery);
    collect(child, here, found);
  }
}

function deliveryOf(list: SchemaNode, way: readonly SchemaNode[]): DeliveryList | undefined {
  for (const state of list.children.values()) {
    if (state.name !== 'state' || state.config) continue;
    const [status, system] = [findChild(state, 'status'), findChild(state, 'system')];
    if (status === undefined || status === 'ambiguous' || system === undefined || system === 'ambiguous') continue;
    const leaves = ['device', 'status', 'verified', 'reason'];
    if (
      !isDeepStrictEqual(
        [...system.children.values()].map(({ name }) => name),
        leaves,
      )
    )
      continue;
    const prefix = encodeName(state);
    return { list, way, status: prefix + encodeName(status), system, systems: prefix + encodeName(system) };
  }
  return undefined;
}
