// Rows to the JSON text of the value at a path, in one pass and without parsing a value.

import { EdgeconfError } from '../errors.ts';
import { effectiveRows, type RowLookup } from './defaults.ts';
import type { Path } from './path.ts';
import { encodeKey, type RowKey } from './row-key.ts';
import { hasRow, type SchemaNode } from './schema-node.ts';

export interface PrintOptions {
  /**
   * `json-ietf`: member names as RFC 7951 has them, with their module at the top of the value and where it changes.
   * `json`: bare names, with their module only where two siblings differ in nothing else. Values are RFC 7951 in both.
   */
  readonly style: 'json' | 'json-ietf';
  /** Include the defaults in use. Not for rows that are effective already. */
  readonly defaults: boolean;
  /** Only nodes with this `config`; keys stay where something else of their entry does. */
  readonly config?: boolean | undefined;
  /** For `defaults`: what stands outside of the path, see `effectiveRows`. */
  readonly lookup?: RowLookup | undefined;
}

/**
 * The value at `path` of rows in key order, all at or below it: a leaf's bare value, an object for a container or a list
 * entry (keys first), an array for a whole list (ordered by rank when users order it); undefined when nothing is there.
 * Containers appear when something is in them or they have presence.
 * @throws EdgeconfError DATA_LOSS when a row does not fit the schema.
 */
export function printSubtree(
  root: SchemaNode,
  path: Path,
  rows: Iterable<{ readonly key: RowKey; readonly value: string }>,
  options: PrintOptions,
): string | undefined {
  const all = options.defaults ? effectiveRows(root, path, rows, options.lookup) : rows;
  const last = path.at(-1);
  const prefix = encodeKey(path);
  if (last !== undefined && hasRow(last.node) && last.node.kind !== 'container') {
    for (const { key, value } of all) {
      if (key === prefix) return isKept(last.node, options) ? value : undefined;
    }
    return undefined;
  }
  const isList = last?.node.kind === 'list' && last.keys === undefined;
  const printer = new Printer(openFrame(last?.node ?? root, prefix, isList, true), options);
  for (const { key, value } of all) printer.add(key, value);
  return printer.finish();
}

const END = '\x00';
const RANK = 0x05;

function isKept(node: SchemaNode, { config }: PrintOptions): boolean {
  return config === undefined || node.config === config;
}

/** A container, list or list entry whose rows are being read. */
interface Frame {
  readonly node: SchemaNode;
  readonly prefix: RowKey;
  readonly isList: boolean;
  /** Whether its members are at the top of the value. */
  readonly isTop: boolean;
  /** Members but the keys, with commas between. */
  body: string;
  /** Members that are keys, by place in the list's keys. */
  keys: string[];
  /** Whether it is there even without members. */
  present: boolean;
  /** Entries of a list that users order. */
  readonly ranked: { rank: string; text: string }[];
  rank: string;
}

function openFrame(node: SchemaNode, prefix: RowKey, isList: boolean, isTop: boolean): Frame {
  return { node, prefix, isList, isTop, body: '', keys: [], present: false, ranked: [], rank: '' };
}

class Printer {
  readonly #options: PrintOptions;
  readonly #frames: Frame[];
  #top: Frame;

  constructor(frame: Frame, options: PrintOptions) {
    this.#options = options;
    this.#frames = [frame];
    this.#top = frame;
  }

  add(key: RowKey, value: string): void {
    while (!key.startsWith(this.#top.prefix)) {
      if (this.#frames.length === 1) throw misfit(key, 0);
      this.#close();
    }
    let at = this.#top.prefix.length;
    while (at < key.length) {
      const frame = this.#top;
      if (frame.isList) {
        at = this.#openEntry(frame, key, at);
        continue;
      }
      if (key.charCodeAt(at) === RANK) {
        // The rank is a JSON string; ranks compare without their quotes.
        frame.rank = value.slice(1, -1);
        return;
      }
      const end = key.indexOf(END, at);
      const child = frame.node.children.get(key.slice(at, end));
      if (end < 0 || child === undefined) throw misfit(key, at);
      at = end + 1;
      if (child.kind !== 'container' && child.kind !== 'list') {
        if (at !== key.length) throw misfit(key, at);
        this.#addLeaf(frame, child, value);
        return;
      }
      this.#push(openFrame(child, key.slice(0, at), child.kind === 'list', false));
    }
    if (isKept(this.#top.node, this.#options)) this.#top.present = true;
  }

  finish(): string | undefined {
    while (this.#frames.length > 1) this.#close();
    return textOf(this.#top);
  }

  #openEntry(list: Frame, key: RowKey, from: number): number {
    let at = from;
    for (let i = 0; i < list.node.keys.length; i++) {
      at = key.indexOf(END, at) + 1;
      if (at === 0) throw misfit(key, from);
    }
    this.#push(openFrame(list.node, key.slice(0, at), false, list.isTop));
    return at;
  }

  #addLeaf(frame: Frame, leaf: SchemaNode, value: string): void {
    if (leaf.isKey) {
      frame.keys[frame.node.keys.indexOf(leaf)] = this.#name(frame, leaf) + value;
      if (isKept(leaf, this.#options)) frame.present = true;
    } else if (isKept(leaf, this.#options)) {
      frame.body += (frame.body === '' ? '' : ',') + this.#name(frame, leaf) + value;
    }
  }

  #push(frame: Frame): void {
    this.#frames.push(frame);
    this.#top = frame;
  }

  /** Hands the text of the innermost frame to the one around it. */
  #close(): void {
    const closed = this.#frames.pop() as Frame;
    const outer = this.#frames[this.#frames.length - 1] as Frame;
    this.#top = outer;
    const text = textOf(closed);
    if (text === undefined) return;
    if (outer.isList && outer.node.orderedByUser) outer.ranked.push({ rank: closed.rank, text });
    else outer.body += (outer.body === '' ? '' : ',') + (outer.isList ? text : this.#name(outer, closed.node) + text);
  }

  #name(parent: Frame, child: SchemaNode): string {
    const names = memberNames(child);
    if (this.#options.style === 'json') return names.bare;
    return parent.isTop ? names.full : names.segment;
  }
}

function textOf({ isList, body, keys, present, ranked }: Frame): string | undefined {
  if (isList) {
    if (ranked.length === 0) return body === '' ? undefined : `[${body}]`;
    ranked.sort((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0));
    return `[${ranked.map(({ text }) => text).join(',')}]`;
  }
  if (body === '' && !present) return undefined;
  if (keys.length === 0) return `{${body}}`;
  const shown = keys.filter((key) => key !== undefined).join(',');
  return `{${shown}${body === '' ? '' : ','}${body}}`;
}

/** A node's name as a member, quoted and with its colon. */
interface MemberNames {
  readonly bare: string;
  readonly segment: string;
  readonly full: string;
}

const namesOf = new WeakMap<SchemaNode, MemberNames>();

function memberNames(node: SchemaNode): MemberNames {
  const known = namesOf.get(node);
  if (known !== undefined) return known;
  const { name, module, segment, parent } = node;
  const isUnique = [...(parent?.children.values() ?? [])].every((child) => child === node || child.name !== name);
  const full = `"${module}:${name}":`;
  const names = { bare: isUnique ? `"${name}":` : full, segment: `"${segment}":`, full };
  namesOf.set(node, names);
  return names;
}

function misfit(key: RowKey, at: number): EdgeconfError {
  return new EdgeconfError('DATA_LOSS', `row key ${JSON.stringify(key)} does not fit the schema at offset ${at}`);
}
