// The state rows of one device of the platform target, and which of them are others than those that were shown last.

import type { Snapshot } from '../../datastore/snapshot.ts';
import type { StateReport } from '../../datastore/state-rows.ts';
import type { RowKey } from '../../schema/row-key.ts';
import type { SchemaNode } from '../../schema/schema-node.ts';
import type { PoolStanding } from '../intent/pools.ts';
import type { SouthboundStatus } from '../reconciler.ts';
import { sourceText } from './delivery-lists.ts';
import { type LeafContent, reportsFor, StateTree, shortened } from './state-tree.ts';

/** What was sent since the service started. */
export interface DeviceCounters {
  readonly sent: number;
  readonly removed: number;
  readonly failures: number;
  readonly lastRevision: number | undefined;
}

/** All that is told of a device. */
export type DeviceView = SouthboundStatus & {
  readonly pools: readonly PoolStanding[];
  readonly counters: DeviceCounters;
  /** The schema of a target; undefined when there is no such target any more. */
  readonly schemaOf: (target: string) => SchemaNode | undefined;
};

interface ListEntry {
  readonly list: 'refused' | 'faulty' | 'drift' | 'pool';
  readonly keys: readonly string[];
  readonly leaves: Readonly<Record<string, LeafContent>>;
}

/** What is shown of one device. */
export class ShownDevice {
  readonly #device: string;
  #figures: ReadonlyMap<RowKey, string> = new Map();
  readonly #entries = new Map<string, { readonly entry: ListEntry; readonly words: string }>();

  constructor(device: string) {
    this.#device = device;
  }

  /** What must be reported so that the tree shows this. Costs what has changed, and a look at each entry of the lists. */
  reports(snapshot: Snapshot, view: DeviceView): StateReport[] {
    const state = this.#state(snapshot.model.root);
    if (!snapshot.has(state.prefix)) this.#forget();
    writeFigures(state, view);
    const reports: StateReport[] = [];
    for (const key of this.#figures.keys()) if (!state.rows.has(key)) reports.push({ key, value: undefined });
    for (const [key, value] of state.rows) if (this.#figures.get(key) !== value) reports.push({ key, value });
    this.#figures = state.rows;
    for (const report of this.#entryReports(snapshot, entriesOf(view))) reports.push(report);
    return reports;
  }

  *#entryReports(snapshot: Snapshot, entries: Iterable<ListEntry>): Iterable<StateReport> {
    const gone = new Set(this.#entries.keys());
    for (const entry of entries) {
      const id = [entry.list, ...entry.keys].join('\0');
      const words = Object.values(entry.leaves).join('\0');
      gone.delete(id);
      if (this.#entries.get(id)?.words === words) continue;
      this.#entries.set(id, { entry, words });
      const row = this.#state(snapshot.model.root).newEntry(entry.list, ...entry.keys);
      for (const [name, value] of Object.entries(entry.leaves)) row.leaf(name, value);
      yield* reportsFor(snapshot, [row.prefix], row.rows);
    }
    for (const id of gone) {
      const { list, keys } = this.#entries.get(id)?.entry ?? { list: 'drift', keys: [] };
      this.#entries.delete(id);
      const { prefix } = this.#state(snapshot.model.root).entry(list, ...keys);
      yield* reportsFor(snapshot, [prefix], new Map());
    }
  }

  #state(root: SchemaNode): StateTree {
    return new StateTree(root, '').entry('device', this.#device).container('state');
  }

  /** The state went with the device, and the device is there again. */
  #forget(): void {
    this.#figures = new Map();
    this.#entries.clear();
  }
}

function writeFigures(state: StateTree, view: DeviceView): void {
  state.leaf('connected', view.connected);
  state.leaf('circuit', view.circuit);
  state.leaf('version', view.foundVersion);
  state.leaf('intent-revision', String(view.intentRevision));
  state.leaf('applied-revision', String(view.appliedRevision));
  state.leaf('last-contact', timeText(view.lastContactMs));
  state.leaf('trouble', shortened(view.trouble));
  state.leaf('pending', view.pending);
  state.leaf('last-verified', timeText(view.lastVerifiedMs));
  state.leaf('not-verifiable', view.notVerifiable);
  state.leaf('foreign', view.foreign);
  const latency = state.container('latency');
  latency.leaf('last', whole(view.latency?.lastMs));
  latency.leaf('p50', whole(view.latency?.p50Ms));
  latency.leaf('p99', whole(view.latency?.p99Ms));
  const { sent, removed, failures, lastRevision } = view.counters;
  state.leaf('last-revision', lastRevision === undefined ? undefined : String(lastRevision));
  state.leaf('sent', String(sent));
  state.leaf('removed', String(removed));
  state.leaf('failures', String(failures));
}

function* entriesOf({ refused, faults, drift, pools, schemaOf }: DeviceView): Iterable<ListEntry> {
  for (const { ref, message, target, cause } of refused) {
    yield { list: 'refused', keys: [ref.id], leaves: { reason: shortened(message), target, cause } };
  }
  for (const { document, message } of faults) {
    yield { list: 'faulty', keys: [document], leaves: { reason: shortened(message) } };
  }
  for (const { document, path, expected, actual, target, source, policy } of drift) {
    const root = target === undefined ? undefined : schemaOf(target);
    const place = root === undefined ? source.join('/') : sourceText(root, source);
    const leaves = { expected: shortened(expected), actual: shortened(actual), target, source: place, policy };
    yield { list: 'drift', keys: [document, path], leaves };
  }
  for (const { name, capacity, used, free } of pools) {
    yield { list: 'pool', keys: [name], leaves: { capacity, used, free } };
  }
}

function timeText(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}

function whole(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms);
}
