// The line to one device: one call at a time, bounded in time and rate, with pauses while it does not answer.

import { southboundLog } from '../../log.ts';
import { type Adapter, type Device, type DeviceClient, DeviceError } from '../adapter.ts';
import type { Circuit } from '../device-status.ts';
import { type Backoff, backoffMs, type Clock } from './clock.ts';
import { withoutSecret } from './without-secret.ts';

/** What a line needs from its surroundings. */
export interface LineSurroundings {
  readonly clock: Clock;
  /** 0 <= random() < 1 */
  readonly random: () => number;
  readonly backoff: Backoff;
  /** Bounds every call, whatever the adapter does. */
  readonly operationTimeoutMs: number;
  /** What a credentials reference stands for; rejects when that cannot be found out now. */
  readonly resolveSecret: (reference: string) => Promise<string>;
}

/** Calls that change something, and calls that only ask. */
export type CallSort = 'change' | 'ask';

/** One call; it uses the client as long as the signal lasts. */
export type Call<T> = (client: DeviceClient, signal: AbortSignal) => Promise<T>;

export class DeviceLine {
  readonly #surroundings: LineSurroundings;
  readonly #adapter: Adapter;
  readonly #stopped: AbortSignal;
  #device: Device;
  #client: DeviceClient | undefined;
  /** Whether the client was made for what the platform said before. */
  #isStale = false;
  /** What the client signs in with. */
  #secret: string | undefined;
  #callsPerSecond: number | undefined;
  #connected: boolean | undefined;
  #lastContactMs: number | undefined;
  #trouble: string | undefined;
  /** Calls of one sort that failed in a row: what the device answers to others is no sign that these will succeed. */
  #failures = 0;
  #failing: CallSort = 'ask';
  /** What the last call was. */
  #sort: CallSort = 'ask';
  #circuit: Circuit = 'closed';
  /** How long nothing is sent before the next call. */
  #owedMs = 0;
  /** How long the pause is that lasts now; 0 between pauses. */
  #pausingMs = 0;
  #pause = new AbortController();

  constructor(surroundings: LineSurroundings, adapter: Adapter, device: Device, stopped: AbortSignal) {
    this.#surroundings = surroundings;
    this.#adapter = adapter;
    this.#device = device;
    this.#stopped = stopped;
  }

  /** Whether the last call was answered; undefined before the first one. */
  get connected(): boolean | undefined {
    return this.#connected;
  }

  get lastContactMs(): number | undefined {
    return this.#lastContactMs;
  }

  /** Why the device could not be asked, since it last could. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  get circuit(): Circuit {
    return this.#circuit;
  }

  set callsPerSecond(calls: number | undefined) {
    this.#callsPerSecond = calls;
  }

  /** The platform says something new about the device: it is tried at once, with a new client after the call under way. */
  update(device: Device): void {
    const before = this.#device;
    this.#device = device;
    this.#failures = 0;
    this.#failing = 'ask';
    this.#owedMs = 0;
    this.#pause.abort();
    this.#isStale ||= JSON.stringify({ ...before, enabled: 0 }) !== JSON.stringify({ ...device, enabled: 0 });
  }

