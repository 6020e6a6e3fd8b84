// The effective configuration: rows and the default values in use beside them. [RFC 7950 7.6.1]

import {
  type DefaultSlot,
  defaultSlots,
  type HasRows,
  type Instance,
  instancesBelow,
  isInstance,
  slotInUse,
} from './default-slots.ts';
import type { Path } from './path.ts';
import { encodeKey, type RowKey } from './row-key.ts';
import type { SchemaNode } from './schema-node.ts';

/** Reads explicit rows; a Snapshot is one. */
export interface RowLookup {
  get(key: RowKey): { readonly value: string } | undefined;
  /** Whether any row stands at or below the key. */
  has(prefix: RowKey): boolean;
}

/** A row, or a default in use as if it were one; `value` is RFC 7951 text. */
export interface EffectiveRow {
  readonly key: RowKey;
  readonly value: string;
}

/** A change of an effective value; undefined means that there is none. */
export interface EffectiveChange {
  readonly key: RowKey;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/**
 * The rows at and below `path` and the defaults in use there, in key order. `rows` are all rows at and below it, in key
 * order; rows come out as the same objects. Nodes with a `when` and state nodes get no defaults.
 *
 * What the rows themselves cannot tell, because it stands outside of `path`, comes from `lookup`: whether the instance
 * around the path exists and which case of a choice is active. Without it the caller vouches that the instance exists.
 */
export function effectiveRows<Row extends EffectiveRow>(
  root: SchemaNode,
  path: Path,
  rows: Iterable<Row>,
  lookup?: RowLookup,
): (Row | EffectiveRow)[] {
  const explicit = [...rows];
  const has: HasRows = lookup === undefined ? (prefix) => hasRows(explicit, prefix) : (prefix) => lookup.has(prefix);
  const merge = new Merge(has);
  const around = instanceAround(root, path);
  const key = encodeKey(path);
  const exists =
    explicit.length > 0 ||
    around.prefix === '' ||
    (around.prefix !== key && (lookup === undefined || lookup.has(around.prefix)));
  const isWholeList = path.at(-1)?.node.kind === 'list' && path.at(-1)?.keys === undefined;
  if (exists && !isWholeList) merge.open(around, (slotKey) => slotKey.startsWith(key));
  else merge.open(around, () => false);
  for (const row of explicit) merge.add(row);
  return merge.finish();
}

/** The effective value of a leaf or leaf-list, or the row of any other node; undefined when it has none. */
export function effectiveValue(root: SchemaNode, lookup: RowLookup, path: Path): string | undefined {
  const key = encodeKey(path);
  const row = lookup.get(key);
  if (row !== undefined) return row.value;
  const { node, prefix } = instanceAround(root, path);
  const slot = slotAt(node, key.slice(prefix.length));
  if (slot === undefined || (prefix !== '' && !lookup.has(prefix))) return undefined;
  return slotInUse(slot, prefix, (below) => lookup.has(below)) ? slot.value : undefined;
}

/**
 * The changes of effective values that changes of rows amount to, in key order: defaults come with the instance that they
 * belong to, take the place of an explicit value that goes, give way to one that comes, and follow the active case. An
 * explicit value equal to the default that takes its place, or the reverse, is no change.
 *
 * `before` and `after` are the rows of both sides. Costs a few look-ups for each change, none for other rows.
 */
export function effectiveChanges(
  root: SchemaNode,
  changes: readonly EffectiveChange[],
  before: RowLookup,
  after: RowLookup,
): EffectiveChange[] {
  const steps = effectiveChangesInSteps(root, changes, before, after);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Changes that are looked at in one step. */
const changesPerStep = 256;

/** Like `effectiveChanges`, step by step: between two steps others may get the thread. */
export function* effectiveChangesInSteps(
  root: SchemaNode,
  changes: readonly EffectiveChange[],
  before: RowLookup,
  after: RowLookup,
): Generator<void, EffectiveChange[]> {
  if (changes.length === 0) return [];
  const slots = new Map<RowKey, EffectiveChange | undefined>();
  const top: Instance = { node: root, prefix: '' };
  const seen = new Set<RowKey>(['']);
  inspect(top, before, after, slots);
  const plain: EffectiveChange[] = [];
  for (const [i, change] of changes.entries()) {
    if (i % changesPerStep === changesPerStep - 1) yield;
    let innermost = top;
    instancesBelow(top, change.key, (instance) => {
      innermost = instance;
      if (seen.has(instance.prefix)) return;
      seen.add(instance.prefix);
      inspect(instance, before, after, slots);
    });
    const slot = slotAt(innermost.node, change.key.slice(innermost.prefix.length));
    if (slot === undefined) plain.push(change);
    else if (!slots.has(change.key)) slots.set(change.key, slotChange(slot, innermost.prefix, before, after));
  }
  const defaults = [...slots.values()].filter((change) => change !== undefined);
  return merged(plain, defaults.sort(byKey));
}

function merged(one: readonly EffectiveChange[], two: readonly EffectiveChange[]): EffectiveChange[] {
  if (two.length === 0) return [...one];
  const all: EffectiveChange[] = [];
  let at = 0;
  for (const change of two) {
    for (let next = one[at]; next !== undefined && next.key < change.key; next = one[++at]) all.push(next);
    all.push(change);
  }
  for (; at < one.length; at++) all.push(one[at] as EffectiveChange);
  return all;
}

function byKey(a: EffectiveChange, b: EffectiveChange): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

/** Finds what changes in the slots of an instance that came or went, or whose choices may have switched. */
function inspect(
  { node, prefix }: Instance,
  before: RowLookup,
  after: RowLookup,
  found: Map<RowKey, EffectiveChange | undefined>,
): void {
  const slots = defaultSlots(node);
  if (slots.length === 0) return;
  const stays = prefix === '' || before.has(prefix) === after.has(prefix);
  for (const slot of slots) {
    if (stays && slot.guards.length === 0) continue;
    found.set(prefix + slot.rest, slotChange(slot, prefix, before, after));
  }
}

function slotChange(
  slot: DefaultSlot,
  prefix: RowKey,
  before: RowLookup,
  after: RowLookup,
): EffectiveChange | undefined {
  const key = prefix + slot.rest;
  const was = slotValue(slot, prefix, before);
  const is = slotValue(slot, prefix, after);
  return was === is ? undefined : { key, before: was, after: is };
}

function slotValue(slot: DefaultSlot, prefix: RowKey, lookup: RowLookup): string | undefined {
  if (prefix !== '' && !lookup.has(prefix)) return undefined;
  const row = lookup.get(prefix + slot.rest);
  if (row !== undefined) return row.value;
  return slotInUse(slot, prefix, (below) => lookup.has(below)) ? slot.value : undefined;
}

function slotAt(instance: SchemaNode, rest: RowKey): DefaultSlot | undefined {
  const slots = defaultSlots(instance);
  return slots.length === 0 ? undefined : slots.find((slot) => slot.rest === rest);
}

/** The innermost instance at or above the end of the path. */
function instanceAround(root: SchemaNode, path: Path): Instance {
  const last = path.findLastIndex(({ node, keys }) => isInstance(node) && (node.kind !== 'list' || keys !== undefined));
  const node = path[last]?.node;
  return node === undefined ? { node: root, prefix: '' } : { node, prefix: encodeKey(path.slice(0, last + 1)) };
}

/** Whether sorted rows have one at or below the key. */
function hasRows(rows: readonly EffectiveRow[], prefix: RowKey): boolean {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle]?.key ?? '') < prefix) low = middle + 1;
    else high = middle;
  }
  return rows[low]?.key.startsWith(prefix) === true;
}

