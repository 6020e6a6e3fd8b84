// Brings what devices report of the world into the state of the tenants that they serve: who is connected, how cells are.

import type { StateReport } from '../../datastore/state-rows.ts';
import { southboundLog } from '../../log.ts';
import type { RowKey } from '../../schema/row-key.ts';
import { findChild, type SchemaNode } from '../../schema/schema-node.ts';
import { Slices } from '../../slices.ts';
import type { Adapter, Device, IntentStep, Json, StateLeaf } from '../adapter.ts';
import { intentView, noReads } from '../intent/intent-view.ts';
import { partitionOf } from '../intent/partition.ts';
import type { StateSink } from './device-state.ts';
import { StateTree } from './state-tree.ts';

/** Rows that are reported at once. */
const ROWS_PER_REPORT = 256;

/** A device with the parts of intent that it serves. */
export interface Observed {
  readonly device: Device;
  readonly adapter: Adapter;
  /** Keys of the partition's entry; empty for a whole target. */
  readonly parts: readonly { readonly target: string; readonly part: readonly string[] }[];
}

/** What an observation says of one part of a target. */
interface Said {
  readonly target: string;
  readonly leaves: Iterable<StateLeaf>;
}

/** Who tells of observations; a Reconciler fits. */
export interface ObservationSource {
  onObservation(listener: (device: string, observation: Json) => void): () => void;
  /** Undefined when the device is not listed or not enabled, or nothing drives it. */
  observed(device: string): Observed | undefined;
  onStatus(listener: (device: string) => void): () => void;
}

/**
 * Reports what each observation says, in slices, one after the other; a newer one of the same device takes the place of one
 * that waits. What an earlier one of the device said and the last one does not is taken away.
 * @returns ends the reporting.
 */
export function reportObservations(source: ObservationSource, sink: StateSink): () => void {
  const reporter = new Reporter(source, sink);
  return () => reporter.end();
}

class Reporter {
  readonly #source: ObservationSource;
  readonly #sink: StateSink;
  /** What was observed last and is not reported yet; undefined: the device is gone, or disabled. */
  readonly #waiting = new Map<string, Json | undefined>();
  /** Rows that each device stands for, by target. */
  readonly #rows = new Map<string, Map<string, Set<RowKey>>>();
  /** The device that said a row last, by target and row. */
  readonly #speakers = new Map<string, string>();
  readonly #ends: readonly (() => void)[];
  #isRunning = false;
  #hasEnded = false;

  constructor(source: ObservationSource, sink: StateSink) {
    this.#source = source;
    this.#sink = sink;
    this.#ends = [
      source.onObservation((device, observation) => this.#take(device, observation)),
      source.onStatus((device) => {
        if (this.#rows.has(device) && source.observed(device) === undefined) this.#take(device, undefined);
      }),
    ];
  }

  end(): void {
    this.#hasEnded = true;
    for (const end of this.#ends) end();
  }

  #take(device: string, observation: Json | undefined): void {
    this.#waiting.set(device, observation);
    if (!this.#isRunning) void this.#run();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    const slices = new Slices();
    for (const [device, observation] of this.#waiting) {
      if (this.#hasEnded) break;
      this.#waiting.delete(device);
      try {
        await this.#report(device, observation, slices);
      } catch (err) {
        southboundLog.error({ device, err }, 'what the device reports cannot be told; its state may be out of date');
      }
      await slices.next();
    }
    this.#isRunning = false;
  }

  async #report(device: string, observation: Json | undefined, slices: Slices): Promise<void> {
    const observed = observation === undefined ? undefined : this.#source.observed(device);
    const before = this.#rows.get(device) ?? new Map<string, Set<RowKey>>();
    const after = new Map<string, Set<RowKey>>();
    try {
      if (observed !== undefined && observation !== undefined) {
        for (const each of leavesOf(observed, observation, this.#sink)) await this.#write(device, each, after, slices);
      }
      for (const [target, rows] of before) await this.#retract(device, target, rows, after.get(target), slices);
      before.clear();
    } finally {
      // What could not be taken away is tried again the next time.
      for (const [target, rows] of before) {
        const kept = after.get(target) ?? new Set<RowKey>();
        for (const key of rows) kept.add(key);
        after.set(target, kept);
      }
      if (after.size === 0) this.#rows.delete(device);
      else this.#rows.set(device, after);
    }
  }

  async #write(
    device: string,
    { target, leaves }: Said,
    said: Map<string, Set<RowKey>>,
    slices: Slices,
  ): Promise<void> {
    const keys = said.get(target) ?? new Set<RowKey>();
    said.set(target, keys);
    let reports: StateReport[] = [];
    for (const { path, value } of leaves) {
      const root = this.#sink.snapshot(target)?.model.root;
      if (root === undefined) return;
      if (value === undefined) continue;
      for (const [key, text] of rowsOf(root, path, value)) {
        keys.add(key);
        this.#speakers.set(`${target}\0${key}`, device);
        // Compared with what is there, not with what was said: state goes with the configuration that it is about.
        if (this.#sink.snapshot(target)?.get(key)?.value !== text) reports.push({ key, value: text });
      }
      if (reports.length >= ROWS_PER_REPORT) {
        this.#sink.report(target, reports);
        reports = [];
      }
      await slices.next();
    }
    if (reports.length > 0) this.#sink.report(target, reports);
  }

  /** Takes away what the device has said before and does not say now, unless another device says it. */
  async #retract(
    device: string,
    target: string,
    before: ReadonlySet<RowKey>,
    after: ReadonlySet<RowKey> | undefined,
    slices: Slices,
  ): Promise<void> {
    let reports: StateReport[] = [];
    for (const key of before) {
      const name = `${target}\0${key}`;
      if (after?.has(key) !== true && this.#speakers.get(name) === device) {
        this.#speakers.delete(name);
        reports.push({ key, value: undefined });
      }
      if (reports.length >= ROWS_PER_REPORT) {
        this.#sink.report(target, reports);
        reports = [];
      }
      await slices.next();
    }
    if (reports.length > 0) this.#sink.report(target, reports);
  }
}

/** What an observation says, one part of intent after the other. */
function* leavesOf({ device, adapter, parts }: Observed, observation: Json, sink: StateSink): Iterable<Said> {
  for (const { target, part } of parts) {
    const snapshot = sink.snapshot(target);
    const root = snapshot === undefined ? undefined : intentView(snapshot, snapshot.model.root, noReads());
    const partition = snapshot === undefined ? undefined : partitionOf(adapter, snapshot.model.root);
    const node = partition === undefined ? root : root?.entry(partition, ...part);
    if (node !== undefined) yield { target, leaves: adapter.state?.(node, device, observation) ?? [] };
  }
}

/** The rows of one leaf: its own, and those of the keys of state entries that it stands in. */
function rowsOf(
  root: SchemaNode,
  path: readonly IntentStep[],
  value: NonNullable<StateLeaf['value']>,
): ReadonlyMap<RowKey, string> {
  let at = new StateTree(root, '');
  let node: SchemaNode | undefined = root;
  for (const { name, keys } of path.slice(0, -1)) {
    const child: SchemaNode | 'ambiguous' | undefined = node === undefined ? undefined : findChild(node, name);
    node = child === 'ambiguous' ? undefined : child;
    if (keys === undefined) at = at.container(name);
    else at = node?.config === false ? at.newEntry(name, ...keys) : at.entry(name, ...keys);
  }
  at.leaf(path.at(-1)?.name ?? '', value);
  return at.rows;
}
