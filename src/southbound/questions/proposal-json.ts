// A proposal of an adapter as configuration: one RFC 7951 tree of all that intent should have, and what should go.

import { EdgeconfError } from '../../errors.ts';
import { type JsonObject, type JsonValue, printJson, readJson } from '../../schema/json-text.ts';
import { jsonFromText } from '../../schema/leaf-text.ts';
import type { Path, PathElem } from '../../schema/path.ts';
import { findChild, type SchemaNode } from '../../schema/schema-node.ts';
import type { IntentEdit, LeafValue, Proposal } from '../adapter.ts';

/** What a proposal comes to in one target. */
export interface ProposedTree {
  /** Members of the top level, RFC 7951; undefined when nothing is to be set. */
  readonly json: string | undefined;
  readonly deletes: readonly Path[];
}

/** @throws EdgeconfError INTERNAL when an edit does not fit the schema: that is a fault of the adapter. */
export function proposedTree(root: SchemaNode, { edits }: Pick<Proposal, 'edits'>): ProposedTree {
  const tree: JsonObject = new Map();
  const entries = new Map<JsonObject, Map<string, JsonObject>>();
  const deletes: Path[] = [];
  for (const edit of edits) {
    const path = pathOf(root, edit);
    if (edit.value === undefined) deletes.push(path);
    else put(tree, entries, path, edit.value);
  }
  return { json: tree.size === 0 ? undefined : printJson(tree), deletes };
}

function put(
  tree: JsonObject,
  entries: Map<JsonObject, Map<string, JsonObject>>,
  path: Path,
  value: NonNullable<IntentEdit['value']>,
): void {
  let at = tree;
  for (const { node, keys } of path.slice(0, -1)) {
    at = keys === undefined ? containerIn(at, node) : entryIn(at, entries, node, keys);
  }
  const leaf = path.at(-1);
  if (leaf === undefined) return;
  if (leaf.keys !== undefined) entryIn(at, entries, leaf.node, leaf.keys);
  else at.set(leaf.node.segment, leafJson(leaf.node, value));
}

function containerIn(parent: JsonObject, node: SchemaNode): JsonObject {
  const known = parent.get(node.segment);
  if (known instanceof Map) return known;
  const made: JsonObject = new Map();
  parent.set(node.segment, made);
  return made;
}

function entryIn(
  parent: JsonObject,
  entries: Map<JsonObject, Map<string, JsonObject>>,
  node: SchemaNode,
  keys: readonly string[],
): JsonObject {
  const index = entries.get(parent) ?? new Map<string, JsonObject>();
  entries.set(parent, index);
  const name = JSON.stringify([node.segment, ...keys]);
  const known = index.get(name);
  if (known !== undefined) return known;
  const made: JsonObject = new Map(node.keys.map((key, i) => [key.segment, jsonFromText(key.type, keys[i] ?? '')]));
  index.set(name, made);
  const list = parent.get(node.segment);
  if (Array.isArray(list)) list.push(made);
  else parent.set(node.segment, [made]);
  return made;
}

function leafJson(node: SchemaNode, value: NonNullable<IntentEdit['value']>): JsonValue {
  if (isMany(value)) return value.map((each) => leafJson(node, each));
  if (node.kind === 'container') return new Map();
  if (node.type?.base === 'empty') return [null];
  return readJson(JSON.stringify(value));
}

function isMany(value: NonNullable<IntentEdit['value']>): value is readonly LeafValue[] {
  return Array.isArray(value);
}

function pathOf(root: SchemaNode, { path: steps }: IntentEdit): Path {
  const path: PathElem[] = [];
  let node = root;
  for (const { name, keys = [] } of steps) {
    const child = findChild(node, name);
    if (child === undefined || child === 'ambiguous' || child.keys.length !== keys.length) {
      const text = steps.map((step) => `/${[step.name, ...(step.keys ?? [])].join(' ')}`).join('');
      throw new EdgeconfError('INTERNAL', `the adapter proposes ${text}, which the model does not have`);
    }
    path.push(child.keys.length === 0 ? { node: child } : { node: child, keys });
    node = child;
  }
  return path;
}
