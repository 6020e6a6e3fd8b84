// A simulated switch on a loopback socket: gNMI as the real one speaks it, observable, and able to misbehave.

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type ServiceDefinition,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import protobuf from 'protobufjs';
import { type Fault, Faults } from '../../simulation/faults.ts';
import { type Path, Refusal, Switch, type Value } from './stratum-switch.ts';

export interface StratumSimulatorOptions {
  /** 0 (the default) takes a free one. */
  readonly port?: number;
  /** What the hardware is; `PLT_GENERIC_BAREFOOT_TOFINO` by default. */
  readonly platform?: string;
  readonly onCall?: (entry: CallEntry) => void;
}

export interface CallEntry {
  readonly method: 'Get' | 'Set' | 'Subscribe' | 'Capabilities';
  /** Operation and path of each part of a Set, the paths of a Get or Subscribe. */
  readonly paths: readonly string[];
  /** gRPC status; undefined while there is no answer. */
  readonly code: status | undefined;
  readonly fault?: Fault['kind'];
}

export interface StratumSimulator {
  /** `grpc://127.0.0.1:<port>` */
  readonly url: string;
  readonly calls: readonly CallEntry[];
  readonly switch: Switch;
  /** `fail` takes a gRPC status code; `half` and `close` break the call off; `garbage` answers bytes that are no message. */
  readonly faults: Faults;
  /** Resolves as soon as the condition holds; it is looked at now and after every call. */
  waitFor(condition: (simulator: StratumSimulator) => boolean): Promise<void>;
  close(): Promise<void>;
}

interface SetRequest {
  readonly delete: readonly { readonly elem: Path }[];
  readonly replace: readonly { readonly path: { readonly elem: Path } | null; readonly val: Value }[];
  readonly update: readonly { readonly path: { readonly elem: Path } | null; readonly val: Value }[];
}

const root = loadProtocol();

/** Starts a simulated switch without a chassis. */
export async function startStratumSimulator(options: StratumSimulatorOptions = {}): Promise<StratumSimulator> {
  const simulator = new Simulator(options);
  await simulator.listenAgain();
  return simulator;
}

class Simulator implements StratumSimulator {
  readonly calls: CallEntry[] = [];
  readonly faults = new Faults(this);
  switch: Switch;
  readonly #options: StratumSimulatorOptions;
  #server: Server | undefined;
  #port: number;
  #waiters: { condition: (simulator: StratumSimulator) => boolean; resolve: () => void }[] = [];

  constructor(options: StratumSimulatorOptions) {
    this.#options = options;
    this.#port = options.port ?? 0;
    this.switch = new Switch(options.platform ?? 'PLT_GENERIC_BAREFOOT_TOFINO');
  }

  get url(): string {
    return `grpc://127.0.0.1:${this.#port}`;
  }

