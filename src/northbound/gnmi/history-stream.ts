// What a STREAM with a range of the past sends: the configuration at its start, and then every commit in it. [gnmi-history 2.2.2]

import { confirmIdOf } from '../../datastore/notes.ts';
import type { Snapshot } from '../../datastore/snapshot.ts';
import type { Candidate } from '../../datastore/transaction.ts';
import { EdgeconfError } from '../../errors.ts';
import { inSlices, Slices } from '../../slices.ts';
import { commitMarker, syncResponse } from './bundle.ts';
import { currentValues } from './current-values.ts';
import type { TargetFeeds } from './feeds.ts';
import type { History } from './history-extension.ts';
import type { GnmiLimits } from './limits.ts';
import { parcelOf } from './parcel.ts';
import { firstRevisionOf, type PastSource, revisionAt, snapshotAt } from './past.ts';
import type { Subscriptions } from './subscriptions.ts';

/** @throws EdgeconfError UNIMPLEMENTED when the time is still to come. */
export function checkElapsed(history: History, nowNs: bigint): void {
  const timeNs = history.kind === 'snapshot' ? history.timeNs : history.endNs;
  if (timeNs <= nowNs) return;
  throw new EdgeconfError(
    'UNIMPLEMENTED',
    `extension history: ${timeNs} ns is in the future (now ${nowNs}); ask for what has been, or subscribe without it`,
  );
}

/** The targets as they were right behind a revision; those that were not there then are left out. */
export async function snapshotsAt(
  source: PastSource,
  targets: readonly TargetFeeds[],
  revision: number,
): Promise<Map<string, Snapshot>> {
  const snapshots = new Map<string, Snapshot>();
  for (const { target } of targets) {
    const snapshot = await snapshotAt(source, target, revision);
    if (snapshot !== undefined) snapshots.set(target, snapshot);
  }
  return snapshots;
}

/** Yields encoded SubscribeResponses. */
export async function* pastRange(
  source: PastSource,
  targets: readonly TargetFeeds[],
  { encoding, updatesOnly, config }: Subscriptions,
  { startNs, endNs }: Extract<History, { kind: 'range' }>,
  limits: GnmiLimits,
): AsyncIterable<Buffer> {
  // A commit at the start itself is part of the values at the start, or else of the changes.
  const before = await revisionAt(source, updatesOnly ? startNs - 1n : startNs);
  const snapshots = await snapshotsAt(source, targets, before);
  if (!updatesOnly) {
    const feeds = targets.flatMap((each) => each.feeds);
    yield* currentValues(feeds, snapshots, { encoding, limits, timeNs: startNs });
  }
  yield syncResponse;
  const slices = new Slices();
  const last = await revisionAt(source, endNs - 1n);
  const firsts = new Map(targets.map(({ target }) => [target, firstRevisionOf(source, target)]));
  for (let revision = before + 1; revision <= last; revision++) {
    const entry = await source.history.entry(revision);
    let told = false;
    const joined = targets.filter(({ target }) => firsts.get(target) === revision);
    for (const [target, snapshot] of await snapshotsAt(source, joined, revision)) snapshots.set(target, snapshot);
    const feeds = joined.flatMap((each) => each.feeds);
    for (const message of currentValues(feeds, snapshots, { encoding, limits, timeNs: entry.timeNs })) {
      yield message;
      told = true;
    }
    for (const { target, changes } of entry.commits) {
      const wanted = targets.find((each) => each.target === target);
      const then = snapshots.get(target);
      // What a target was before it came to its tenant is not told, and all of it has been told when it joined.
      if (wanted === undefined || then === undefined || joined.includes(wanted)) continue;
      const after = then.with(changes, revision);
      snapshots.set(target, after);
      const commit: Candidate = { target, before: then, after, changes };
      const parcel = await inSlices(parcelOf(wanted.feeds, commit, entry, encoding, limits), slices);
      for (let i = 0, message = parcel?.message(0); message !== undefined; message = parcel?.message(++i)) {
        yield message;
        told = true;
      }
    }
    if (told && config) yield commitMarker(revision, confirmIdOf(entry));
  }
}
