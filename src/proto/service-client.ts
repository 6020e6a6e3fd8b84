// A client of one gRPC service: promises for unary RPCs, streams for the others, with the caller's credentials on each call.

import {
  type ChannelCredentials,
  Metadata,
  makeGenericClientConstructor,
  type ServiceDefinition,
  type ServiceError,
} from '@grpc/grpc-js';

export interface ServiceClientOptions {
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

/** Bound to one channel; close it when done. */
export interface ServiceClient {
  /**
   * Rejects with grpc-js's ServiceError.
   * @param headers metadata of this call beside the credentials.
   */
  call<Response extends object>(
    method: string,
    request: object,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Response>;
  /**
   * Opens a stream.
   * @param request of a server-streaming RPC; none where the client streams too.
   * @param headers metadata of this call beside the credentials.
   */
  stream<Stream>(method: string, request?: object, headers?: Readonly<Record<string, string>>): Stream;
  close(): void;
}

type Unary = (
  request: object,
  metadata: Metadata,
  options: { deadline?: number },
  callback: (error: ServiceError | null, response?: object) => void,
) => void;

type Streaming = (...args: [Metadata] | [object, Metadata]) => unknown;

/** A client of the service at `address`; connects on the first call. */
export function serviceClient(definition: ServiceDefinition, options: ServiceClientOptions): ServiceClient {
  const Client = makeGenericClientConstructor(definition, 'client');
  // Answers may be as large as the configuration.
  const client = new Client(options.address, options.channel, { 'grpc.max_receive_message_length': -1 });
  const credentials = callerMetadata(options);
  return {
    call<Response extends object>(
      method: string,
      request: object,
      headers: Readonly<Record<string, string>> = {},
    ): Promise<Response> {
      const metadata = withHeaders(credentials, headers);
      const call = (client[method] as unknown as Unary).bind(client);
      const limits = options.timeoutMs === undefined ? {} : { deadline: Date.now() + options.timeoutMs };
      return new Promise((resolve, reject) => {
        call(request, metadata, limits, (error, response) => (error ? reject(error) : resolve(response as Response)));
      });
    },
    stream<Stream>(method: string, request?: object, headers: Readonly<Record<string, string>> = {}): Stream {
      const open = (client[method] as unknown as Streaming).bind(client);
      const metadata = withHeaders(credentials, headers);
      return (request === undefined ? open(metadata) : open(request, metadata)) as Stream;
    },
    close: () => client.close(),
  };
}

function withHeaders(credentials: Metadata, headers: Readonly<Record<string, string>>): Metadata {
  const metadata = credentials.clone();
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  return metadata;
}

function callerMetadata({ username, password, token }: ServiceClientOptions): Metadata {
  const metadata = new Metadata();
  if (username !== undefined) metadata.set('username', username);
  if (password !== undefined) metadata.set('password', password);
  if (token !== undefined) metadata.set('authorization', `Bearer ${token}`);
  return metadata;
}
