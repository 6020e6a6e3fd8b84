// Keeps devices doing what intent says: follows the change feed, gives the workers their work, tells how it stands.

import type { Snapshot } from '../datastore/snapshot.ts';
import type { Amendment, Candidate, CommitRequest, FeedEvent } from '../datastore/transaction.ts';
import { EdgeconfError } from '../errors.ts';
import { southboundLog } from '../log.ts';
import type { FoundDocument, Json } from './adapter.ts';
import type { AckStore } from './device/ack-store.ts';
import { systemClock } from './device/clock.ts';
import { DeviceCrew } from './device/device-crew.ts';
import type { DeviceWorker } from './device/device-worker.ts';
import type { WorkerSurroundings } from './device/worker-parts.ts';
import { isSameMachine } from './device-registry.ts';
import { type DocumentEvent, idleStatus } from './device-status.ts';
import type { ActualDocument, DocumentStatus, Settled, Verification } from './document-status.ts';
import { type ChangedDocument, countByTarget } from './intent/documents-changed.ts';
import type { Gaps } from './intent/gaps.ts';
import type { NumberHolder } from './intent/numbers.ts';
import { type Assignment, type Intake, Planner } from './intent/planner.ts';
import { deviceNames } from './intent/platform-changes.ts';
import type { PoolStanding } from './intent/pools.ts';
import type { Adapters } from './intent/renderer.ts';
import { unlisted } from './intent/unlisted.ts';
import { Listeners } from './listeners.ts';
import { Questions } from './questions/questions.ts';
import type { IntentSource, ReconcilerOptions, SettledOptions, SouthboundStatus } from './reconciler-options.ts';
import { SettleWaiters } from './settle-waiters.ts';
import type { Observed } from './state/observation-state.ts';

export type { DocumentFault, IntentSource, ReconcilerOptions, SouthboundStatus } from './reconciler-options.ts';

/** Why a document cannot be sent, or that another one wants it too. */
interface Fault {
  readonly message: string;
  readonly isContested: boolean;
}

/** The reserved target that lists devices. */
const PLATFORM = 'platform';

/**
 * `plan` is handed to the datastore; `start` is called once the datastore is open. From then on each committed revision
 * reaches the devices, each at its own pace; nothing here delays a commit but its own rendering.
 */
export class Reconciler {
  readonly #adapters: Adapters;
  readonly #store: AckStore;
  readonly #planner: Planner;
  /** What can be asked about documents. */
  readonly questions: Questions;
  readonly #crew: DeviceCrew;
  readonly #waiters: SettleWaiters;
  readonly #admit: NonNullable<ReconcilerOptions['admit']>;
  readonly #faults = new Map<string, Map<string, Fault>>();
  /** Versions that devices were found to have. */
  readonly #versions = new Map<string, string>();
  #platform: Snapshot | undefined;
  /** The last revision of which the workers know everything. */
  #revision = 0;
  /** The one that is being taken in. */
  #incoming = 0;
  #intake: Promise<void> = Promise.resolve();
  /** Transactions about devices that are committed and not yet taken in. */
  #devicesMove = 0;
  #unlisten: (() => void) | undefined;
  readonly #events = new Listeners<[DocumentEvent]>();
  readonly #statuses = new Listeners<[device: string]>();
  readonly #documents = new Listeners<[device: string, document: string]>();
  readonly #observations = new Listeners<[device: string, observation: Json]>();