/** An instance that rows are being read of, with the defaults that are still to come. */
interface Open {
  readonly instance: Instance;
  readonly slots: readonly DefaultSlot[];
  next: number;
  /** Key of `slots[next]`; undefined when none is left. */
  nextKey: RowKey | undefined;
}

/** Puts defaults between sorted rows, one pass. */
class Merge<Row extends EffectiveRow> {
  readonly #has: HasRows;
  readonly #out: (Row | EffectiveRow)[] = [];
  readonly #open: Open[] = [];

  constructor(has: HasRows) {
    this.#has = has;
  }

  open(instance: Instance, wanted?: (key: RowKey) => boolean): void {
    const all = defaultSlots(instance.node);
    const slots = wanted === undefined ? all : all.filter((slot) => wanted(instance.prefix + slot.rest));
    const first = slots[0];
    const nextKey = first === undefined ? undefined : instance.prefix + first.rest;
    this.#open.push({ instance, slots, next: 0, nextKey });
  }

  add(row: Row): void {
    const { key } = row;
    let top = this.#top();
    while (this.#open.length > 1 && !key.startsWith(top.instance.prefix)) {
      this.#advance(top, undefined);
      this.#open.pop();
      top = this.#top();
    }
    this.#advance(top, key);
    instancesBelow(top.instance, key, (instance) => {
      this.open(instance);
      this.#advance(this.#top(), key);
    });
    this.#out.push(row);
  }

  finish(): (Row | EffectiveRow)[] {
    for (const open of this.#open.reverse()) this.#advance(open, undefined);
    return this.#out;
  }

  #top(): Open {
    return this.#open[this.#open.length - 1] as Open;
  }

  /** Puts out the defaults below `key`, all that are left without one; one at `key` is overridden. */
  #advance(open: Open, key: RowKey | undefined): void {
    while (open.nextKey !== undefined && (key === undefined || open.nextKey <= key)) {
      const slot = open.slots[open.next] as DefaultSlot;
      if (open.nextKey !== key && slotInUse(slot, open.instance.prefix, this.#has)) {
        this.#out.push({ key: open.nextKey, value: slot.value });
      }
      const following = open.slots[++open.next];
      open.nextKey = following === undefined ? undefined : open.instance.prefix + following.rest;
    }
  }
}
