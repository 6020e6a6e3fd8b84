// google.rpc.Status and BadRequest: the machine-readable part of an error, carried in `grpc-status-details-bin`.

import { messageType } from './load.ts';

/** One wrong part of a request. */
export interface FieldViolation {
  field?: string;
  description?: string;
  /** The error-tag, or error-app-tag where the model gives one. */
  reason?: string;
}

export interface BadRequest {
  field_violations?: FieldViolation[];
}

export interface Status {
  code?: number;
  message?: string;
  details?: { type_url?: string; value?: Uint8Array }[];
}

/** The metadata key that carries an encoded Status. */
export const statusDetailsKey = 'grpc-status-details-bin';

const statusType = messageType<Status>('google.rpc.Status');
const badRequestType = messageType<BadRequest>('google.rpc.BadRequest');
const badRequestUrl = 'type.googleapis.com/google.rpc.BadRequest';

/** A Status with one BadRequest detail. */
export function encodeStatus(code: number, message: string, violations: FieldViolation[]): Buffer {
  const value = badRequestType.encode({ field_violations: violations });
  return statusType.encode({ code, message, details: [{ type_url: badRequestUrl, value }] });
}

/** The violations in an encoded Status; [] when it has none. */
export function decodeViolations(bytes: Uint8Array): FieldViolation[] {
  return (statusType.decode(bytes).details ?? [])
    .filter((detail) => detail.type_url === badRequestUrl)
    .flatMap((detail) => badRequestType.decode(detail.value ?? new Uint8Array()).field_violations ?? []);
}
