// Keeps devices doing what intent says: plans transactions, follows the change feed, feeds the workers, tells how it stands.

import type { Snapshot } from '../datastore/snapshot.ts';
import type { Candidate, FeedEvent } from '../datastore/transaction.ts';
import { EdgeconfError } from '../errors.ts';
import { southboundLog } from '../log.ts';
import type { AckStore } from './ack-store.ts';
import type { Adapter, Device } from './adapter.ts';
import { Claims, claimRefusal } from './claims.ts';
import { type Backoff, type Clock, systemClock } from './clock.ts';
import { changedDevices, identityOf, readDevice, readDevices, sameDevice } from './device-registry.ts';
import { type DeviceStatus, DeviceWorker, type DocumentEvent, type WorkerSurroundings } from './device-worker.ts';
import { DocumentQueue } from './document-queue.ts';
import { type Adapters, Renderer } from './renderer.ts';
import { claimKey, type DocumentUnit, Overlay, Rendering } from './rendering.ts';

/** The reserved target that lists devices. */
const PLATFORM = 'platform';
/** How long a planned transaction is taken to be on its way, when nothing more is heard of it (a dry run, a failed append). */
const IN_FLIGHT_MS = 5_000;

/** Where intent comes from; a Datastore fits. */
export interface IntentSource {
  readonly head: { readonly revision: number };
  targets(): readonly { readonly name: string }[];
  snapshot(target: string): Snapshot | undefined;
  listen(listener: (event: FeedEvent) => void): () => void;
}

export interface ReconcilerOptions {
  readonly adapters: readonly Adapter[];
  readonly store: AckStore;
  readonly clock?: Clock;
  /** 0 <= random() < 1; spreads retries. */
  readonly random?: () => number;
  readonly backoff?: Backoff;
  /** Bounds every call to a device, whatever its adapter does. */
  readonly operationTimeoutMs?: number;
  /** What a credentials reference (`env:NAME`, `file:/path`) stands for. */
  readonly resolveSecret?: (reference: string) => Promise<string>;
}

/** A document that intent asks for and that cannot be sent, for a reason found before asking the device. */
export interface DocumentFault {
  readonly document: string;
  readonly message: string;
}

export interface SouthboundStatus extends DeviceStatus {
  readonly kind: string;
  readonly faults: readonly DocumentFault[];
}

interface Waiter {
  readonly revision: number;
  readonly devices: readonly string[] | undefined;
  readonly done: () => void;
}

/**
 * `plan` is handed to the datastore; `start` is called once the datastore is open. From then on each committed revision
 * reaches the devices, each at its own pace; nothing here delays a commit but its own rendering.
 */
export class Reconciler {
  readonly #adapters: Adapters;
  readonly #surroundings: WorkerSurroundings;
  readonly #rendering = new Rendering();
  readonly #claims = new Claims();
  #devices: ReadonlyMap<string, Device> = new Map();
  readonly #workers = new Map<string, DeviceWorker>();
  readonly #faults = new Map<string, Map<string, string>>();
  /** Targets' intent as of the last revision taken in. */
  readonly #snapshots = new Map<string, Snapshot>();
  #revision = 0;
  /** Counts the times that devices changed: what was rendered for other devices does not hold any more. */
  #generation = 0;
  readonly #plans = new WeakMap<Candidate['changes'], { overlay: Overlay; generation: number; commits: number }>();
  /** By target: what was planned last and may be on its way to the journal; a target has one transaction at a time. */
  readonly #inFlight = new Map<string, { overlay: Overlay; untilMs: number }>();
  #intake: Promise<void> = Promise.resolve();
  #unlisten: (() => void) | undefined;
  readonly #listeners = new Set<(event: DocumentEvent) => void>();
  readonly #waiters = new Set<Waiter>();

