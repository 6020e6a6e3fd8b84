// The service edgeconf.access.v1.Access: who may do what, and why.

import { boundaries } from '../../access/boundaries.ts';
import { explain, whoCan } from '../../access/explain.ts';
import { proveIsolation } from '../../access/isolation.ts';
import { PLATFORM } from '../../access/platform-target.ts';
import { reach } from '../../access/reach.ts';
import { crossingIssuers, sharedDevices } from '../../access/trust.ts';
import type { Datastore } from '../../datastore/datastore.ts';
import * as proto from '../../proto/access.ts';
import { inSlices } from '../../slices.ts';
import type { FrontDoor } from '../front-door.ts';
import { askedBySet } from '../gnmi/asked.ts';
import type { LeafListUpdate } from '../gnmi/gnmi-deps.ts';
import { LargeValues } from '../gnmi/large-values.ts';
import { defaultLimits } from '../gnmi/limits.ts';
import type { EditDeps } from '../gnmi/set-operations.ts';
import type { ServedService } from '../grpc-server.ts';
import * as message from './access-messages.ts';
import {
  askedByQuestion,
  questionOf,
  requirePlatformReader,
  requirePolicyReader,
  subjectOf,
  visibleView,
} from './asked.ts';
import { plannedFlips } from './planned-policy.ts';

export interface AccessServiceOptions {
  readonly datastore: Datastore;
  readonly door: FrontDoor;
  /** As the gNMI service takes updates of leaf-lists; default `merge`. */
  readonly leafListUpdate?: LeafListUpdate;
}

/** What a gRPC server needs; close it with the server. */
export interface AccessService extends ServedService {
  close(): void;
}

export function accessService({ datastore, door, leafListUpdate = 'merge' }: AccessServiceOptions): AccessService {
  const { access } = door;
  const largeValues = new LargeValues((modelId) => datastore.schema(modelId));
  const deps: EditDeps = { datastore, access, limits: defaultLimits, leafListUpdate, largeValues };
  return {
    definition: proto.accessDefinition,
    implementation: {
      Check: door.unary<proto.CheckRequest, proto.CheckResponse>((caller, request) => {
        const view = visibleView(access.view(), caller);
        const identity = subjectOf(view, caller, request.subject);
        const question = questionOf(view, request);
        return message.checkMessage(question === undefined ? NOTHING : explain(view, identity, question));
      }, askedByQuestion),
      WhoCan: door.unary<proto.WhoCanRequest, proto.WhoCanResponse>(async (caller, request) => {
        const view = visibleView(access.view(), caller);
        requirePolicyReader(view, caller);
        const question = questionOf(view, request);
        const able = question === undefined ? [] : await inSlices(whoCan(view, question));
        return { able: able.map(message.ableMessage) };
      }, askedByQuestion),
      Reach: door.unary<proto.ReachRequest, proto.ReachResponse>(async (caller, { subject }) => {
        const view = visibleView(access.view(), caller);
        const parts = await inSlices(reach(view, subjectOf(view, caller, subject)));
        return { parts: parts.map(message.reachMessage) };
      }, askedByQuestion),
      Compare: door.unary<proto.CompareRequest, proto.CompareResponse>(
        async (caller, { change }) => {
          requirePolicyReader(access.view(), caller);
          const flips = await plannedFlips(deps, caller, change ?? {});
          return { flips: flips.map(message.flipMessage) };
        },
        ({ change }) => askedBySet(change ?? {}),
      ),
      Prove: door.unary<proto.ProveRequest, proto.ProveResponse>(async (caller) => {
        const view = visibleView(access.view(), caller);
        requirePlatformReader(view, caller);
        const proof = await inSlices(proveIsolation(view));
        const devices = await inSlices(sharedDevices(view));
        return {
          crossings: proof.crossings.map(message.crossingMessage),
          staff: proof.staff.map(message.staffMessage),
          idle_rules: proof.idle.map(message.idleMessage),
          trusted_issuers: crossingIssuers(view).map(message.issuerMessage),
          shared_devices: devices.map(message.deviceMessage),
          decided: proof.decided,
          policy_revision: view.targets.get(PLATFORM)?.snapshot()?.revision ?? 0,
        };
      }),
      Boundaries: door.unary<proto.BoundariesRequest, proto.BoundariesResponse>(async (caller) => {
        const view = visibleView(access.view(), caller);
        requirePolicyReader(view, caller);
        return { boundaries: (await inSlices(boundaries(view))).map(message.boundaryMessage) };
      }),
    },
    close: () => void largeValues.close(),
  };
}

/** Nobody may do anything in what is not there. */
const NOTHING = { verdict: false, rules: [] } as const;
