// The other way to take an update of leaf-lists: the values of the update are the leaf-list's only ones afterwards.

import type { Edit } from '../../datastore/transaction.ts';
import { type JsonValue, printJson, readJson } from '../../schema/json-text.ts';
import { canonicalKeyText } from '../../schema/key-text.ts';
import type { Path } from '../../schema/path.ts';
import { findChild, type SchemaNode } from '../../schema/schema-node.ts';

/** One replace for each leaf-list in the fragment of an update. @param json see `Edit.json`. */
export function leafListReplaces(root: SchemaNode, path: Path, json: string): Edit[] {
  const edits: Edit[] = [];
  const last = path.at(-1);
  // The fragment's one member is the path's last node; all else stands below it.
  if (last === undefined) collect(root, [], readJson(json), edits);
  else for (const value of members(readJson(json)).values()) visit(last.node, path.slice(0, -1), value, edits);
  return edits;
}

function collect(parent: SchemaNode, path: Path, object: JsonValue, edits: Edit[]): void {
  for (const [name, value] of members(object)) {
    const child = findChild(parent, name);
    if (child !== undefined && child !== 'ambiguous') visit(child, path, value, edits);
  }
}

function visit(node: SchemaNode, around: Path, value: JsonValue, edits: Edit[]): void {
  if (node.kind === 'leaf-list') {
    const json = printJson(new Map([[`${node.module}:${node.name}`, value]]));
    edits.push({ op: 'replace', path: [...around, { node }], json });
  } else if (node.kind === 'container') {
    collect(node, [...around, { node }], value, edits);
  } else if (node.kind === 'list' && Array.isArray(value)) {
    for (const entry of value) collect(node, [...around, { node, keys: keysOf(node, entry) }], entry, edits);
  }
}

function keysOf(list: SchemaNode, entry: JsonValue): string[] {
  return list.keys.map((leaf) => canonicalKeyText(leaf.type, keyText(members(entry).get(leaf.segment)), leaf.module));
}

function keyText(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value;
  return typeof value === 'boolean' || (value instanceof Object && 'text' in value) ? printJson(value) : '';
}

function members(value: JsonValue): ReadonlyMap<string, JsonValue> {
  return value instanceof Map ? value : new Map();
}
