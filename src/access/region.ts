// Sets of paths as rules describe them, and what is in one and not in another: exact, for paths of whatever keys.

import type { PathQuery, QueryElem } from '../schema/path.ts';
import type { SchemaNode } from '../schema/schema-node.ts';
import { QueryIndex } from './query-index.ts';

/** Everything at and below `query` but for what lies at or below one of `except`, each of which lies below `query`. */
export interface Region {
  readonly query: PathQuery;
  readonly except: readonly PathQuery[];
}

/** What rules about one action say in one model: what an `allow` covers and no `deny` does is allowed. */
export interface Area {
  /** Areas of one model that say the same have the same. */
  readonly signature: string;
  readonly allow: readonly PathQuery[];
  readonly deny: readonly PathQuery[];
}

export const NOWHERE: Area = { signature: '', allow: [], deny: [] };

/** Whether all at and below `inner` lies at or below `outer`. */
export function contains(outer: PathQuery, inner: PathQuery): boolean {
  return outer.every(({ node, keys }, i) => {
    const other = inner[i];
    return other?.node === node && keys.every((key, k) => key === undefined || key === other.keys[k]);
  });
}

/** What lies at or below both; undefined when nothing does. */
export function meeting(a: PathQuery, b: PathQuery): PathQuery | undefined {
  const [long, short] = a.length >= b.length ? [a, b] : [b, a];
  const met: QueryElem[] = [];
  for (const [i, { node, keys }] of long.entries()) {
    const other = short[i];
    if (other !== undefined && other.node !== node) return undefined;
    const both: (string | undefined)[] = [];
    for (const [k, key] of keys.entries()) {
      const otherKey = other?.keys[k];
      if (key !== undefined && otherKey !== undefined && key !== otherKey) return undefined;
      both.push(key ?? otherKey);
    }
    met.push({ node, keys: both });
  }
  return met;
}

/** The queries without those that another one contains, wide ones first. */
export function simplified(root: SchemaNode, queries: readonly PathQuery[]): PathQuery[] {
  if (queries.length < 2) return [...queries];
  const fixed = (query: PathQuery): number =>
    query.flatMap(({ keys }) => keys.filter((key) => key !== undefined)).length;
  const sorted = queries.map((query) => ({ query, fixed: fixed(query) }));
  sorted.sort((a, b) => a.query.length - b.query.length || a.fixed - b.fixed);
  const index = new QueryIndex(root);
  return sorted.flatMap(({ query }) => {
    if (index.coversAll(query)) return [];
    index.add(query);
    return [query];
  });
}

/** What is at and below a query without these; undefined when one of them contains all of it. */
export function regionOf(root: SchemaNode, query: PathQuery, without: readonly PathQuery[]): Region | undefined {
  return regionBeside(root, query, indexOf(root, without));
}

function regionBeside(root: SchemaNode, query: PathQuery, without: QueryIndex): Region | undefined {
  return without.coversAll(query) ? undefined : { query, except: simplified(root, without.common(query)) };
}

/** Whether a path or query lies in the region with everything below it. */
export function regionHolds({ query, except }: Region, asked: PathQuery): boolean {
  return contains(query, asked) && !except.some((other) => contains(other, asked));
}

/** All that is allowed in an area, as few regions as need be. */
export function allowedRegions(root: SchemaNode, { allow, deny }: Area): Region[] {
  const denied = indexOf(root, deny);
  return simplified(root, allow).flatMap((query) => asList(regionBeside(root, query, denied)));
}

/** What is allowed in one area and not in another. */
export function difference(root: SchemaNode, area: Area, other: Area): Region[] {
  if (area.signature === other.signature) return [];
  const denied = indexOf(root, area.deny);
  const alike = indexOf(root, other.allow);
  // What is new in the other one: usually little, however much both have in common.
  const newlyDenied = indexOf(
    root,
    simplified(root, other.deny).filter((query) => !denied.coversAll(query)),
  );
  const without = indexOf(root, [...area.deny, ...other.allow]);
  const regions = simplified(root, area.allow).flatMap((query) => [
    // Either the other does not allow it,
    ...(alike.coversAll(query) ? [] : asList(regionBeside(root, query, without))),
    // or the other denies it.
    ...newlyDenied.common(query).flatMap((both) => asList(regionBeside(root, both, denied))),
  ]);
  return withoutContained(regions);
}

function indexOf(root: SchemaNode, queries: readonly PathQuery[]): QueryIndex {
  const index = new QueryIndex(root);
  for (const query of queries) index.add(query);
  return index;
}

function withoutContained(regions: readonly Region[]): Region[] {
  let kept: Region[] = [];
  for (const region of regions) {
    if (kept.some((other) => regionContains(other, region))) continue;
    kept = kept.filter((other) => !regionContains(region, other));
    kept.push(region);
  }
  return kept;
}

function regionContains(outer: Region, inner: Region): boolean {
  if (!contains(outer.query, inner.query)) return false;
  return outer.except.every((missing) => {
    const both = meeting(missing, inner.query);
    return both === undefined || inner.except.some((other) => contains(other, both));
  });
}

function asList(region: Region | undefined): Region[] {
  return region === undefined ? [] : [region];
}

/** Equal for equal regions of one model. */
export function regionId({ query, except }: Region): string {
  const parts = [query, ...except].map((each) =>
    each.map(({ node, keys }) => [node.segment, ...keys.map((key) => key ?? null)]),
  );
  return JSON.stringify(parts);
}
