// The service edgeconf.southbound.v1.Southbound: what devices hold, why, and what a change would do to them.

import type { Datastore } from '../../datastore/datastore.ts';
import * as proto from '../../proto/southbound.ts';
import type { FrontDoor } from '../front-door.ts';
import { askedBySet } from '../gnmi/asked.ts';
import type { LeafListUpdate } from '../gnmi/gnmi-deps.ts';
import { LargeValues } from '../gnmi/large-values.ts';
import { defaultLimits } from '../gnmi/limits.ts';
import type { ServedService } from '../grpc-server.ts';
import { importDevice, verifyDevice } from './device-answers.ts';
import { explainDocument, getDocument, listDocuments, reachOf } from './document-answers.ts';
import { planOf } from './plan-answer.ts';
import type { Engine, SouthboundDeps } from './southbound-deps.ts';

export interface SouthboundServiceOptions {
  readonly datastore: Datastore;
  readonly door: FrontDoor;
  readonly engine: Engine;
  /** As the gNMI service takes updates of leaf-lists; default `merge`. */
  readonly leafListUpdate?: LeafListUpdate;
}

/** What a gRPC server needs; close it with the server. */
export interface SouthboundService extends ServedService {
  close(): void;
}

export function southboundService(options: SouthboundServiceOptions): SouthboundService {
  const { datastore, door, engine, leafListUpdate = 'merge' } = options;
  const largeValues = new LargeValues((modelId) => datastore.schema(modelId));
  const deps: SouthboundDeps = {
    ...{ datastore, engine, access: door.access, limits: defaultLimits, leafListUpdate, largeValues },
  };
  return {
    definition: proto.southboundDefinition,
    implementation: {
      ListDocuments: door.stream<proto.ListDocumentsRequest, proto.ListDocumentsResponse>(
        (caller, request) => listDocuments(deps, caller, request),
        askedForDocument,
      ),
      GetDocument: door.unary<proto.GetDocumentRequest, proto.GetDocumentResponse>(
        (caller, request) => getDocument(deps, caller, request),
        askedForDocument,
      ),
      Explain: door.unary<proto.ExplainRequest, proto.ExplainResponse>(
        (caller, request) => explainDocument(deps, caller, request),
        askedForDocument,
      ),
      Reach: door.stream<proto.ReachRequest, proto.ReachResponse>(
        (caller, request) => reachOf(deps, caller, request),
        ({ target, path }) => `${path} in target ${target}`.slice(0, mostAskedCharacters),
      ),
      Plan: door.stream<proto.PlanRequest, proto.PlanResponse>(
        (caller, request) => planOf(deps, caller, request),
        ({ change }) => askedBySet(change ?? {}),
      ),
      Import: door.unary<proto.ImportRequest, proto.ImportResponse>(
        (caller, request) => importDevice(deps, caller, request),
        askedForDocument,
      ),
      Verify: door.unary<proto.VerifyRequest, proto.VerifyResponse>(
        (caller, request) => verifyDevice(deps, caller, request),
        askedForDocument,
      ),
    },
    close: () => void largeValues.close(),
  };
}

const mostAskedCharacters = 300;

/** For the audit log, as the client named it. */
function askedForDocument(asked: { device?: string; document?: string; target?: string }): string {
  const { device, document, target } = asked;
  const parts = [document && `document ${document}`, device && `device ${device}`, target && `target ${target}`];
  return parts
    .filter((part) => part)
    .join(', ')
    .slice(0, mostAskedCharacters);
}
