// The gNMI service for a gRPC server: authenticates every RPC, hands it to its verb, and turns errors into statuses.

import type { handleBidiStreamingCall, ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import { EdgeconfError } from '../../errors.ts';
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
} from '../../proto/gnmi.ts';
import type { FrontDoor } from '../front-door.ts';
import { askedByGet, askedBySet } from './asked.ts';
import { capabilities } from './capabilities.ts';
import { ChangeHub } from './change-hub.ts';
import { get } from './get.ts';
import type { GnmiDeps } from './gnmi-deps.ts';
import { LargeValues } from './large-values.ts';
import { defaultLimits, type GnmiLimits } from './limits.ts';
import { set } from './set.ts';
import { SubscribeSession } from './subscribe.ts';
import { systemTimers } from './timers.ts';

export interface GnmiServiceOptions {
  readonly datastore: GnmiDeps['datastore'];
  readonly door: FrontDoor;
  readonly limits?: Partial<GnmiLimits>;
  /** Default: the system's clock. */
  readonly nowNs?: () => bigint;
  /** Default `merge`: what RFC 7950 does and what clients' test suites look for. */
  readonly leafListUpdate?: GnmiDeps['leafListUpdate'];
  /** Default true; false for collectors that take no deletes in samples, which gNMI 3.5.2.3 leaves to the target. */
  readonly sampleDeletes?: GnmiDeps['sampleDeletes'];
  /** Waits for the devices on behalf of clients that ask for it; default: there is nothing to wait for. */
  readonly settled?: GnmiDeps['settled'];
  readonly documentsOf?: GnmiDeps['documentsOf'];
  /** Tells streams when samples are due; default: the system's timers. */
  readonly timers?: GnmiDeps['timers'];
}

/** What a gRPC server needs; add it with `server.addService(definition, implementation)`. */
export interface GnmiService {
  readonly definition: ServiceDefinition;
  readonly implementation: UntypedServiceImplementation;
  /** Ends all Subscribe RPCs with UNAVAILABLE, and what is being read, so that a server can shut down in an orderly way. */
  endStreams(): void;
}

export function gnmiService(options: GnmiServiceOptions): GnmiService {
  const { door } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const deps: GnmiDeps = {
    datastore: options.datastore,
    access: door.access,
    limits,
    nowNs: options.nowNs ?? (() => BigInt(Date.now()) * 1_000_000n),
    leafListUpdate: options.leafListUpdate ?? 'merge',
    sampleDeletes: options.sampleDeletes ?? true,
    settled: options.settled,
    documentsOf: options.documentsOf,
    timers: options.timers ?? systemTimers,
    largeValues: new LargeValues((modelId) => options.datastore.schema(modelId)),
    hub: new ChangeHub(options.datastore, limits),
  };
  const sessions = new Set<SubscribeSession>();
  const subscribe: handleBidiStreamingCall<SubscribeRequest, SubscribeResponse> = (call) => {
    const session: SubscribeSession = new SubscribeSession(deps, door, call, () => sessions.delete(session));
    sessions.add(session);
    session.start();
  };
  return {
    definition: gnmiDefinition,
    implementation: {
      Capabilities: door.unary<CapabilityRequest, CapabilityResponse>(({ grants }, request) =>
        capabilities(deps, grants, request),
      ),
      Get: door.unary<GetRequest, GetResponse>(
        ({ grants, signal }, request) => get(deps, grants, request, signal),
        askedByGet,
      ),
      Set: door.unary<SetRequest, SetResponse>((caller, request) => set(deps, caller, request), askedBySet),
      Subscribe: subscribe,
    },
    endStreams() {
      void deps.largeValues.close();
      for (const session of [...sessions]) session.fail(new EdgeconfError('UNAVAILABLE', 'the service is stopping'));
    },
  };
}

/** Options that a gRPC server must be created with so that the limits hold. */
export function grpcServerOptions(limits: GnmiLimits = defaultLimits): Record<string, number> {
  return { 'grpc.max_receive_message_length': limits.messageBytes, 'grpc.max_send_message_length': -1 };
}
