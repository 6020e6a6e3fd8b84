// All values of the subscribed paths as they are in a snapshot, leaf by leaf, in Notifications. [gNMI 3.5.1.5]

import type { Grants } from '../../access/grants.ts';
import type { Snapshot } from '../../datastore/snapshot.ts';
import { matchesKey, type Path, type PathQuery } from '../../schema/path.ts';
import { decodeKey } from '../../schema/row-key.ts';
import { Bundle } from './bundle.ts';
import type { GnmiLimits } from './limits.ts';
import { instancesOf, partsOf, seenLeaves, sightOf } from './sight.ts';
import type { Feed, Subscriptions } from './subscriptions.ts';
import { leafValue } from './value-encoding.ts';

/** Yields encoded SubscribeResponses; takes the next rows only when asked for more, so a slow reader costs no memory. */
export function* currentValues(
  { feeds, encoding }: Subscriptions,
  snapshots: ReadonlyMap<string, Snapshot>,
  grants: Grants,
  limits: GnmiLimits,
  timeNs: bigint,
): Iterable<Buffer> {
  const bundle = new Bundle(limits, feeds[0]?.style.prefix);
  for (const [i, { target, query, style, wanted }] of feeds.entries()) {
    const snapshot = snapshots.get(target);
    if (snapshot === undefined) continue;
    const sight = sightOf(grants, target, query, wanted);
    const former = feeds.slice(0, i).filter((feed) => feed.target === target);
    if (sight === 'nothing') continue;
    for (const path of pathsOf(snapshot, query)) {
      for (const { key, value } of seenLeaves(snapshot, path, sight)) {
        // A leaf in two subscriptions is one leaf of the stream.
        if (former.some((feed) => matchesKey(feed.query, key))) continue;
        const leaf = decodeKey(snapshot.model.root, key);
        const node = leaf.at(-1)?.node;
        const val = node === undefined ? undefined : leafValue(node, value, encoding);
        if (val === undefined) continue;
        bundle.update(style.print(leaf), val, 0, key.length + value.length);
        if (bundle.isFull) yield bundle.take(timeNs);
      }
    }
  }
  if (!bundle.isEmpty) yield bundle.take(timeNs);
}

function* pathsOf(snapshot: Snapshot, query: PathQuery): Iterable<Path> {
  for (const part of partsOf(snapshot.model.root, query)) yield* instancesOf(snapshot, part);
}

/** The snapshots of all targets that are subscribed to, as they are now. */
export function snapshotsOf(
  feeds: readonly Feed[],
  snapshot: (target: string) => Snapshot | undefined,
): Map<string, Snapshot> {
  const snapshots = new Map<string, Snapshot>();
  for (const { target } of feeds) {
    const found = snapshots.has(target) ? undefined : snapshot(target);
    if (found !== undefined) snapshots.set(target, found);
  }
  return snapshots;
}
