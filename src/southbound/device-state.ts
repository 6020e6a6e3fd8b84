// Tells the tree how devices stand: the container `state` below each device of the platform target.

import type { Snapshot } from '../datastore/snapshot.ts';
import type { StateReport } from '../datastore/state-rows.ts';
import { concretePath, resolveQuery, type TextElem } from '../schema/path.ts';
import { encodeKey, type RowKey } from '../schema/row-key.ts';
import type { SchemaNode } from '../schema/schema-node.ts';
import type { DeviceStatus, DocumentEvent } from './device-worker.ts';
import type { Reconciler } from './reconciler.ts';

/** Where reports go; a Datastore fits. */
export interface StateSink {
  snapshot(target: string): Snapshot | undefined;
  report(target: string, reports: readonly StateReport[]): void;
}

const PLATFORM = 'platform';

interface Counters {
  sent: number;
  removed: number;
  failures: number;
  lastRevision: number;
}

/**
 * Follows the reconciler and reports each device whose status may have changed, at most once a turn of the event loop.
 * @returns ends the reporting.
 */
export function reportDeviceState(reconciler: Reconciler, sink: StateSink): () => void {
  const counters = new Map<string, Counters>();
  const reported = new Map<string, ReadonlySet<RowKey>>();
  const dirty = new Set<string>();
  let scheduled: NodeJS.Immediate | undefined;

  const flush = (): void => {
    scheduled = undefined;
    const root = sink.snapshot(PLATFORM)?.model.root;
    for (const device of root === undefined ? [] : dirty) {
      const status = reconciler.statusOf(device);
      if (status === undefined) {
        reported.delete(device);
        counters.delete(device);
        continue;
      }
      const rows = stateRows(root as SchemaNode, status, counters.get(device));
      const gone = [...(reported.get(device) ?? [])].filter((key) => !rows.has(key));
      sink.report(PLATFORM, [
        ...gone.map((key) => ({ key, value: undefined })),
        ...[...rows].map(([key, value]) => ({ key, value })),
      ]);
      reported.set(device, new Set(rows.keys()));
    }
    dirty.clear();
  };
  const touch = (device: string): void => {
    dirty.add(device);
    scheduled ??= setImmediate(flush);
  };
  const ends = [reconciler.listen((event) => count(counters, event)), reconciler.onStatus(touch)];
  for (const { device } of reconciler.status()) touch(device);
  return () => {
    for (const end of ends) end();
    clearImmediate(scheduled);
  };
}

function count(counters: Map<string, Counters>, { device, op, ok, revision }: DocumentEvent): void {
  const counter = counters.get(device) ?? { sent: 0, removed: 0, failures: 0, lastRevision: 0 };
  counters.set(device, counter);
  if (!ok) counter.failures++;
  else {
    if (op === 'put') counter.sent++;
    else counter.removed++;
    counter.lastRevision = revision;
  }
}

/** The state rows of one device with their RFC 7951 texts. */
function stateRows(root: SchemaNode, status: DeviceStatus, counters: Counters | undefined): Map<RowKey, string> {
  const rows = new Map<RowKey, string>();
  const below: TextElem[] = [
    { name: 'device', key: { name: status.device } },
    { name: 'state', key: {} },
  ];
  const put = (elems: readonly TextElem[], value: unknown): void => {
    if (value === undefined) return;
    const path = concretePath(resolveQuery(root, [...below, ...elems])[0] ?? []);
    if (path !== undefined) rows.set(encodeKey(path), JSON.stringify(value));
  };
  const leaf = (name: string, value: unknown): void => put([{ name, key: {} }], value);
  leaf('connected', status.connected);
  leaf('last-contact', status.lastContactMs === undefined ? undefined : new Date(status.lastContactMs).toISOString());
  leaf('trouble', status.trouble);
  leaf('pending', status.pending);
  for (const { ref, message } of status.refused) {
    const entry = { name: 'refused', key: { document: ref.id } };
    put([entry, { name: 'document', key: {} }], ref.id);
    put([entry, { name: 'reason', key: {} }], message);
  }
  // 64-bit numbers are texts. [RFC 7951 6.1]
  leaf('sent', String(counters?.sent ?? 0));
  leaf('removed', String(counters?.removed ?? 0));
  leaf('failures', String(counters?.failures ?? 0));
  leaf(
    'last-revision',
    counters === undefined || counters.lastRevision === 0 ? undefined : String(counters.lastRevision),
  );
  return rows;
}
