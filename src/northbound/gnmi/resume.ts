// What a client that comes back has missed: the latest value of all that changed since the revision that it holds, so that there is no gap.

import { Access } from '../../access/access.ts';
import type { Grants } from '../../access/grants.ts';
import type { Identity } from '../../access/identity.ts';
import { samePolicy } from '../../access/policy.ts';
import type { Change } from '../../datastore/row.ts';
import type { Snapshot } from '../../datastore/snapshot.ts';
import { declaredTargets, platformTarget, tenantSince } from '../../datastore/targets.ts';
import { EdgeconfError } from '../../errors.ts';
import { effectiveChanges, effectiveValue } from '../../schema/defaults.ts';
import { decodeKey, isRankKey, type RowKey } from '../../schema/row-key.ts';
import { inSlices } from '../../slices.ts';
import { currentValues } from './current-values.ts';
import { type Picked, pick, type Snapshots, type TargetFeeds } from './feeds.ts';
import type { GnmiLimits } from './limits.ts';
import { Parcel } from './parcel.ts';
import type { PastSource } from './past.ts';
import type { ServedEncoding } from './value-encoding.ts';

/** What the client is to be brought to, taken in one step. */
export interface Present {
  readonly revision: number;
  readonly timeNs: bigint;
  /** Of all targets that are subscribed to, and of `platform`. */
  readonly snapshots: Snapshots;
  readonly targets: readonly TargetFeeds[];
  /** Whether targets are found by `*`. */
  readonly everywhere: boolean;
}

export interface Who {
  readonly identity: Identity;
  readonly grants: Grants;
}

/** @throws EdgeconfError OUT_OF_RANGE for a revision that is still to come or too long ago. */
export function checkStartRevision(from: number, head: number, { revisionsToResume }: GnmiLimits): void {
  if (from > head) throw outOfRange(`revision ${from} has not been; the last is ${head}`);
  if (head - from > revisionsToResume) {
    throw outOfRange(`revision ${from} is ${head - from} revisions ago; at most ${revisionsToResume} are read again`);
  }
}

/**
 * Yields encoded SubscribeResponses that turn what the client held at revision `from` into what there is at `present`: each
 * leaf at most once, with its latest value.
 * @throws EdgeconfError OUT_OF_RANGE when what the client may read, or a target or its model, has changed meanwhile.
 */
export async function* changesSince(
  source: PastSource,
  from: number,
  present: Present,
  who: Who,
  encoding: ServedEncoding,
  limits: GnmiLimits,
): AsyncIterable<Buffer> {
  const { before, models } = await earlier(source, from, present);
  const had = hadTargets(before, present, from);
  for (const [target, modelId] of models) {
    if (!had.has(target)) continue;
    const now = present.snapshots.get(target)?.model.id;
    if (now !== undefined && now !== modelId) throw outOfRange(`target '${target}' had model ${modelId}, now ${now}`);
  }
  checkRights(before, present, who, had);
  for (const { target, feeds } of present.targets) {
    const after = present.snapshots.get(target);
    const then = before.get(target);
    if (after === undefined || then === undefined) continue;
    if (!had.has(target)) {
      yield* currentValues(feeds, present.snapshots, { encoding, limits, timeNs: present.timeNs });
      continue;
    }
    const picked = await inSlices(pick(feeds, after.model.root, touched(then, after)));
    const parcel = new Parcel(picked, { before: then.snapshot, after }, present.timeNs, encoding, limits);
    for (let i = 0, message = parcel.message(0); message !== undefined; message = parcel.message(++i)) yield message;
  }
}

/** A target as it was, and the changes of each commit since. */
interface Earlier {
  readonly snapshot: Snapshot;
  readonly commits: readonly (readonly Change[])[];
}

