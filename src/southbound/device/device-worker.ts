// Drives one device: one call at a time, newest intent first; looks what it holds, remembers what it took, answers questions.

import { EdgeconfError } from '../../errors.ts';
import { southboundLog } from '../../log.ts';
import { type Adapter, DeviceError, type FoundDocument, readDocument } from '../adapter.ts';
import { type ActualDocument, statusOf, type Verification } from '../document-status.ts';
import { CheckRounds } from './check-rounds.ts';
import { DeviceCheck } from './device-check.ts';
import { DeviceLine } from './device-line.ts';
import { DeviceOperations } from './device-operations.ts';
import { actualDocument, DeviceQuestions, foundDocuments, type Question } from './device-questions.ts';
import { DeviceView } from './device-view.ts';
import { differences } from './document-difference.ts';
import type { Desired, DocumentQueue, Held, Wisher } from './document-queue.ts';
import { DriftBook } from './drift-book.ts';
import { LatencyMeter } from './latency.ts';
import { expectedOf } from './read-back.ts';
import type { Charge, FirstCharge, WorkerSurroundings } from './worker-parts.ts';

export type { DeviceStatus, DocumentEvent } from '../device-status.ts';

/** How many operations may come before a reading that waits. */
const OPERATIONS_PER_READ = 16;
const OBSERVE_EVERY_MS = 10_000;

export class DeviceWorker {
  readonly #surroundings: WorkerSurroundings;
  readonly #adapter: Adapter;
  readonly #queue: DocumentQueue;
  readonly #line: DeviceLine;
  readonly #rounds: CheckRounds;
  readonly #check: DeviceCheck;
  readonly #questions: DeviceQuestions;
  readonly #operations: DeviceOperations;
  readonly #latency = new LatencyMeter();
  readonly #isFresh: boolean;
  /** How the device and its documents stand. */
  readonly view: DeviceView;
  #charge: Charge;
  #versionDue = true;
  #operationsSinceRead = 0;
  #questionIsNext = true;
  #canObserve = true;
  #observeDueMs = 0;
  #wake: () => void = () => {};
  readonly #stopped = new AbortController();
  #running: Promise<void> | undefined;
  #writes: Promise<void> = Promise.resolve();

