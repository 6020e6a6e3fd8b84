// Keeps devices doing what intent says: gives the workers their work, answers what others ask of them, tells how it stands.

import type { Amendment, Candidate, CommitRequest } from '../datastore/transaction.ts';
import { EdgeconfError } from '../errors.ts';
import type { FoundDocument, Json } from './adapter.ts';
import { systemClock } from './device/clock.ts';
import { DeviceCrew } from './device/device-crew.ts';
import type { DeviceWorker } from './device/device-worker.ts';
import type { WorkerSurroundings } from './device/worker-parts.ts';
import { type DocumentEvent, idleStatus } from './device-status.ts';
import { DocumentFaults } from './document-faults.ts';
import type { ActualDocument, DocumentStatus, Settled, Verification } from './document-status.ts';
import { type ChangedDocument, countByTarget } from './intent/documents-changed.ts';
import type { Gaps } from './intent/gaps.ts';
import type { NumberHolder } from './intent/numbers.ts';
import { Planner } from './intent/planner.ts';
import type { PoolStanding } from './intent/pools.ts';
import type { Adapters } from './intent/renderer.ts';
import { IntentIntake } from './intent-intake.ts';
import { Listeners } from './listeners.ts';
import { Questions } from './questions/questions.ts';
import type { IntentSource, ReconcilerOptions, SettledOptions, SouthboundStatus } from './reconciler-options.ts';
import { SettleWaiters } from './settle-waiters.ts';
import type { Observed } from './state/observation-state.ts';

export type { DocumentFault, IntentSource, ReconcilerOptions, SouthboundStatus } from './reconciler-options.ts';

/**
 * `plan` is handed to the datastore; `start` is called once the datastore is open. From then on each committed revision
 * reaches the devices, each at its own pace; nothing here delays a commit but its own rendering.
 */
export class Reconciler {
  readonly #adapters: Adapters;
  readonly #planner: Planner;
  /** What can be asked about documents. */
  readonly questions: Questions;
  readonly #crew: DeviceCrew;
  readonly #waiters: SettleWaiters;
  readonly #admit: NonNullable<ReconcilerOptions['admit']>;
  readonly #faults: DocumentFaults;
  readonly #intake: IntentIntake;
  readonly #events = new Listeners<[DocumentEvent]>();
  readonly #statuses = new Listeners<[device: string]>();
  readonly #documents = new Listeners<[device: string, document: string]>();
  readonly #observations = new Listeners<[device: string, observation: Json]>();

  constructor(options: ReconcilerOptions) {
    const adapters: Adapters = new Map(options.adapters.map((adapter) => [adapter.kind, adapter]));
    const clock = options.clock ?? systemClock;
    const versions = new Map<string, string>();
    this.#faults = new DocumentFaults((device, document) => this.#documents.tell(device, document));
    this.#adapters = adapters;
    this.#planner = new Planner(
      adapters,
      () => clock.nowMs(),
      (device, pool) => this.heldNumbers(device, pool),
      versions,
    );
    this.questions = new Questions(this.#planner, adapters);
    this.#waiters = new SettleWaiters({
      told: () => this.#intake.revision,
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
      intentRevision: () => this.#intake.revision,
      onDocument: (event) => this.#events.tell(event),
      onDocumentStatus: (device, document) => this.#documents.tell(device, document),
      onStatus: (device) => {
        this.#waiters.look(device);
        this.#statuses.tell(device);
      },
      onObservation: (device, observation) => this.#observations.tell(device, observation),
      onVersion: (device, version) => this.#intake.noteVersion(device, version),
    };
    this.#crew = new DeviceCrew(adapters, surroundings, () => this.#planner.devices);
    this.#intake = new IntentIntake({
      planner: this.#planner,
      crew: this.#crew,
      waiters: this.#waiters,
      store: options.store,
      faults: this.#faults,
      versions,
      tellStatus: (device) => this.#statuses.tell(device),
    });
    this.#admit = options.admit ?? (() => {});
  }

  /** Takes in all intent there is, goes on where the devices were left, and follows the feed. */
  start(source: IntentSource): Promise<void> {
    return this.#intake.follow(source);
  }

  /** Refuses what devices could not take. See `Planner.plan`. */
  readonly plan = async (candidates: readonly Candidate[], request: CommitRequest): Promise<readonly Amendment[]> => {
    this.#planner.begin(request);
    // Rendering another tenant's large commit is not waited for; what devices there are is.
    if (this.#intake.devicesMove || !this.#planner.knows(candidates)) await this.#intake.done;
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
      ...(this.#crew.get(name)?.view.status() ?? idleStatus(device, this.#intake.revision, this.#crew.troubleOf(name))),
      kind: device.kind,
      faults: this.#faults.of(name),
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
    if (options.revision === undefined || options.revision <= this.#intake.revision) await this.#intake.done;
    signal?.throwIfAborted();
    const { revision = this.#intake.revision } = options;
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
        .map((each) => this.#faults.withFault(device, each)) ?? []
    );
  }

  /** How one document stands; undefined when it is neither wanted nor there. */
  document(device: string, id: string): DocumentStatus | undefined {
    const found = this.#crew.get(device)?.view.document(id);
    return found === undefined ? undefined : this.#faults.withFault(device, found);
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
    await this.#intake.done;
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
    await this.#intake.done;
    const actual = await this.#workerOf(device).actual(document, signal);
    return { ...actual, status: this.#faults.withFault(device, actual.status) };
  }

  /** Reads all that the device lists, ours or not. @throws as `verify`; FAILED_PRECONDITION when it lists nothing. */
  async found(device: string, signal?: AbortSignal): Promise<FoundDocument[]> {
    await this.#intake.done;
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
    await this.#intake.end();
    await this.#crew.close();
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
}

function unresolved(reference: string): Promise<string> {
  return Promise.reject(new Error(`no way to resolve the credentials reference ${reference} was given`));
}
