// A client for the unary RPCs of a service: promises, with the caller's credentials on each call.

import { type Metadata, makeGenericClientConstructor, type ServiceDefinition, type ServiceError } from '@grpc/grpc-js';
import { callerMetadata, type GnmiClientOptions } from './gnmi-client.ts';

/** Bound to one channel; close it when done. */
export interface UnaryClient {
  /**
   * Rejects with grpc-js's ServiceError.
   * @param headers metadata of this call beside the credentials.
   */
  call<Request extends object, Response extends object>(
    method: string,
    request: Request,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Response>;
  close(): void;
}

type Unary = (
  request: object,
  metadata: Metadata,
  options: { deadline?: number },
  callback: (error: ServiceError | null, response?: object) => void,
) => void;

/** A client of the service at `address`; connects on the first call. */
export function unaryClient(definition: ServiceDefinition, options: GnmiClientOptions): UnaryClient {
  const Client = makeGenericClientConstructor(definition, 'client');
  const client = new Client(options.address, options.channel, { 'grpc.max_receive_message_length': -1 });
  return {
    call<Request extends object, Response extends object>(
      method: string,
      request: Request,
      headers: Readonly<Record<string, string>> = {},
    ): Promise<Response> {
      const metadata = callerMetadata(options);
      for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
      const call = (client[method] as unknown as Unary).bind(client);
      const limits = options.timeoutMs === undefined ? {} : { deadline: Date.now() + options.timeoutMs };
      return new Promise((resolve, reject) => {
        call(request, metadata, limits, (error, response) => (error ? reject(error) : resolve(response as Response)));
      });
    },
    close: () => client.close(),
  };
}