  constructor(options: ReconcilerOptions) {
    this.#adapters = new Map(options.adapters.map((adapter) => [adapter.kind, adapter]));
    this.#surroundings = {
      store: options.store,
      clock: options.clock ?? systemClock,
      random: options.random ?? Math.random,
      backoff: options.backoff ?? { firstMs: 500, longestMs: 60_000 },
      operationTimeoutMs: options.operationTimeoutMs ?? 30_000,
      resolveSecret: options.resolveSecret ?? unresolved,
      intentRevision: () => this.#revision,
      onDocument: (event) => this.#tell(event),
      onRest: () => this.#look(),
    };
  }

  /** Takes in all intent there is, goes on where the devices were left, and follows the feed. */
  async start(source: IntentSource): Promise<void> {
    // From here to the end of the loop nothing else runs: the feed goes on exactly where these snapshots end.
    this.#unlisten = source.listen((event) => {
      void this.#queue(() => this.#takeIn(event));
    });
    this.#revision = source.head.revision;
    for (const { name } of source.targets()) {
      const snapshot = source.snapshot(name);
      if (snapshot !== undefined) this.#snapshots.set(name, snapshot);
    }
    await this.#queue(() => this.#begin());
  }

  /**
   * Renders what staged candidates touch. [Check]
   * @throws EdgeconfError FAILED_PRECONDITION when a device could not take it, or a document is another's already.
   */
  readonly plan = async (candidates: readonly Candidate[]): Promise<void> => {
    await this.#intake;
    const platform = candidates.find(({ target }) => target === PLATFORM);
    const devices = platform === undefined ? this.#devices : this.#devicesAfter(platform);
    if (platform !== undefined) this.#checkKinds(platform, devices);
    const overlay = new Overlay(this.#rendering);
    const generation = this.#generation;
    await this.#render(overlay, candidates, devices);
    for (const unit of overlay.units.values()) {
      if (unit?.fault === undefined) continue;
      const what = unit.kind === 'document' ? `, document '${unit.ref.id}'` : '';
      throw new EdgeconfError(unit.fault.code, `device '${unit.device}'${what}: ${unit.fault.message}`, {
        cause: unit.fault,
      });
    }
    for (const { target } of candidates) this.#inFlight.delete(target);
    const nowMs = this.#surroundings.clock.nowMs();
    const live = [...this.#inFlight.values()].filter(({ untilMs }) => nowMs < untilMs);
    this.#claims.check(
      overlay,
      live.map((plan) => plan.overlay),
    );
    for (const { target, changes } of candidates) {
      this.#plans.set(changes, { overlay, generation, commits: candidates.length });
      this.#inFlight.set(target, { overlay, untilMs: nowMs + IN_FLIGHT_MS });
    }
  };

  /** How every listed device stands, by name. */
  status(): SouthboundStatus[] {
    return [...this.#devices.values()]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((device) => ({
        ...(this.#workers.get(device.name)?.status() ?? this.#idle(device)),
        kind: device.kind,
        faults: [...(this.#faults.get(device.name) ?? [])].map(([document, message]) => ({ document, message })),
      }));
  }

  /**
   * Resolves when everything up to `revision` (the last one known, without it) is in effect on the devices, refused by
   * them, or superseded. Disabled devices are not waited for. Rejects with the signal's reason on abort.
   */
  async settled(options: { revision?: number; devices?: readonly string[]; signal?: AbortSignal } = {}): Promise<void> {
    await this.#intake;
    const { signal, devices, revision = this.#revision } = options;
    signal?.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const waiter = { revision, devices, done: resolve };
      signal?.addEventListener('abort', () => {
        if (this.#waiters.delete(waiter)) reject(signal.reason);
      });
      this.#waiters.add(waiter);
      this.#look();
    });
  }

  /** Told of every document that was sent, or could not be. @returns ends the listening */
  listen(listener: (event: DocumentEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Ends calls under way; what they were about is sent again after the next start. */
  async close(): Promise<void> {
    this.#unlisten?.();
    await this.#intake;
    await Promise.all([...this.#workers.values()].map((worker) => worker.stop()));
    this.#workers.clear();
  }

  /** Intake is one after the other, in the order of the feed. */
  #queue(task: () => Promise<void>): Promise<void> {
    const done = this.#intake.then(task);
    this.#intake = done.catch((error: unknown) => {
      southboundLog.error({ err: error }, 'intent could not be taken in; devices may lag behind until the next start');
    });
    return done;
  }

  async #begin(): Promise<void> {
    const platform = this.#snapshots.get(PLATFORM);
    if (platform !== undefined) this.#devices = readDevices(platform, platform.model.root);
    const overlay = new Overlay(this.#rendering);
    const renderer = new Renderer(this.#adapters, this.#devices, overlay);
    for (const [target, snapshot] of [...this.#snapshots].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (target === PLATFORM) continue;
      for (const name of this.#devices.keys()) await renderer.whole(name, snapshot, []);
    }
    for (const name of await this.#surroundings.store.devices()) {
      if (!this.#devices.has(name)) await this.#surroundings.store.forget(name);
    }
    for (const device of this.#devices.values()) await this.#employ(device);
    this.#merge(overlay);
    for (const worker of this.#workers.values()) worker.start();
  }

  async #takeIn(event: FeedEvent): Promise<void> {
    const platform = event.commits.find(({ target }) => target === PLATFORM);
    const devices = platform === undefined ? this.#devices : this.#devicesAfter(platform);
    const overlay = this.#planned(event) ?? new Overlay(this.#rendering);
    if (overlay.units.size === 0) await this.#render(overlay, event.commits, devices);
    for (const { target, after } of event.commits) {
      this.#snapshots.set(target, after);
      this.#inFlight.delete(target);
    }
    this.#revision = event.revision;
    const hired = platform === undefined ? [] : await this.#changeDevices(platform, devices);
    this.#merge(overlay);
    for (const worker of hired) worker.start();
    this.#look();
  }

  /** What the plan of this very transaction found, when nothing has changed that it was made from. */
  #planned({ commits }: FeedEvent): Overlay | undefined {
    const [first, ...others] = commits.map(({ changes }) => this.#plans.get(changes));
    if (first === undefined || first.generation !== this.#generation || first.commits !== commits.length)
      return undefined;
    if (commits.some(({ target }) => target === PLATFORM)) return undefined;
    return others.every((other) => other?.overlay === first.overlay) ? first.overlay : undefined;
  }

  async #render(
    overlay: Overlay,
    candidates: readonly Candidate[],
    devices: ReadonlyMap<string, Device>,
  ): Promise<void> {
    const renderer = new Renderer(this.#adapters, devices, overlay);
    const changed = [...new Set([...this.#devices.keys(), ...devices.keys()])].filter((name) => {
      const [before, after] = [this.#devices.get(name), devices.get(name)];
      return before === undefined || after === undefined || !sameDevice(before, after);
    });
    for (const name of changed) await this.#renderDevice(renderer, name, candidates, devices);
    for (const candidate of candidates) {
      if (candidate.target !== PLATFORM) await renderer.changed(candidate);
    }
  }

  async #renderDevice(
    renderer: Renderer,
    name: string,
    candidates: readonly Candidate[],
    devices: ReadonlyMap<string, Device>,
  ): Promise<void> {
    const known = this.#rendering.listsOf(name);
    if (this.#devices.get(name)?.kind !== devices.get(name)?.kind) for (const id of known) renderer.drop(id);
    if (!devices.has(name)) return;
    const snapshots = new Map(this.#snapshots);
    for (const { target, after } of candidates) snapshots.set(target, after);
    for (const [target, snapshot] of snapshots) {
      if (target === PLATFORM) continue;
      const lists = known.map((id) => this.#rendering.unit(id)).filter((unit) => unit?.kind === 'list');
      await renderer.whole(
        name,
        snapshot,
        lists.filter((unit) => unit.target === target).map((unit) => unit.part),
      );
    }
  }

  #devicesAfter({ after, changes }: Candidate): ReadonlyMap<string, Device> {
    const { root } = after.model;
    const devices = new Map(this.#devices);
    for (const name of changedDevices(root, changes)) {
      const device = readDevice(after, root, name);
      if (device === undefined) devices.delete(name);
      else devices.set(name, device);
    }
    return devices;
  }

  /** @throws EdgeconfError FAILED_PRECONDITION when no adapter drives a device that the transaction is about */
  #checkKinds({ after, changes }: Candidate, devices: ReadonlyMap<string, Device>): void {
    for (const name of changedDevices(after.model.root, changes)) {
      const device = devices.get(name);
      if (device === undefined || this.#adapters.has(device.kind)) continue;
      const kinds = [...this.#adapters.keys()].sort().join(', ');
      throw new EdgeconfError(
        'FAILED_PRECONDITION',
        `/device[name=${name}]/kind: no adapter for '${device.kind}' is loaded; there is one for: ${kinds || 'nothing'}`,
      );
    }
  }

  /** Lets go and takes on workers as the platform now says. @returns those that are to start once they know their work */
  async #changeDevices(platform: Candidate, devices: ReadonlyMap<string, Device>): Promise<DeviceWorker[]> {
    const hired: DeviceWorker[] = [];
    const names = changedDevices(platform.after.model.root, platform.changes);
    for (const name of names) {
      const [before, after] = [this.#devices.get(name), devices.get(name)];
      const same = before !== undefined && after !== undefined && identityOf(before) === identityOf(after);
      try {
        if (same) {
          await this.#workers.get(name)?.update(after);
          continue;
        }
        const worker = await this.#replace(name, after);
        if (worker !== undefined) hired.push(worker);
      } catch (error) {
        southboundLog.error(
          { device: name, err: error },
          'the device cannot be taken on; it is idle until the next start',
        );
      }
    }
    if (names.size > 0) this.#generation += 1;
    this.#devices = devices;
    return hired;
  }

  async #replace(name: string, device: Device | undefined): Promise<DeviceWorker | undefined> {
    await this.#workers.get(name)?.stop();
    this.#workers.delete(name);
    if (device !== undefined) return await this.#employ(device);
    this.#faults.delete(name);
    await this.#surroundings.store.forget(name);
    return undefined;
  }

  /** A worker that knows what its device held last, and not yet what it should hold. */
  async #employ(device: Device): Promise<DeviceWorker | undefined> {
    const adapter = this.#adapters.get(device.kind);
    if (adapter === undefined) {
      southboundLog.error({ device: device.name, kind: device.kind }, 'no adapter for this kind of device is loaded');
      return undefined;
    }
    const { store } = this.#surroundings;
    const remembered = await store.load(device.name);
    const known = remembered.identity === identityOf(device);
    if (!known) await store.reset(device.name, identityOf(device));
    const queue = new DocumentQueue(known ? remembered.documents : new Map(), this.#revision);
    const worker = new DeviceWorker(this.#surroundings, adapter, device, queue);
    this.#workers.set(device.name, worker);
    // Documents that stay as they are do not come up in the change that brought the worker here.
    for (const id of this.#rendering.listsOf(device.name)) {
      const unit = this.#rendering.unit(id);
      if (unit?.kind === 'list') for (const ref of unit.refs) this.#assign(claimKey(device.name, ref.id));
    }
    return worker;
  }

  #merge(overlay: Overlay): void {
    const claims = new Set<string>();
    for (const [id, unit] of overlay.units) {
      const before = this.#rendering.set(id, unit);
      if (before?.kind === 'document') {
        if (unit === undefined) this.#claims.remove(before);
        claims.add(claimKey(before.device, before.ref.id));
      }
      if (unit?.kind !== 'document') continue;
      this.#claims.add(unit);
      claims.add(claimKey(unit.device, unit.ref.id));
    }
    for (const claim of claims) this.#assign(claim);
  }

  /** Tells the worker what its device should hold under this id. */
  #assign(claim: string): void {
    const [device = '', documentId = ''] = claim.split('\0');
    const worker = this.#workers.get(device);
    const wanting = this.#claims.wanting(claim).map((id) => this.#rendering.unit(id));
    const [holder, rival] = wanting.filter((unit): unit is DocumentUnit => unit?.kind === 'document');
    const fault = holder?.fault ?? (rival === undefined ? undefined : claimRefusal(rival, holder));
    this.#note(device, documentId, fault);
    if (holder !== undefined && holder.desired === undefined) worker?.leave(documentId, this.#revision);
    else worker?.want(documentId, holder?.desired, this.#revision);
  }

  #note(device: string, documentId: string, fault: EdgeconfError | undefined): void {
    const faults = this.#faults.get(device) ?? new Map<string, string>();
    if (fault === undefined) faults.delete(documentId);
    else {
      faults.set(documentId, fault.message);
      southboundLog.warn({ device, document: documentId, reason: fault.message }, 'a document cannot be sent');
    }
    if (faults.size === 0) this.#faults.delete(device);
    else this.#faults.set(device, faults);
  }

  #tell(event: DocumentEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        southboundLog.error({ err: error }, 'a listener of document events failed');
      }
    }
  }

  /** Lets those go on who wait for what is done now. */
  #look(): void {
    for (const waiter of [...this.#waiters]) {
      const names = waiter.devices ?? [...this.#workers.keys()];
      if (this.#revision < waiter.revision) continue;
      if (!names.every((name) => this.#workers.get(name)?.isSettled(waiter.revision) !== false)) continue;
      this.#waiters.delete(waiter);
      waiter.done();
    }
  }

  #idle({ name, enabled }: Device): DeviceStatus {
    return {
      device: name,
      enabled,
      connected: undefined,
      lastContactMs: undefined,
      trouble: undefined,
      pending: 0,
      refused: [],
      appliedRevision: 0,
      intentRevision: this.#revision,
    };
  }
}

function unresolved(reference: string): Promise<string> {
  return Promise.reject(new Error(`no way to resolve the credentials reference ${reference} was given`));
}
