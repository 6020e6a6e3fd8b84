// What every RPC passes before its own work: who calls. And behind it: errors become statuses, refusals are told.

import type { handleUnaryCall, ServerUnaryCall } from '@grpc/grpc-js';
import type { Access } from '../access/access.ts';
import type { Identity } from '../access/identity.ts';
import { EdgeconfError } from '../errors.ts';
import { type Caller, type CallWithCredentials, credentialsOf } from './caller.ts';
import { type GrpcStatus, grpcStatus } from './status.ts';

/** An RPC as far as the front door looks at it. */
export interface EnteringCall extends CallWithCredentials {
  /** Full name: `/gnmi.gNMI/Set`. */
  getPath(): string;
}

/** One RPC that was refused. */
export interface Refusal {
  /** Who called; undefined when nobody could be recognized. */
  readonly identity: Identity | undefined;
  readonly method: string;
  readonly peer: string;
  readonly error: EdgeconfError;
}

export interface FrontDoorOptions {
  readonly access: Access;
  /** Told of every RPC that was refused for who called: UNAUTHENTICATED and PERMISSION_DENIED. */
  readonly onRefusal?: (refusal: Refusal) => void;
}

/** One for all services of a listener. */
export class FrontDoor {
  readonly access: Access;
  readonly #onRefusal: (refusal: Refusal) => void;

  constructor({ access, onRefusal = () => {} }: FrontDoorOptions) {
    this.access = access;
    this.#onRefusal = onRefusal;
  }

  /** @throws EdgeconfError UNAUTHENTICATED */
  async enter(call: EnteringCall): Promise<Identity> {
    return this.access.authenticate(credentialsOf(call));
  }

  /** The status of an RPC that failed. */
  statusOf(call: EnteringCall, identity: Identity | undefined, thrown: unknown): GrpcStatus {
    const error = EdgeconfError.from(thrown);
    if (error.code === 'UNAUTHENTICATED' || error.code === 'PERMISSION_DENIED') {
      this.#onRefusal({ identity, method: call.getPath(), peer: call.getPeer(), error });
    }
    return grpcStatus(error);
  }

  /** The handler of a unary RPC that answers whoever could be recognized. */
  unary<Request, Response>(
    answer: (caller: Caller, request: Request) => Response | Promise<Response>,
  ): handleUnaryCall<Request, Response> {
    return (call: ServerUnaryCall<Request, Response>, callback) => {
      // The client's deadline cancels the call as well; it also comes behind a normal end, when nobody waits any more.
      const over = new AbortController();
      let isAnswered = false;
      let identity: Identity | undefined;
      call.on('cancelled', () => {
        if (!isAnswered) over.abort(new EdgeconfError('CANCELLED', 'the client gave up waiting'));
      });
      this.enter(call)
        .then((known) => {
          identity = known;
          return answer({ identity: known, grants: this.access.grants(known), signal: over.signal }, call.request);
        })
        .then(
          (response) => {
            isAnswered = true;
            callback(null, response);
          },
          (thrown) => {
            isAnswered = true;
            callback(this.statusOf(call, identity, thrown));
          },
        );
    };
  }
}
