// What all targets' intent means for all devices: plans transactions before they are appended, takes them in afterwards.

import { setImmediate as turn } from 'node:timers/promises';
import type { Snapshot } from '../datastore/snapshot.ts';
import type { Candidate } from '../datastore/transaction.ts';
import { EdgeconfError } from '../errors.ts';
import type { Device } from './adapter.ts';
import { Causes } from './causes.ts';
import { Claims, claimRefusal } from './claims.ts';
import { changedDevices, readDevice, readDevices, sameDevice } from './device-registry.ts';
import type { Desired } from './document-queue.ts';
import { type ChangedDocument, documentsChanged } from './documents-changed.ts';
import { type Adapters, Renderer } from './renderer.ts';
import { claimKey, type DocumentUnit, listOf, Overlay, Rendering } from './rendering.ts';

/** The reserved target that lists devices. */
const PLATFORM = 'platform';
/** How many units are merged before others get the thread. */
const UNITS_PER_TURN = 256;
/** How long a planned transaction is taken to be on its way, when nothing more is heard of it (a dry run, a failed append). */
const IN_FLIGHT_MS = 5_000;

/** What a device should hold under one id. */
export interface Assignment {
  readonly device: string;
  readonly document: string;
  /** The target whose intent has a say in it; when nothing is desired, the one that had it. */
  readonly target: string | undefined;
  /** Paths of rows of this transaction that it was made from, or that made it go; at most 5. */
  readonly causes: readonly string[];
  /** Undefined: nothing, unless it is to be left as it is. */
  readonly desired: Desired | undefined;
  /** Intent wants something that could never be rendered: what the device has, stays. */
  readonly leave: boolean;
  /** Why what intent says now is not what is desired, or whose wish is not granted. */
  readonly fault: EdgeconfError | undefined;
}

/** Transactions as rendered, not yet part of what is known. */
export interface Intake {
  readonly overlay: Overlay;
  readonly devices: ReadonlyMap<string, Device>;
}

interface Plan {
  readonly overlay: Overlay;
  /** The devices that it was made for. */
  readonly generation: number;
  readonly targets: number;
  readonly documents: readonly ChangedDocument[];
}

interface InFlight {
  readonly overlay: Overlay;
  readonly generation: number;
  /** The target's rows with the transaction. */
  readonly rows: Snapshot['rows'];
  readonly untilMs: number;
}

/** Plans may overlap each other; `prepare` and `accept` are called for one transaction after the other, in feed order. */
export class Planner {
  readonly #adapters: Adapters;
  readonly #nowMs: () => number;
  readonly #rendering = new Rendering();
  readonly #claims = new Claims();
  /** Targets' intent as of the last transaction taken in. */
  readonly #snapshots = new Map<string, Snapshot>();
  #devices: ReadonlyMap<string, Device> = new Map();
  /** Whether what there was at the start has been taken in. */
  #hasBegun = false;
  /** Counts the times that devices changed: what was rendered for other devices does not hold any more. */
  #generation = 0;
  readonly #plans = new WeakMap<Candidate['changes'], Plan>();
  /** By target: what was planned and may be on its way to the journal, oldest first. */
  readonly #inFlight = new Map<string, InFlight[]>();

  constructor(adapters: Adapters, nowMs: () => number) {
    this.#adapters = adapters;
    this.#nowMs = nowMs;
  }

  /** The devices as of the last transaction taken in. */
  get devices(): ReadonlyMap<string, Device> {
    return this.#devices;
  }

  /** Whether what the transaction is staged on is known, so that it can be planned at once. */
  knows(candidates: readonly Candidate[]): boolean {
    return this.#baseOf(candidates) !== undefined;
  }

