// Tells the tree how devices stand: the container `state` below each device of the platform target.

import type { Snapshot } from '../../datastore/snapshot.ts';
import type { StateReport } from '../../datastore/state-rows.ts';
import type { DocumentEvent } from '../device-status.ts';
import type { Reconciler } from '../reconciler.ts';
import { type DeviceCounters, ShownDevice } from './device-rows.ts';
import { Due } from './due.ts';

/** Where reports go; a Datastore fits. */
export interface StateSink {
  snapshot(target: string): Snapshot | undefined;
  report(target: string, reports: readonly StateReport[]): void;
}

const PLATFORM = 'platform';
/** A device with so many refusals that telling takes longer than this many milliseconds... */
const LONG_MS = 1;
/** ...is told of again only after this many times as long. */
const REST_FACTOR = 20;

/**
 * Follows the reconciler and reports each device whose status may have changed, at most once a turn of the event loop.
 * @returns ends the reporting.
 */
export function reportDeviceState(reconciler: Reconciler, sink: StateSink): () => void {
  const counters = new Map<string, DeviceCounters>();
  const shown = new Map<string, ShownDevice>();
  /** Devices that rest, and what ends it; `again` are those that changed meanwhile. */
  const resting = new Map<string, NodeJS.Timeout>();
  const again = new Set<string>();

  const look = (device: string): StateReport[] => {
    const snapshot = sink.snapshot(PLATFORM);
    const status = reconciler.statusOf(device);
    if (snapshot === undefined || status === undefined) {
      counters.delete(device);
      shown.delete(device);
      return [];
    }
    const known = shown.get(device) ?? new ShownDevice(device);
    shown.set(device, known);
    return known.reports(snapshot, {
      ...status,
      pools: reconciler.pools(device),
      counters: counters.get(device) ?? NOTHING_SENT,
      schemaOf: (target) => sink.snapshot(target)?.model.root,
    });
  };
  const due = new Due<string>((devices) => {
    const reports: StateReport[] = [];
    for (const device of devices) {
      const start = performance.now();
      for (const report of look(device)) reports.push(report);
      const tookMs = performance.now() - start;
      if (tookMs > LONG_MS)
        resting.set(
          device,
          setTimeout(() => wake(device), tookMs * REST_FACTOR),
        );
    }
    sink.report(PLATFORM, reports);
  });
  const touch = (device: string): void => {
    if (resting.has(device)) again.add(device);
    else due.add(device);
  };
  const wake = (device: string): void => {
    resting.delete(device);
    if (again.delete(device)) touch(device);
  };
  const ends = [
    reconciler.listen((event) => count(counters, event)),
    reconciler.onStatus(touch),
    reconciler.onPools(touch),
    () => due.end(),
  ];
  for (const { device } of reconciler.status()) touch(device);
  return () => {
    for (const end of ends) end();
    for (const timer of resting.values()) clearTimeout(timer);
  };
}

function count(counters: Map<string, DeviceCounters>, { device, op, ok, revision }: DocumentEvent): void {
  const { sent, removed, failures, lastRevision } = counters.get(device) ?? NOTHING_SENT;
  counters.set(device, {
    sent: sent + Number(ok && op === 'put'),
    removed: removed + Number(ok && op === 'remove'),
    failures: failures + Number(!ok),
    lastRevision: ok ? revision : lastRevision,
  });
}

const NOTHING_SENT: DeviceCounters = { sent: 0, removed: 0, failures: 0, lastRevision: undefined };
