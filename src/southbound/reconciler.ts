// Keeps devices doing what intent says: follows the change feed, gives the workers their work, tells how it stands.

import type { Snapshot } from '../datastore/snapshot.ts';
import type { Amendment, Candidate, CommitRequest, FeedEvent } from '../datastore/transaction.ts';
import { EdgeconfError } from '../errors.ts';
import { southboundLog } from '../log.ts';
import type { AckStore } from './ack-store.ts';
import type { Adapter, Device, DocumentRef, FoundDocument, Json, Proposal } from './adapter.ts';
import { type Backoff, type Clock, systemClock } from './clock.ts';
import { identityOf } from './device-registry.ts';
import type { DeviceStatus, DocumentEvent } from './device-status.ts';
import { DeviceWorker, type WorkerSurroundings } from './device-worker.ts';
import { DocumentQueue } from './document-queue.ts';
import type { ActualDocument, DocumentStatus, Settled, Verification } from './document-status.ts';
import { type ChangedDocument, countByTarget } from './documents-changed.ts';
import type { Gaps } from './gaps.ts';
import type { NumberHolder } from './numbers.ts';
import { type Assignment, deviceNames, type Intake, Planner } from './planner.ts';
import type { PoolStanding } from './pools.ts';
import type { Adapters } from './renderer.ts';

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
  /** Told how many documents a transaction changes, by target, before it is appended; throws to refuse it. */
  readonly admit?: (documents: ReadonlyMap<string, number>, request: CommitRequest) => void;
  /** Leaves of intent that a leaf of a document was made from, as paths of its target; see `Refusal.cause`. */
  readonly causesOf?: (device: string, ref: DocumentRef, leaf: string) => readonly string[];
  /** Commits what a device was found to hold as a target's intent; rejects when it cannot be. Without it, drift is reported. */
  readonly adopt?: (target: string, proposal: Proposal, about: Adoption) => Promise<void>;
}

