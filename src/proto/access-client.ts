// A client of edgeconf.access.v1.Access.

import * as proto from './access.ts';
import { type ServiceClientOptions, serviceClient } from './service-client.ts';

/** All calls reject with grpc-js's ServiceError. Close it when done. */
export interface AccessClient {
  check(request: proto.CheckRequest): Promise<proto.CheckResponse>;
  whoCan(request: proto.WhoCanRequest): Promise<proto.WhoCanResponse>;
  reach(request: proto.ReachRequest): Promise<proto.ReachResponse>;
  /** @param headers metadata as a Set of the change would have it. */
  compare(request: proto.CompareRequest, headers?: Readonly<Record<string, string>>): Promise<proto.CompareResponse>;
  prove(): Promise<proto.ProveResponse>;
  boundaries(): Promise<proto.BoundariesResponse>;
  close(): void;
}

export function accessClient(options: ServiceClientOptions): AccessClient {
  const client = serviceClient(proto.accessDefinition, options);
  return {
    check: (request) => client.call('Check', request),
    whoCan: (request) => client.call('WhoCan', request),
    reach: (request) => client.call('Reach', request),
    compare: (request, headers) => client.call('Compare', request, headers),
    prove: () => client.call('Prove', {}),
    boundaries: () => client.call('Boundaries', {}),
    close: () => client.close(),
  };
}
