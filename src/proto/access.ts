// The messages of edgeconf.access.v1.Access as TypeScript types, and its service definition. What they mean is in access.proto.

import type Long from 'long';
import type { SetRequest } from './gnmi.ts';
import { define } from './load.ts';

export interface Subject {
  user?: string;
  groups?: string[];
}

export const Verdict = { UNSPECIFIED: 0, ALLOWED: 1, DENIED: 2, PARTLY: 3 } as const;

export interface AppliedRule {
  role?: string;
  rule?: string;
  effect?: string;
  target?: string;
  path?: string;
  group?: string;
  tenant?: string;
  chain?: string[];
  part?: boolean;
}

export interface WhoCanRequest {
  action?: string;
  target?: string;
  path?: string;
}

export interface CheckRequest extends WhoCanRequest {
  subject?: Subject | null;
}

export interface CheckResponse {
  verdict?: number;
  rules?: AppliedRule[];
}

export interface Able extends CheckResponse {
  kind?: string;
  name?: string;
}

export interface WhoCanResponse {
  able?: Able[];
}

export interface Region {
  path?: string;
  except?: string[];
}

export interface ReachRequest {
  subject?: Subject | null;
}

export interface ReachPart {
  target?: string;
  actions?: string[];
  regions?: Region[];
}

export interface ReachResponse {
  parts?: ReachPart[];
}

export interface CompareRequest {
  change?: SetRequest | null;
}

export interface Flip {
  kind?: string;
  name?: string;
  target?: string;
  actions?: string[];
  allowed?: boolean;
  region?: Region | null;
  example?: string;
}

export interface CompareResponse {
  flips?: Flip[];
}

export type ProveRequest = Record<string, never>;

export interface Crossing {
  kind?: string;
  who_kind?: string;
  who?: string;
  homes?: string[];
  target?: string;
  tenant?: string;
  requests?: { action?: string; path?: string }[];
  rules?: AppliedRule[];
}

export interface Staff {
  who_kind?: string;
  who?: string;
  operator?: boolean;
  roles?: string[];
}

export interface IdleRule {
  who_kind?: string;
  who?: string;
  tenant?: string;
  role?: string;
  rule?: string;
  target?: string;
}

export interface TrustedIssuer {
  name?: string;
  groups?: string[];
  tenants?: string[];
  local_users?: boolean;
}

export interface SharedDevice {
  name?: string;
  tenants?: string[];
}

export interface ProveResponse {
  crossings?: Crossing[];
  staff?: Staff[];
  idle_rules?: IdleRule[];
  trusted_issuers?: TrustedIssuer[];
  shared_devices?: SharedDevice[];
  /** A Long when it is decoded. */
  decided?: number | Long;
  policy_revision?: number | Long;
}

export type BoundariesRequest = Record<string, never>;

export interface Boundary {
  user?: string;
  action?: string;
  target?: string;
  path?: string;
  allowed?: boolean;
  why?: string;
}

export interface BoundariesResponse {
  boundaries?: Boundary[];
}

export const accessDefinition = define('edgeconf.access.v1.Access');
