// A set of path queries in one model that quickly answers whether one of them covers a path or touches a subtree.

import type { PathQuery } from '../schema/path.ts';
import type { SchemaNode } from '../schema/schema-node.ts';

/** A concrete path or a query; keys left out or undefined are open. */
type Asked = readonly { readonly node: SchemaNode; readonly keys?: readonly (string | undefined)[] }[];

/** Queries that end at the same node and fix the same keys, by the values that they fix. */
interface Shape {
  /** Element and key number of each fixed key. */
  readonly fixed: readonly (readonly [elem: number, key: number])[];
  readonly values: Set<string>;
}

export class QueryIndex {
  readonly #root: SchemaNode;
  readonly #shapes = new Map<SchemaNode, Map<string, Shape>>();
  /** Shapes that end at a node or above it: what a decision about the node looks at. */
  readonly #upTo = new Map<SchemaNode, readonly Shape[]>();
  readonly #ending = new Map<SchemaNode, PathQuery[]>();
  /** Queries that end below a node. */
  readonly #passing = new Map<SchemaNode, PathQuery[]>();

  constructor(root: SchemaNode) {
    this.#root = root;
  }

  add(query: PathQuery): void {
    const end = query.at(-1)?.node ?? this.#root;
    const fixed = query.flatMap(({ keys }, i) =>
      keys.flatMap((key, k) => (key === undefined ? [] : [[i, k] as const])),
    );
    const shapes = this.#shapes.get(end) ?? new Map<string, Shape>();
    this.#shapes.set(end, shapes);
    const shape = shapes.get(fixed.join(' ')) ?? { fixed, values: new Set() };
    shapes.set(fixed.join(' '), shape);
    shape.values.add(valuesOf(shape, query) ?? '');
    this.#upTo.clear();
    push(this.#ending, end, query);
    if (query.length === 0) return;
    push(this.#passing, this.#root, query);
    for (const { node } of query.slice(0, -1)) push(this.#passing, node, query);
  }

  /** Whether one query covers the asked one with everything below. Does not depend on the number of queries. */
  coversAll(asked: Asked): boolean {
    for (const shape of this.#shapesUpTo(asked.at(-1)?.node ?? this.#root)) {
      const values = valuesOf(shape, asked);
      if (values !== undefined && shape.values.has(values)) return true;
    }
    return false;
  }

  /** Whether one query may cover something at or below the asked one. O(queries on its line of the schema). */
  touches(asked: Asked): boolean {
    if (this.coversAll(asked)) return true;
    const node = asked.at(-1)?.node ?? this.#root;
    for (let at: SchemaNode | undefined = node; at !== undefined; at = at.parent) {
      if (this.#ending.get(at)?.some((query) => meet(query, asked))) return true;
    }
    return this.#passing.get(node)?.some((query) => meet(query, asked)) === true;
  }

  /** What each query has in common with the asked one, where that is something. */
  common(asked: PathQuery): PathQuery[] {
    const node = asked.at(-1)?.node ?? this.#root;
    const found: PathQuery[] = [];
    for (let at: SchemaNode | undefined = node; at !== undefined; at = at.parent) {
      for (const query of this.#ending.get(at) ?? []) if (meet(query, asked)) found.push(intersection(asked, query));
    }
    for (const query of this.#passing.get(node) ?? []) if (meet(query, asked)) found.push(intersection(query, asked));
    return found;
  }

  *[Symbol.iterator](): IterableIterator<PathQuery> {
    for (const queries of this.#ending.values()) yield* queries;
  }

  #shapesUpTo(node: SchemaNode): readonly Shape[] {
    let shapes = this.#upTo.get(node);
    if (shapes === undefined) {
      const above = node.parent === undefined ? [] : this.#shapesUpTo(node.parent);
      shapes = [...above, ...(this.#shapes.get(node)?.values() ?? [])];
      this.#upTo.set(node, shapes);
    }
    return shapes;
  }
}

/** The values at the shape's keys as one text; undefined when one of them is open. */
function valuesOf({ fixed }: Shape, asked: Asked): string | undefined {
  const values: string[] = [];
  for (const [elem, key] of fixed) {
    const value = asked[elem]?.keys?.[key];
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values.length === 1 ? values[0] : JSON.stringify(values);
}

/** Whether no key tells two queries apart that lie on one line of the schema. */
function meet(a: PathQuery, b: Asked): boolean {
  return a.every(({ keys }, i) =>
    keys.every((key, k) => {
      const other = b[i]?.keys?.[k];
      return key === undefined || other === undefined || key === other;
    }),
  );
}

/** @param above ends at or above the node at which `below` ends, and no key tells them apart. */
function intersection(below: PathQuery, above: PathQuery): PathQuery {
  return below.map(({ node, keys }, i) => ({ node, keys: keys.map((key, k) => key ?? above[i]?.keys[k]) }));
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, [value]);
  else values.push(value);
}
