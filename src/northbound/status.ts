// The one table from EdgeconfError to gRPC status, and how an error with violations is written for a client.

import { Metadata, status } from '@grpc/grpc-js';
import { type Code, EdgeconfError, type Violation } from '../errors.ts';
import { gnmiLog } from '../log.ts';
import { encodeStatus, statusDetailsKey } from '../proto/rpc-status.ts';

const grpcCodes: Readonly<Record<Code, status>> = {
  CANCELLED: status.CANCELLED,
  INVALID_ARGUMENT: status.INVALID_ARGUMENT,
  DEADLINE_EXCEEDED: status.DEADLINE_EXCEEDED,
  NOT_FOUND: status.NOT_FOUND,
  ALREADY_EXISTS: status.ALREADY_EXISTS,
  PERMISSION_DENIED: status.PERMISSION_DENIED,
  RESOURCE_EXHAUSTED: status.RESOURCE_EXHAUSTED,
  FAILED_PRECONDITION: status.FAILED_PRECONDITION,
  ABORTED: status.ABORTED,
  OUT_OF_RANGE: status.OUT_OF_RANGE,
  UNIMPLEMENTED: status.UNIMPLEMENTED,
  INTERNAL: status.INTERNAL,
  UNAVAILABLE: status.UNAVAILABLE,
  DATA_LOSS: status.DATA_LOSS,
  UNAUTHENTICATED: status.UNAUTHENTICATED,
};

// Trailers together must stay below the 8 KiB of headers that some clients accept at most.
const maxTextBytes = 1_800;
const maxDetailBytes = 2_400;

/** What grpc-js sends as the status of an RPC. */
export interface GrpcStatus {
  readonly code: status;
  readonly details: string;
  readonly metadata?: Metadata;
}

/**
 * The gRPC status of any thrown thing. Violations are listed in the text as far as they fit, and again as
 * google.rpc.BadRequest in the trailer `grpc-status-details-bin`. What is not expected is logged and becomes INTERNAL.
 */
export function grpcStatus(thrown: unknown): GrpcStatus {
  const error = EdgeconfError.from(thrown);
  if (error.code === 'INTERNAL' || error.code === 'DATA_LOSS') {
    gnmiLog.error(
      { err: error.cause ?? error, code: error.code },
      `an RPC failed inside the service: ${error.message}`,
    );
  }
  const code = grpcCodes[error.code];
  const details = errorText(error);
  if (error.violations.length === 0) return { code, details };
  const metadata = new Metadata();
  metadata.set(statusDetailsKey, encodeStatus(code, cut(error.message, 200), fieldViolations(error.violations)));
  return { code, details, metadata };
}

/** The message with its violations, each as `path: message (error-tag)`, as far as they fit. */
function errorText({ message, violations }: EdgeconfError): string {
  let text = cut(message, maxTextBytes);
  const [first] = violations;
  // A message that was made from its violations says them already.
  if (first === undefined || message.includes(first.message)) return text;
  for (const [i, violation] of violations.entries()) {
    const line = `${violation.path}: ${violation.message} (${violation.errorAppTag ?? violation.errorTag})`;
    const next = `${text}${i === 0 ? ': ' : '; '}${line}`;
    if (Buffer.byteLength(next) > maxTextBytes) return `${text}; and ${violations.length - i} more`;
    text = next;
  }
  return text;
}

function fieldViolations(violations: readonly Violation[]) {
  const fields = [];
  let bytes = 0;
  for (const { path, message, errorTag, errorAppTag } of violations) {
    const field = { field: cut(path, 400), description: cut(message, 400), reason: errorAppTag ?? errorTag };
    bytes += Buffer.byteLength(field.field) + Buffer.byteLength(field.description) + field.reason.length + 12;
    if (bytes > maxDetailBytes) break;
    fields.push(field);
  }
  return fields;
}

function cut(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text;
  const kept = Buffer.from(text)
    .subarray(0, maxBytes - 4)
    .toString('utf8')
    .replace(/\u{fffd}+$/u, '');
  return `${kept} ...`;
}