  constructor(surroundings: WorkerSurroundings, first: FirstCharge) {
    const {
      adapter,
      queue,
      isFresh,
      device: { name },
    } = first;
    this.#surroundings = surroundings;
    this.#adapter = adapter;
    this.#queue = queue;
    this.#isFresh = isFresh;
    this.#charge = first;
    this.#line = new DeviceLine(surroundings, adapter, first.device, this.#stopped.signal);
    this.#line.callsPerSecond = first.care.callsPerSecond;
    const device = () => this.#charge.device;
    const changed = (id: string): void => surroundings.onDocumentStatus(name, id);
    const rounds = new CheckRounds(surroundings.clock, surroundings.random, () => this.#charge.care.checkIntervalMs);
    const drift = new DriftBook(adapter, device, () => this.#charge.care, surroundings, changed);
    const remember = (id: string, held: Held | undefined) => this.#operations.remember(id, held);
    const check = new DeviceCheck({ adapter, device, queue, line: this.#line, drift, rounds, remember, changed });
    this.#rounds = rounds;
    this.#check = check;
    this.#questions = new DeviceQuestions(name);
    this.#operations = new DeviceOperations({
      surroundings,
      adapter,
      device,
      queue,
      line: this.#line,
      check,
      latency: this.#latency,
      isStopped: () => this.#stopped.signal.aborted,
      written: () => this.#writes,
    });
    const foundVersion = () => (this.#charge.care.namesVersion ? undefined : device().version);
    const { intentRevision } = surroundings;
    const [line, latency] = [this.#line, this.#latency];
    this.view = new DeviceView({
      adapter,
      device,
      foundVersion,
      queue,
      line,
      check,
      rounds,
      drift,
      latency,
      intentRevision,
    });
  }

  start(): void {
    if (this.#isFresh) this.#check.meet(this.#queue.ids());
    this.#running = this.#run();
  }

  /** Ends the call under way, waits for what is being remembered, closes the connection. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#wake();
    this.#giveUp(`device '${this.#charge.device.name}' is not driven any more, or is another one now`);
    await this.#running;
    await this.#writes;
    await this.#line.close();
  }

  /** @param timeMs when the revision was committed; undefined: long ago */
  want(id: string, desired: Desired | undefined, revision: number, wisher: Wisher = {}, timeMs?: number): void {
    const relinked = this.#queue.want(id, desired, revision, wisher);
    if (desired === undefined) this.#check.dropped(id);
    if (relinked !== undefined) this.#writes = this.#writes.then(() => this.#operations.remember(id, relinked));
    if (timeMs !== undefined && this.#queue.since(id) <= revision) this.#latency.begun(revision, timeMs);
    this.#wake();
  }

  /** Intent wants something under this id that cannot be rendered: what the device has, stays. */
  leave(id: string, revision: number): void {
    this.#queue.leave(id, revision);
  }

  /** What documents waited for on another device may have come. */
  released(key: string): void {
    this.#queue.released(key);
    this.#wake();
  }

  /** The platform says something new, or the version was found out; the same machine, or it would be another worker. */
  update(charge: Charge): void {
    const before = this.#charge;
    const isNew =
      (before.care.namesVersion && !charge.care.namesVersion) || (charge.device.enabled && !before.device.enabled);
    if (isNew) this.#versionDue = true;
    // What was known of the world went when it was disabled.
    if (isNew) this.#observeDueMs = 0;
    this.#charge = charge;
    if (!charge.device.enabled) this.#giveUp(`device '${charge.device.name}' is disabled: it is not asked anything`);
    this.#line.callsPerSecond = charge.care.callsPerSecond;
    this.#queue.pardon();
    this.#line.update(charge.device);
    this.#rounds.hasten();
    this.#wake();
  }

  /** Whether all that these targets (all, without them) wanted up to `revision` is done, or can never be unless intent changes. */
  isSettled(revision: number, targets?: Iterable<string>): boolean {
    return !this.#charge.device.enabled || this.#queue.isSettled(revision, targets);
  }

  /** The device is said to have restarted: everything is read back soon. */
  hasten(): void {
    this.#rounds.hasten();
    this.#line.hurry();
    this.#wake();
  }

  /** See `Reconciler.verify`. */
  async verify(signal: AbortSignal | undefined): Promise<Verification> {
    this.#requireEnabled();
    const verification = this.#rounds.next(signal);
    this.hasten();
    return await verification;
  }

  /** See `Reconciler.actual`. */
  async actual(id: string, signal: AbortSignal | undefined): Promise<ActualDocument> {
    const standing = this.#queue.standing(id);
    const { device } = this.#charge;
    if (standing === undefined) {
      throw new EdgeconfError('NOT_FOUND', `device '${device.name}' has no document '${id}', and needs none`);
    }
    const { ref, held, desired } = standing;
    const isReadable = this.#adapter.documentKinds[ref.kind]?.readable === true;
    const actual = isReadable ? await this.#ask(actualDocument(ref), signal) : undefined;
    const wanted = desired === undefined ? undefined : expectedOf(this.#adapter, device, ref, desired.text);
    return {
      status: this.view.document(id) ?? statusOf(standing, 'unverified', undefined, undefined),
      desired: desired?.body,
      acknowledged: held?.acknowledged === undefined ? undefined : readDocument(held.acknowledged),
      actual,
      differences: isReadable ? differences(wanted, actual) : [],
    };
  }

  /** See `Reconciler.found`. */
  async found(signal: AbortSignal | undefined): Promise<FoundDocument[]> {
    return await this.#ask(foundDocuments(this.#adapter), signal);
  }

  async #ask<T>(question: Question<T>, signal: AbortSignal | undefined): Promise<T> {
    this.#requireEnabled();
    const answer = this.#questions.ask(question, signal);
    this.#line.hurry();
    this.#wake();
    return await answer;
  }

  #requireEnabled(): void {
    const { name, enabled } = this.#charge.device;
    if (enabled && !this.#stopped.signal.aborted) return;
    throw new EdgeconfError('FAILED_PRECONDITION', `device '${name}' is disabled: it is not asked anything`);
  }

  async #run(): Promise<void> {
    const { clock, onStatus } = this.#surroundings;
    const { name } = this.#charge.device;
    while (!this.#stopped.signal.aborted) {
      await this.#line.ready();
      if (this.#stopped.signal.aborted) return;
      // Chosen only after the pause: what intent said meanwhile is what is sent.
      const job = this.#charge.device.enabled ? this.#next() : undefined;
      if (job !== undefined) {
        await this.#attempt(job);
        onStatus(name);
        continue;
      }
      this.#line.rest();
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      const restMs = this.#restMs();
      const stopAlarm = restMs === undefined ? undefined : clock.alarm(restMs, this.#wake);
      onStatus(name);
      await woken;
      stopAlarm?.();
    }
  }

  /** How long nothing is due; undefined: until something happens. */
  #restMs(): number | undefined {
    if (!this.#charge.device.enabled) return undefined;
    const { dueInMs } = this.#rounds;
    if (!this.#canObserve) return dueInMs;
    const observeMs = Math.max(0, this.#observeDueMs - this.#surroundings.clock.nowMs());
    return dueInMs === undefined ? observeMs : Math.min(dueInMs, observeMs);
  }

  /** What is done next. Lists come first, for they tell what need not be sent; readings of documents come last. */
  #next(): (() => Promise<void>) | undefined {
    if (this.#versionDue) return () => this.#askVersion();
    if (this.#rounds.dueInMs === 0) this.#check.begin();
    if (this.#check.mustList) return () => this.#check.list();
    const mayQuestion = this.#questionIsNext;
    this.#questionIsNext = true;
    const question = mayQuestion ? this.#questions.next() : undefined;
    if (question !== undefined) {
      this.#questionIsNext = false;
      return () =>
        this.#call(question.call).catch((error: unknown) => {
          question.failed(this.#line.words(error));
          throw error;
        });
    }
    const mustRead = this.#check.mustRead && this.#operationsSinceRead >= OPERATIONS_PER_READ;
    const operation = mustRead ? undefined : this.#queue.next();
    if (operation !== undefined) {
      this.#operationsSinceRead += 1;
      return () => this.#operations.perform(operation);
    }
    this.#operationsSinceRead = 0;
    if (this.#check.mustRead) return () => this.#check.read();
    if (!mayQuestion && !this.#questions.isEmpty) return this.#next();
    const { clock } = this.#surroundings;
    if (this.#canObserve && this.#observeDueMs <= clock.nowMs()) return () => this.#observe();
    return undefined;
  }

  /** Errors of the device are noted where they happen; what else goes wrong must not end the work. */
  async #attempt(job: () => Promise<void>): Promise<void> {
    try {
      await job();
    } catch (error) {
      if (this.#stopped.signal.aborted || (error instanceof DeviceError && error.reason === 'refused')) return;
      this.#line.failed(error);
      this.#giveUp(`device '${this.#charge.device.name}' does not answer: ${this.#line.words(error)}`);
      // What it holds when it answers again is not known.
      this.#versionDue = true;
      this.#check.begin();
    }
  }

  #giveUp(reason: string): void {
    this.#rounds.failed(reason);
    // Whoever asks is told so, instead of waiting until it answers again.
    this.#questions.close(reason);
  }

  readonly #call: DeviceLine['call'] = (use, sort) => this.#line.call(use, sort);

  async #askVersion(): Promise<void> {
    this.#versionDue = false;
    if (this.#charge.care.namesVersion) return;
    if (!(await this.#line.offers('version'))) return;
    const version = await this.#call(async (client, signal) => client.version?.(signal));
    const { device } = this.#charge;
    if (version === undefined || version === device.version) return;
    // What is sent waits until it is rendered for the version; but who stops this worker is not kept waiting.
    const { signal } = this.#stopped;
    const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    await Promise.race([this.#surroundings.onVersion(device.name, version), stopped]);
  }

  /** What the device reports of the world. It is asked again later if it cannot tell now; that alone is no trouble. */
  async #observe(): Promise<void> {
    const { clock, onObservation } = this.#surroundings;
    const { name } = this.#charge.device;
    this.#observeDueMs = clock.nowMs() + (this.#adapter.observeEveryMs ?? OBSERVE_EVERY_MS);
    try {
      this.#canObserve = await this.#line.offers('observe');
      if (!this.#canObserve) return;
      const observation = await this.#line.glance(async (client, signal) => client.observe?.(signal));
      if (observation !== undefined) onObservation(name, observation);
    } catch (error) {
      if (this.#stopped.signal.aborted) return;
      southboundLog.warn({ device: name, words: this.#line.words(error) }, 'the device does not tell what it sees');
    }
  }
}
