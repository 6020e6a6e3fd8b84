// Drives one device: one operation at a time, newest intent first, pauses while it does not answer, remembers what it took.

import { southboundLog } from '../log.ts';
import type { AckStore } from './ack-store.ts';
import { type Adapter, type Device, type DeviceClient, DeviceError } from './adapter.ts';
import { type Backoff, backoffMs, type Clock } from './clock.ts';
import type { DeviceStatus, DocumentEvent } from './device-status.ts';
import type { Desired, DocumentQueue, Held, Operation, Wisher } from './document-queue.ts';
import { type DocumentStatus, statusOf } from './document-status.ts';
import { withoutSecret } from './without-secret.ts';

export type { DeviceStatus, DocumentEvent } from './device-status.ts';

/** What a worker needs from its surroundings; the same for all workers. */
export interface WorkerSurroundings {
  readonly store: AckStore;
  readonly clock: Clock;
  /** 0 <= random() < 1 */
  readonly random: () => number;
  readonly backoff: Backoff;
  readonly operationTimeoutMs: number;
  /** What a credentials reference stands for; rejects when that cannot be found out now. */
  readonly resolveSecret: (reference: string) => Promise<string>;
  /** The last revision that the engine has taken in. */
  readonly intentRevision: () => number;
  readonly onDocument: (event: DocumentEvent) => void;
  /** Called whenever the worker may have come to rest, with its device's name. */
  readonly onRest: (device: string) => void;
}

export class DeviceWorker {
  readonly #surroundings: WorkerSurroundings;
  readonly #adapter: Adapter;
  readonly #queue: DocumentQueue;
  #device: Device;
  #client: DeviceClient | undefined;
  /** What the client signs in with. */
  #secret: string | undefined;
  #connected: boolean | undefined;
  #lastContactMs: number | undefined;
  #trouble: string | undefined;
  #failures = 0;
  #wake: () => void = () => {};
  #pause = new AbortController();
  readonly #stopped = new AbortController();
  #running: Promise<void> | undefined;
  #writes: Promise<void> = Promise.resolve();

  constructor(surroundings: WorkerSurroundings, adapter: Adapter, device: Device, queue: DocumentQueue) {
    this.#surroundings = surroundings;
    this.#adapter = adapter;
    this.#device = device;
    this.#queue = queue;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Ends the call under way, waits for what is being remembered, closes the connection. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#wake();
    await this.#running;
    await this.#writes;
    await this.#disconnect();
  }

  want(id: string, desired: Desired | undefined, revision: number, wisher: Wisher = {}): void {
    const relinked = this.#queue.want(id, desired, revision, wisher);
    if (relinked !== undefined) this.#writes = this.#writes.then(() => this.#remember(id, relinked));
    this.#wake();
  }

  /** Intent wants something under this id that cannot be rendered: what the device has, stays. */
  leave(id: string, revision: number): void {
    this.#queue.leave(id, revision);
  }

  /** The platform says something new about the device; the same machine, or it would be another worker. */
  async update(device: Device): Promise<void> {
    const before = this.#device;
    this.#device = device;
    this.#queue.pardon();
    this.#failures = 0;
    if (before.version !== device.version || before.credentials !== device.credentials) await this.#disconnect();
    this.#pause.abort();
    this.#wake();
  }

  /** Whether all that was wanted up to `revision` is done, or can never be unless intent changes. */
  isSettled(revision: number): boolean {
    return !this.#device.enabled || this.#queue.isSettled(revision);
  }

  status(): DeviceStatus {
    return {
      device: this.#device.name,
      enabled: this.#device.enabled,
      connected: this.#connected,
      lastContactMs: this.#lastContactMs,
      trouble: this.#trouble,
      pending: this.#queue.pendingCount,
      refused: this.#queue.refusals,
      appliedRevision: this.#queue.inEffect(this.#surroundings.intentRevision()),
      intentRevision: this.#surroundings.intentRevision(),
      circuit: this.#failures === 0 ? 'closed' : 'open',
      foundVersion: undefined,
      lastVerifiedMs: undefined,
      notVerifiable: 0,
      foreign: 0,
      drift: [],
      latency: undefined,
    };
  }

