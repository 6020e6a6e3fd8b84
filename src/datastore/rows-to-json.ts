// Rows -> the RFC 7951 JSON text that libyang loads: configuration only, user-ordered entries in their order.

import { isRankKey } from '../schema/row-key.ts';
import type { SchemaNode } from '../schema/schema-node.ts';

/** Keys and values of rows in key order, alternating; the form in which rows cross to a worker. */
export type FlatRows = readonly string[];

/** The whole tree as one JSON object. */
export function rowsToJson(root: SchemaNode, rows: FlatRows): string {
  const printer = new RowPrinter(root);
  printer.add(rows);
  return printer.finish();
}

/** A node that is being printed: a container, a list, an entry of one, or the root. */
interface Open {
  readonly node: SchemaNode;
  readonly kind: 'object' | 'list';
  /** What the keys of all rows below it start with. */
  readonly prefix: string;
  isEmpty: boolean;
  /** Of a user-ordered list: the entries so far. Of an entry of one: what was being printed around it. */
  readonly entries?: { rank: string; json: string }[];
  readonly around?: string;
  rank: string;
}

/** Prints rows as they come, in any number of parts; nothing is held but the text. */
export class RowPrinter {
  readonly #parts: string[] = [];
  readonly #open: Open[];
  #text = '{';

  constructor(root: SchemaNode) {
    this.#open = [{ node: root, kind: 'object', prefix: '', isEmpty: true, rank: '' }];
  }

  /** The next rows, in key order. */
  add(rows: FlatRows): void {
    for (let i = 0; i < rows.length; i += 2) this.#add(rows[i] ?? '', rows[i + 1] ?? 'null');
    // Inside a user-ordered entry the text around it waits there.
    if (this.#open.some(({ around }) => around !== undefined)) return;
    this.#parts.push(this.#text);
    this.#text = '';
  }

  finish(): string {
    while (this.#open.length > 1) this.#close();
    return `${this.#parts.join('')}${this.#text}}`;
  }

  #add(key: string, value: string): void {
    let top = this.#top;
    while (!key.startsWith(top.prefix)) {
      this.#close();
      top = this.#top;
    }
    let at = top.prefix.length;
    for (;;) {
      if (top.kind === 'list') {
        for (let i = 0; i < top.node.keys.length; i++) at = key.indexOf('\x00', at) + 1;
        top = this.#enter(top.node, 'object', key.slice(0, at));
      }
      // The row of a presence container itself has no name of its own, nor has the rank of an entry.
      if (key.length === at) return;
      if (isRankKey(key) && key.length === at + 2) {
        top.rank = value;
        return;
      }
      const end = key.indexOf('\x00', at) + 1;
      const child = top.node.children.get(key.slice(at, end - 1));
      if (child?.config !== true) return;
      this.#text += top.isEmpty ? `"${child.segment}":` : `,"${child.segment}":`;
      top.isEmpty = false;
      if (child.kind !== 'container' && child.kind !== 'list') {
        this.#text += value;
        return;
      }
      at = end;
      top = this.#enter(child, child.kind === 'list' ? 'list' : 'object', key.slice(0, end));
    }
  }

  #enter(node: SchemaNode, kind: Open['kind'], prefix: string): Open {
    const list = kind === 'object' && node.kind === 'list' ? this.#top : undefined;
    const ordered = list?.entries !== undefined;
    if (list !== undefined && !ordered && !list.isEmpty) this.#text += ',';
    if (list !== undefined) list.isEmpty = false;
    const open: Open = {
      node,
      kind,
      prefix,
      isEmpty: true,
      rank: '',
      ...(kind === 'list' && node.orderedByUser ? { entries: [] } : {}),
      ...(ordered ? { around: this.#text } : {}),
    };
    if (ordered) this.#text = '';
    this.#text += kind === 'list' ? '[' : '{';
    this.#open.push(open);
    return open;
  }

  #close(): void {
    const closed = this.#top;
    this.#open.pop();
    if (closed.entries !== undefined) {
      closed.entries.sort((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0));
      this.#text += closed.entries.map(({ json }) => json).join(',');
    }
    this.#text += closed.kind === 'list' ? ']' : '}';
    if (closed.around === undefined) return;
    this.#top.entries?.push({ rank: closed.rank, json: this.#text });
    this.#text = closed.around;
  }

  get #top(): Open {
    const top = this.#open.at(-1);
    if (top === undefined) throw new Error('the root is closed by finish alone');
    return top;
  }
}
