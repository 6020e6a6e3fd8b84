// Intent as an adapter sees it: rows of one snapshot walked by names, with defaults in use, every read recorded.

import { encodeKeyValue, encodeName, type RowKey, rangeEnd } from '../../schema/row-key.ts';
import { findChild, type SchemaNode, schemaPath } from '../../schema/schema-node.ts';
import type { IntentNode, LeafValue } from '../adapter.ts';
import { entryKeys } from './key-walk.ts';
import { leafListValues, leafValue } from './leaf-value.ts';

/** Where rows of configuration come from: state is no intent. */
interface Rows {
  get(key: RowKey): { readonly value: string } | undefined;
  range(from: RowKey, to: RowKey): Iterable<{ readonly key: RowKey; readonly value: string }>;
}

/** Where intent comes from; a Snapshot fits. */
export interface RowSource {
  readonly target: string;
  readonly rows: Rows;
}

/** What was read: single rows, who is in which list, and subtrees where any row counts (choices). */
export interface Reads {
  readonly rows: Set<RowKey>;
  /** Keys of lists, without an entry's keys. */
  readonly lists: Set<RowKey>;
  readonly subtrees: Set<RowKey>;
}

/** An empty record. */
export function noReads(): Reads {
  return { rows: new Set(), lists: new Set(), subtrees: new Set() };
}

/** The root of a target's intent; what is read through it, or through nodes found from it, is added to `reads`. */
export function intentView(source: RowSource, root: SchemaNode, reads: Reads): IntentNode {
  return new ViewNode({ target: source.target, source: source.rows, reads }, root, '', []);
}

interface Viewed {
  readonly target: string;
  readonly source: Rows;
  readonly reads: Reads;
}

class ViewNode implements IntentNode {
  readonly target: string;
  readonly keys: readonly string[];
  readonly #viewed: Viewed;
  readonly #node: SchemaNode;
  readonly #prefix: RowKey;

  constructor(viewed: Viewed, node: SchemaNode, prefix: RowKey, keys: readonly string[]) {
    this.#viewed = viewed;
    this.#node = node;
    this.#prefix = prefix;
    this.target = viewed.target;
    this.keys = keys;
  }

  get root(): IntentNode {
    let top = this.#node;
    while (top.parent !== undefined) top = top.parent;
    return new ViewNode(this.#viewed, top, '', []);
  }

  leaf(...names: string[]): LeafValue | undefined {
    const place = this.#descend(names, 'leaf');
    const text = this.#read(place.prefix) ?? this.#defaults(place)[0];
    return text === undefined ? undefined : leafValue(text);
  }

  leafList(...names: string[]): readonly LeafValue[] {
    const place = this.#descend(names, 'leaf-list');
    const text = this.#read(place.prefix);
    return text === undefined ? this.#defaults(place).map(leafValue) : leafListValues(text);
  }

  container(...names: string[]): IntentNode {
    const { node, prefix } = this.#descend(names, 'container');
    return new ViewNode(this.#viewed, node, prefix, []);
  }

  list(name: string): readonly IntentNode[] {
    const { node, prefix } = this.#descend([name], 'list');
    const { source, reads } = this.#viewed;
    reads.lists.add(prefix);
    const entries: ViewNode[] = [];
    const end = rangeEnd(prefix);
    for (let from = prefix; ; ) {
      const row = first(source.range(from, end));
      if (row === undefined) return entries;
      const entry = entryKeys(node, prefix, row.key);
      entries.push(new ViewNode(this.#viewed, node, entry.prefix, entry.keys));
      from = rangeEnd(entry.prefix);
    }
  }

  entry(name: string, ...keys: string[]): IntentNode | undefined {
    const { node, prefix } = this.#descend([name], 'list');
    const [keyLeaf] = node.keys;
    if (keyLeaf === undefined || keys.length !== node.keys.length) {
      throw new Error(`${schemaPath(node)} has ${node.keys.length} keys, not ${keys.length}`);
    }
    const entry = prefix + node.keys.map((leaf, i) => encodeKeyValue(leaf, keys[i] ?? '')).join('');
    if (this.#read(entry + encodeName(keyLeaf)) === undefined) return undefined;
    return new ViewNode(this.#viewed, node, entry, keys);
  }

  #read(key: RowKey): string | undefined {
    this.#viewed.reads.rows.add(key);
    return this.#viewed.source.get(key)?.value;
  }

  /** The default values of a leaf that has no row, when they are in use. [RFC 7950 7.6.1] */
  #defaults({ node, way }: Place): readonly string[] {
    if (node.defaults.length === 0 || node.conditional) return [];
    for (const step of way) {
      if (step.node.kind === 'container' && step.node.presence && this.#read(step.prefix) === undefined) return [];
      if (step.node.cases.length > 0 && !this.#caseActive(step)) return [];
    }
    return node.defaults;
  }

  /** A case is active when it has a row, the default case also when no other case of its choice has one. */
  #caseActive({ node, parent, prefix }: Way): boolean {
    return node.cases.every((ref, depth) => {
      const siblings = [...(node.parent?.children.values() ?? [])].filter((s) => s.cases[depth]?.choice === ref.choice);
      const inCase = siblings.filter((s) => s.cases[depth]?.case === ref.case);
      if (inCase.some((s) => s !== node && this.#hasRows(parent + encodeName(s)))) return true;
      if (this.#hasRows(prefix)) return true;
      return ref.default && !siblings.some((s) => !inCase.includes(s) && this.#hasRows(parent + encodeName(s)));
    });
  }

  #hasRows(prefix: RowKey): boolean {
    this.#viewed.reads.subtrees.add(prefix);
    return first(this.#viewed.source.range(prefix, rangeEnd(prefix))) !== undefined;
  }

  /** Follows names through containers; a name that the schema does not know is a fault of the adapter. */
  #descend(names: readonly string[], kind: SchemaNode['kind']): Place {
    const way: Way[] = [];
    let node = this.#node;
    let prefix = this.#prefix;
    for (const [i, name] of names.entries()) {
      const child = childNamed(node, name);
      const wanted = i === names.length - 1 ? kind : 'container';
      if (child === undefined || child.kind !== wanted || !child.config) {
        throw new Error(`intent has no ${wanted} '${name}' under ${schemaPath(node) || 'the root'}`);
      }
      way.push({ node: child, parent: prefix, prefix: prefix + encodeName(child) });
      prefix += encodeName(child);
      node = child;
    }
    return { node, prefix, way };
  }
}

interface Way {
  readonly node: SchemaNode;
  readonly parent: RowKey;
  readonly prefix: RowKey;
}

interface Place {
  readonly node: SchemaNode;
  readonly prefix: RowKey;
  readonly way: readonly Way[];
}

function first<T>(items: Iterable<T>): T | undefined {
  for (const item of items) return item;
  return undefined;
}

const namedChildren = new WeakMap<SchemaNode, Map<string, SchemaNode | undefined>>();

function childNamed(node: SchemaNode, name: string): SchemaNode | undefined {
  const known = namedChildren.get(node) ?? new Map<string, SchemaNode | undefined>();
  namedChildren.set(node, known);
  if (!known.has(name)) {
    const child = findChild(node, name);
    known.set(name, child === 'ambiguous' ? undefined : child);
  }
  return known.get(name);
}