/** The targets as they were, and the models under which changes were written since. */
async function earlier(
  { history }: PastSource,
  from: number,
  { revision: head, snapshots }: Present,
): Promise<{ before: Map<string, Earlier>; models: Map<string, string> }> {
  const written = new Map<string, (readonly Change[])[]>();
  const models = new Map<string, string>();
  for (let revision = from + 1; revision <= head; revision++) {
    for (const { target, model, changes } of (await history.entry(revision)).commits) {
      const now = snapshots.get(target);
      if (now === undefined) continue;
      if (!models.has(target) || model !== now.model.id) models.set(target, model);
      const commits = written.get(target);
      if (commits === undefined) written.set(target, [changes]);
      else commits.push(changes);
    }
  }
  const before = new Map<string, Earlier>();
  for (const [target, now] of snapshots) {
    const commits = written.get(target) ?? [];
    const first = new Map<RowKey, string | undefined>();
    for (const changes of commits)
      for (const { key, before: value } of changes) if (!first.has(key)) first.set(key, value);
    const back = [...first].map(([key, after]): Change => ({ key, before: now.get(key)?.value, after }));
    back.sort((a, b) => (a.key < b.key ? -1 : 1));
    before.set(target, { snapshot: now.with(back, from), commits });
  }
  return { before, models };
}

/**
 * Every leaf whose effective value changed in any of the commits, as it is now. The client may have been sent some of them
 * before it was cut off, so one that is back to what it was, or gone again, must be told all the same.
 */
function touched({ snapshot, commits }: Earlier, now: Snapshot): Omit<Picked, 'feed'>[] {
  const { root } = now.model;
  const keys = new Set<RowKey>();
  let then = snapshot;
  for (const changes of commits) {
    const after = then.with(changes, then.revision);
    for (const { key } of effectiveChanges(root, changes, then, after)) if (!isRankKey(key)) keys.add(key);
    then = after;
  }
  // The client may hold any value, or none; a value before lets a delete through.
  return [...keys].sort().map((key) => ({ key, before: '', after: effectiveValue(root, now, decodeKey(root, key)) }));
}

/** The targets that the client can have had: one that was another tenant's then is new to it. */
function hadTargets(before: ReadonlyMap<string, Earlier>, { snapshots }: Present, from: number): Set<string> {
  const now = snapshots.get(platformTarget);
  const names = declaredTargets(platformOf(before)).map(({ name }) => name);
  return new Set(names.filter((name) => now === undefined || tenantSince(now, name) <= from));
}

function platformOf(before: ReadonlyMap<string, Earlier>): Snapshot {
  const platform = before.get(platformTarget)?.snapshot;
  if (platform === undefined) throw new Error('the platform target has no snapshot');
  return platform;
}

/** What the client could see then must be what it can see now, or it would hold too much or lack something for ever. */
function checkRights(
  before: ReadonlyMap<string, Earlier>,
  { snapshots, targets, everywhere }: Present,
  { identity, grants }: Who,
  had: ReadonlySet<string>,
): void {
  const then = platformOf(before);
  const now = snapshots.get(platformTarget);
  const declared = declaredTargets(then);
  if (now === undefined || (samePolicy(then, now) && sameTargets(declared, declaredTargets(now)))) return;
  const former = new Access({
    snapshot: (target) => (target === platformTarget ? then : snapshots.get(target)),
    targets: () => declared,
    // Needed where somebody changes the policy; here it is only read by.
    models: () => new Map(),
  }).grants(identity);
  const gone = everywhere && former.readableTargets().some((name) => !targets.some(({ target }) => target === name));
  const same = targets.every(
    ({ target, feeds }) =>
      !had.has(target) ||
      feeds.every(({ query }) => {
        const covered = former.covers(target, 'read', query);
        return covered !== 'some' && covered === grants.covers(target, 'read', query);
      }),
  );
  if (gone || !same) throw outOfRange('what you may read has changed since, or a target is gone');
}

function sameTargets(a: readonly object[], b: readonly object[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function outOfRange(reason: string): EdgeconfError {
  return new EdgeconfError(
    'OUT_OF_RANGE',
    `the stream cannot go on from that revision: ${reason}. Forget what you hold and subscribe without a start revision`,
  );
}
