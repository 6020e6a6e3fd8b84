// A gNMI client: promises for the unary RPCs and a duplex stream for Subscribe, with the caller's credentials on each call.

import {
  type ChannelCredentials,
  type ClientDuplexStream,
  type ClientOptions,
  Metadata,
  makeGenericClientConstructor,
  type ServiceError,
} from '@grpc/grpc-js';
import {
  type CapabilityRequest,
  type CapabilityResponse,
  type GetRequest,
  type GetResponse,
  gnmiDefinition,
  type SetRequest,
  type SetResponse,
  type SubscribeRequest,
  type SubscribeResponse,
} from './gnmi.ts';

export type SubscribeStream = ClientDuplexStream<SubscribeRequest, SubscribeResponse>;

export interface GnmiClientOptions {
  /** `host:port` */
  readonly address: string;
  /** TLS with a trusted CA, or `credentials.createInsecure()`. */
  readonly channel: ChannelCredentials;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** A bearer token, to be sent instead of both. */
  readonly token?: string | undefined;
  /** Bounds each unary RPC. */
  readonly timeoutMs?: number | undefined;
}

/** All calls reject with grpc-js's ServiceError. Bound to one channel; close it when done. */
export interface GnmiClient {
  capabilities(request?: CapabilityRequest): Promise<CapabilityResponse>;
  get(request: GetRequest): Promise<GetResponse>;
  /** @param headers metadata of this call beside the credentials. */
  set(request: SetRequest, headers?: Readonly<Record<string, string>>): Promise<SetResponse>;
  /** Opens the stream and sends nothing yet. */
  subscribe(): SubscribeStream;
  close(): void;
}

type Unary = (
  request: object,
  metadata: Metadata,
  options: { deadline?: number },
  callback: (error: ServiceError | null, response?: object) => void,
) => void;

/** A client of the gNMI service at `address`; connects on the first call. */
export function gnmiClient(options: GnmiClientOptions): GnmiClient {
  const Client = makeGenericClientConstructor(gnmiDefinition, 'gNMI');
  // Answers may be as large as the configuration.
  const channelOptions: ClientOptions = { 'grpc.max_receive_message_length': -1 };
  const client = new Client(options.address, options.channel, channelOptions);
  const metadata = callerMetadata(options);

  function unary<Response extends object>(
    method: string,
    request: object,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    const sent = metadata.clone();
    for (const [name, value] of Object.entries(headers)) sent.set(name, value);
    const call = (client[method] as unknown as Unary).bind(client);
    const limits = options.timeoutMs === undefined ? {} : { deadline: Date.now() + options.timeoutMs };
    return new Promise((resolve, reject) => {
      call(request, sent, limits, (error, response) => (error ? reject(error) : resolve(response as Response)));
    });
  }

  return {
    capabilities: (request = {}) => unary('Capabilities', request),
    get: (request) => unary('Get', request),
    set: (request, headers) => unary('Set', request, headers),
    subscribe: () => (client.Subscribe as unknown as (metadata: Metadata) => SubscribeStream).call(client, metadata),
    close: () => client.close(),
  };
}

/** The metadata that says who calls. */
export function callerMetadata({ username, password, token }: GnmiClientOptions): Metadata {
  const metadata = new Metadata();
  if (username !== undefined) metadata.set('username', username);
  if (password !== undefined) metadata.set('password', password);
  if (token !== undefined) metadata.set('authorization', `Bearer ${token}`);
  return metadata;
}
