// The values of an edit's fragment, each with the concrete path that it is written to.

import { type JsonValue, printJson, readJson } from './json-text.ts';
import { canonicalKeyText } from './key-text.ts';
import type { Path } from './path.ts';
import { findChild, hasRow, type SchemaNode } from './schema-node.ts';

/** A value of a node that has a row of its own. */
export interface FragmentValue {
  readonly path: Path;
  readonly value: JsonValue;
}

/**
 * In the order of the text; keys of list entries are values too.
 * @param path where the fragment is written to; its one member is the path's last node, or for the root all members are below.
 * @param json RFC 7951 text with canonical values, as normalize.ts makes it.
 */
export function* fragmentValues(root: SchemaNode, path: Path, json: string): Iterable<FragmentValue> {
  const last = path.at(-1);
  if (last === undefined) yield* below(root, [], readJson(json));
  else for (const value of members(readJson(json)).values()) yield* at(last.node, path.slice(0, -1), value);
}

function* below(parent: SchemaNode, path: Path, object: JsonValue): Iterable<FragmentValue> {
  for (const [name, value] of members(object)) {
    const child = findChild(parent, name);
    if (child !== undefined && child !== 'ambiguous') yield* at(child, path, value);
  }
}

function* at(node: SchemaNode, around: Path, value: JsonValue): Iterable<FragmentValue> {
  if (hasRow(node)) yield { path: [...around, { node }], value };
  if (node.kind === 'container') yield* below(node, [...around, { node }], value);
  if (node.kind !== 'list' || !Array.isArray(value)) return;
  for (const entry of value) yield* below(node, [...around, { node, keys: keysOf(node, entry) }], entry);
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
