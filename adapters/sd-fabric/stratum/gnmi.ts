// The gNMI calls that a switch is asked with, over a channel of its own.

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import protobuf from 'protobufjs';
import { DeviceError } from '../../../src/southbound/adapter.ts';

/** A path as names with keys. */
export type GnmiPath = readonly { readonly name: string; readonly key?: Readonly<Record<string, string>> }[];

export interface TypedValue {
  readonly bool_val?: boolean;
  readonly string_val?: string;
  readonly uint_val?: unknown;
  readonly int_val?: unknown;
  readonly bytes_val?: Uint8Array;
  /** Name of the member that is set, in values that were received. */
  readonly value?: string;
}

export interface GnmiUpdate {
  readonly path: { readonly elem: GnmiPath };
  readonly val: TypedValue;
}

interface Notification {
  readonly prefix?: { readonly elem?: GnmiPath } | null;
  readonly update?: readonly {
    readonly path?: { readonly elem?: GnmiPath } | null;
    readonly val?: TypedValue | null;
  }[];
}

const DEADLINE_MS = 10_000;
const MAY_PASS = new Set([
  status.UNAVAILABLE,
  status.DEADLINE_EXCEEDED,
  status.CANCELLED,
  status.UNKNOWN,
  status.INTERNAL,
  status.ABORTED,
  status.RESOURCE_EXHAUSTED,
  status.DATA_LOSS,
  status.UNAUTHENTICATED,
  status.PERMISSION_DENIED,
]);

const root = loadProtocol();

/** One switch, by `grpc://host:port`, or `grpcs://host:port` with TLS. */
export class GnmiChannel {
  readonly #connect: () => Client;
  readonly #timeoutMs: number;
  #made: Client | undefined;
  readonly #address: string;
  readonly #metadata = new Metadata();

  /** @param secret `user:password`, sent with each call */
  constructor(address: string, secret: string | undefined, timeoutMs: number = DEADLINE_MS) {
    const { protocol, host } = new URL(address);
    this.#address = address;
    const [user, password] = splitSecret(secret);
    if (user !== undefined) this.#metadata.set('username', user);
    if (password !== undefined) this.#metadata.set('password', password);
    const channel = protocol === 'grpcs:' ? credentials.createSsl() : credentials.createInsecure();
    const options = {
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 1000,
      // A connection that was given up must not be found again.
      'grpc.use_local_subchannel_pool': 1,
      // Nothing but the address that the platform lists is dialled, whatever proxies or name servers say.
      'grpc.enable_http_proxy': 0,
      'grpc.service_config_disable_resolution': 1,
    };
    this.#timeoutMs = timeoutMs;
    this.#connect = () => new Client(host, channel, options);
  }

  /** @throws DeviceError as `get` and `once` do: `refused` for the switch's own no, `unavailable` when it may pass. */
  async set(
    request: { replace?: readonly GnmiUpdate[]; update?: readonly GnmiUpdate[] },
    signal: AbortSignal,
  ): Promise<void> {
    await this.#unary('Set', 'SetRequest', 'SetResponse', request, signal);
  }

  /** What is at the paths; undefined when the switch does not know one of them. */
  async get(paths: readonly GnmiPath[], signal: AbortSignal): Promise<GnmiUpdate[] | undefined> {
    const request = { path: paths.map((elem) => ({ elem })), encoding: 2 };
    try {
      const answer = await this.#unary('Get', 'GetRequest', 'GetResponse', request, signal);
      const { notification = [] } = answer as { notification?: readonly Notification[] };
      return notification.flatMap(updatesOf);
    } catch (error) {
      if (error instanceof DeviceError && isUnknownPath(error.cause)) return undefined;
      throw error;
    }
  }

