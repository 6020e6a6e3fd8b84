// Simulated applications of SD-RAN on one loopback port: as strict as the real ones, observable, and able to misbehave.
import {
  type MethodDefinition,
  Server,
  ServerCredentials,
  type ServiceDefinition,
  type sendUnaryData,
} from '@grpc/grpc-js';
import { METHODS, type Method } from './applications.ts';
import { type Call, type Ending, misbehave, perform } from './ending.ts';
import { Faults } from './faults.ts';
import { decode } from './messages.ts';
import { type Cell, type Figure, type Parameters, SdRanState, type SliceItem, type User } from './state.ts';
import { WORLD } from './world.ts';

export interface SdRanSimulatorOptions {
  /** 0 (the default) takes a free one. */
  readonly port?: number;
  /** Connected E2 nodes, attached devices, cells and figures; a small radio network by default. */
  readonly nodes?: readonly string[];
  readonly users?: readonly User[];
  readonly cells?: readonly Cell[];
  readonly figures?: readonly Figure[];
  /** PEM; without it there is no TLS. With `clients` only clients with a certificate of that authority are let in. */
  readonly tls?: { readonly certificate: string; readonly key: string; readonly clients?: string };
  /** Called once a call, when its answer is known (a held call: when it comes in). */
  readonly onRequest?: (entry: RequestEntry) => void;
}

export interface RequestEntry {
  /** e.g. `/onos.rsm.Rsm/CreateSlice` */
  readonly path: string;
  readonly changes: boolean;
  /** Undefined for bytes that are no such message. */
  readonly request: Record<string, unknown> | undefined;
  readonly bytes: Buffer;
  /** The answer, or how the call ended; undefined while it is held. */
  readonly outcome: string | undefined;
  /** What came with it as `authorization`. */
  readonly authorization: string | undefined;
}

export interface SdRanSimulator {
  /** `grpc://127.0.0.1:<port>`, or `grpcs://` with TLS. */
  readonly address: string;
  readonly requests: readonly RequestEntry[];
  /** By E2 node, in the order of the slice manager's records. */
  readonly slices: ReadonlyMap<string, readonly SliceItem[]>;
  readonly parameters: Parameters;
  readonly faults: Faults;
  /** The world: may be changed at any time. */
  readonly state: SdRanState;
  /** Resolves as soon as the condition holds; it is looked at now and after every call. */
  waitFor(condition: (simulator: SdRanSimulator) => boolean): Promise<void>;
  close(): Promise<void>;
}

/** Starts the simulated applications. @throws Error when the port is taken */
export async function startSdRanSimulator(options: SdRanSimulatorOptions = {}): Promise<SdRanSimulator> {
  const simulator = new Simulator(options);
  await simulator.listenAgain();
  return simulator;
}

type Answer = sendUnaryData<Buffer>;

class Simulator implements SdRanSimulator {
  readonly requests: RequestEntry[] = [];
  readonly state: SdRanState;
  readonly faults: Faults;
  readonly #options: SdRanSimulatorOptions;
  readonly #waiters = new Set<{ condition: (simulator: SdRanSimulator) => boolean; resolve: () => void }>();
  #server: Server | undefined;
  #port: number;

  constructor(options: SdRanSimulatorOptions) {
    this.#options = options;
    this.#port = options.port ?? 0;
    this.state = new SdRanState({ ...WORLD, ...options });
    this.faults = new Faults(this);
  }

  get address(): string {
    return `${this.#options.tls === undefined ? 'grpc' : 'grpcs'}://127.0.0.1:${this.#port}`;
  }

  get slices(): ReadonlyMap<string, readonly SliceItem[]> {
    return this.state.slices;
  }

  get parameters(): Parameters {
    return this.state.parameters;
  }

  waitFor(condition: (simulator: SdRanSimulator) => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#waiters.add({ condition, resolve });
      this.#wake();
    });
  }

  async close(): Promise<void> {
    await this.stopListening();
  }

  async stopListening(): Promise<void> {
    this.#server?.forceShutdown();
    this.#server = undefined;
  }

  async listenAgain(): Promise<void> {
    if (this.#server !== undefined) return;
    const server = new Server();
    server.addService(this.#service(), this.#handlers());
    const { tls } = this.#options;
    const credentials = tls === undefined ? ServerCredentials.createInsecure() : secure(tls);
    this.#port = await new Promise((resolve, reject) => {
      server.bindAsync(`127.0.0.1:${this.#port}`, credentials, (error, port) =>
        error ? reject(error) : resolve(port),
      );
    });
    this.#server = server;
  }

  loseState(): void {
    this.state.lose();
  }

  #service(): ServiceDefinition {
    const same = (bytes: Buffer): Buffer => bytes;
    return Object.fromEntries(
      Object.keys(METHODS).map((path): [string, MethodDefinition<Buffer, Buffer>] => [
        path,
        {
          path,
          requestStream: false,
          responseStream: false,
          requestSerialize: same,
          requestDeserialize: same,
          responseSerialize: same,
          responseDeserialize: same,
        },
      ]),
    );
  }

  #handlers(): Record<string, (call: Incoming, answer: Answer) => void> {
    return Object.fromEntries(
      Object.entries(METHODS).map(([path, method]) => [
        path,
        (call: Incoming, answer: Answer) => this.#receive(path, method, call, answer),
      ]),
    );
  }

  #receive(path: string, method: Method, { request: bytes, metadata }: Incoming, answer: Answer): void {
    const call: Call = { method, bytes, request: decoded(method, bytes) };
    const log = (outcome: string | undefined): void => {
      const authorization = metadata.get('authorization')[0]?.toString();
      this.#log({ path, changes: method.changes, request: call.request, bytes, outcome, authorization });
    };
    const fault = this.faults.take(path);
    if (fault?.kind === 'hang') {
      this.faults.hold(() => end(perform(this.state, call), answer));
      log(undefined);
      return;
    }
    const ending = fault === undefined ? perform(this.state, call) : misbehave(fault, this.state, call);
    log(ending.outcome);
    end(ending, answer);
  }

  #log(entry: RequestEntry): void {
    this.requests.push(entry);
    this.#options.onRequest?.(entry);
    this.#wake();
  }

  #wake(): void {
    for (const waiter of [...this.#waiters]) {
      if (!waiter.condition(this)) continue;
      this.#waiters.delete(waiter);
      waiter.resolve();
    }
  }
}

interface Incoming {
  readonly request: Buffer;
  readonly metadata: { get(key: string): readonly (string | Buffer)[] };
}

function decoded(method: Method, bytes: Buffer): Record<string, unknown> | undefined {
  try {
    return decode(method.request, bytes);
  } catch {
    return undefined;
  }
}

function secure({ certificate, key, clients }: NonNullable<SdRanSimulatorOptions['tls']>): ServerCredentials {
  const pair = { cert_chain: Buffer.from(certificate), private_key: Buffer.from(key) };
  const authority = clients === undefined ? null : Buffer.from(clients);
  return ServerCredentials.createSsl(authority, [pair], authority !== null);
}

function end(ending: Ending, answer: Answer): void {
  if ('code' in ending) answer({ code: ending.code, details: ending.details });
  else answer(null, ending.response);
}