  waitFor(condition: (simulator: StratumSimulator) => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#waiters.push({ condition, resolve });
      this.#wake();
    });
  }

  close(): Promise<void> {
    return this.stopListening();
  }

  async stopListening(): Promise<void> {
    this.#server?.forceShutdown();
    this.#server = undefined;
  }

  async listenAgain(): Promise<void> {
    const server = new Server();
    server.addService(definition(), {
      Capabilities: (_call: unknown, answer: sendUnaryData<object>) => answer(null, { gNMI_version: '0.7.0' }),
      Get: (call: ServerUnaryCall<object, object>, answer: sendUnaryData<object>) => {
        const { path = [] } = call.request as { path?: readonly { elem: Path }[] };
        this.#handle(
          'Get',
          path.map(({ elem }) => elem.map(({ name }) => name).join('/')),
          answer,
          (device) => {
            if (path.some(({ elem }) => elem.some(({ name }) => name === '...'))) {
              throw new Refusal(status.INVALID_ARGUMENT, 'wildcards are for subscriptions of mode ONCE and POLL');
            }
            return {
              notification: [{ timestamp: 1, update: path.flatMap(({ elem }) => device.get(elem)).map(toUpdate) }],
            };
          },
        );
      },
      Set: (call: ServerUnaryCall<object, object>, answer: sendUnaryData<object>) => this.#set(call, answer),
      Subscribe: (call: ServerDuplexStream<object, object>) => this.#subscribe(call),
    });
    this.#port = await new Promise<number>((resolve, reject) => {
      server.bindAsync(`127.0.0.1:${this.#port}`, ServerCredentials.createInsecure(), (error, port) => {
        if (error === null) resolve(port);
        else reject(error);
      });
    });
    this.#server = server;
  }

  loseState(): void {
    this.switch = new Switch(this.#options.platform ?? 'PLT_GENERIC_BAREFOOT_TOFINO');
  }

  #set(call: ServerUnaryCall<object, object>, answer: sendUnaryData<object>): void {
    const request = call.request as SetRequest;
    const operations: { op: 'delete' | 'replace' | 'update'; path: Path; val: Value }[] = [
      ...request.delete.map(({ elem }) => ({ op: 'delete' as const, path: elem, val: {} })),
      ...request.replace.map(({ path, val }) => ({
        op: 'replace' as const,
        path: path?.elem ?? [],
        val: valueIn(val),
      })),
      ...request.update.map(({ path, val }) => ({ op: 'update' as const, path: path?.elem ?? [], val: valueIn(val) })),
    ];
    const paths = operations.map(
      ({ op, path }) => `${op} /${path.map(({ name, key }) => key?.name ?? name).join('/')}`,
    );
    this.#handle('Set', paths, answer, (device) => {
      const tried = device.copy();
      for (const { op, path, val } of operations) tried.set(op, path, val);
      device.become(tried);
      return { timestamp: 1 };
    });
  }

  #handle(
    method: 'Get' | 'Set',
    paths: readonly string[],
    answer: sendUnaryData<object>,
    perform: (device: Switch) => object,
  ): void {
    const fault = this.faults.take(method, paths.join(' '));
    const log = (code: status | undefined): void =>
      this.#log({ method, paths, code, ...(fault && { fault: fault.kind }) });
    const reply = (device: Switch): void => {
      try {
        answer(null, perform(device));
        log(status.OK);
      } catch (error) {
        const code = error instanceof Refusal ? error.code : status.INTERNAL;
        answer({ code, details: String(error instanceof Error ? error.message : error) });
        log(code);
      }
    };
    if (fault === undefined || fault.kind === 'no-effect') {
      reply(fault === undefined ? this.switch : this.switch.copy());
    } else if (fault.kind === 'hang') {
      this.faults.hold(() => reply(this.switch));
      log(undefined);
    } else if (fault.kind === 'fail') {
      answer({ code: fault.status, details: fault.body });
      log(fault.status);
    } else if (fault.kind === 'garbage') {
      answer(null, { garbage: true });
      log(status.OK);
    } else {
      if (fault.kind === 'half' || fault.effect) quietly(() => perform(this.switch));
      answer({ code: status.UNAVAILABLE, details: 'connection dropped' });
      log(undefined);
    }
  }

  /** ONCE and POLL only, as the real one for paths with wildcards. */
  #subscribe(call: ServerDuplexStream<object, object>): void {
    call.on('data', (message: object) => {
      const { subscribe } = message as {
        subscribe?: { mode: number; subscription: readonly { path: { elem: Path } }[] } | null;
      };
      const fault = this.faults.take('Subscribe', '');
      const paths = subscribe?.subscription.map(({ path }) => path.elem.map(({ name }) => name).join('/')) ?? [];
      const fail = (code: status, details: string): void => {
        call.emit('error', { code, details });
        this.#log({ method: 'Subscribe', paths, code, ...(fault && { fault: fault.kind }) });
      };
      try {
        if (fault !== undefined && fault.kind !== 'half') throw new Refusal(status.UNAVAILABLE, 'connection dropped');
        if (subscribe?.mode !== 1) throw new Refusal(status.INVALID_ARGUMENT, 'wildcards take ONCE and POLL only');
        const update = subscribe.subscription.flatMap(({ path }) => this.switch.get(path.elem)).map(toUpdate);
        const told = fault === undefined ? update : update.slice(0, update.length / 2);
        for (const each of told) call.write({ update: { timestamp: 1, update: [each] } });
        if (fault === undefined) call.write({ sync_response: true });
        call.end();
        this.#log({ method: 'Subscribe', paths, code: status.OK, ...(fault && { fault: fault.kind }) });
      } catch (error) {
        fail(error instanceof Refusal ? error.code : status.INTERNAL, String(error));
      }
    });
  }

  #log(entry: CallEntry): void {
    this.calls.push(entry);
    this.#options.onCall?.(entry);
    this.#wake();
  }

  #wake(): void {
    this.#waiters = this.#waiters.filter(({ condition, resolve }) => {
      if (!condition(this)) return true;
      resolve();
      return false;
    });
  }
}

function toUpdate([elem, val]: [Path, Value]): object {
  return { path: { elem }, val };
}

/** Does what nobody hears of. */
function quietly(perform: () => object): void {
  try {
    perform();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
}

/** Only the member that is set. */
function valueIn(value: Value & { readonly value?: string }): Value {
  const name = value?.value as keyof Value | undefined;
  return name === undefined ? {} : { [name]: value[name] };
}

function definition(): ServiceDefinition {
  const service = root.lookupService('gnmi.gNMI');
  return Object.fromEntries(
    service.methodsArray.map((method) => {
      const request = method.resolvedRequestType;
      const response = method.resolvedResponseType;
      return [
        method.name,
        {
          path: `/gnmi.gNMI/${method.name}`,
          requestStream: method.requestStream === true,
          responseStream: method.responseStream === true,
          requestSerialize: () => Buffer.alloc(0),
          requestDeserialize: (bytes: Buffer) => request?.decode(bytes) ?? {},
          responseSerialize: (message: object) =>
            'garbage' in message
              ? Buffer.from([0xff, 0xff])
              : Buffer.from(response?.encode(response.fromObject(message)).finish() ?? []),
          responseDeserialize: () => ({}),
        },
      ];
    }),
  );
}

function loadProtocol(): protobuf.Root {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'proto/github.com')) && dirname(folder) !== folder) folder = dirname(folder);
  const descriptor = createRequire(import.meta.url)('protobufjs/google/protobuf/descriptor.json');
  protobuf.common('descriptor', descriptor.nested.google.nested.protobuf.nested);
  const loaded = new protobuf.Root();
  loaded.resolvePath = (_origin, file) => (protobuf.common.get(file) === null ? join(folder, 'proto', file) : file);
  loaded.loadSync('github.com/openconfig/gnmi/proto/gnmi/gnmi.proto', { keepCase: true });
  loaded.resolveAll();
  return loaded;
}