  /** All that a subscription of mode ONCE tells, the only way to ask for a path with wildcards. [gNMI 3.5.1.5.1] */
  once(path: GnmiPath, signal: AbortSignal): Promise<GnmiUpdate[]> {
    return new Promise((resolve, reject) => {
      const updates: GnmiUpdate[] = [];
      let isWhole = false;
      const call = this.#client.makeBidiStreamRequest(
        '/gnmi.gNMI/Subscribe',
        serializer('SubscribeRequest'),
        deserializer('SubscribeResponse'),
        this.#metadata,
        { deadline: Date.now() + this.#timeoutMs },
      );
      const cancel = (): void => call.cancel();
      signal.addEventListener('abort', cancel);
      call.on('data', (response: object) => {
        const { update, sync_response } = response as { update?: Notification | null; sync_response?: boolean };
        if (sync_response === true) isWhole = true;
        if (update !== undefined && update !== null) updates.push(...updatesOf(update));
      });
      call.on('error', (error: ServiceError) => {
        signal.removeEventListener('abort', cancel);
        reject(this.#failure('Subscribe', error));
      });
      call.on('end', () => {
        signal.removeEventListener('abort', cancel);
        if (isWhole) resolve(updates);
        else reject(new DeviceError('unavailable', `Subscribe ${this.#address}: the answer breaks off`));
      });
      if (signal.aborted) cancel();
      call.write({ subscribe: { mode: 1, encoding: 2, subscription: [{ path: { elem: path } }] } });
      call.end();
    });
  }

  close(): void {
    this.#made?.close();
    this.#made = undefined;
  }

  /** Connects with the first call. */
  get #client(): Client {
    this.#made ??= this.#connect();
    return this.#made;
  }

  #unary(method: string, request: string, response: string, message: object, signal: AbortSignal): Promise<object> {
    return new Promise((resolve, reject) => {
      const call = this.#client.makeUnaryRequest(
        `/gnmi.gNMI/${method}`,
        serializer(request),
        deserializer(response),
        message,
        this.#metadata,
        { deadline: Date.now() + this.#timeoutMs },
        (error: ServiceError | null, answer?: object) => {
          signal.removeEventListener('abort', cancel);
          if (error !== null) reject(this.#failure(method, error));
          else resolve(answer ?? {});
        },
      );
      const cancel = (): void => call.cancel();
      signal.addEventListener('abort', cancel);
      if (signal.aborted) cancel();
    });
  }

  #failure(method: string, error: ServiceError): DeviceError {
    // A connection of which the other end is gone without a word would be used for many minutes.
    if (error.code === status.DEADLINE_EXCEEDED) this.close();
    const reason = MAY_PASS.has(error.code) ? 'unavailable' : 'refused';
    const words = error.details.replace(/[\s\p{Cc}]+/gu, ' ').slice(0, 300);
    return new DeviceError(reason, `${method} ${this.#address}: ${status[error.code]} ${words}`, { cause: error });
  }
}

function isUnknownPath(cause: unknown): boolean {
  const { code } = (cause ?? {}) as { code?: unknown };
  return code === status.NOT_FOUND || code === status.INVALID_ARGUMENT;
}

function updatesOf({ prefix, update = [] }: Notification): GnmiUpdate[] {
  return update.flatMap(({ path, val }) => {
    if (val === undefined || val === null) return [];
    return [{ path: { elem: [...(prefix?.elem ?? []), ...(path?.elem ?? [])] }, val }];
  });
}

function splitSecret(secret: string | undefined): [string | undefined, string | undefined] {
  if (secret === undefined) return [undefined, undefined];
  const text = secret.trim();
  const at = text.indexOf(':');
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function serializer(name: string): (message: object) => Buffer {
  const type = root.lookupType(`gnmi.${name}`);
  return (message) => Buffer.from(type.encode(type.fromObject(message)).finish());
}

function deserializer(name: string): (bytes: Buffer) => object {
  const type = root.lookupType(`gnmi.${name}`);
  return (bytes) => type.decode(bytes);
}

function loadProtocol(): protobuf.Root {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'proto/github.com')) && dirname(folder) !== folder) folder = dirname(folder);
  const descriptor = createRequire(import.meta.url)('protobufjs/google/protobuf/descriptor.json');
  protobuf.common('descriptor', descriptor.nested.google.nested.protobuf.nested);
  const loaded = new protobuf.Root();
  loaded.resolvePath = (_origin, file) => (protobuf.common.get(file) === null ? join(folder, 'proto', file) : file);
  loaded.loadSync('github.com/openconfig/gnmi/proto/gnmi/gnmi.proto', { keepCase: true });
  return loaded;
}
