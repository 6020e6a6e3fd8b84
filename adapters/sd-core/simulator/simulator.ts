// A simulated SD-Core webconsole on a loopback socket: as strict as the real one, observable, and able to misbehave.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Answer, Core, Warning } from './answer.ts';
import { CORE_TRAITS, type CoreVersion, type DeviceGroup, type NetworkSlice } from './documents.ts';
import { type Fault, Faults } from './faults.ts';
import { askForConfiguration } from './restart-callback.ts';
import { route } from './router.ts';
import { send, sendHalf } from './send-answer.ts';
import { CoreState, type Gnb, type ProvisionedSession, type Subscriber, type Upf } from './state.ts';

export interface SdCoreSimulatorOptions {
  /** 0 (the default) takes a free one. */
  readonly port?: number;
  readonly host?: '127.0.0.1';
  /** Which schema and rules: '3.0' by default. */
  readonly version?: CoreVersion;
  /** Called once a request, when its answer is known (a held request: when it comes in). */
  readonly onRequest?: (entry: RequestEntry) => void;
  readonly onWarning?: (warning: Warning) => void;
  /** How many requests and warnings are kept: 10000 by default; older ones are forgotten. */
  readonly logLimit?: number;
  /** Where to POST after each start until somebody answers, as the real core does when it is told to. */
  readonly syncUrl?: string;
  /** 1000 by default. */
  readonly syncRetryMs?: number;
}

export interface RequestEntry {
  readonly method: string;
  /** As it came, query included. */
  readonly path: string;
  readonly body: string;
  /** 0 while there is no answer: held, or closed without one. */
  readonly status: number;
  readonly fault?: Fault['kind'];
}

