// A client of edgeconf.southbound.v1.Southbound.

import type { ClientReadableStream } from '@grpc/grpc-js';
import { type ServiceClientOptions, serviceClient } from './service-client.ts';
import * as proto from './southbound.ts';

/** All calls reject or throw with grpc-js's ServiceError. Close it when done. */
export interface SouthboundClient {
  listDocuments(request: proto.ListDocumentsRequest): AsyncIterable<proto.ListDocumentsResponse>;
  getDocument(request: proto.GetDocumentRequest): Promise<proto.GetDocumentResponse>;
  explain(request: proto.ExplainRequest): Promise<proto.ExplainResponse>;
  reach(request: proto.ReachRequest): AsyncIterable<proto.ReachResponse>;
  /** @param headers metadata as a Set of the change would have it. */
  plan(request: proto.PlanRequest, headers?: Readonly<Record<string, string>>): AsyncIterable<proto.PlanResponse>;
  import(request: proto.ImportRequest): Promise<proto.ImportResponse>;
  verify(request: proto.VerifyRequest): Promise<proto.VerifyResponse>;
  close(): void;
}

export function southboundClient(options: ServiceClientOptions): SouthboundClient {
  const client = serviceClient(proto.southboundDefinition, options);
  function parts<Response>(method: string, request: object, headers?: Readonly<Record<string, string>>) {
    return client.stream<ClientReadableStream<Response>>(method, request, headers) as AsyncIterable<Response>;
  }
  return {
    listDocuments: (request) => parts('ListDocuments', request),
    getDocument: (request) => client.call('GetDocument', request),
    explain: (request) => client.call('Explain', request),
    reach: (request) => parts('Reach', request),
    plan: (request, headers) => parts('Plan', request, headers),
    import: (request) => client.call('Import', request),
    verify: (request) => client.call('Verify', request),
    close: () => client.close(),
  };
}