  /**
   * @param admit told which documents the transaction changes, when it can be rendered; throws to refuse it.
   * @throws EdgeconfError FAILED_PRECONDITION when a device could not take what is rendered, a document is another's
   *   already, or no adapter drives a device; ABORTED when it competes with another transaction.
   */
  async plan(
    candidates: readonly Candidate[],
    admit: (documents: readonly ChangedDocument[]) => void = () => {},
  ): Promise<void> {
    const generation = this.#generation;
    const devices = this.#devicesAfter(candidates);
    this.#checkKinds(candidates, devices);
    const overlay = new Overlay(this.#baseOf(candidates) ?? this.#rendering);
    await this.#render(overlay, candidates, devices);
    checkFaults(overlay);
    const nowMs = this.#nowMs();
    this.#claims.check(overlay, this.#undecided(candidates, nowMs));
    const documents = documentsChanged(overlay);
    admit(documents);
    for (const { target, changes, after } of candidates) {
      this.#plans.set(changes, { overlay, generation, targets: candidates.length, documents });
      const started = (this.#inFlight.get(target) ?? []).filter(({ untilMs }) => nowMs < untilMs);
      started.push({ overlay, generation, rows: after.rows, untilMs: nowMs + IN_FLIGHT_MS });
      this.#inFlight.set(target, started);
    }
  }

  /** The documents that a transaction changes, as it was planned; none when it was not. */
  documentsOf([first]: readonly Candidate[]): readonly ChangedDocument[] {
    return (first === undefined ? undefined : this.#plans.get(first.changes)?.documents) ?? [];
  }

  /** What is known, where it is what the transaction was staged on, or else the plan of the one that it was staged on. */
  #baseOf(candidates: readonly Candidate[]): Overlay | Rendering | undefined {
    if (!this.#hasBegun) return undefined;
    if (candidates.every(({ target, before }) => this.#snapshots.get(target)?.rows === before.rows))
      return this.#rendering;
    const [only, ...others] = candidates;
    if (only === undefined || others.length > 0) return undefined;
    const below = this.#inFlight.get(only.target)?.findLast(({ rows }) => rows === only.before.rows);
    return below?.generation === this.#generation ? below.overlay : undefined;
  }

  /** What transactions of other targets may be about to add. */
  #undecided(candidates: readonly Candidate[], nowMs: number): Overlay[] {
    const own = new Set(candidates.map(({ target }) => target));
    return [...this.#inFlight].flatMap(([target, started]) =>
      own.has(target) ? [] : started.filter(({ untilMs }) => nowMs < untilMs).map(({ overlay }) => overlay),
    );
  }

  /** Renders everything there is. */
  async prepareAll(snapshots: readonly Snapshot[]): Promise<Intake> {
    for (const snapshot of snapshots) this.#snapshots.set(snapshot.target, snapshot);
    const platform = this.#snapshots.get(PLATFORM);
    const devices = platform === undefined ? this.#devices : readDevices(platform, platform.model.root);
    const overlay = new Overlay(this.#rendering);
    await this.#render(overlay, [], devices);
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

  /** Makes a transaction part of what is known. @returns what may have changed; another transaction comes only after that */
  async accept({ overlay, devices }: Intake, commits: readonly Candidate[]): Promise<Assignment[]> {
    if (devices !== this.#devices) this.#generation += 1;
    this.#devices = devices;
    const claims = await this.#merge(overlay, new Causes(commits));
    for (const { target, after } of commits) this.#snapshots.set(target, after);
    this.#hasBegun = true;
    overlay.merged();
    for (const { target, after } of commits) this.#land(target, after);
    return [...claims].map(([claim, told]) => this.#assignment(claim, told));
  }

  /** A transaction is no longer on its way; what was planned on top of it looks at what is known from now on. */
  #land(target: string, after: Snapshot): void {
    const started = this.#inFlight.get(target) ?? [];
    const at = started.findIndex(({ rows }) => rows === after.rows);
    // Those before it came first, or will never come.
    for (const { overlay } of started.splice(0, at + 1)) overlay.merged();
    if (started.length === 0) this.#inFlight.delete(target);
  }

  /** What the plan of this very transaction found, when nothing has changed that it was made from. */
  #planned(commits: readonly Candidate[]): Overlay | undefined {
    const [first, ...others] = commits.map(({ changes }) => this.#plans.get(changes));
    if (first === undefined || first.generation !== this.#generation || first.targets !== commits.length)
      return undefined;
    // Other targets may have moved on since the devices were rendered for all of them.
    if (commits.some(({ target }) => target === PLATFORM)) return undefined;
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
    snapshots.delete(PLATFORM);
    for (const name of new Set([...this.#devices.keys(), ...devices.keys()])) {
      const [before, after] = [this.#devices.get(name), devices.get(name)];
      if (before !== undefined && after !== undefined && sameDevice(before, after)) continue;
      if (before?.kind !== after?.kind) for (const id of this.#rendering.listsOf(name)) renderer.drop(id);
      if (after !== undefined) await this.#renderDevice(renderer, name, snapshots.values());
    }
    for (const candidate of candidates) {
      if (candidate.target !== PLATFORM) await renderer.changed(candidate);
    }
  }

  async #renderDevice(renderer: Renderer, name: string, snapshots: Iterable<Snapshot>): Promise<void> {
    for (const snapshot of snapshots) {
      const known = this.#rendering.listsOf(name, snapshot.target).flatMap((id) => {
        const unit = this.#rendering.unit(id);
        return unit?.kind === 'list' ? [unit.part] : [];
      });
      await renderer.whole(name, snapshot, known);
    }
  }

  /** The same map when these transactions are not about devices. */
  #devicesAfter(candidates: readonly Candidate[]): ReadonlyMap<string, Device> {
    const names = deviceNames(candidates);
    const platform = candidates.find(({ target }) => target === PLATFORM);
    if (platform === undefined || names.size === 0) return this.#devices;
    const devices = new Map(this.#devices);
    for (const name of names) {
      const device = readDevice(platform.after, platform.after.model.root, name);
      if (device === undefined) devices.delete(name);
      else devices.set(name, device);
    }
    return devices;
  }

  #checkKinds(candidates: readonly Candidate[], devices: ReadonlyMap<string, Device>): void {
    for (const name of deviceNames(candidates)) {
      const kind = devices.get(name)?.kind;
      if (kind === undefined || this.#adapters.has(kind)) continue;
      const kinds = [...this.#adapters.keys()].sort().join(', ');
      throw new EdgeconfError(
        'FAILED_PRECONDITION',
        `/device[name=${name}]/kind: no adapter for '${kind}' is loaded; there is one for: ${kinds || 'nothing'}`,
      );
    }
  }

  /** @returns what is to be told of each document that may have changed */
  async #merge(overlay: Overlay, causes: Causes): Promise<Map<string, Told>> {
    const claims = new Map<string, Told>();
    const tell = (claim: string, { id, target, reads }: DocumentUnit): void => {
      const list = this.#rendering.unit(listOf(id));
      const readers = [{ target, reads }, ...(list === undefined ? [] : [list])];
      const found = causes.of(readers);
      const known = claims.get(claim);
      claims.set(claim, { target, causes: found.length > 0 ? found : (known?.causes ?? []) });
    };
    let merged = 0;
    for (const [id, unit] of overlay.units) {
      merged += 1;
      if (merged % UNITS_PER_TURN === 0) await turn();
      const before = this.#rendering.set(id, unit);
      if (before?.kind === 'document') {
        if (unit === undefined) this.#claims.remove(before);
        tell(claimKey(before.device, before.ref.id), before);
      }
      if (unit?.kind !== 'document') continue;
      this.#claims.add(unit);
      tell(claimKey(unit.device, unit.ref.id), unit);
    }
    return claims;
  }

  #assignment(claim: string, told: Told): Assignment {
    const [device = '', document = ''] = claim.split('\0');
    const wanting = this.#claims.wanting(claim).map((id) => this.#rendering.unit(id));
    const [holder, rival] = wanting.filter((unit): unit is DocumentUnit => unit?.kind === 'document');
    const fault = holder?.fault ?? (rival === undefined ? undefined : claimRefusal(rival, holder));
    const leave = holder !== undefined && holder.desired === undefined;
    const target = holder?.target ?? told.target;
    return { device, document, target, causes: told.causes, desired: holder?.desired, leave, fault };
  }
}

/** What is known of a document's change besides the document. */
interface Told {
  readonly target: string;
  readonly causes: readonly string[];
}

/** Names of the devices that these transactions change. */
export function deviceNames(candidates: readonly Candidate[]): Set<string> {
  const platform = candidates.find(({ target }) => target === PLATFORM);
  return platform === undefined ? new Set() : changedDevices(platform.after.model.root, platform.changes);
}

function checkFaults(overlay: Overlay): void {
  for (const unit of overlay.units.values()) {
    if (unit?.fault === undefined) continue;
    const what = unit.kind === 'document' ? `, document '${unit.ref.id}'` : '';
    const message = `device '${unit.device}'${what}: ${unit.fault.message}`;
    throw new EdgeconfError(unit.fault.code, message, { cause: unit.fault });
  }
}
