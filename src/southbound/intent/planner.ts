// What all targets' intent means for all devices: plans transactions before they are appended, takes them in afterwards.

import type { Snapshot } from '../../datastore/snapshot.ts';
import { platformTarget } from '../../datastore/targets.ts';
import type { Amendment, Candidate } from '../../datastore/transaction.ts';
import type { Device, IntentNode } from '../adapter.ts';
import { isSameMachine, readDevice, readDevices } from '../device-registry.ts';
import type { DocumentChange } from '../questions/plan-steps.ts';
import { allocate } from './allocator.ts';
import { Causes } from './causes.ts';
import { type ChangedDocument, changesIn, documentsChanged } from './documents-changed.ts';
import type { Gaps } from './gaps.ts';
import { InFlight } from './in-flight.ts';
import { intentView, noReads } from './intent-view.ts';
import { KnownDocuments } from './known-documents.ts';
import { type Assignment, Ledger } from './ledger.ts';
import { numbersIn } from './number-rows.ts';
import type { HeldNumbers } from './numbers.ts';
import { checkDevices, checkEndpoints, checkFaults } from './plan-checks.ts';
import { deviceNames, goneTargets } from './platform-changes.ts';
import { capacityOf, type PoolStanding } from './pools.ts';
import { type Adapters, Renderer } from './renderer.ts';
import { type ListUnit, Overlay, type Rendering } from './rendering.ts';

export type { Assignment } from './ledger.ts';

/** Transactions as rendered, not yet part of what is known. */
export interface Intake {
  readonly overlay: Overlay;
  readonly devices: ReadonlyMap<string, Device>;
}

interface Plan {
  readonly overlay: Overlay;
  /** The devices that it was made for. */
  readonly generation: number;
  readonly devices: ReadonlyMap<string, Device>;
  readonly targets: number;
  /** Whether it was made on what the transaction was staged on. */
  readonly firm: boolean;
  readonly documents: readonly ChangedDocument[];
}

/** A transaction that is being planned. */
export interface Planning {
  readonly candidates: readonly Candidate[];
  /** Tells it from others: the same object however often it is planned. */
  readonly request: object;
  /** Whether somebody else than the service itself asks for it. */
  readonly isAsked?: boolean;
  /** Told which documents the transaction changes, when it can be rendered; throws to refuse it. */
  readonly admit?: (documents: readonly ChangedDocument[]) => void;
}

/** Plans may overlap each other; `prepare` and `accept` are called for one transaction after the other, in feed order. */
export class Planner {
  readonly #adapters: Adapters;
  readonly #held: HeldNumbers;
  readonly #foundVersions: ReadonlyMap<string, string>;
  readonly #ledger = new Ledger();
  readonly #rendering = this.#ledger.rendering;
  /** Targets' intent as of the last transaction taken in. */
  readonly #snapshots = new Map<string, Snapshot>();
  /** For questions about what was taken in. */
  readonly known = new KnownDocuments(this.#rendering, this.#ledger.claims, this.#snapshots);
  #devices: ReadonlyMap<string, Device> = new Map();
  /** Whether what there was at the start has been taken in. */
  #hasBegun = false;
  /** Counts the times that devices changed: what was rendered for other devices does not hold any more. */
  #generation = 0;
  readonly #plans = new WeakMap<Candidate['changes'], Plan>();
  readonly #inFlight: InFlight;

  /**
   * @param held what devices may hold
   * @param foundVersions versions that devices were found to have, by name; they count where the platform names none
   */
  constructor(
    adapters: Adapters,
    nowMs: () => number,
    held: HeldNumbers = () => new Map(),
    foundVersions: ReadonlyMap<string, string> = new Map(),
  ) {
    this.#adapters = adapters;
    this.#held = held;
    this.#foundVersions = foundVersions;
    this.#inFlight = new InFlight(nowMs);
  }

  /** The devices as of the last transaction taken in. */
  get devices(): ReadonlyMap<string, Device> {
    return this.#devices;
  }

  /** Which parts of targets name the device. */
  partsOf(device: string): { target: string; part: readonly string[] }[] {
    return [...this.#rendering.listsOf(device)].flatMap((id) => {
      const unit = this.#rendering.unit(id);
      return unit?.kind === 'list' ? [{ target: unit.target, part: unit.part }] : [];
    });
  }

  /** What devices have no way to do. */
  get gaps(): Gaps {
    return this.#ledger.gaps;
  }

  /** The pools of a device of which something is used, by name. */
  pools(device: string): PoolStanding[] {
    return this.#ledger.pools.of(device, capacityOf(this.#adapters, this.#devices));
  }

  /** Told of each device whose pools may have changed. @returns ends the listening */
  onPools(listener: (device: string) => void): () => void {
    return this.#ledger.onPools(listener);
  }

