// A simulated SD-Core webconsole on a loopback socket: as strict as the real one, observable, and able to misbehave.

import type { Faults } from '../../simulation/faults.ts';
import type { Core, Warning } from './answer.ts';
import { CORE_TRAITS, type CoreVersion, type DeviceGroup, type NetworkSlice } from './documents.ts';
import {
  type Behind,
  FaultyServer,
  type FaultyServerOptions,
  type Received,
  type RequestEntry,
} from './faulty-server.ts';
import type { Registrations } from './registrations.ts';
import { askForConfiguration } from './restart-callback.ts';
import { route } from './router.ts';
import type { HttpAnswer } from './send-answer.ts';
import { CoreState, type Gnb, type ProvisionedSession, type Subscriber, type Upf } from './state.ts';

export type { RequestEntry } from './faulty-server.ts';

export interface SdCoreSimulatorOptions extends FaultyServerOptions {
  /** Which schema and rules: '3.0' by default. */
  readonly version?: CoreVersion;
  readonly onWarning?: (warning: Warning) => void;
  /** Where to POST after each start until somebody answers, as the real core does when it is told to. */
  readonly syncUrl?: string;
  /** 1000 by default. */
  readonly syncRetryMs?: number;
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
  /** Devices that are registered at the core, to be changed by the test. */
  readonly ues: Registrations;
  readonly faults: Faults;
  /** Forgets logged requests and warnings. */
  clearLog(): void;
  /** Resolves as soon as the condition holds; it is looked at now and after every request. Rejects on abort and close. */
  waitFor(condition: (simulator: SdCoreSimulator) => boolean, signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Starts a simulated core. @throws the socket's error when the port is taken */
export async function startSdCoreSimulator(options: SdCoreSimulatorOptions = {}): Promise<SdCoreSimulator> {
  const simulator = new Simulator(options);
  await simulator.start();
  return simulator;
}

class Simulator implements SdCoreSimulator, Behind {
  readonly version: CoreVersion;
  readonly warnings: Warning[] = [];
  readonly #options: SdCoreSimulatorOptions;
  readonly #state = new CoreState();
  readonly #server: FaultyServer;
  #callback = new AbortController();

  constructor(options: SdCoreSimulatorOptions) {
    this.#options = options;
    this.version = options.version ?? '3.0';
    this.#server = new FaultyServer(this, options);
  }

  get url(): string {
    return this.#server.url;
  }

  get port(): number {
    return this.#server.port;
  }

  get requests(): readonly RequestEntry[] {
    return this.#server.requests;
  }

  get faults(): Faults {
    return this.#server.faults;
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

  get ues(): Registrations {
    return this.#state.ues;
  }

  start(): Promise<void> {
    return this.#server.listenAgain();
  }

  clearLog(): void {
    this.#server.requests.length = 0;
    this.warnings.length = 0;
  }

  waitFor(condition: (simulator: SdCoreSimulator) => boolean, signal?: AbortSignal): Promise<void> {
    return this.#server.waitFor(() => condition(this), signal);
  }

  close(): Promise<void> {
    return this.#server.close();
  }

  started(): void {
    const { syncUrl, syncRetryMs = 1_000 } = this.#options;
    this.#callback = new AbortController();
    if (syncUrl !== undefined) void askForConfiguration(syncUrl, syncRetryMs, this.#callback.signal);
  }

  stopped(): void {
    this.#callback.abort();
  }

  loseState(): void {
    this.#state.clear();
  }

  perform(request: Received, effect: boolean): HttpAnswer {
    const state = effect ? this.#state : this.#state.fork();
    const core: Core = { state, traits: CORE_TRAITS[this.version], warn: (warning) => this.#warn(warning) };
    return route(core, request);
  }

  #warn(warning: Warning): void {
    this.#server.append(this.warnings, warning);
    this.#options.onWarning?.(warning);
  }
}