/** What an adoption is about, for its comment. */
export interface Adoption {
  readonly device: string;
  readonly document: string;
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
  readonly #planner: Planner;
  readonly #admit: NonNullable<ReconcilerOptions['admit']>;
  readonly #workers = new Map<string, DeviceWorker>();
  readonly #faults = new Map<string, Map<string, string>>();
  /** The last revision of which the workers know everything. */
  #revision = 0;
  /** The one that is being taken in. */
  #incoming = 0;
  #intake: Promise<void> = Promise.resolve();
  /** Transactions about devices that are committed and not yet taken in. */
  #devicesMove = 0;
  #unlisten: (() => void) | undefined;
  readonly #listeners = new Set<(event: DocumentEvent) => void>();
  readonly #statusListeners = new Set<(device: string) => void>();
  readonly #documentListeners = new Set<(device: string, document: string) => void>();
  readonly #observationListeners = new Set<(device: string, observation: Json) => void>();
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
      onRest: (device) => {
        this.#look();
        for (const listener of this.#statusListeners) listener(device);
      },
    };
    this.#admit = options.admit ?? (() => {});
    const { clock } = this.#surroundings;
    this.#planner = new Planner(
      this.#adapters,
      () => clock.nowMs(),
      (device, pool) => this.heldNumbers(device, pool),
    );
  }

  /** Takes in all intent there is, goes on where the devices were left, and follows the feed. */
  async start(source: IntentSource): Promise<void> {
    // Up to the first await nothing else runs: the feed goes on exactly where these snapshots end.
    this.#unlisten = source.listen((event) => {
      // State is what this engine itself reports; it is no intent.
      if (event.state === true) return;
      const moves = Number(deviceNames(event.commits).size > 0);
      this.#devicesMove += moves;
      void this.#queue(async () => {
        try {
          await this.#takeIn(event);
        } finally {
          this.#devicesMove -= moves;
        }
      });
    });
    this.#incoming = source.head.revision;
    const snapshots = source.targets().flatMap(({ name }) => source.snapshot(name) ?? []);
    await this.#queue(() => this.#begin(snapshots));
  }

  /** Refuses what devices could not take. See `Planner.plan`. */
  readonly plan = async (candidates: readonly Candidate[], request: CommitRequest): Promise<readonly Amendment[]> => {
    // Rendering another tenant's large commit is not waited for; what devices there are is.
    if (this.#devicesMove > 0 || !this.#planner.knows(candidates)) await this.#intake;
    return await this.#planner.plan({
      candidates,
      request,
      // When devices change, all that goes to them is nobody's doing but the operator's.
      admit: (documents) => this.#admit(countByTarget(documents, candidates), request),
    });
  };

  /** Nothing of a planned transaction was kept: what it would have taken is free. */
  readonly released = (request: CommitRequest): void => this.#planner.release(request);

  /** What devices have no way to do, by the entry of intent that asks for it. */
  get gaps(): Gaps {
    return this.#planner.gaps;
  }

  /** The pools of a device of which something is used, by name. */
  pools(device: string): PoolStanding[] {
    return this.#planner.pools(device);
  }

  /** Told of each device whose pools may have changed. @returns ends the listening */
  onPools(listener: (device: string) => void): () => void {
    return this.#planner.onPools(listener);
  }

  /** What a planned transaction changes on devices. @param candidates as they were planned */
  documentsOf(candidates: readonly Candidate[]): readonly ChangedDocument[] {
    return this.#planner.documentsOf(candidates);
  }

  /** How every listed device stands, by name. */
  status(): SouthboundStatus[] {
    return [...this.#planner.devices.keys()].sort().flatMap((name) => this.statusOf(name) ?? []);
  }

  /** How one device stands; undefined when it is not listed. */
  statusOf(name: string): SouthboundStatus | undefined {
    const device = this.#planner.devices.get(name);
    if (device === undefined) return undefined;
    return {
      ...(this.#workers.get(name)?.status() ?? this.#idle(device)),
      kind: device.kind,
      faults: [...(this.#faults.get(name) ?? [])].map(([document, message]) => ({ document, message })),
    };
  }

  /**
   * Resolves when everything up to `revision` (the last one known, without it) is in effect on the devices, refused by
   * them, or superseded. Disabled devices are not waited for. Rejects with the signal's reason on abort.
   */
  async settled(
    options: { revision?: number; devices?: readonly string[]; signal?: AbortSignal } = {},
  ): Promise<Settled> {
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
    return { revision, superseded: [], refused: [] };
  }

  /** How all documents of a device stand that are wanted or may be there; empty for a device that is not listed. */
  documents(device: string): DocumentStatus[] {
    return this.#workers.get(device)?.documents() ?? [];
  }

  /** How one document stands; undefined when it is neither wanted nor there. */
  document(device: string, id: string): DocumentStatus | undefined {
    return this.#workers.get(device)?.document(id);
  }

  /** Numbers of a pool that documents have which the device may hold, wanted or not. */
  heldNumbers(device: string, pool: string): ReadonlyMap<number, readonly NumberHolder[]> {
    return this.#workers.get(device)?.heldNumbers(pool) ?? new Map();
  }

  /**
   * Reads everything back that can be read. A second call while one runs waits for another round.
   * @throws EdgeconfError NOT_FOUND, FAILED_PRECONDITION for a disabled device, UNAVAILABLE when it does not answer.
   */
  verify(device: string, _signal?: AbortSignal): Promise<Verification> {
    return Promise.reject(new EdgeconfError('UNIMPLEMENTED', `device '${device}' cannot be verified yet`));
  }

  /** Asks what the device holds of one document now. @throws as `verify`; NOT_FOUND for an unknown document too. */
  actual(device: string, _document: string, _signal?: AbortSignal): Promise<ActualDocument> {
    return Promise.reject(new EdgeconfError('UNIMPLEMENTED', `device '${device}' cannot be read yet`));
  }

  /** Reads all that the device lists, ours or not. @throws as `verify`; FAILED_PRECONDITION when it lists nothing. */
  found(device: string, _signal?: AbortSignal): Promise<FoundDocument[]> {
    return Promise.reject(new EdgeconfError('UNIMPLEMENTED', `device '${device}' cannot be read yet`));
  }

  /** Told of each document whose status may have changed, also when it is gone. @returns ends the listening */
  onDocument(listener: (device: string, document: string) => void): () => void {
    this.#documentListeners.add(listener);
    return () => this.#documentListeners.delete(listener);
  }

  /** Told what devices report of the world. @returns ends the listening */
  onObservation(listener: (device: string, observation: Json) => void): () => void {
    this.#observationListeners.add(listener);
    return () => this.#observationListeners.delete(listener);
  }

  /** Told of every document that was sent, or could not be. @returns ends the listening */
  listen(listener: (event: DocumentEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Told the name of each device whose status may have changed. @returns ends the listening */
  onStatus(listener: (device: string) => void): () => void {
    this.#statusListeners.add(listener);
    return () => this.#statusListeners.delete(listener);
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

  async #begin(snapshots: readonly Snapshot[]): Promise<void> {
    const intake = await this.#planner.prepareAll(snapshots);
    const { store } = this.#surroundings;
    for (const name of await store.devices()) if (!intake.devices.has(name)) await store.forget(name);
    for (const device of intake.devices.values()) await this.#employ(device);
    this.#assign(await this.#planner.accept(intake, []));
    for (const worker of this.#workers.values()) worker.start();
  }

  async #takeIn({ revision, commits }: FeedEvent): Promise<void> {
    this.#incoming = revision;
    const intake = await this.#planner.prepare(commits);
    const begin = await this.#changeDevices(deviceNames(commits), intake);
    this.#assign(await this.#planner.accept(intake, commits));
    for (const each of begin) await each();
    this.#look();
  }

  /** Lets go and takes on workers as the platform now says. @returns what is to be done once they know their work */
  async #changeDevices(names: Iterable<string>, { devices }: Intake): Promise<(() => Promise<void> | void)[]> {
    const begin: (() => Promise<void> | void)[] = [];
    for (const name of names) {
      const [before, after] = [this.#planner.devices.get(name), devices.get(name)];
      if (before !== undefined && after !== undefined && identityOf(before) === identityOf(after)) {
        begin.push(() => this.#workers.get(name)?.update(after));
        continue;
      }
      try {
        const worker = await this.#replace(name, after);
        if (worker !== undefined) begin.push(() => worker.start());
      } catch (error) {
        southboundLog.error(
          { device: name, err: error },
          'the device cannot be taken on; it is idle until the next start',
        );
      }
    }
    return begin;
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
    const queue = new DocumentQueue(known ? remembered.documents : new Map(), this.#incoming, {
      blocker: () => undefined,
      isStuck: () => false,
      changed: (id) => {
        for (const listener of this.#documentListeners) listener(device.name, id);
      },
    });
    const worker = new DeviceWorker(this.#surroundings, adapter, device, queue);
    this.#workers.set(device.name, worker);
    return worker;
  }

  /** Tells the workers all at once: a document may need another. */
  #assign(assignments: readonly Assignment[]): void {
    for (const { device, document, desired, leave, fault, target, causes } of assignments) {
      const worker = this.#workers.get(device);
      this.#note(device, document, fault);
      if (leave) worker?.leave(document, this.#incoming);
      else worker?.want(document, desired, this.#incoming, { target, causes });
    }
    this.#revision = this.#incoming;
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
      circuit: 'closed',
      foundVersion: undefined,
      lastVerifiedMs: undefined,
      notVerifiable: 0,
      foreign: 0,
      drift: [],
      latency: undefined,
    };
  }
}

function unresolved(reference: string): Promise<string> {
  return Promise.reject(new Error(`no way to resolve the credentials reference ${reference} was given`));
}
