// One gRPC connection to an application of SD-RAN: unary calls, bounded in time, failures sorted into no answer and no.

import { Client, type ServiceError, status } from '@grpc/grpc-js';
import { type Device, DeviceError } from '../../src/southbound/adapter.ts';
import { type Reach, reachOf } from './address.ts';
import type { Message, Rpc } from './messages.ts';

/** Longer than the 5 s that the slice manager waits for an E2 node. */
const CALL_TIMEOUT_MS = 10_000;
/** How much of what the application says is passed on to people. */
const MAX_WORDS = 300;
/** Status codes that are a verdict on the request; everything else may pass. */
const VERDICTS: readonly number[] = [
  status.INVALID_ARGUMENT,
  status.NOT_FOUND,
  status.ALREADY_EXISTS,
  status.FAILED_PRECONDITION,
  status.OUT_OF_RANGE,
  status.UNIMPLEMENTED,
];

export class Channel {
  readonly #address: string;
  readonly #reach: Reach;
  readonly #timeoutMs: number;
  #client: Client | undefined;

  /** Connects with the first call. @throws Error for credentials that cannot be used. */
  constructor(device: Device, secret: string | undefined, timeoutMs: number = CALL_TIMEOUT_MS) {
    this.#address = device.address;
    this.#reach = reachOf(device, secret);
    this.#timeoutMs = timeoutMs;
  }

  /** @throws DeviceError */
  async call(rpc: Rpc, request: Message, signal: AbortSignal): Promise<Message> {
    const bytes = await this.#send(rpc, rpc.encode(request), signal);
    try {
      return rpc.decode(bytes);
    } catch (cause) {
      throw this.failure('unavailable', rpc, 'the answer is not what this RPC answers', { cause });
    }
  }

  /** Names the call in the error. `leaf` is the leaf of the document that the application complains about. */
  failure(
    reason: DeviceError['reason'],
    rpc: Rpc,
    words: string,
    more: { readonly cause?: unknown; readonly leaf?: string | undefined } = {},
  ): DeviceError {
    return new DeviceError(reason, `${rpc.name} ${this.#address}: ${line(words)}`, more);
  }

  close(): void {
    this.#client?.close();
    this.#client = undefined;
  }

  #send(rpc: Rpc, bytes: Buffer, signal: AbortSignal): Promise<Buffer> {
    const { target, credentials, options, metadata } = this.#reach;
    this.#client ??= new Client(target, credentials, options);
    const client = this.#client;
    return new Promise((resolve, reject) => {
      const deadline = Date.now() + this.#timeoutMs;
      const same = (given: Buffer): Buffer => given;
      const call = client.makeUnaryRequest(rpc.path, same, same, bytes, metadata, { deadline }, (error, answer) => {
        signal.removeEventListener('abort', abort);
        if (error !== null) reject(this.#failed(rpc, error));
        else resolve(answer ?? Buffer.alloc(0));
      });
      const abort = (): void => call.cancel();
      signal.addEventListener('abort', abort);
      if (signal.aborted) abort();
    });
  }

  #failed(rpc: Rpc, error: ServiceError): DeviceError {
    // The next call makes a new connection at once, instead of waiting as long as this library would.
    if (error.code === status.UNAVAILABLE) this.close();
    if (error.code === status.DEADLINE_EXCEEDED) {
      // A connection of which the other end is gone without a word would be used for many minutes.
      this.close();
      return this.failure('unavailable', rpc, `no answer within ${this.#timeoutMs} ms`, { cause: error });
    }
    const reason = VERDICTS.includes(error.code) ? 'refused' : 'unavailable';
    return this.failure(reason, rpc, `${status[error.code]} ${error.details}`, { cause: error });
  }
}

/** In one printable line. */
function line(words: string): string {
  const printable = words.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return printable.length > MAX_WORDS ? `${printable.slice(0, MAX_WORDS)}...` : printable;
}
