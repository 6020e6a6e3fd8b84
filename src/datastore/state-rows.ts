// State rows (config false): how reports become changes, and which of them go when their configuration goes.

import { EdgeconfError } from '../errors.ts';
import { formatPath } from '../schema/path.ts';
import { decodeKey, encodeKey, type RowKey, rangeEnd } from '../schema/row-key.ts';
import type { Change } from './row.ts';
import type { Snapshot } from './snapshot.ts';

/** What is now known of one state row; undefined: nothing any more. `value` is RFC 7951 text. */
export interface StateReport {
  readonly key: RowKey;
  readonly value: string | undefined;
}

/**
 * The changes that reports make. What stands below an entry that is not configured is left out: state lives only as long
 * as the configuration that it is about. O(reports).
 * @throws EdgeconfError INTERNAL when a report is about configuration.
 */
export function stateChanges(snapshot: Snapshot, reports: readonly StateReport[]): Change[] {
  const latest = new Map(reports.map(({ key, value }) => [key, value]));
  const changes: Change[] = [];
  for (const [key, after] of latest) {
    const path = decodeKey(snapshot.model.root, key);
    if (path.at(-1)?.node.config !== false) {
      throw new EdgeconfError('INTERNAL', `${formatPath(path)} is configuration; only a transaction may write it`);
    }
    const before = snapshot.get(key)?.value;
    if (before === after) continue;
    const entry = path.findLastIndex(({ node, keys }) => node.config && keys !== undefined);
    if (after !== undefined && entry >= 0 && !hasConfiguration(snapshot, encodeKey(path.slice(0, entry + 1)))) continue;
    changes.push({ key, before, after });
  }
  return changes.sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** The state rows that have lost the list entry or presence container that they stood below. O(changes + lost rows). */
export function orphanedState(after: Snapshot, changes: readonly Change[]): Change[] {
  if (after.stateSize === 0) return [];
  const orphans = new Map<RowKey, Change>();
  for (const { key, after: value } of changes) {
    if (value !== undefined) continue;
    const path = decodeKey(after.model.root, key);
    const node = path.at(-1)?.node;
    if (node === undefined || !(node.isKey || node.presence)) continue;
    const prefix = encodeKey(node.isKey ? path.slice(0, -1) : path);
    if (hasConfiguration(after, prefix)) continue;
    for (const row of after.subtree(prefix))
      orphans.set(row.key, { key: row.key, before: row.value, after: undefined });
  }
  return [...orphans.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** A list entry that is configured has at least its key leaves. */
function hasConfiguration({ rows }: Snapshot, prefix: RowKey): boolean {
  return rows.range(prefix, rangeEnd(prefix)).next().done !== true;
}
