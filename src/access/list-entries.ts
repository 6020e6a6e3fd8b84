// Reads a top-level list or container out of a snapshot's rows: entries with their leaves, leaf-lists and lists below.

import type { Snapshot } from '../datastore/snapshot.ts';
import { EdgeconfError } from '../errors.ts';
import { type JsonValue, printJson, readJson } from '../schema/json-text.ts';
import type { PathElem } from '../schema/path.ts';
import { decodeKey, encodeName, isRankKey } from '../schema/row-key.ts';
import { hasRow, type SchemaNode } from '../schema/schema-node.ts';

/** One list entry (or container) as it stands in a snapshot. Names are bare node names. */
export class Entry {
  readonly node: SchemaNode;
  readonly keys: readonly string[];
  /** The place of an entry in a list that users order; texts that sort like the list. */
  rank = '';
  readonly #values = new Map<string, string>();
  readonly #below = new Map<string, Map<string, Entry>>();

  constructor({ node, keys = [] }: PathElem) {
    this.node = node;
    this.keys = keys;
  }

  /** A leaf whose type prints as a JSON string; its default when it has no row. */
  text(name: string): string | undefined {
    const json = this.#json(name);
    return json === undefined ? undefined : textOf(readJson(json));
  }

  /** A leaf whose type is an integer, large ones rounded; undefined when it has neither row nor default. */
  count(name: string): number | undefined {
    const json = this.#json(name);
    // 64-bit integers are JSON strings. [RFC 7951 6.1]
    return json === undefined ? undefined : Number(json.replaceAll('"', ''));
  }

  /** The leaf or leaf-list as it is stored; undefined when it has no row. */
  stored(name: string): string | undefined {
    return this.#values.get(name);
  }

  /** A container directly below; undefined when no row stands in it. */
  container(name: string): Entry | undefined {
    return this.#below.get(name)?.values().next().value;
  }

  /** A leaf of type boolean; its default when it has no row. */
  flag(name: string): boolean {
    return this.#json(name) === 'true';
  }

  /** A leaf-list of such a type; empty when it has neither row nor defaults. */
  texts(name: string): readonly string[] {
    const json = this.#values.get(name);
    const values = json === undefined ? this.#child(name)?.defaults.map((value) => readJson(value)) : readJson(json);
    return Array.isArray(values) ? values.map(textOf) : [];
  }

  /** The entries of a list directly below, in tree order, or in that of the users who order it. */
  entries(name: string): Iterable<Entry> {
    const entries = [...(this.#below.get(name)?.values() ?? [])];
    return entries.sort((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0));
  }

  /** The entry at `elem`, made when it is the first time that a row below it is seen. */
  enter(elem: PathElem): Entry {
    const entries = this.#below.get(elem.node.name) ?? new Map<string, Entry>();
    this.#below.set(elem.node.name, entries);
    const { keys = [] } = elem;
    const id = keys.length === 1 ? (keys[0] ?? '') : JSON.stringify(keys);
    const entry = entries.get(id) ?? new Entry(elem);
    entries.set(id, entry);
    return entry;
  }

  put(name: string, json: string): void {
    this.#values.set(name, json);
  }

  #json(name: string): string | undefined {
    return this.#values.get(name) ?? this.#child(name)?.defaults[0];
  }

  #child(name: string): SchemaNode | undefined {
    return this.node.children.get(name);
  }
}

function textOf(value: JsonValue): string {
  if (typeof value !== 'string') throw new EdgeconfError('DATA_LOSS', `the policy has ${printJson(value)} for a text`);
  return value;
}

/**
 * The entries of a top-level list, in tree order, or a top-level container as the one entry; none when the model has no
 * such node. O(rows of it).
 * @param segment the list's name as row keys write it, e.g. `edgeconf-platform:user`.
 */
export function readEntries(snapshot: Snapshot, segment: string): Iterable<Entry> {
  const { root } = snapshot.model;
  const list = root.children.get(segment);
  if (list === undefined) return [];
  const top = new Entry({ node: root });
  for (const row of snapshot.subtree(encodeName(list))) {
    let at = top;
    for (const elem of decodeKey(root, row.key)) {
      if (hasRow(elem.node) && elem.node.kind !== 'container') at.put(elem.node.name, row.value);
      else at = at.enter(elem);
    }
    // A rank is a JSON string; ranks compare without their quotes.
    if (isRankKey(row.key)) at.rank = row.value.slice(1, -1);
  }
  return top.entries(list.name);
}
