// A simulated user plane on a loopback socket: it takes a slice, meters by it, and tells nobody what it has.

import type { Faults } from '../../simulation/faults.ts';
import type { Answer } from './answer.ts';
import {
  type Behind,
  FaultyServer,
  type FaultyServerOptions,
  type Received,
  type RequestEntry,
} from './faulty-server.ts';
import { JsonSyntaxError, readFirstValue } from './go-json.ts';
import { decode, JsonTypeError, type Shape } from './go-struct.ts';

/** What the user plane has in its one place for a slice. */
export interface CarriedSlice {
  readonly name: string;
  /** Bits per second; 0 is not metered. */
  readonly uplinkBps: bigint;
  readonly downlinkBps: bigint;
  readonly uplinkBurstBytes: bigint;
  readonly downlinkBurstBytes: bigint;
  readonly pools: readonly { readonly name: string; readonly dnn: string }[];
}

export interface UpfSimulator {
  /** `http://127.0.0.1:<port>`; the resource is `/v1/config/network-slices` below. */
  readonly url: string;
  readonly port: number;
  readonly requests: readonly RequestEntry[];
  /** As it is metered; undefined until a slice was taken since the start. */
  readonly slice: CarriedSlice | undefined;
  /** While true the datapath takes nothing, but the answer is the same as ever. */
  datapathFails: boolean;
  readonly faults: Faults;
  /** As for the simulated core. */
  waitFor(condition: (simulator: UpfSimulator) => boolean, signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Starts a simulated user plane. @throws the socket's error when the port is taken */
export async function startUpfSimulator(options: FaultyServerOptions = {}): Promise<UpfSimulator> {
  const simulator = new Simulator(options);
  await simulator.start();
  return simulator;
}

const RESOURCE = '/v1/config/network-slices';
const MAX_INT64 = 2n ** 63n - 1n;
const MAX_UINT64 = 2n ** 64n - 1n;
/** Upper and lower case count; anything else is taken for Mbps. */
const FACTORS: ReadonlyMap<string, bigint> = new Map([
  ['Kbps', 1_000n],
  ['Mbps', 1_000_000n],
  ['Gbps', 1_000_000_000n],
]);

const string: Shape = { kind: 'string' };
const uint64: Shape = { kind: 'uint64' };
const always = (name: string, shape: Shape) => ({ name, shape, omitEmpty: false });
const struct = (...fields: ReturnType<typeof always>[]): Shape => ({ kind: 'struct', fields, pointer: false });

/** Member names count in any case, so `uplinkMBR` fits as well. */
const SLICE_SHAPE = struct(
  always('sliceName', string),
  always(
    'sliceQos',
    struct(
      always('uplinkMbr', uint64),
      always('downlinkMbr', uint64),
      always('bitrateUnit', string),
      always('uplinkBurstSize', uint64),
      always('downlinkBurstSize', uint64),
    ),
  ),
  always('ueResourceInfo', { kind: 'list', of: struct(always('dnn', string), always('uePoolId', string)) }),
);

interface Body {
  readonly sliceName?: string;
  readonly sliceQos?: {
    readonly uplinkMbr?: bigint;
    readonly downlinkMbr?: bigint;
    readonly bitrateUnit?: string;
    readonly uplinkBurstSize?: bigint;
    readonly downlinkBurstSize?: bigint;
  };
  readonly ueResourceInfo?: readonly { readonly dnn?: string; readonly uePoolId?: string }[];
}

class Simulator implements UpfSimulator, Behind {
  datapathFails = false;
  readonly #server: FaultyServer;
  #slice: CarriedSlice | undefined;

  constructor(options: FaultyServerOptions) {
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

  get slice(): CarriedSlice | undefined {
    return this.#slice;
  }

  start(): Promise<void> {
    return this.#server.listenAgain();
  }

  waitFor(condition: (simulator: UpfSimulator) => boolean, signal?: AbortSignal): Promise<void> {
    return this.#server.waitFor(() => condition(this), signal);
  }

  close(): Promise<void> {
    return this.#server.close();
  }

  loseState(): void {
    this.#slice = undefined;
  }

  perform({ method, path, body }: Received, effect: boolean): Answer {
    if (path !== RESOURCE)
      return { status: 404, body: '404 page not found\n', contentType: 'text/plain; charset=utf-8' };
    if (method !== 'POST' && method !== 'PUT') return answer(405);
    const decoded = read(body);
    // What it cannot read it answers 400 and goes on with: then it carries a slice without a name, in Mbps of nothing.
    if (effect && !this.datapathFails) this.#slice = carried(decoded ?? {});
    return answer(decoded === undefined ? 400 : 201);
  }
}

function read(body: string): Body | undefined {
  try {
    return (decode(SLICE_SHAPE, readFirstValue(body)) ?? {}) as Body;
  } catch (error) {
    if (error instanceof JsonSyntaxError || error instanceof JsonTypeError) return undefined;
    throw error;
  }
}

function carried({ sliceName = '', sliceQos = {}, ueResourceInfo = [] }: Body): CarriedSlice {
  const unit = sliceQos.bitrateUnit ?? '';
  return {
    name: sliceName,
    uplinkBps: toBps(sliceQos.uplinkMbr ?? 0n, unit),
    downlinkBps: toBps(sliceQos.downlinkMbr ?? 0n, unit),
    uplinkBurstBytes: sliceQos.uplinkBurstSize ?? 0n,
    downlinkBurstBytes: sliceQos.downlinkBurstSize ?? 0n,
    pools: ueResourceInfo.map(({ dnn = '', uePoolId = '' }) => ({ name: uePoolId, dnn })),
  };
}

/** Converted in 64 signed bits; what comes out as nothing or less is the largest of them. */
function toBps(rate: bigint, unit: string): bigint {
  if (unit === 'bps') return rate & MAX_UINT64;
  const bps = BigInt.asIntN(64, rate * (FACTORS.get(unit) ?? 1_000_000n));
  return bps > 0n ? bps : MAX_INT64;
}

function answer(status: 201 | 400 | 405): Answer {
  const message = status === 201 ? 'Status Created' : 'Failed to add slice';
  return { status, body: JSON.stringify({ message }), contentType: 'text/plain; charset=utf-8' };
}
