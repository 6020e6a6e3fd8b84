// gNMI's messages as TypeScript types, and its service definition. Names are those of gnmi.proto. [gNMI 2, 3]

import type { ServiceDefinition } from '@grpc/grpc-js';
import type Long from 'long';
import { define, messageType } from './load.ts';

// Members that a sender leaves out are optional; a decoded message answers null for an absent message.

export interface PathElem {
  name?: string;
  key?: Record<string, string>;
}

export interface Path {
  /** Deprecated form of `elem`. */
  element?: string[];
  origin?: string;
  elem?: PathElem[];
  target?: string;
}

/** Names of the members of TypedValue's oneof. */
export type ValueKind =
  | 'string_val'
  | 'int_val'
  | 'uint_val'
  | 'bool_val'
  | 'bytes_val'
  | 'float_val'
  | 'decimal_val'
  | 'leaflist_val'
  | 'any_val'
  | 'json_val'
  | 'json_ietf_val'
  | 'ascii_val'
  | 'proto_bytes'
  | 'double_val';

export interface TypedValue {
  /** Set on decoded messages: which member carries the value. */
  readonly value?: ValueKind;
  string_val?: string;
  int_val?: Long;
  uint_val?: Long;
  bool_val?: boolean;
  bytes_val?: Uint8Array;
  float_val?: number;
  decimal_val?: { digits?: Long; precision?: number };
  leaflist_val?: { element?: TypedValue[] };
  any_val?: { type_url?: string; value?: Uint8Array };
  json_val?: Uint8Array;
  json_ietf_val?: Uint8Array;
  ascii_val?: string;
  proto_bytes?: Uint8Array;
  double_val?: number;
}

export interface Update {
  path?: Path | null;
  /** Deprecated form of `val`. */
  value?: { value?: Uint8Array; type?: number } | null;
  val?: TypedValue | null;
  duplicates?: number;
}

export interface Notification {
  timestamp?: Long;
  prefix?: Path | null;
  update?: Update[];
  delete?: Path[];
  atomic?: boolean;
}

export const Encoding = { JSON: 0, BYTES: 1, PROTO: 2, ASCII: 3, JSON_IETF: 4 } as const;
export const SubscriptionMode = { TARGET_DEFINED: 0, ON_CHANGE: 1, SAMPLE: 2 } as const;
export const ListMode = { STREAM: 0, ONCE: 1, POLL: 2 } as const;
export const DataType = { ALL: 0, CONFIG: 1, STATE: 2, OPERATIONAL: 3 } as const;
export const Operation = { INVALID: 0, DELETE: 1, REPLACE: 2, UPDATE: 3, UNION_REPLACE: 4 } as const;

/** Names of the members of Extension's oneof. */
export type ExtensionKind =
  | 'registered_ext'
  | 'master_arbitration'
  | 'history'
  | 'commit'
  | 'depth'
  | 'config_subscription';

export interface Duration {
  seconds?: Long;
  nanos?: number;
}

export interface Extension {
  /** Set on decoded messages: which member is there. */
  readonly ext?: ExtensionKind;
  registered_ext?: { id?: number; msg?: Uint8Array };
  master_arbitration?: { role?: { id?: string } | null; election_id?: { high?: Long; low?: Long } | null };
  history?: {
    readonly request?: 'snapshot_time' | 'range';
    snapshot_time?: Long;
    range?: { start?: Long; end?: Long } | null;
  };
  commit?: {
    id?: string;
    readonly action?: 'commit' | 'confirm' | 'cancel' | 'set_rollback_duration';
    commit?: { rollback_duration?: Duration | null };
    confirm?: object;
    cancel?: object;
    set_rollback_duration?: { rollback_duration?: Duration | null };
  };
  depth?: { level?: number };
  config_subscription?: {
    start?: object;
    sync_done?: { commit_confirm_id?: string; server_commit_id?: string; done?: boolean };
  };
}

export interface ModelData {
  name?: string;
  organization?: string;
  version?: string;
}

export interface CapabilityRequest {
  extension?: Extension[];
}

export interface CapabilityResponse {
  supported_models?: ModelData[];
  supported_encodings?: number[];
  gNMI_version?: string;
  extension?: Extension[];
}

export interface GetRequest {
  prefix?: Path | null;
  path?: Path[];
  type?: number;
  encoding?: number;
  use_models?: ModelData[];
  extension?: Extension[];
}

export interface GetResponse {
  notification?: Notification[];
  extension?: Extension[];
}

export interface SetRequest {
  prefix?: Path | null;
  delete?: Path[];
  replace?: Update[];
  update?: Update[];
  union_replace?: Update[];
  extension?: Extension[];
}

export interface UpdateResult {
  path?: Path | null;
  op?: number;
}

export interface SetResponse {
  prefix?: Path | null;
  response?: UpdateResult[];
  timestamp?: Long;
  extension?: Extension[];
}

export interface Subscription {
  path?: Path | null;
  mode?: number;
  sample_interval?: Long | number;
  suppress_redundant?: boolean;
  heartbeat_interval?: Long | number;
}

export interface SubscriptionList {
  prefix?: Path | null;
  subscription?: Subscription[];
  qos?: { marking?: number } | null;
  mode?: number;
  allow_aggregation?: boolean;
  use_models?: ModelData[];
  encoding?: number;
  updates_only?: boolean;
}

export interface SubscribeRequest {
  /** Set on decoded messages: which member is there. */
  readonly request?: 'subscribe' | 'poll';
  subscribe?: SubscriptionList;
  poll?: object;
  extension?: Extension[];
}

export interface SubscribeResponse {
  /** Set on decoded messages: which member is there. */
  readonly response?: 'update' | 'sync_response' | 'error';
  update?: Notification;
  sync_response?: boolean;
  extension?: Extension[];
}

/** The version that gnmi.proto declares. [gNMI 3.2.2] */
export const gnmiVersion = '0.10.0';

/** The gNMI service for grpc-js servers and clients. */
export const gnmiDefinition: ServiceDefinition = define('gnmi.gNMI');

/** For answers that are encoded once and sent to many. */
export const subscribeResponseType = messageType<SubscribeResponse>('gnmi.SubscribeResponse');
