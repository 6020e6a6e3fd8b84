// How a call to the simulated applications ends: as it should, or as a fault has it.
import { status } from '@grpc/grpc-js';
import type { Method } from './applications.ts';
import type { Fault } from './faults.ts';
import { encode } from './messages.ts';
import type { SdRanState } from './state.ts';

/** A call as it came in. */
export interface Call {
  readonly method: Method;
  readonly bytes: Buffer;
  /** Undefined for bytes that are no such message. */
  readonly request: Record<string, unknown> | undefined;
}

export type Ending =
  | { readonly response: Buffer; readonly outcome: string }
  | { readonly code: status; readonly details: string; readonly outcome: string };

/** Does the call. */
export function perform(state: SdRanState, { method, request }: Call): Ending {
  if (request === undefined) return failed(status.INTERNAL, 'failed to unmarshal the request');
  const response = method.handle(state, request as never);
  if (response === undefined) return failed(status.NOT_FOUND, 'no such entry');
  return answered(method, response);
}

/** Does of the call what the fault leaves of it. */
export function misbehave(fault: Exclude<Fault, { kind: 'hang' }>, state: SdRanState, call: Call): Ending {
  switch (fault.kind) {
    case 'no-effect':
      return perform(state.fork(), call);
    case 'fail':
      if (fault.effect) perform(state, call);
      return failed(fault.code, 'injected');
    case 'refuse': {
      const response = call.method.failure?.(fault.cause);
      return response === undefined ? failed(status.UNKNOWN, fault.cause) : answered(call.method, response);
    }
    case 'half': {
      const ending = perform(state, call);
      if (!('response' in ending)) return ending;
      return { ...ending, response: ending.response.subarray(0, ending.response.length / 2) };
    }
    case 'garbage':
      return { response: Buffer.from('<html>It works!'), outcome: 'garbage' };
    case 'empty':
      return { response: Buffer.alloc(0), outcome: 'an empty message' };
  }
}

function answered({ response }: Method, message: object): Ending {
  return { response: encode(response, message), outcome: JSON.stringify(message) };
}

function failed(code: status, details: string): Ending {
  return { code, details, outcome: status[code] };
}
