// The messages of edgeconf.southbound.v1.Southbound as TypeScript types, and its service definition. What they mean is in
// southbound.proto.

import type Long from 'long';
import type { SetRequest } from './gnmi.ts';
import { define } from './load.ts';

export interface Document {
  device?: string;
  document?: string;
  kind?: string;
  target?: string;
  tenant?: string;
  source?: string;
  status?: string;
  verified?: string;
  reason?: string;
  /** A Long when it is decoded. */
  revision?: number | Long;
}

export interface ListDocumentsRequest {
  device?: string;
  target?: string;
}

export interface ListDocumentsResponse {
  documents?: Document[];
}

export interface GetDocumentRequest {
  device?: string;
  document?: string;
  ask_device?: boolean;
}

export interface Difference {
  path?: string;
  expected?: string;
  actual?: string;
}

export interface GetDocumentResponse {
  document?: Document | null;
  desired?: string;
  acknowledged?: string;
  actual?: string;
  actual_error?: string;
  differences?: Difference[];
  drift_policy?: string;
  changed_by?: string;
  changed_at?: number | Long;
  partial?: boolean;
}

export interface ExplainRequest {
  device?: string;
  document?: string;
  leaf?: string;
}

export interface IntentRead {
  target?: string;
  path?: string;
  value?: string;
  is_default?: boolean;
  kind?: string;
}

export interface Reason {
  rule?: string;
  intent?: IntentRead[];
  within?: number;
}

export interface ExplainedLeaf {
  path?: string;
  value?: string;
  reason?: number;
}

export interface ExplainResponse {
  document?: Document | null;
  reasons?: Reason[];
  leaves?: ExplainedLeaf[];
  partial?: boolean;
}

export interface ReachRequest {
  target?: string;
  path?: string;
}

export interface ReachedList {
  device?: string;
  target?: string;
  part?: string;
  documents?: number;
}

export interface ReachResponse {
  documents?: Document[];
  lists?: ReachedList[];
}

export interface PlanRequest {
  change?: SetRequest | null;
  ask_devices?: boolean;
}

export interface Step {
  number?: number;
  after?: number[];
  device?: string;
  document?: string;
  kind?: string;
  op?: string;
  target?: string;
  source?: string;
  before?: string;
  body?: string;
  interruption?: string;
  waits?: string;
}

export interface Allocated {
  target?: string;
  entry?: string;
  device?: string;
  pool?: string;
  before?: number | Long;
  number?: number | Long;
}

export interface PlanResponse {
  steps?: Step[];
  allocated?: Allocated[];
  unnamed_steps?: number;
}

export interface ImportRequest {
  device?: string;
  target?: string;
  options?: Record<string, string>;
}

export interface ImportResponse {
  change?: SetRequest | null;
  left_over?: { document?: string; reason?: string }[];
  found?: number;
}

export interface VerifyRequest {
  device?: string;
}

export interface Drift {
  document?: string;
  target?: string;
  source?: string;
  difference?: Difference | null;
  policy?: string;
}

export interface VerifyResponse {
  checked?: number;
  not_verifiable?: number;
  foreign?: number;
  drift?: Drift[];
  unnamed_drift?: number;
}

export const southboundDefinition = define('edgeconf.southbound.v1.Southbound');
