// An attacker's hand on the wire: calls as any client could make them, also with metadata and bytes that no honest one sends.

import {
  type Client,
  type ClientDuplexStream,
  credentials,
  Metadata,
  makeGenericClientConstructor,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { gnmiDefinition, type SubscribeRequest, type SubscribeResponse } from '../src/proto/gnmi.ts';
import { southboundDefinition } from '../src/proto/southbound.ts';
import { type Answer, answered, refused } from './answer.ts';
import { POKED } from './world.ts';

/** What one goes on to do with a stream: each is done behind the sync before it. */
export type Then = 'poke' | 'poll' | 'leave';

type Unary = (
  request: object,
  metadata: Metadata,
  options: { deadline: number },
  done: (error: ServiceError | null, response?: unknown) => void,
) => void;

type Streaming = (request: object, metadata: Metadata, options: { deadline: number }) => AsyncIterable<unknown>;

const patienceMs = 30_000;

export class Hand {
  readonly #client: Client;
  readonly #documents: Client;
  readonly #metadata: Metadata;
  readonly #poke: () => Promise<void>;

  /**
   * @param user sends its name and password with each call; undefined sends nothing.
   * @param poke what a step `poke` does.
   */
  constructor(address: string, user: string | undefined, poke: () => Promise<void> = async () => {}) {
    const Gnmi = makeGenericClientConstructor(gnmiDefinition, 'gNMI');
    this.#client = new Gnmi(address, credentials.createInsecure());
    const Documents = makeGenericClientConstructor(southboundDefinition, 'Southbound');
    this.#documents = new Documents(address, credentials.createInsecure());
    this.#metadata = new Metadata();
    if (user !== undefined) {
      this.#metadata.set('username', user);
      this.#metadata.set('password', `${user}-secret`);
    }
    this.#poke = poke;
  }

  /** A unary RPC of gNMI by its name. */
  call(method: 'Capabilities' | 'Get' | 'Set', request: object, metadata = this.#metadata): Promise<Answer> {
    const rpc = (this.#client as unknown as Record<string, Unary>)[method]?.bind(this.#client);
    return new Promise((resolve) => {
      rpc?.(request, metadata, { deadline: Date.now() + patienceMs }, (error, response) =>
        resolve(error === null ? answered(response) : refused(error)),
      );
    });
  }

  /** An RPC of the service about documents, to its end. */
  async ask(method: string, request: object): Promise<Answer> {
    const rpc = (this.#documents as unknown as Record<string, Unary & Streaming>)[method]?.bind(this.#documents);
    const options = { deadline: Date.now() + patienceMs };
    if (southboundDefinition[method]?.responseStream !== true) {
      return new Promise((resolve) => {
        rpc?.(request, this.#metadata, options, (error, response) =>
          resolve(error === null ? answered(response) : refused(error)),
        );
      });
    }
    const messages: unknown[] = [];
    try {
      for await (const message of rpc?.(request, this.#metadata, options) ?? []) messages.push(message);
    } catch (error) {
      return refused(error as ServiceError, ...messages);
    }
    return answered(...messages);
  }

  /** A unary RPC whose request is these bytes. */
  bytes(path: string, request: Uint8Array): Promise<Answer> {
    const same = (bytes: Buffer): Buffer => bytes;
    const options = { deadline: Date.now() + patienceMs };
    return new Promise((resolve) => {
      this.#client.makeUnaryRequest(
        path,
        same,
        same,
        Buffer.from(request),
        this.#metadata,
        options,
        (error, response) => resolve(error === null ? answered(response) : refused(error)),
      );
    });
  }

  /** A Subscribe RPC to its end, or to the end of what is to be done with it. */
  subscribe(request: SubscribeRequest, then: readonly Then[] = [], metadata = this.#metadata): Promise<Answer> {
    const open = (this.#client as unknown as { Subscribe: (metadata: Metadata) => Stream }).Subscribe;
    const stream = open.call(this.#client, metadata);
    const messages: SubscribeResponse[] = [];
    const steps = [...then];
    const next = (): void => {
      const step = steps.shift();
      if (step === 'leave') stream.cancel();
      if (step === 'poll') stream.write({ poll: {} });
      if (step === 'poke') {
        void this.#poke().then(() => {
          // A poller is told of nothing by itself.
          if (steps[0] === 'poll') next();
        });
      }
    };
    stream.on('data', (message: SubscribeResponse) => {
      messages.push(message);
      // Behind the sync, or behind the change that a poke ends with.
      if (message.response === 'sync_response' || tellsOfPoke(message)) next();
    });
    return new Promise((resolve) => {
      stream.on('error', (error: ServiceError) =>
        resolve(error.code === status.CANCELLED ? answered(...messages) : refused(error, ...messages)),
      );
      stream.on('end', () => resolve(answered(...messages)));
      stream.write(request);
    });
  }

  close(): void {
    this.#client.close();
    this.#documents.close();
  }
}

type Stream = ClientDuplexStream<SubscribeRequest, SubscribeResponse>;

/** A poke changes a victim first and this address at last. */
function tellsOfPoke({ update }: SubscribeResponse): boolean {
  const updates = update?.update ?? [];
  return updates.some(({ path, val }) => {
    const last = path?.elem?.at(-1)?.name;
    return last === 'address' && textOf(val).includes(POKED);
  });
}

function textOf(val: unknown): string {
  const { json_val: json, json_ietf_val: ietf, string_val: text } = (val ?? {}) as Record<string, Uint8Array | string>;
  return text?.toString() || Buffer.from(json?.length ? json : (ietf ?? '')).toString();
}
