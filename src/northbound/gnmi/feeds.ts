// What the subscriptions of a list come to in the targets that there are: queries, how answers are written, and what is seen.

import type { Grants } from '../../access/grants.ts';
import type { Datastore } from '../../datastore/datastore.ts';
import type { Snapshot } from '../../datastore/snapshot.ts';
import { type Code, EdgeconfError } from '../../errors.ts';
import type { Path as GnmiPath } from '../../proto/gnmi.ts';
import { matchesKey, type Path, type PathQuery, queryPrefix } from '../../schema/path.ts';
import { decodeKey, type RowKey, rangeEnd } from '../../schema/row-key.ts';
import type { SchemaNode } from '../../schema/schema-node.ts';
import { depthBase, withinDepth } from './depth.ts';
import { isPrefixConcrete, PathStyle } from './path-style.ts';
import { resolveQueries } from './resolve.ts';
import { isSeen, type Sight, sightOf, type Wanted, wantedModules } from './sight.ts';
import type { Subscriptions } from './subscriptions.ts';
import type { Place } from './targets.ts';

/** One query of one target, as one caller sees it; a path with wildcards becomes several. */
export interface Feed {
  readonly target: string;
  readonly query: PathQuery;
  readonly style: PathStyle;
  /** The prefix of answers; the same object for all feeds that share one. */
  readonly prefix: GnmiPath | undefined;
  readonly sight: Sight;
  /** The rows that the query may match are those from here ... */
  readonly from: RowKey;
  /** ... to before here. */
  readonly to: RowKey;
}

/** The feeds of one target; two with the same shape send the same bytes for the same commit. */
export interface TargetFeeds {
  readonly target: string;
  readonly feeds: readonly Feed[];
  /** Says all that answers depend on beside the data: paths, how they are written, encoding, and what is seen. */
  readonly shape: string;
  /** The part of the shape that says what is seen. */
  readonly sights: string;
}

/** What a model answers for a path, an origin or a module that it does not have. */
const modelFaults: readonly Code[] = ['INVALID_ARGUMENT', 'UNIMPLEMENTED'];

/**
 * The feeds of these lines, by target in the order in which paths name them.
 * @param places where each of `lines` is to be read. Where one path has several, models differ, so it is wrong only when
 *   it is wrong in all of them.
 * @throws EdgeconfError INVALID_ARGUMENT, UNIMPLEMENTED for what is wrong with a path.
 */
export function feedsOf(
  subscriptions: Pick<Subscriptions, 'encoding' | 'models' | 'depth' | 'config'>,
  places: readonly (readonly Place[])[],
  grants: Grants,
): TargetFeeds[] {
  const resolved = places.flatMap((each) => resolvePlaces(each));
  // All answers of a target carry the same prefix, so it must be one that all paths can be written with.
  const keepPrefix = resolved.every(({ path, queries }) => isPrefixConcrete(path, queries[0] ?? []));
  const grouped = new Map<string, Resolved[]>();
  for (const each of resolved) {
    const group = grouped.get(each.snapshot.target);
    if (group === undefined) grouped.set(each.snapshot.target, [each]);
    else group.push(each);
  }
  return [...grouped.values()].map((group) => targetFeeds(subscriptions, group, grants, keepPrefix));
}

interface Resolved extends Place {
  readonly queries: readonly PathQuery[];
}

function resolvePlaces(places: readonly Place[]): Resolved[] {
  const resolved: Resolved[] = [];
  const faults: unknown[] = [];
  for (const place of places) {
    try {
      resolved.push({ ...place, queries: resolveQueries(place.snapshot.model, place.path) });
    } catch (thrown) {
      if (!(thrown instanceof EdgeconfError) || !modelFaults.includes(thrown.code)) throw thrown;
      faults.push(thrown);
    }
  }
  if (places.length > 0 && faults.length === places.length) throw faults[0];
  return resolved;
}

