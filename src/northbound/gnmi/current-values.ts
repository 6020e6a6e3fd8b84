// All values of the subscribed paths as they are in a snapshot, leaf by leaf, in Notifications. [gNMI 3.5.1.5]

import type { Snapshot } from '../../datastore/snapshot.ts';
import type { Path as GnmiPath } from '../../proto/gnmi.ts';
import type { Path, PathQuery } from '../../schema/path.ts';
import { decodeKey } from '../../schema/row-key.ts';
import { Bundle } from './bundle.ts';
import { type Feed, feedOf, type Snapshots } from './feeds.ts';
import type { GnmiLimits } from './limits.ts';
import { instancesOf, partsOf, seenLeaves } from './sight.ts';
import { leafValue, type ServedEncoding } from './value-encoding.ts';

/** How values are sent. */
export interface ValueForm {
  readonly encoding: ServedEncoding;
  readonly limits: GnmiLimits;
  /** When they were collected. */
  readonly timeNs: bigint;
  /** How many collections each value stands for beside its own. [gNMI 2.1] */
  readonly duplicates?: number;
}

/** Yields encoded SubscribeResponses; takes the next rows only when asked for more, so a slow reader costs no memory. */
export function* currentValues(feeds: readonly Feed[], snapshots: Snapshots, form: ValueForm): Iterable<Buffer> {
  const { encoding, limits, timeNs, duplicates = 0 } = form;
  let prefix: GnmiPath | undefined = feeds[0]?.prefix;
  let bundle = new Bundle(limits, prefix);
  for (const [i, feed] of feeds.entries()) {
    const { target, query, style, sight } = feed;
    const snapshot = snapshots.get(target);
    if (snapshot === undefined || sight === 'nothing') continue;
    if (feed.prefix !== prefix) {
      if (!bundle.isEmpty) yield bundle.take(timeNs);
      prefix = feed.prefix;
      bundle = new Bundle(limits, prefix);
    }
    const former = feeds.slice(0, i).filter((other) => other.target === target);
    for (const path of pathsOf(snapshot, query)) {
      for (const { key, value } of seenLeaves(snapshot, path, sight)) {
        const leaf = decodeKey(snapshot.model.root, key);
        if (former.length > 0 && feedOf(former, key, () => leaf) !== undefined) continue;
        const node = leaf.at(-1)?.node;
        const val = node === undefined ? undefined : leafValue(node, value, encoding);
        if (val === undefined) continue;
        bundle.update(style.print(leaf), val, duplicates, key.length + value.length);
        if (bundle.isFull) yield bundle.take(timeNs);
      }
    }
  }
  if (!bundle.isEmpty) yield bundle.take(timeNs);
}

function* pathsOf(snapshot: Snapshot, query: PathQuery): Iterable<Path> {
  for (const part of partsOf(snapshot.model.root, query)) yield* instancesOf(snapshot, part);
}
