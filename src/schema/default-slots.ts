// Where an instance (the root, a list entry, a presence container) has default values, and when they are in use.

import { encodeName, type RowKey } from './row-key.ts';
import type { SchemaNode } from './schema-node.ts';

/** The end of a key segment. */
const END = '\x00';
/** First char of the hidden rank segment, which is no node. */
const RANK = 0x05;

/** A node whose existence brings its defaults into use; `prefix` is its row key. */
export interface Instance {
  readonly node: SchemaNode;
  readonly prefix: RowKey;
}

/** A default leaf or leaf-list below an instance, through containers without presence. */
export interface DefaultSlot {
  readonly node: SchemaNode;
  /** What follows the instance's prefix in the row key. */
  readonly rest: RowKey;
  /** RFC 7951 text; an array for a leaf-list. */
  readonly value: string;
  /** All must hold. */
  readonly guards: readonly CaseGuard[];
}

/** One case that must be active; keys are relative to the instance, one for each data node of the case. */
interface CaseGuard {
  readonly own: readonly RowKey[];
  /** Data nodes of the choice's other cases. */
  readonly others: readonly RowKey[];
  readonly isDefault: boolean;
}

/** Whether any row stands at or below the key. */
export type HasRows = (prefix: RowKey) => boolean;

/**
 * The default slots of an instance in key order, computed once for each schema node. Left out: nodes that a `when`
 * decides about, as only libyang can tell whether they exist, and state, which is what devices reported and no more.
 */
export function defaultSlots(node: SchemaNode): readonly DefaultSlot[] {
  let slots = slotsOf.get(node);
  if (slots === undefined) {
    slots = node.hasDefaultsBelow ? collect(node, '', []).sort((a, b) => (a.rest < b.rest ? -1 : 1)) : [];
    slotsOf.set(node, slots);
  }
  return slots;
}

const slotsOf = new WeakMap<SchemaNode, readonly DefaultSlot[]>();

function collect(parent: SchemaNode, above: RowKey, guards: readonly CaseGuard[]): DefaultSlot[] {
  const slots: DefaultSlot[] = [];
  for (const child of parent.children.values()) {
    if (!child.config || child.conditional || child.isKey) continue;
    const rest = above + encodeName(child);
    const all = child.cases.length === 0 ? guards : [...guards, ...guardsOf(parent, child, above)];
    if (child.kind === 'container' && !child.presence && child.hasDefaultsBelow) {
      slots.push(...collect(child, rest, all));
    } else if (child.defaults.length > 0) {
      const value = child.kind === 'leaf-list' ? `[${child.defaults.join(',')}]` : (child.defaults[0] ?? '');
      slots.push({ node: child, rest, value, guards: all });
    }
  }
  return slots;
}

function guardsOf(parent: SchemaNode, node: SchemaNode, above: RowKey): CaseGuard[] {
  return node.cases.map((ref, level) => {
    const own: RowKey[] = [];
    const others: RowKey[] = [];
    for (const sibling of parent.children.values()) {
      const sameChoice = node.cases
        .slice(0, level)
        .every((outer, i) => sibling.cases[i]?.choice === outer.choice && sibling.cases[i]?.case === outer.case);
      const other = sibling.cases[level];
      if (!sameChoice || other?.choice !== ref.choice) continue;
      (other.case === ref.case ? own : others).push(above + encodeName(sibling));
    }
    return { own, others, isDefault: ref.default };
  });
}

/** Whether the cases that hold the slot are active in an instance that exists. [RFC 7950 7.6.1] */
export function slotInUse(slot: DefaultSlot, prefix: RowKey, has: HasRows): boolean {
  return slot.guards.every(
    ({ own, others, isDefault }) =>
      own.some((key) => has(prefix + key)) || (isDefault && !others.some((key) => has(prefix + key))),
  );
}

/** Whether a node is an instance of its own. */
export function isInstance(node: SchemaNode): boolean {
  return node.kind === 'list' || node.kind === 'root' || node.presence;
}

/** Calls `visit` for each instance that begins in `key` behind `from`, outermost first. */
export function instancesBelow(from: Instance, key: RowKey, visit: (instance: Instance) => void): void {
  let node = from.node;
  let at = from.prefix.length;
  while (at < key.length && key.charCodeAt(at) !== RANK) {
    const end = key.indexOf(END, at);
    const child = node.children.get(key.slice(at, end));
    if (end < 0 || child === undefined || child.kind === 'leaf') return;
    node = child;
    at = end + 1;
    if (!isInstance(child)) continue;
    for (let i = 0; i < child.keys.length; i++) {
      at = key.indexOf(END, at) + 1;
      if (at === 0) return;
    }
    visit({ node: child, prefix: key.slice(0, at) });
  }
}