function targetFeeds(
  { encoding, models, depth, config }: Pick<Subscriptions, 'encoding' | 'models' | 'depth' | 'config'>,
  group: readonly Resolved[],
  grants: Grants,
  keepPrefix: boolean,
): TargetFeeds {
  const { target, model } = (group[0] as Resolved).snapshot;
  const wanted: Wanted = { modules: wantedModules(model, models), ...(config ? { config: true } : {}) };
  const feeds: Feed[] = [];
  const sights: string[] = [];
  let prefix: GnmiPath | undefined;
  for (const { path, queries } of group) {
    const style = new PathStyle(path, keepPrefix);
    prefix ??= style.prefix;
    for (const query of queries) {
      const sight = withinDepth(sightOf(grants, target, query, wanted), depth, depthBase(path, query.length));
      const from = queryPrefix(query);
      feeds.push({ target, query, style, prefix, sight, from, to: rangeEnd(from) });
      sights.push(sightName(grants, target, query));
    }
  }
  const written = group.map(({ path }) => [path.prefix, path.path]);
  const seen = sights.join();
  const shape = JSON.stringify([target, model.id, encoding, keepPrefix, depth, config, models ?? [], written, seen]);
  return { target, feeds, shape, sights: seen };
}

/** Equal for callers who see the same: all, nothing, or what one set of rights lets through. */
function sightName(grants: Grants, target: string, query: PathQuery): string {
  const covered = grants.covers(target, 'read', query);
  if (covered !== 'some') return covered ? 'all' : 'nothing';
  let number = grantNumbers.get(grants);
  if (number === undefined) {
    number = nextGrantNumber++;
    grantNumbers.set(grants, number);
  }
  // The same rights are others in a target that has come to another tenant.
  return `rights ${number} in ${grants.tenantOf(target)}`;
}

const grantNumbers = new WeakMap<Grants, number>();
let nextGrantNumber = 1;

/** The first feed that lets the row through; a leaf in two subscriptions is one leaf of the stream. */
export function feedOf(feeds: readonly Feed[], key: RowKey, path: () => Path): Feed | undefined {
  return feeds.find(
    ({ query, sight, from, to }) => key >= from && key < to && matchesKey(query, key) && isSeen(sight, path),
  );
}

/** A change of an effective value that a feed lets through. */
export interface Picked {
  readonly feed: Feed;
  readonly key: RowKey;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** Changes that are looked at in one step. */
const changesPerStep = 1024;

/**
 * The changes that feeds let through, each once, in key order, step by step: between two steps others may get the thread.
 * Costs O(log changes) for each feed, and what is found.
 */
export function* pick(
  feeds: readonly Feed[],
  root: SchemaNode,
  changes: readonly Omit<Picked, 'feed'>[],
): Generator<void, Picked[]> {
  const found = new Map<RowKey, Picked>();
  for (const feed of feeds) {
    if (feed.sight === 'nothing') continue;
    for (let i = lowerBound(changes, feed.from); i < changes.length; i++) {
      if (i % changesPerStep === changesPerStep - 1) yield;
      const change = changes[i] as Omit<Picked, 'feed'>;
      if (change.key >= feed.to) break;
      if (found.has(change.key) || !matchesKey(feed.query, change.key)) continue;
      if (isSeen(feed.sight, () => decodeKey(root, change.key))) found.set(change.key, { feed, ...change });
    }
  }
  const picked = [...found.values()];
  return feeds.length === 1 ? picked : picked.sort((a, b) => (a.key < b.key ? -1 : 1));
}

function lowerBound(changes: readonly { readonly key: RowKey }[], from: RowKey): number {
  let low = 0;
  let high = changes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((changes[middle]?.key ?? '') < from) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The targets' snapshots of one moment, by name. */
export type Snapshots = ReadonlyMap<string, Snapshot>;

/** The snapshots of all targets that are subscribed to, as they are now. */
export function snapshotsOf(
  targets: readonly TargetFeeds[],
  datastore: Pick<Datastore, 'snapshot'>,
): Map<string, Snapshot> {
  const snapshots = new Map<string, Snapshot>();
  for (const { target } of targets) {
    const snapshot = datastore.snapshot(target);
    if (snapshot !== undefined) snapshots.set(target, snapshot);
  }
  return snapshots;
}
