// State rows (config false) written by names, and what differs between them and what a snapshot has.

import type { Snapshot } from '../../datastore/snapshot.ts';
import type { StateReport } from '../../datastore/state-rows.ts';
import { printJson } from '../../schema/json-text.ts';
import { jsonFromText } from '../../schema/leaf-text.ts';
import { encodeElem, encodeName, type RowKey } from '../../schema/row-key.ts';
import { findChild, type SchemaNode, schemaPath } from '../../schema/schema-node.ts';

/** Devices may say much; this much of it is shown. */
const MOST_CHARS = 1_000;

/** What a leaf or leaf-list holds; undefined: it has no value. */
export type LeafContent = string | number | boolean | readonly string[] | undefined;

/** One node of state, with all rows that are written below it. Numbers of 64 bits are texts. [RFC 7951 6.1] */
export class StateTree {
  readonly rows: Map<RowKey, string>;
  readonly prefix: RowKey;
  readonly #node: SchemaNode;

  constructor(node: SchemaNode, prefix: RowKey, rows = new Map<RowKey, string>()) {
    this.#node = node;
    this.prefix = prefix;
    this.rows = rows;
  }

  leaf(name: string, value: LeafContent): void {
    const node = this.#child(name);
    if (value === undefined || (Array.isArray(value) && value.length === 0)) return;
    const text = node.type?.base === 'empty' ? '[null]' : JSON.stringify(value);
    this.rows.set(this.prefix + encodeName(node), text);
  }

  container(name: string): StateTree {
    const node = this.#child(name);
    return new StateTree(node, this.prefix + encodeName(node), this.rows);
  }

  /** An entry of a list, for reading. */
  entry(name: string, ...keys: string[]): StateTree {
    const node = this.#child(name);
    return new StateTree(node, this.prefix + encodeElem({ node, keys }), this.rows);
  }

  /** An entry of a list of state, with its key leaves. */
  newEntry(name: string, ...keys: string[]): StateTree {
    const entry = this.entry(name, ...keys);
    const { keys: leaves } = entry.#node;
    for (const [i, leaf] of leaves.entries()) {
      this.rows.set(entry.prefix + encodeName(leaf), printJson(jsonFromText(leaf.type, keys[i] ?? '')));
    }
    return entry;
  }

  #child(name: string): SchemaNode {
    const child = findChild(this.#node, name);
    if (child !== undefined && child !== 'ambiguous') return child;
    throw new Error(`${schemaPath(this.#node) || 'the root'} has no one node '${name}'`);
  }
}

/** What must be reported so that these rows, and no others below the prefixes, are there. O(rows below the prefixes) */
export function reportsFor(
  snapshot: Snapshot,
  prefixes: readonly RowKey[],
  rows: ReadonlyMap<RowKey, string>,
): StateReport[] {
  const reports: StateReport[] = [];
  const there = new Map<RowKey, string>();
  for (const prefix of prefixes) {
    for (const { key, value } of snapshot.subtree(prefix)) {
      there.set(key, value);
      if (!rows.has(key)) reports.push({ key, value: undefined });
    }
  }
  for (const [key, value] of rows) if (there.get(key) !== value) reports.push({ key, value });
  return reports;
}

/** What a device said, short enough to be shown. */
export function shortened(words: string): string;
export function shortened(words: string | undefined): string | undefined;
export function shortened(words: string | undefined): string | undefined {
  return words === undefined || words.length <= MOST_CHARS ? words : `${words.slice(0, MOST_CHARS)}...`;
}
