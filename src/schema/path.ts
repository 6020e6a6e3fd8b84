// Paths resolved against a schema: concrete ones, and queries with wildcards; how they are made, printed and matched.

import { EdgeconfError } from '../errors.ts';
import { canonicalKeyText } from './key-text.ts';
import { decodeKeyValue, encodeKeyValue, encodeName, type RowKey } from './row-key.ts';
import { findChild, type SchemaNode, schemaPath } from './schema-node.ts';

/** One step of a concrete path. `keys` are canonical texts in schema key order; a list without `keys` is the whole list. */
export interface PathElem {
  readonly node: SchemaNode;
  readonly keys?: readonly string[];
}

/** A concrete data path; `[]` is the root. */
export type Path = readonly PathElem[];

/** One step of a query; an undefined key stands for every value. */
export interface QueryElem {
  readonly node: SchemaNode;
  readonly keys: readonly (string | undefined)[];
}

/** A path in which list keys may be left open. It covers the node and everything below. [gNMI 2.4.2] */
export type PathQuery = readonly QueryElem[];

/** A step as a client writes it: name, `module:name`, `*` or `...`, and key predicates by key name. */
export interface TextElem {
  readonly name: string;
  readonly key: Readonly<Record<string, string>>;
}

/**
 * The queries that a client's path stands for: one, or several where `*` or `...` match several schema nodes.
 * @returns [] when a wildcard matches no schema node.
 * @throws EdgeconfError INVALID_ARGUMENT naming the element that no module knows, a key on a non-list, or an unknown key.
 */
export function resolveQuery(root: SchemaNode, elems: readonly TextElem[]): PathQuery[] {
  // `.../...` says no more than `...`, but its ways to match are many.
  const single = elems.filter(({ name }, i) => name !== '...' || elems[i + 1]?.name !== '...');
  return resolveFrom(root, single, 0, []);
}

function resolveFrom(node: SchemaNode, elems: readonly TextElem[], at: number, done: PathQuery): PathQuery[] {
  const elem = elems[at];
  if (elem === undefined) return [done];
  if (elem.name === '...') {
    // The node covers all that is below it.
    if (at === elems.length - 1) return [done];
    const here = resolveBelow(node, elems, at + 1, done);
    const below = [...node.children.values()].flatMap((child) =>
      resolveFrom(child, elems, at, [...done, queryElem(child, {}, elems, at)]),
    );
    return dedupe([...here, ...below]);
  }
  if (elem.name === '*') {
    return [...node.children.values()].flatMap((child) => {
      if (!Object.keys(elem.key).every((name) => child.keys.some((key) => key.name === name))) return [];
      return resolveBelow(child, elems, at + 1, [...done, queryElem(child, elem.key, elems, at)]);
    });
  }
  const child = childOf(node, elems, at);
  return resolveFrom(child, elems, at + 1, [...done, queryElem(child, elem.key, elems, at)]);
}

/** Behind a wildcard a name need not exist under every node that the wildcard matched. */
function resolveBelow(node: SchemaNode, elems: readonly TextElem[], at: number, done: PathQuery): PathQuery[] {
  const elem = elems[at];
  if (elem === undefined || elem.name === '...' || elem.name === '*') return resolveFrom(node, elems, at, done);
  const found = findChild(node, elem.name);
  if (found === undefined) return [];
  const children = found === 'ambiguous' ? [...node.children.values()].filter((c) => c.name === elem.name) : [found];
  return children.flatMap((child) => {
    if (!Object.keys(elem.key).every((name) => child.keys.some((key) => key.name === name))) return [];
    return resolveBelow(child, elems, at + 1, [...done, queryElem(child, elem.key, elems, at)]);
  });
}

function dedupe(queries: PathQuery[]): PathQuery[] {
  const seen = new Map<string, PathQuery>();
  for (const query of queries) {
    seen.set(query.map(({ node, keys }) => JSON.stringify([node.segment, ...keys])).join(), query);
  }
  return [...seen.values()];
}

