// Why a document is as it is: rendered anew on demand, with the rule and the intent behind each of its leaves.

import { effectiveValue, type RowLookup } from '../../schema/defaults.ts';
import { formatPath, type Path } from '../../schema/path.ts';
import { decodeKey, type RowKey } from '../../schema/row-key.ts';
import type { SchemaNode } from '../../schema/schema-node.ts';
import type { Adapter, Device, DocumentRef, Json } from '../adapter.ts';
import { intentView, type RowSource } from '../intent/intent-view.ts';
import { isWithin, pointerAbove } from './json-pointer.ts';
import { type ReasonedLeaf, Reasons, type Scope, withoutReasons } from './reasons.ts';

/** Something of intent that an adapter looked at. */
export interface IntentRead {
  /**
   * `leaf`: one leaf, leaf-list or presence container; `entries`: which entries a list has, and in which order;
   * `subtree`: whether there is anything.
   */
  readonly kind: 'leaf' | 'entries' | 'subtree';
  readonly path: Path;
  readonly key: RowKey;
  /** RFC 7951 text of a leaf's value; undefined when it has none. */
  readonly value: string | undefined;
  /** The value is the schema's default. */
  readonly isDefault: boolean;
}

/** Why a leaf of a document is as it is. */
export interface Reason {
  /** The adapter's rule; empty for the document as a whole. */
  readonly rule: string;
  /** What the rule looked at, in the order of intent. */
  readonly intent: readonly IntentRead[];
  /** The reason around this one: why the leaf is there at all, and why there. */
  readonly within: Reason | undefined;
}

export interface ExplainedLeaf extends Omit<ReasonedLeaf, 'scope'> {
  readonly reason: Reason;
}

/** A document with the reasons of all its leaves. */
export interface Explanation {
  readonly body: Json;
  /** In the order of the document. */
  readonly leaves: readonly ExplainedLeaf[];
}

/** What is explained: one document of one target on one device. */
export interface Explained {
  readonly adapter: Pick<Adapter, 'render'>;
  readonly device: Device;
  readonly ref: DocumentRef;
  /** The intent that it is made from; a Snapshot fits. */
  readonly intent: RowSource & RowLookup;
  /** The schema of this intent. */
  readonly root: SchemaNode;
}

/**
 * Costs as much as rendering the document.
 * @throws EdgeconfError FAILED_PRECONDITION when the device could not take what the intent says.
 */
export function explain({ adapter, device, ref, intent, root }: Explained): Explanation {
  const reasons = new Reasons();
  const rendered = adapter.render(intentView(intent, root, reasons.reads), device, ref, reasons.because);
  const known = new Map<Scope, Reason>();
  const reasonOf = (scope: Scope): Reason => {
    const made = known.get(scope) ?? {
      rule: scope.rule,
      intent: [...intentRead(scope, intent, root)],
      within: scope.within && reasonOf(scope.within),
    };
    known.set(scope, made);
    return made;
  };
  const leaves = reasons.leaves(rendered).map(({ path, value, scope }) => ({ path, value, reason: reasonOf(scope) }));
  return { body: withoutReasons(rendered), leaves };
}

/** A reason and all around it, innermost first. */
export function* reasonsAround(reason: Reason): Iterable<Reason> {
  for (let at: Reason | undefined = reason; at !== undefined; at = at.within) yield at;
}

/**
 * The leaves of intent that decide about a leaf of a document, as paths in the order of intent: for people who look for
 * what to change. Where the document has no such leaf, those of what is around it count.
 * @param leaf a path as in json-pointer.ts; everything below it counts. `/` and '' are all of it.
 */
export function causesOf({ leaves }: Explanation, leaf: string): string[] {
  for (let outer: string | undefined = leaf === '/' ? '' : leaf; outer !== undefined; outer = pointerAbove(outer)) {
    const at = outer;
    const found = leaves.filter(({ path }) => isWithin(at, path));
    if (found.length > 0) return pathsOf(found);
  }
  return [];
}

function pathsOf(leaves: readonly ExplainedLeaf[]): string[] {
  const read = new Map<RowKey, IntentRead>();
  for (const reason of new Set(leaves.map(({ reason: each }) => each))) {
    for (const each of reason.intent) if (each.kind === 'leaf') read.set(each.key, each);
  }
  const all = [...read.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  // That an entry is there is nothing to change, as long as there is anything else.
  const telling = all.filter(({ path }) => path.at(-1)?.node.isKey !== true);
  return (telling.length > 0 ? telling : all).map(({ path }) => formatPath(path));
}

function* intentRead({ reads }: Scope, intent: RowLookup, root: SchemaNode): Iterable<IntentRead> {
  const rest = { value: undefined, isDefault: false };
  for (const key of [...reads.rows].sort()) {
    const path = decodeKey(root, key);
    const row = intent.get(key);
    const value = row?.value ?? effectiveValue(root, intent, path);
    yield { kind: 'leaf', path, key, value, isDefault: row === undefined && value !== undefined };
  }
  for (const key of [...reads.lists].sort()) yield { kind: 'entries', path: decodeKey(root, key), key, ...rest };
  for (const key of [...reads.subtrees].sort()) yield { kind: 'subtree', path: decodeKey(root, key), key, ...rest };
}
