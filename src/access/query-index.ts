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
  readonly queries: PathQuery[];
  /** The queries by the values of some of the fixed keys, for each choice of keys that was asked with. */
  readonly byPart: Map<string, Map<string, PathQuery[]>>;
}

export class QueryIndex {
  readonly #root: SchemaNode;
  readonly #shapes = new Map<SchemaNode, Map<string, Shape>>();
  /** Shapes that end at a node or above it: what a decision about the node looks at. */
  readonly #upTo = new Map<SchemaNode, readonly Shape[]>();
  /** Shapes of queries that end below a node. */
  readonly #below = new Map<SchemaNode, Set<Shape>>();

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
    const shape: Shape = shapes.get(fixed.join(' ')) ?? { fixed, values: new Set(), queries: [], byPart: new Map() };
    shapes.set(fixed.join(' '), shape);
    shape.values.add(valuesOf(shape, query) ?? '');
    shape.queries.push(query);
    shape.byPart.clear();
    this.#upTo.clear();
    if (query.length === 0) return;
    for (const node of [this.#root, ...query.slice(0, -1).map((elem) => elem.node)]) {
      this.#below.set(node, (this.#below.get(node) ?? new Set()).add(shape));
    }
  }

  /** Whether one query covers the asked one with everything below. Does not depend on the number of queries. */
  coversAll(asked: Asked): boolean {
    for (const shape of this.#shapesUpTo(asked.at(-1)?.node ?? this.#root)) {
      const values = valuesOf(shape, asked);
      if (values !== undefined && shape.values.has(values)) return true;
    }
    return false;
  }

  /** Whether one query may cover something at or below the asked one. Does not depend on the number of queries. */
  touches(asked: Asked): boolean {
    const node = asked.at(-1)?.node ?? this.#root;
    for (const shape of this.#shapesUpTo(node)) if (meeting(shape, asked).length > 0) return true;
    for (const shape of this.#below.get(node) ?? []) if (meeting(shape, asked).length > 0) return true;
    return false;
  }

  /** What each query has in common with the asked one, where that is something. Costs what is found. */
  common(asked: PathQuery): PathQuery[] {
    const node = asked.at(-1)?.node ?? this.#root;
    const found: PathQuery[] = [];
    for (const shape of this.#shapesUpTo(node)) {
      for (const query of meeting(shape, asked)) found.push(intersection(asked, query));
    }
    for (const shape of this.#below.get(node) ?? []) {
      for (const query of meeting(shape, asked)) found.push(intersection(query, asked));
    }
    return found;
  }

  *[Symbol.iterator](): IterableIterator<PathQuery> {
    for (const shapes of this.#shapes.values()) for (const { queries } of shapes.values()) yield* queries;
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
function valuesOf({ fixed }: Pick<Shape, 'fixed'>, asked: Asked): string | undefined {
  const values: string[] = [];
  for (const [elem, key] of fixed) {
    const value = asked[elem]?.keys?.[key];
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values.length === 1 ? values[0] : JSON.stringify(values);
}

/** Queries of a shape that no key tells apart from the asked one, with which they lie on one line of the schema. */
function meeting({ fixed, queries, byPart }: Shape, asked: Asked): readonly PathQuery[] {
  const part = fixed.filter(([elem, key]) => asked[elem]?.keys?.[key] !== undefined);
  if (part.length === 0) return queries;
  const id = part.join(' ');
  let known = byPart.get(id);
  if (known === undefined) {
    known = new Map();
    for (const query of queries) push(known, valuesOf({ fixed: part }, query) ?? '', query);
    byPart.set(id, known);
  }
  return known.get(valuesOf({ fixed: part }, asked) ?? '') ?? [];
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