export interface SdCoreSimulator {
  /** `http://127.0.0.1:<port>`; the configuration API is below `/config/v1`. */
  readonly url: string;
  readonly port: number;
  readonly version: CoreVersion;
  readonly requests: readonly RequestEntry[];
  readonly warnings: readonly Warning[];
  readonly deviceGroups: ReadonlyMap<string, DeviceGroup>;
  readonly networkSlices: ReadonlyMap<string, NetworkSlice>;
  /** Credentials by UE id, `imsi-<digits>`. */
  readonly subscribers: ReadonlyMap<string, Subscriber>;
  /** By UE id: what device groups and slices together gave to each known subscriber. */
  readonly provisioned: ReadonlyMap<string, readonly ProvisionedSession[]>;
  readonly gnbs: ReadonlyMap<string, Gnb>;
  readonly upfs: ReadonlyMap<string, Upf>;
  readonly faults: Faults;
  /** Forgets logged requests and warnings. */
  clearLog(): void;
  /** Resolves as soon as the condition holds; it is looked at now and after every request. Rejects on abort and close. */
  waitFor(condition: (simulator: SdCoreSimulator) => boolean, signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** Starts a simulated core. @throws the socket's error when the port is taken */
export async function startSdCoreSimulator(options: SdCoreSimulatorOptions = {}): Promise<SdCoreSimulator> {
  const simulator = new Simulator(options);
  await simulator.listenAgain();
  return simulator;
}

interface Waiter {
  readonly condition: (simulator: SdCoreSimulator) => boolean;
  readonly settle: (error?: Error) => void;
}

class Simulator implements SdCoreSimulator {
  readonly version: CoreVersion;
  readonly requests: RequestEntry[] = [];
  readonly warnings: Warning[] = [];
  readonly faults: Faults;
  readonly #options: SdCoreSimulatorOptions;
  readonly #state = new CoreState();
  readonly #server: Server;
  readonly #waiters = new Set<Waiter>();
  #port: number;
  #callback = new AbortController();

  constructor(options: SdCoreSimulatorOptions) {
    this.#options = options;
    this.#port = options.port ?? 0;
    this.version = options.version ?? '3.0';
    this.faults = new Faults(this);
    this.#server = createServer((request, response) => this.#receive(request, response));
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get port(): number {
    return this.#port;
  }

  get deviceGroups(): ReadonlyMap<string, DeviceGroup> {
    return this.#state.deviceGroups;
  }

  get networkSlices(): ReadonlyMap<string, NetworkSlice> {
    return this.#state.networkSlices;
  }

  get subscribers(): ReadonlyMap<string, Subscriber> {
    return this.#state.subscribers;
  }

  get provisioned(): ReadonlyMap<string, readonly ProvisionedSession[]> {
    return this.#state.provisioned;
  }

  get gnbs(): ReadonlyMap<string, Gnb> {
    return this.#state.gnbs;
  }

  get upfs(): ReadonlyMap<string, Upf> {
    return this.#state.upfs;
  }

  clearLog(): void {
    this.requests.length = 0;
    this.warnings.length = 0;
  }

  waitFor(condition: (simulator: SdCoreSimulator) => boolean, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const abort = (): void => waiter.settle(new Error('waiting for the simulated core was aborted'));
      const waiter: Waiter = {
        condition,
        settle: (error) => {
          this.#waiters.delete(waiter);
          signal?.removeEventListener('abort', abort);
          if (error === undefined) resolve();
          else reject(error);
        },
      };
      if (signal?.aborted) return abort();
      signal?.addEventListener('abort', abort);
      this.#waiters.add(waiter);
      this.#wake(waiter);
    });
  }

  async close(): Promise<void> {
    await this.stopListening();
    for (const { settle } of [...this.#waiters]) settle(new Error('the simulated core was closed'));
  }

  async stopListening(): Promise<void> {
    this.#callback.abort();
    if (!this.#server.listening) return;
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async listenAgain(): Promise<void> {
    if (this.#server.listening) return;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#port, this.#options.host ?? '127.0.0.1', () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    this.#port = (this.#server.address() as AddressInfo).port;
    const { syncUrl, syncRetryMs = 1_000 } = this.#options;
    this.#callback = new AbortController();
    if (syncUrl !== undefined) void askForConfiguration(syncUrl, syncRetryMs, this.#callback.signal);
  }

  loseState(): void {
    this.#state.clear();
  }

  #receive(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('error', () => response.destroy());
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MAX_BODY_BYTES) request.destroy();
      else chunks.push(chunk);
    });
    request.on('end', () => this.#handle(request, response, Buffer.concat(chunks).toString('utf8')));
  }

  #handle(request: IncomingMessage, response: ServerResponse, body: string): void {
    const { method = 'GET', url = '/' } = request;
    const fault = this.faults.take(method, url);
    const log = (status: number): void =>
      this.#log({ method, path: url, body, status, ...(fault && { fault: fault.kind }) });
    const perform = (state: CoreState = this.#state): Answer => this.#perform(request, body, state);
    switch (fault?.kind) {
      case undefined:
      case 'no-effect': {
        const answer = perform(fault === undefined ? this.#state : this.#state.fork());
        log(answer.status);
        send(response, answer);
        break;
      }
      case 'fail':
        log(fault.status);
        send(response, { status: fault.status, body: fault.body, contentType: 'application/json; charset=utf-8' });
        break;
      case 'garbage':
        log(200);
        send(response, { status: 200, body: '<html><body>It works!', contentType: 'text/html' });
        break;
      case 'hang':
        this.faults.hold(() => {
          send(response, perform());
          this.#wakeAll();
        });
        log(0);
        break;
      case 'close':
        if (fault.effect) perform();
        log(0);
        response.destroy();
        break;
      case 'half': {
        const answer = perform();
        log(answer.status);
        sendHalf(response, answer);
        break;
      }
    }
  }

  #perform(request: IncomingMessage, body: string, state: CoreState): Answer {
    const core: Core = { state, traits: CORE_TRAITS[this.version], warn: (warning) => this.#warn(warning) };
    let path: string;
    try {
      path = decodeURIComponent((request.url ?? '/').split('?')[0] ?? '/');
    } catch {
      return { status: 400, body: '400 Bad Request', contentType: 'text/plain; charset=utf-8' };
    }
    return route(core, { method: request.method ?? 'GET', path, contentType: request.headers['content-type'], body });
  }

  #warn(warning: Warning): void {
    this.#append(this.warnings, warning);
    this.#options.onWarning?.(warning);
  }

  #log(entry: RequestEntry): void {
    this.#append(this.requests, entry);
    this.#options.onRequest?.(entry);
    this.#wakeAll();
  }

  #append<T>(log: T[], entry: T): void {
    log.push(entry);
    if (log.length > (this.#options.logLimit ?? 10_000)) log.shift();
  }

  #wakeAll(): void {
    for (const waiter of [...this.#waiters]) this.#wake(waiter);
  }

  /** A condition that throws fails only its own waiter. */
  #wake(waiter: Waiter): void {
    try {
      if (waiter.condition(this)) waiter.settle();
    } catch (error) {
      waiter.settle(error instanceof Error ? error : new Error(String(error)));
    }
  }
}