function childOf(node: SchemaNode, elems: readonly TextElem[], at: number): SchemaNode {
  const name = elems[at]?.name ?? '';
  const child = findChild(node, name);
  if (child !== undefined && child !== 'ambiguous') return child;
  const where = formatElems(elems.slice(0, at + 1));
  if (child === 'ambiguous') {
    const modules = [...node.children.values()].filter((c) => c.name === name).map((c) => `${c.module}:${name}`);
    throw new EdgeconfError(
      'INVALID_ARGUMENT',
      `${where}: '${name}' is in several modules; write ${modules.join(' or ')}`,
    );
  }
  const known = [...node.children.values()].map((c) => c.name);
  const list = known.length === 0 ? 'it has no child nodes' : `known here: ${known.slice(0, 12).join(', ')}`;
  throw new EdgeconfError(
    'INVALID_ARGUMENT',
    `${where}: no such node '${name}' under ${schemaPath(node) || 'the root'}; ${list}`,
  );
}

function queryElem(
  node: SchemaNode,
  key: Readonly<Record<string, string>>,
  elems: readonly TextElem[],
  at: number,
): QueryElem {
  for (const name of Object.keys(key)) {
    if (node.keys.some((leaf) => leaf.name === name)) continue;
    const where = formatElems(elems.slice(0, at + 1));
    const right =
      node.kind !== 'list'
        ? `'${node.name}' is not a list`
        : `its keys: ${node.keys.map((leaf) => leaf.name).join(', ')}`;
    throw new EdgeconfError('INVALID_ARGUMENT', `${where}: unknown key '${name}'; ${right}`);
  }
  const keys = node.keys.map((leaf) => {
    const text = Object.hasOwn(key, leaf.name) ? key[leaf.name] : undefined;
    return text === undefined || text === '*' ? undefined : canonicalKeyText(leaf.type, text, leaf.module);
  });
  return { node, keys };
}

/**
 * The query as a concrete path, or undefined when it leaves a key open. A list at the end with all keys open is the
 * whole list, which is concrete.
 */
export function concretePath(query: PathQuery): Path | undefined {
  const path: PathElem[] = [];
  for (const [i, { node, keys }] of query.entries()) {
    if (keys.length === 0) path.push({ node });
    else if (keys.every((key) => key !== undefined)) path.push({ node, keys: keys as string[] });
    else if (i === query.length - 1 && keys.every((key) => key === undefined)) path.push({ node });
    else return undefined;
  }
  return path;
}

/** A path as a query that covers it. */
export function queryOf(path: Path): PathQuery {
  return path.map(({ node, keys }) => ({ node, keys: keys ?? node.keys.map(() => undefined) }));
}

/** The longest key prefix that every row under the query shares. */
export function queryPrefix(query: PathQuery): RowKey {
  let prefix = '';
  for (const { node, keys } of query) {
    prefix += encodeName(node);
    for (const [i, leaf] of node.keys.entries()) {
      const text = keys[i];
      if (text === undefined) return prefix;
      prefix += encodeKeyValue(leaf, text);
    }
  }
  return prefix;
}

/** Whether the row at `key` stands at or below the query. */
export function matchesKey(query: PathQuery, key: RowKey): boolean {
  let at = 0;
  for (const { node, keys } of query) {
    const name = encodeName(node);
    if (!key.startsWith(name, at)) return false;
    at += name.length;
    for (const [i, wanted] of keys.entries()) {
      const end = key.indexOf('\x00', at);
      if (end < 0) return false;
      const leaf = node.keys[i];
      if (wanted !== undefined && leaf !== undefined && decodeKeyValue(leaf, key.slice(at, end)) !== wanted)
        return false;
      at = end + 1;
    }
  }
  return true;
}

/** Human text of a concrete path, e.g. `/site[site-id=chicago]/upf`. [gnmi-path-strings] */
export function formatPath(path: Path): string {
  return formatElems(textElems(path));
}

/** Human text of a query; open keys print as `*`. */
export function formatQuery(query: PathQuery): string {
  return formatElems(
    query.map(({ node, keys }) => ({
      name: node.name,
      key: Object.fromEntries(node.keys.map((leaf, i) => [leaf.name, keys[i] ?? '*'])),
    })),
  );
}

/** A concrete path as names and key predicates, the form that gNMI messages carry. */
export function textElems(path: Path): TextElem[] {
  return path.map(({ node, keys }) => ({
    name: node.name,
    key: Object.fromEntries((keys ?? []).map((text, i) => [node.keys[i]?.name ?? '', text])),
  }));
}

/** Human text of a client's path as it was written. */
export function formatElems(elems: readonly TextElem[]): string {
  if (elems.length === 0) return '/';
  return elems
    .map(({ name, key }) => {
      const keys = Object.entries(key).map(([k, v]) => `[${k}=${v.replace(/[\\\]]/g, '\\$&')}]`);
      return `/${name}${keys.join('')}`;
    })
    .join('');
}