  /** How all documents stand that are wanted or may be there. */
  documents(): DocumentStatus[] {
    return [...this.#queue.ids()].flatMap((id) => this.document(id) ?? []);
  }

  /** How one document stands; undefined when it is neither wanted nor there. */
  document(id: string): DocumentStatus | undefined {
    const standing = this.#queue.standing(id);
    if (standing === undefined) return undefined;
    const readable = this.#adapter.documentKinds[standing.ref.kind]?.readable === true;
    return statusOf(standing, readable ? 'unverified' : 'not-verifiable', undefined, this.#trouble);
  }

  /** Numbers of a pool that documents have which the device may hold. */
  heldNumbers(pool: string): ReadonlyMap<number, readonly Held[]> {
    return this.#queue.numbers(pool);
  }

  async #run(): Promise<void> {
    const { clock, backoff, random, onRest } = this.#surroundings;
    while (!this.#stopped.signal.aborted) {
      if (this.#failures > 0) {
        this.#pause = new AbortController();
        const cut = AbortSignal.any([this.#stopped.signal, this.#pause.signal]);
        await clock.sleep(backoffMs(backoff, this.#failures, random()), cut);
        if (this.#stopped.signal.aborted) return;
      }
      // Chosen only after the pause: what intent said meanwhile is what is sent.
      const operation = this.#device.enabled ? this.#queue.next() : undefined;
      if (operation === undefined) {
        const woken = new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        onRest(this.#device.name);
        await woken;
        continue;
      }
      await this.#perform(operation);
      onRest(this.#device.name);
    }
  }

  async #perform(operation: Operation): Promise<void> {
    const { id } = operation.ref;
    try {
      await this.#writes;
      // Noted before it is sent: a document that arrived just before a crash must be removable after it.
      await this.#surroundings.store.put(this.#device.name, id, this.#queue.started(operation));
      await this.#call(operation);
    } catch (error) {
      if (this.#stopped.signal.aborted) return;
      this.#disappointed(operation, error);
      return;
    }
    await this.#remember(id, this.#queue.succeeded(operation));
    this.#contact();
    this.#tell(operation, undefined, false);
  }

  /** The device has it, whether we can note that or not; without the note it is only sent once more after a restart. */
  async #remember(id: string, held: Held | undefined): Promise<void> {
    try {
      await this.#surroundings.store.put(this.#device.name, id, held);
    } catch (error) {
      southboundLog.error({ device: this.#device.name, document: id, err: error }, 'cannot note what the device holds');
    }
  }

  async #call(operation: Operation): Promise<void> {
    const { operationTimeoutMs } = this.#surroundings;
    const signal = AbortSignal.any([this.#stopped.signal, AbortSignal.timeout(operationTimeoutMs)]);
    this.#client ??= await this.#connect();
    const client = this.#client;
    if (operation.op === 'put') await client.put(operation.ref, operation.desired.body, signal);
    else await client.remove(operation.ref, signal);
  }

  async #connect(): Promise<DeviceClient> {
    const { credentials } = this.#device;
    this.#secret = credentials === undefined ? undefined : await this.#surroundings.resolveSecret(credentials);
    return this.#adapter.connect(this.#device, this.#secret);
  }

  #disappointed(operation: Operation, error: unknown): void {
    // A device may say back what it was sent, and an adapter may quote it.
    const message = withoutSecret(error instanceof Error ? error.message : String(error), this.#secret);
    const fields = { device: this.#device.name, document: operation.ref.id, op: operation.op };
    if (error instanceof DeviceError && error.reason === 'refused') {
      this.#queue.refused(operation, message);
      this.#contact();
      southboundLog.error(
        { ...fields, words: message },
        'the device refused a document; it waits for a change of intent',
      );
      this.#tell(operation, message, false);
      return;
    }
    this.#queue.failed(operation);
    this.#failures += 1;
    this.#connected = false;
    this.#trouble = message;
    if (error instanceof DeviceError) southboundLog.warn({ ...fields, words: message }, 'the device does not answer');
    else {
      const stack = withoutSecret(error instanceof Error ? (error.stack ?? '') : '', this.#secret);
      southboundLog.error({ ...fields, words: message, stack }, 'a call to the device failed for a reason of our own');
    }
    this.#tell(operation, message, true);
  }

  #contact(): void {
    this.#failures = 0;
    this.#connected = true;
    this.#trouble = undefined;
    this.#lastContactMs = this.#surroundings.clock.nowMs();
  }

  #tell(operation: Operation, error: string | undefined, retried: boolean): void {
    this.#surroundings.onDocument({
      device: this.#device.name,
      op: operation.op,
      ref: operation.ref,
      body: operation.op === 'put' ? operation.desired.body : undefined,
      ok: error === undefined,
      error,
      retried,
      revision: operation.revision,
    });
  }

  async #disconnect(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.close();
  }
}
