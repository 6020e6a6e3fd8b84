// The messages of the audit service as TypeScript types, its definition, and a client.

import type { ClientReadableStream, ServiceDefinition } from '@grpc/grpc-js';
import Long from 'long';
import { define } from './load.ts';
import { type ServiceClientOptions, serviceClient } from './service-client.ts';

export interface ExportRequest {
  /** Set on decoded messages: which member is there. */
  readonly from?: 'revision' | 'time_ns';
  revision?: Long;
  time_ns?: Long;
}

export interface ExportResponse {
  record?: string[];
}

/** The audit service for grpc-js servers and clients. */
export const auditDefinition: ServiceDefinition = define('edgeconf.audit.v1.Audit');

/** Where an export begins: with a transaction, or at a time in ns since the epoch. */
export type ExportFrom = { readonly revision: number } | { readonly timeNs: bigint };

/** Bound to one channel; close it when done. */
export interface AuditClient {
  /** All records in order, each JSON text. Throws grpc-js's ServiceError. */
  records(from: ExportFrom | undefined): AsyncIterable<string>;
  close(): void;
}

/** A client of the audit service; connects on the first call. */
export function auditClient(options: ServiceClientOptions): AuditClient {
  const client = serviceClient(auditDefinition, options);
  return {
    async *records(from) {
      const responses = client.stream<ClientReadableStream<ExportResponse>>('Export', requestOf(from));
      for await (const { record = [] } of responses as AsyncIterable<ExportResponse>) yield* record;
    },
    close: () => client.close(),
  };
}

function requestOf(from: ExportFrom | undefined): ExportRequest {
  if (from === undefined) return {};
  if ('revision' in from) return { revision: Long.fromNumber(from.revision, true) };
  return { time_ns: Long.fromString(String(from.timeNs)) };
}
