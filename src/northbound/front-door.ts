// What every RPC passes before its own work: who calls. And behind it: errors become statuses, refusals are told.

import type { handleServerStreamingCall, handleUnaryCall, ServerUnaryCall, ServerWritableStream } from '@grpc/grpc-js';
import type { Access } from '../access/access.ts';
import type { Identity } from '../access/identity.ts';
import { EdgeconfError } from '../errors.ts';
import { type Caller, type CallWithCredentials, claimedName, consentOf, credentialsOf } from './caller.ts';
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
  /** The user name that was given, whether or not it is true; '' when there was none. */
  readonly claimed: string;
  readonly method: string;
  readonly peer: string;
  /** What was asked for: targets and paths, without values; '' when it is not known. */
  readonly asked: string;
  readonly error: EdgeconfError;
}

export interface FrontDoorOptions {
  readonly access: Access;
  /** Told of every RPC that was refused for who called: UNAUTHENTICATED and PERMISSION_DENIED. */
  readonly onRefusal?: (refusal: Refusal) => void;
}

/** Says for the audit log what a request asks for: targets and paths, no values. */
export type Asked<Request> = (request: Request) => string;

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

  /** The status of an RPC that failed. @param asked what it asked for, as far as that is known */
  statusOf(call: EnteringCall, identity: Identity | undefined, thrown: unknown, asked = () => ''): GrpcStatus {
    const error = EdgeconfError.from(thrown);
    if (error.code === 'UNAUTHENTICATED' || error.code === 'PERMISSION_DENIED') {
      const claimed = claimedName(call);
      this.#onRefusal({ identity, claimed, method: call.getPath(), peer: call.getPeer(), asked: asked(), error });
    }
    return grpcStatus(error);
  }

  /** The handler of a unary RPC that answers whoever could be recognized. */
  unary<Request, Response>(
    answer: (caller: Caller, request: Request) => Response | Promise<Response>,
    asked: Asked<Request> = () => '',
  ): handleUnaryCall<Request, Response> {
    return (call: ServerUnaryCall<Request, Response>, callback) => {
      // The client's deadline cancels the call as well; it also comes behind a normal end, when nobody waits any more.
      const over = new AbortController();
      let isAnswered = false;
      let identity: Identity | undefined;
      call.on('cancelled', () => {
        if (!isAnswered) over.abort(gaveUp());
      });
      this.enter(call)
        .then((known) => {
          identity = known;
          return answer(this.#caller(call, known, over.signal), call.request);
        })
        .then(
          (response) => {
            isAnswered = true;
            callback(null, response);
          },
          (thrown) => {
            isAnswered = true;
            callback(this.statusOf(call, identity, thrown, () => asked(call.request)));
          },
        );
    };
  }

  /** The handler of an RPC that answers with a stream. It goes on as fast as the client takes it, while its proof is good. */
  stream<Request, Response>(
    answer: (caller: Caller, request: Request) => AsyncIterable<Response>,
    asked: Asked<Request> = () => '',
  ): handleServerStreamingCall<Request, Response> {
    return (call: ServerWritableStream<Request, Response>) => {
      const over = new AbortController();
      let identity: Identity | undefined;
      call.on('cancelled', () => over.abort(gaveUp()));
      const serve = async (): Promise<void> => {
        identity = await this.enter(call);
        for await (const message of answer(this.#caller(call, identity, over.signal), call.request)) {
          this.access.requireProof(identity);
          if (!over.signal.aborted && !call.write(message)) await drained(call, over.signal);
          if (over.signal.aborted) return;
        }
        call.end();
      };
      serve().catch((thrown) => {
        if (!over.signal.aborted)
          call.emit(
            'error',
            this.statusOf(call, identity, thrown, () => asked(call.request)),
          );
      });
    };
  }

  #caller(call: EnteringCall, identity: Identity, signal: AbortSignal): Caller {
    const via = { method: call.getPath(), peer: call.getPeer(), groups: identity.groups };
    return { identity, grants: this.access.grants(identity), signal, via, consent: consentOf(call.metadata) };
  }
}

function gaveUp(): EdgeconfError {
  return new EdgeconfError('CANCELLED', 'the client gave up waiting');
}

/** Until what was written has left, or nobody waits for more. */
function drained(call: ServerWritableStream<unknown, unknown>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      call.off('drain', end);
      signal.removeEventListener('abort', end);
      resolve();
    };
    call.once('drain', end);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}
