// The one error class: a canonical gRPC status code, a message for the client and a cause for the log.

/** Canonical gRPC status codes by name. [grpc statuscodes] Only `northbound/` maps them to numbers. */
export type Code =
  | 'CANCELLED'
  | 'INVALID_ARGUMENT'
  | 'DEADLINE_EXCEEDED'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'PERMISSION_DENIED'
  | 'RESOURCE_EXHAUSTED'
  | 'FAILED_PRECONDITION'
  | 'ABORTED'
  | 'OUT_OF_RANGE'
  | 'UNIMPLEMENTED'
  | 'INTERNAL'
  | 'UNAVAILABLE'
  | 'DATA_LOSS'
  | 'UNAUTHENTICATED';

/**
 * One reason why data is not valid. `path` is an instance path as libyang prints it, tags follow [RFC 7950 15] and
 * [RFC 6241 A]; `message` is the model's own error-message where it has one.
 */
export interface Violation {
  readonly path: string;
  readonly errorTag: string;
  readonly errorAppTag?: string;
  readonly message: string;
}

/** An expected failure on its way to a client. `message` is safe to show; `cause` is for the log only. */
export class EdgeconfError extends Error {
  readonly code: Code;
  /** All violations, when the reason is that the data would not be valid. */
  readonly violations: readonly Violation[];

  constructor(code: Code, message: string, options: { cause?: unknown; violations?: readonly Violation[] } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'EdgeconfError';
    this.code = code;
    this.violations = options.violations ?? [];
  }

  /** Any thrown thing as an EdgeconfError. What is not expected becomes INTERNAL and tells the client nothing. */
  static from(thrown: unknown): EdgeconfError {
    if (thrown instanceof EdgeconfError) return thrown;
    return new EdgeconfError('INTERNAL', 'internal error; the service log has the details', { cause: thrown });
  }
}