  constructor(options: ReconcilerOptions) {
    const adapters: Adapters = new Map(options.adapters.map((adapter) => [adapter.kind, adapter]));
    const clock = options.clock ?? systemClock;
    this.#store = options.store;
    this.#adapters = adapters;
    this.#planner = new Planner(
      adapters,
      () => clock.nowMs(),
      (device, pool) => this.heldNumbers(device, pool),
      this.#versions,
    );
    this.questions = new Questions(this.#planner, adapters);
    this.#waiters = new SettleWaiters({
      told: () => this.#revision,
      isSettled: (device, { revision, targets }) => this.#crew.get(device)?.isSettled(revision, targets) !== false,
      refused: (device, revision) => this.#crew.get(device)?.view.refused(revision) ?? [],
    });
    const surroundings: WorkerSurroundings = {
      store: options.store,
      clock,
      random: options.random ?? Math.random,
      backoff: options.backoff ?? { firstMs: 500, longestMs: 60_000 },
      operationTimeoutMs: options.operationTimeoutMs ?? 30_000,
      resolveSecret: options.resolveSecret ?? unresolved,
      intentOf: (target) => this.#planner.intentOf(target),
      adopt: options.adopt,
      causesOf: options.causesOf,
      intentRevision: () => this.#revision,
      onDocument: (event) => this.#events.tell(event),
      onDocumentStatus: (device, document) => this.#documents.tell(device, document),
      onStatus: (device) => {
        this.#waiters.look(device);
        this.#statuses.tell(device);
      },
      onObservation: (device, observation) => this.#observations.tell(device, observation),
      onVersion: (device, version) => {
        const asked = this.#crew.get(device);
        return this.#queue(async () => {
          // Another machine may bear the name by now.
          if (asked !== undefined && asked === this.#crew.get(device)) await this.#noteVersion(device, version);
        });
      },
    };
    this.#crew = new DeviceCrew(adapters, surroundings, () => this.#planner.devices);
    this.#admit = options.admit ?? (() => {});
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
    this.#planner.begin(request);
    // Rendering another tenant's large commit is not waited for; what devices there are is.
    if (this.#devicesMove > 0 || !this.#planner.knows(candidates)) await this.#intake;
    return await this.#planner.plan({
      candidates,
      request,
      isAsked: request.via !== undefined,
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
      ...(this.#crew.get(name)?.view.status() ?? idleStatus(device, this.#revision, this.#crew.troubleOf(name))),
      kind: device.kind,
      faults: [...(this.#faults.get(name) ?? [])].map(([document, { message }]) => ({ document, message })),
    };
  }

  /**
   * Resolves when everything up to `revision` (the last one known, without it) is in effect on the devices, refused by
   * them, or superseded; with `targets`, everything that is made from these. Disabled devices are not waited for. Rejects
   * with the signal's reason on abort.
   */
  async settled(options: SettledOptions = {}): Promise<Settled> {
    const { signal, devices, targets } = options;
    signal?.throwIfAborted();
    // One that is still to come is waited for from now on: what supersedes it may be taken in right behind it.
    if (options.revision === undefined || options.revision <= this.#revision) await this.#intake;
    signal?.throwIfAborted();
    const { revision = this.#revision } = options;
    return await this.#waiters.wait({ revision, targets, devices: () => devices ?? this.#crew.names() }, signal);
  }

  /** Whether nothing can be sent to a device, which all its pending documents say. O(1) */
  isSilent(device: string): boolean {
    return this.#crew.get(device)?.view.isSilent() === true;
  }

  /** How all documents of a device stand that are wanted or may be there; empty for a device that is not listed. */
  documents(device: string): DocumentStatus[] {
    return (
      this.#crew
        .get(device)
        ?.view.documents()
        .map((each) => this.#withFault(device, each)) ?? []
    );
  }

  /** How one document stands; undefined when it is neither wanted nor there. */
  document(device: string, id: string): DocumentStatus | undefined {
    const found = this.#crew.get(device)?.view.document(id);
    return found === undefined ? undefined : this.#withFault(device, found);
  }

  /** Numbers of a pool that documents have which the device may hold, wanted or not. */
  heldNumbers(device: string, pool: string): ReadonlyMap<number, readonly NumberHolder[]> {
    return this.#crew.queue(device)?.held.numbers(pool) ?? new Map();
  }

  /**
   * Reads everything back that can be read. A second call while one runs waits for another round.
   * @throws EdgeconfError NOT_FOUND, FAILED_PRECONDITION for a disabled device, UNAVAILABLE when it does not answer.
   */
  async verify(device: string, signal?: AbortSignal): Promise<Verification> {
    // A device that was listed just now is asked as well.
    await this.#intake;
    return await this.#workerOf(device).verify(signal);
  }

  /**
   * The device, or each without a name, is said to have restarted: it is read back soon, and nobody waits for that.
   * @returns whether there is such a device
   */
  hasten(device?: string): boolean {
    for (const name of device === undefined ? this.#crew.names() : [device]) this.#crew.get(name)?.hasten();
    return device === undefined || this.#planner.devices.has(device);
  }

  /** Asks what the device holds of one document now. @throws as `verify`; NOT_FOUND for an unknown document too. */
  async actual(device: string, document: string, signal?: AbortSignal): Promise<ActualDocument> {
    await this.#intake;
    const actual = await this.#workerOf(device).actual(document, signal);
    return { ...actual, status: this.#withFault(device, actual.status) };
  }

  /** Reads all that the device lists, ours or not. @throws as `verify`; FAILED_PRECONDITION when it lists nothing. */
  async found(device: string, signal?: AbortSignal): Promise<FoundDocument[]> {
    await this.#intake;
    return await this.#workerOf(device).found(signal);
  }

  /** Told of each document whose status may have changed, also when it is gone. @returns ends the listening */
  onDocument(listener: (device: string, document: string) => void): () => void {
    return this.#documents.add(listener);
  }

  /** A device and the parts of intent that its observations may be about; undefined when nothing drives it, or it is disabled. */
  observed(name: string): Observed | undefined {
    const device = this.#planner.devices.get(name);
    const adapter = device === undefined ? undefined : this.#adapters.get(device.kind);
    if (device?.enabled !== true || adapter === undefined) return undefined;
    return { device, adapter, parts: this.#planner.partsOf(name) };
  }

  /** Told what devices report of the world. @returns ends the listening */
  onObservation(listener: (device: string, observation: Json) => void): () => void {
    return this.#observations.add(listener);
  }

  /** Told of every document that was sent, or could not be. @returns ends the listening */
  listen(listener: (event: DocumentEvent) => void): () => void {
    return this.#events.add(listener);
  }

  /** Told the name of each device whose status may have changed. @returns ends the listening */
  onStatus(listener: (device: string) => void): () => void {
    return this.#statuses.add(listener);
  }

  /** Ends calls under way; what they were about is sent again after the next start. */
  async close(): Promise<void> {
    this.#unlisten?.();
    await this.#intake;
    await this.#crew.close();
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
    this.#platform = snapshots.find(({ target }) => target === PLATFORM);
    for (const [device, version] of await this.#store.versions()) this.#versions.set(device, version);
    const intake = await this.#planner.prepareAll(snapshots);
    await this.#crew.begin(intake.devices, this.#platform, this.#incoming);
    this.#assign(await this.#planner.accept(intake, []), undefined);
    this.#leaveUnlisted(intake);
    this.#crew.started();
  }

  /** What cannot be told of intent takes nothing from devices: they keep what they have until intent wants it again. */
  #leaveUnlisted({ overlay, devices }: Intake): void {
    const isUnlisted = unlisted(overlay.units.values());
    for (const device of devices.values()) {
      const queue = this.#crew.queue(device.name);
      for (const id of queue?.ids() ?? []) {
        const { desired, target } = queue?.standing(id) ?? {};
        if (desired !== undefined || !isUnlisted(device, target)) continue;
        this.#crew.get(device.name)?.leave(id, this.#revision);
        const message = 'it cannot be told whether intent still wants the document; the device keeps it';
        this.#note(device.name, id, { message, isContested: false });
      }
    }
  }

  async #takeIn({ revision, timeNs, commits }: FeedEvent): Promise<void> {
    this.#incoming = revision;
    const intake = await this.#planner.prepare(commits);
    this.#platform = commits.find(({ target }) => target === PLATFORM)?.after ?? this.#platform;
    const names = deviceNames(commits);
    for (const name of names) {
      if (!isSameMachine(this.#planner.devices.get(name), intake.devices.get(name))) this.#versions.delete(name);
    }
    const crew = await this.#crew.change(names, intake.devices, this.#platform, revision);
    const assignments = await this.#planner.accept(intake, commits);
    crew.install();
    this.#assign(assignments, Number(timeNs / 1_000_000n));
    for (const name of names) if (!intake.devices.has(name)) this.#faults.delete(name);
    await crew.begin();
    for (const name of names) {
      this.#waiters.look(name);
      this.#statuses.tell(name);
    }
  }

  /** Renders anew for a device of which the version was found out. */
  async #noteVersion(device: string, version: string): Promise<void> {
    if (this.#versions.get(device) === version) return;
    this.#versions.set(device, version);
    await this.#store.noteVersion(device, version);
    const intake = await this.#planner.prepareDevice(device);
    const crew = await this.#crew.change(new Set([device]), intake.devices, this.#platform, this.#incoming);
    const assignments = await this.#planner.accept(intake, []);
    crew.install();
    this.#assign(assignments, undefined);
    await crew.begin();
  }

  /** Tells the workers all at once: a document may need another. @param timeMs when it was committed */
  #assign(assignments: readonly Assignment[], timeMs: number | undefined): void {
    const revision = this.#incoming;
    const told = new Set<string>();
    for (const { device, document, desired, leave, fault, isContested, target, causes } of assignments) {
      const worker = this.#crew.get(device);
      told.add(device);
      this.#note(device, document, fault === undefined ? undefined : { message: fault.message, isContested });
      const before = this.#crew.queue(device)?.standing(document);
      if (before?.isPending === true && before.desired?.text !== desired?.text) {
        this.#waiters.superseded(device, document, before.revision, revision);
      }
      if (leave) worker?.leave(document, revision);
      else worker?.want(document, desired, revision, { target, causes }, timeMs);
    }
    this.#revision = revision;
    this.#waiters.told();
    // The device itself may not answer for long.
    for (const device of told) {
      this.#waiters.look(device);
      this.#statuses.tell(device);
    }
  }

  #workerOf(device: string): DeviceWorker {
    const worker = this.#crew.get(device);
    if (worker !== undefined) return worker;
    if (!this.#planner.devices.has(device)) {
      throw new EdgeconfError('NOT_FOUND', `the platform target lists no device '${device}'`);
    }
    const trouble = this.#crew.troubleOf(device);
    if (trouble !== undefined) throw new EdgeconfError('FAILED_PRECONDITION', trouble);
    const message = `no adapter drives device '${device}': see the setting adapters, and the log of the service's start`;
    throw new EdgeconfError('FAILED_PRECONDITION', message);
  }

  #withFault(device: string, status: DocumentStatus): DocumentStatus {
    const fault = this.#faults.get(device)?.get(status.ref.id);
    // What another one wants here is not for the eyes of who has the document, and does not touch it.
    if (fault === undefined || fault.isContested) return status;
    return { ...status, status: 'failed', reason: fault.message };
  }

  #note(device: string, documentId: string, fault: Fault | undefined): void {
    const faults = this.#faults.get(device) ?? new Map<string, Fault>();
    const before = faults.get(documentId);
    if (fault === undefined) faults.delete(documentId);
    else {
      faults.set(documentId, fault);
      southboundLog.warn({ device, document: documentId, reason: fault.message }, 'a document cannot be sent');
    }
    if (faults.size === 0) this.#faults.delete(device);
    else this.#faults.set(device, faults);
    if (before?.message !== fault?.message) this.#documents.tell(device, documentId);
  }
}

function unresolved(reference: string): Promise<string> {
  return Promise.reject(new Error(`no way to resolve the credentials reference ${reference} was given`));
}