  /** The device is said to be there again: the pause after failures need not be long. */
  hurry(): void {
    const { firstMs } = this.#surroundings.backoff;
    if (this.#failures === 0 || Math.max(this.#pausingMs, this.#owedMs) <= firstMs) return;
    this.#owedMs = firstMs;
    this.#pause.abort();
  }

  /** Resolves when the next call may be sent. */
  async ready(): Promise<void> {
    while (this.#owedMs > 0 && !this.#stopped.aborted) {
      this.#pausingMs = this.#owedMs;
      this.#owedMs = 0;
      this.#pause = new AbortController();
      const { signal, end } = within(this.#stopped, this.#pause);
      try {
        await this.#surroundings.clock.sleep(this.#pausingMs, signal);
      } finally {
        end();
      }
      this.#pausingMs = 0;
    }
    if (this.#failures > 0) this.#circuit = 'half-open';
  }

  /**
   * The first to use the line connects. That the device answered is noted, be it with a refusal.
   * @throws what the call throws; `failed` is to be told of all but refusals
   */
  async call<T>(use: Call<T>, sort: CallSort = 'ask'): Promise<T> {
    this.#sort = sort;
    try {
      const result = await this.glance(use);
      this.#answered(sort);
      return result;
    } catch (error) {
      if (error instanceof DeviceError && error.reason === 'refused') this.#answered(sort);
      throw error;
    }
  }

  /** Nothing is left to do: what failed is not wanted any more. */
  rest(): void {
    this.#recover();
  }

  /** As `call`, but whether the device answers counts for nothing. */
  async glance<T>(use: Call<T>): Promise<T> {
    const { operationTimeoutMs } = this.#surroundings;
    const call = new AbortController();
    const late = (): void => call.abort(new DOMException(`no answer within ${operationTimeoutMs} ms`, 'TimeoutError'));
    const timer = setTimeout(late, operationTimeoutMs).unref();
    const { signal, end } = within(this.#stopped, call);
    try {
      const client = await this.#open();
      signal.throwIfAborted();
      return await use(client, signal);
    } catch (error) {
      throw this.#fit(error);
    } finally {
      clearTimeout(timer);
      end();
      if (this.#callsPerSecond !== undefined) this.#owedMs = Math.max(this.#owedMs, 1_000 / this.#callsPerSecond);
    }
  }

  /** Whether the adapter's client can do something that not all can. */
  async offers(what: 'list' | 'version' | 'observe'): Promise<boolean> {
    return (await this.#open())[what] !== undefined;
  }

  /** A call could not be made, or was not answered: nothing is sent for a while. */
  failed(error: unknown): void {
    const { backoff, random } = this.#surroundings;
    this.#failures += 1;
    if (this.#sort === 'change') this.#failing = 'change';
    this.#circuit = 'open';
    this.#connected = false;
    this.#trouble = this.words(error);
    this.#owedMs = backoffMs(backoff, this.#failures, random());
    const fields = { device: this.#device.name, words: this.#trouble };
    if (error instanceof DeviceError) southboundLog.warn(fields, 'the device does not answer');
    else {
      const stack = withoutSecret(error instanceof Error ? (error.stack ?? '') : '', this.#secret);
      southboundLog.error({ ...fields, stack }, 'a call to the device failed for a reason of our own');
    }
  }

  /** What an error says, fit for people: a device may say back what it was sent, and an adapter may quote it. */
  words(error: unknown): string {
    return withoutSecret(error instanceof Error ? error.message : String(error), this.#secret);
  }

  /** A device may quote what it was sent, in whatever is made of its words later. */
  #fit(error: unknown): unknown {
    if (!(error instanceof DeviceError)) return error;
    const { reason, leaf } = error;
    return new DeviceError(reason, this.words(error), leaf === undefined ? {} : { leaf });
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.close();
  }

  async #open(): Promise<DeviceClient> {
    if (this.#isStale || (this.#failures > 0 && (await this.#hasNewSecret()))) await this.close();
    this.#isStale = false;
    this.#client ??= await this.#connect();
    return this.#client;
  }

  /** Whether the credentials stand for something else by now than when the client was made. */
  async #hasNewSecret(): Promise<boolean> {
    const { credentials } = this.#device;
    if (credentials === undefined || this.#client === undefined) return false;
    const secret = await this.#surroundings.resolveSecret(credentials).catch(() => this.#secret);
    return secret !== this.#secret;
  }

  async #connect(): Promise<DeviceClient> {
    const { credentials } = this.#device;
    this.#secret = credentials === undefined ? undefined : await this.#surroundings.resolveSecret(credentials);
    return this.#adapter.connect(this.#device, this.#secret);
  }

  #answered(sort: CallSort): void {
    this.#connected = true;
    this.#lastContactMs = this.#surroundings.clock.nowMs();
    if (sort === 'change' || this.#failing === 'ask') this.#recover();
  }

  #recover(): void {
    this.#failures = 0;
    this.#failing = 'ask';
    this.#circuit = 'closed';
    this.#trouble = undefined;
  }
}

/**
 * The signal of `own`, which `outer` aborts as well. Not `AbortSignal.any`: a signal that lives long keeps a note of all that
 * were ever made of it.
 */
function within(outer: AbortSignal, own: AbortController): { readonly signal: AbortSignal; readonly end: () => void } {
  const abort = (): void => own.abort(outer.reason);
  if (outer.aborted) abort();
  outer.addEventListener('abort', abort);
  return { signal: own.signal, end: () => outer.removeEventListener('abort', abort) };
}
