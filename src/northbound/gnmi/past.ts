// Configuration as it was: the revision at a time, and a target's rows right behind a revision. [gnmi-history]

import type { Datastore } from '../../datastore/datastore.ts';
import type { Change } from '../../datastore/row.ts';
import type { Snapshot } from '../../datastore/snapshot.ts';
import { declaredTargets, platformTarget, tenantSince } from '../../datastore/targets.ts';
import { EdgeconfError } from '../../errors.ts';
import type { RowKey } from '../../schema/row-key.ts';

/** What reads of the past need of the datastore. */
export type PastSource = Pick<Datastore, 'head' | 'history' | 'snapshot'>;

/** The last revision that was committed at the time or before; 0 when none was. O(log revisions). */
export async function revisionAt({ head, history }: PastSource, timeNs: bigint): Promise<number> {
  if (head.timeNs <= timeNs) return head.revision;
  let low = 0;
  let high = head.revision - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((await history.entry(middle)).timeNs <= timeNs) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The first revision at which a target's past is that of the tenant that it has now. */
export function firstRevisionOf({ snapshot }: PastSource, target: string): number {
  const platform = snapshot(platformTarget);
  return platform === undefined ? 0 : tenantSince(platform, target);
}

/**
 * A target's configuration right behind a revision; undefined when there was no such target then, or when it was another
 * tenant's: who reads it today has no right to what that one had in it.
 * Costs in proportion to the target's recorded changes, not to the journal.
 * @throws EdgeconfError OUT_OF_RANGE when the target had another model then.
 */
export async function snapshotAt(source: PastSource, target: string, revision: number): Promise<Snapshot | undefined> {
  const now = source.snapshot(target);
  if (now === undefined) return undefined;
  if (revision < firstRevisionOf(source, target)) return undefined;
  if (target !== platformTarget) {
    const platform = await snapshotAt(source, platformTarget, revision);
    const then = platform && declaredTargets(platform).find(({ name }) => name === target);
    if (then === undefined) return undefined;
    if (then.modelId !== now.model.id) throw otherModel(target, then.modelId, revision);
  }
  const first = new Map<RowKey, string | undefined>();
  for await (const past of source.history.changes(target, '')) {
    if (past.revision > revision && !first.has(past.key)) first.set(past.key, past.before);
  }
  const back = [...first].map(([key, after]): Change => ({ key, before: now.get(key)?.value, after }));
  return now.withoutState().with(back, revision);
}

export function otherModel(target: string, modelId: string, revision: number): EdgeconfError {
  return new EdgeconfError(
    'OUT_OF_RANGE',
    `target '${target}' had model ${modelId} at revision ${revision}, which is not its model now; ask for a later time`,
  );
}
