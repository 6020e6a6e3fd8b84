// A gNMI client: promises for the unary RPCs and a duplex stream for Subscribe, with the caller's credentials on each call.

import type { ClientDuplexStream } from '@grpc/grpc-js';
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
import { type ServiceClientOptions, serviceClient } from './service-client.ts';

export type SubscribeStream = ClientDuplexStream<SubscribeRequest, SubscribeResponse>;

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

/** A client of the gNMI service at `address`; connects on the first call. */
export function gnmiClient(options: ServiceClientOptions): GnmiClient {
  const client = serviceClient(gnmiDefinition, options);
  return {
    capabilities: (request = {}) => client.call('Capabilities', request),
    get: (request) => client.call('Get', request),
    set: (request, headers) => client.call('Set', request, headers),
    subscribe: () => client.stream('Subscribe'),
    close: () => client.close(),
  };
}
