// A concrete path in a region, for a person to look at and for a request to try: one that is there, or a made-up one.

import { type Path, type PathElem, queryOf, queryPrefix } from '../schema/path.ts';
import { decodeKey, isRankKey } from '../schema/row-key.ts';
import type { SchemaNode, SchemaType } from '../schema/schema-node.ts';
import type { Action } from './action.ts';
import type { ViewedTarget } from './policy-view.ts';
import { type Region, regionHolds } from './region.ts';

/** A request that would be allowed. */
export interface ExampleRequest {
  readonly action: Action;
  readonly path: Path;
}

/** Rows and nodes that are looked at in search of an example. */
const mostLookedAt = 2_000;

/**
 * For reading, changing and deleting a row that is there, if the first ones of the region have a fitting one; otherwise
 * the region's own path, or a leaf below it, with made-up keys.
 */
export function examplePath(target: ViewedTarget, region: Region, action: Action): Path {
  const there = action === 'create' || action === 'execute' ? undefined : rowIn(target, region, action);
  if (there !== undefined) return there;
  return action === 'read' || action === 'execute' ? withKeys(region) : leafPath(target.root, region);
}

/** A leaf of the region that could be written, whatever is there, with made-up keys; the region's own path without one. */
export function leafPath(root: SchemaNode, region: Region): Path {
  const path = withKeys(region);
  return leafBelow(root, region, path) ?? path;
}

function rowIn(target: ViewedTarget, region: Region, action: Action): Path | undefined {
  const snapshot = target.snapshot();
  let looked = 0;
  for (const { key } of snapshot?.subtree(queryPrefix(region.query)) ?? []) {
    if (++looked > mostLookedAt) return undefined;
    if (isRankKey(key) || snapshot === undefined) continue;
    const path = decodeKey(snapshot.model.root, key);
    const node = path.at(-1)?.node;
    if (node === undefined || !fits(node, action) || !regionHolds(region, queryOf(path))) continue;
    if (target.shows === undefined || target.shows(path)) return path;
  }
  return undefined;
}

function fits(node: SchemaNode, action: Action): boolean {
  if (action === 'read') return true;
  return node.config && !node.isKey && !(action === 'delete' && node.mandatory);
}

/** The region's own path; open keys get values that no exception of the region has. */
function withKeys({ query, except }: Region): Path {
  return query.map(({ node, keys }, i): PathElem => {
    if (keys.length === 0) return { node };
    const excepted = (k: number) => new Set(except.map((other) => other[i]?.keys[k]));
    return { node, keys: keys.map((key, k) => key ?? madeUpKey(node.keys[k]?.type, excepted(k))) };
  });
}

/** A leaf that can be written, at or below the path; texts without patterns first, for they take any value. */
function leafBelow(root: SchemaNode, region: Region, path: Path): Path | undefined {
  const open: Path[] = [path];
  let found: Path | undefined;
  for (const at of open) {
    if (open.length > mostLookedAt) break;
    const end = at.at(-1)?.node ?? root;
    if (end.kind === 'leaf' && fits(end, 'update') && regionHolds(region, queryOf(at))) {
      if (isFreeText(end)) return at;
      found ??= at;
    }
    for (const node of end.children.values()) {
      if (!node.config) continue;
      const next: PathElem =
        node.keys.length === 0 ? { node } : { node, keys: node.keys.map((key) => madeUpKey(key.type, new Set())) };
      open.push([...at, next]);
    }
  }
  return found;
}

function isFreeText({ type }: SchemaNode): boolean {
  return type?.base === 'string' && type.patterns === undefined;
}

/** A value of the type that is none of these, as long as the type has another one. */
function madeUpKey(type: SchemaType | undefined, not: ReadonlySet<string | undefined>): string {
  const first = (values: Iterable<string>): string => {
    let last = '';
    for (const value of values) {
      if (!not.has(value)) return value;
      last = value;
    }
    return last;
  };
  switch (type?.base) {
    case 'leafref':
      return madeUpKey(type.target, not);
    case 'union':
      return madeUpKey(type.members?.[0], not);
    case 'boolean':
      return first(['true', 'false']);
    case 'enumeration':
      return first(type.enums ?? []);
    case 'identityref':
      return first(type.identities ?? []);
    case 'string':
    case undefined:
      return first(numbered('example'));
    default:
      return first(numbersFrom(/^[0-9]+/.exec(type?.range ?? '')?.[0] ?? '1'));
  }
}

function* numbered(text: string): Iterable<string> {
  yield text;
  for (let i = 2; ; i++) yield `${text}-${i}`;
}

function* numbersFrom(first: string): Iterable<string> {
  for (let i = BigInt(first); ; i++) yield i.toString();
}