  /** Whether what the transaction is staged on is known, so that it can be planned at once. */
  knows(candidates: readonly Candidate[]): boolean {
    return this.#baseOf(candidates) !== undefined;
  }

  /**
   * @returns edits that the transaction needs as well: with them it is to be staged anew, and planned again.
   * @throws EdgeconfError FAILED_PRECONDITION when a device could not take what is rendered, no device answers for an
   *   endpoint, a document is another's already, a number or a pool is used up, or no adapter drives a device; ABORTED when
   *   it competes with another transaction.
   */
  async plan({ candidates, request, isAsked = false, admit = () => {} }: Planning): Promise<readonly Amendment[]> {
    const generation = this.#generation;
    const devices = this.#devicesAfter(candidates);
    checkDevices(deviceNames(candidates), devices, this.#adapters);
    const base = this.#baseOf(candidates);
    const overlay = new Overlay(base ?? this.#rendering);
    await this.#render(overlay, candidates, devices);
    // From here to the end nothing else runs: what is found free stays free until it is noted as taken.
    checkFaults(overlay);
    const after = new Map(candidates.map((candidate) => [candidate.target, candidate.after]));
    if (this.#hasBegun) checkEndpoints(overlay, after, devices, this.#adapters);
    const others = this.#inFlight.others(request);
    const { amendments, numbers } = allocate({
      candidates,
      lists: [...overlay.units.values()].filter((unit): unit is ListUnit => unit?.kind === 'list'),
      snapshot: (target) => this.#snapshots.get(target),
      taken: [this.#ledger.numbers, ...others.map((other) => other.numbers)],
      held: this.#held,
      isAsked,
    });
    const targets = candidates.map((candidate) => ({ target: candidate.target, rows: candidate.after.rows }));
    const started = { request, targets, overlay, generation, numbers };
    if (amendments.length > 0) {
      this.#inFlight.add(started);
      return amendments;
    }
    // What comes before in the same target is what this one is staged on.
    const undecided = others.filter((other) => !other.targets.some(({ target }) => after.has(target)));
    const overlays = undecided.map((other) => other.overlay);
    this.#ledger.claims.check(overlay, overlays);
    this.#ledger.pools.check(overlay, overlays, capacityOf(this.#adapters, devices));
    const documents = documentsChanged(overlay);
    admit(documents);
    const plan = { overlay, generation, devices, targets: candidates.length, firm: base !== undefined, documents };
    for (const { changes } of candidates) this.#plans.set(changes, plan);
    this.#inFlight.add(started);
    return [];
  }

  /** A transaction is going to be planned; what that takes counts until it is released. */
  begin(request: object): void {
    this.#inFlight.begin(request);
  }

  /** Nothing of a planned transaction was kept. */
  release(request: object): void {
    this.#inFlight.release(request);
  }

  /** The documents that a transaction changes, as it was planned; none when it was not. */
  documentsOf([first]: readonly Candidate[]): readonly ChangedDocument[] {
    return (first === undefined ? undefined : this.#plans.get(first.changes)?.documents) ?? [];
  }

  /** The same with what the documents say before and after: right after the plan, since what is before may change. */
  changesOf([first]: readonly Candidate[]): DocumentChange[] {
    const plan = first === undefined ? undefined : this.#plans.get(first.changes);
    if (plan === undefined) return [];
    return changesIn(plan.overlay).flatMap(({ unit: { device: name, target }, ...change }) => {
      const device = plan.devices.get(name) ?? this.#devices.get(name);
      const adapter = this.#adapters.get(device?.kind ?? '');
      return device === undefined || adapter === undefined ? [] : [{ device, adapter, target, ...change }];
    });
  }

  /** What is known, where it is what the transaction was staged on, or else the plan of the one that it was staged on. */
  #baseOf(candidates: readonly Candidate[]): Overlay | Rendering | undefined {
    if (!this.#hasBegun) return undefined;
    if (candidates.every(({ target, before }) => this.#isKnown(target, before))) return this.#rendering;
    const [only, ...others] = candidates;
    if (only === undefined || others.length > 0) return undefined;
    const below = this.#inFlight.giving(only.target, only.before.rows);
    return below?.generation === this.#generation ? below.overlay : undefined;
  }

  #isKnown(target: string, before: Snapshot): boolean {
    const known = this.#snapshots.get(target);
    return known === undefined ? before.size === 0 : known.rows === before.rows;
  }

  /** Renders everything there is. */
  async prepareAll(snapshots: readonly Snapshot[]): Promise<Intake> {
    for (const snapshot of snapshots) {
      this.#snapshots.set(snapshot.target, snapshot);
      for (const row of numbersIn(snapshot)) this.#ledger.numbers.add(snapshot.target, row);
    }
    const platform = this.#snapshots.get(platformTarget);
    const devices = platform === undefined ? new Map<string, Device>() : readDevices(platform, platform.model.root);
    for (const [name, device] of devices) devices.set(name, this.#withFoundVersion(device));
    const overlay = new Overlay(this.#rendering);
    const renderer = new Renderer(this.#adapters, devices, overlay);
    for (const snapshot of snapshots) if (snapshot.target !== platformTarget) await renderer.whole(snapshot);
    return { overlay, devices };
  }

  /** Renders again for a device of which the version was found out. */
  async prepareDevice(name: string): Promise<Intake> {
    const overlay = new Overlay(this.#rendering);
    const platform = this.#snapshots.get(platformTarget);
    const device = platform === undefined ? undefined : readDevice(platform, platform.model.root, name);
    if (device === undefined) return { overlay, devices: this.#devices };
    const devices = new Map(this.#devices).set(name, this.#withFoundVersion(device));
    const renderer = new Renderer(this.#adapters, devices, overlay);
    await renderer.deviceChanged(this.#devices.get(name), devices.get(name), this.#snapshots);
    return { overlay, devices };
  }

  /** Renders a committed transaction, or finds what its plan has rendered. */
  async prepare(commits: readonly Candidate[]): Promise<Intake> {
    const devices = this.#devicesAfter(commits);
    const planned = this.#planned(commits);
    const overlay = planned ?? new Overlay(this.#rendering);
    if (planned === undefined) await this.#render(overlay, commits, devices);
    return { overlay, devices };
  }

  /** A target's intent as of the last transaction taken in. */
  intentOf(target: string): IntentNode | undefined {
    const snapshot = this.#snapshots.get(target);
    return snapshot === undefined ? undefined : intentView(snapshot, snapshot.model.root, noReads());
  }

  /** Makes a transaction part of what is known. @returns what may have changed; another transaction comes only after that */
  async accept({ overlay, devices }: Intake, commits: readonly Candidate[]): Promise<Assignment[]> {
    if (devices !== this.#devices) this.#generation += 1;
    this.#devices = devices;
    const merged = await this.#ledger.merge(overlay, new Causes(commits));
    // From here to the end nothing else runs: what is on its way and what is known are never counted twice.
    this.#ledger.settle(merged, commits);
    for (const { target, after } of commits) this.#snapshots.set(target, after);
    for (const target of goneTargets(commits)) this.#snapshots.delete(target);
    this.#hasBegun = true;
    overlay.merged();
    for (const { target, after } of commits) this.#inFlight.land(target, after.rows);
    return this.#ledger.assignments(merged);
  }

  /** What the plan of this very transaction found, when nothing has changed that it was made from. */
  #planned(commits: readonly Candidate[]): Overlay | undefined {
    const [first, ...others] = commits.map(({ changes }) => this.#plans.get(changes));
    if (first?.generation !== this.#generation || first.targets !== commits.length || !first.firm) return undefined;
    // Other targets may have moved on since the devices were rendered for all of them.
    if (commits.some(({ target }) => target === platformTarget)) return undefined;
    return others.every((other) => other?.overlay === first.overlay) ? first.overlay : undefined;
  }

  async #render(
    overlay: Overlay,
    candidates: readonly Candidate[],
    devices: ReadonlyMap<string, Device>,
  ): Promise<void> {
    const renderer = new Renderer(this.#adapters, devices, overlay);
    const snapshots = new Map(this.#snapshots);
    for (const { target, after } of candidates) snapshots.set(target, after);
    for (const name of deviceNames(candidates)) {
      await renderer.deviceChanged(this.#devices.get(name), devices.get(name), snapshots);
    }
    for (const candidate of candidates) {
      if (candidate.target !== platformTarget) await renderer.changed(candidate);
    }
    for (const target of goneTargets(candidates)) renderer.dropEmpty(target);
  }

  /** The same map when these transactions are not about devices. */
  #devicesAfter(candidates: readonly Candidate[]): ReadonlyMap<string, Device> {
    const names = deviceNames(candidates);
    const platform = candidates.find(({ target }) => target === platformTarget);
    if (platform === undefined || names.size === 0) return this.#devices;
    const devices = new Map(this.#devices);
    for (const name of names) {
      const device = readDevice(platform.after, platform.after.model.root, name);
      if (device === undefined) devices.delete(name);
      else devices.set(name, this.#withFoundVersion(device));
    }
    return devices;
  }

  #withFoundVersion(device: Device): Device {
    const known = this.#devices.get(device.name);
    const found =
      known === undefined || isSameMachine(known, device) ? this.#foundVersions.get(device.name) : undefined;
    return { ...device, version: device.version ?? found };
  }
}
