// The webconsole's documents by core version: which members they have, of which type, and which are left out when empty.
import type { Field, Shape } from './go-struct.ts';

/** '2.0' is tag v2.0.0, '2.1' is tag v2.1.0, '3.0' is everything from v2.1.1 on. */
export type CoreVersion = '2.0' | '2.1' | '3.0';

export interface CoreTraits {
  /** Before v2.1.1 one object `ip-domain-expanded`; since then a list `ip-domains`. */
  readonly domains: 'object' | 'list';
  /** Since v2.1.0 every application filtering rule needs a traffic class. */
  readonly ruleNeedsTrafficClass: boolean;
}

export const CORE_TRAITS: Readonly<Record<CoreVersion, CoreTraits>> = {
  '2.0': { domains: 'object', ruleNeedsTrafficClass: false },
  '2.1': { domains: 'object', ruleNeedsTrafficClass: true },
  '3.0': { domains: 'list', ruleNeedsTrafficClass: true },
};

export interface TrafficClass {
  readonly name?: string;
  readonly qci?: number;
  readonly arp?: number;
  readonly pdb?: number;
  readonly pelr?: number;
}

export interface UeDnnQos {
  /** Bits per second: the core converts on arrival and keeps `bitrate-unit` as it came. */
  'dnn-mbr-uplink'?: number;
  'dnn-mbr-downlink'?: number;
  readonly 'bitrate-unit'?: string;
  readonly 'traffic-class'?: TrafficClass;
}

export interface IpDomain {
  readonly dnn?: string;
  readonly 'ue-ip-pool'?: string;
  readonly 'dns-primary'?: string;
  readonly 'pcscf-primary'?: string;
  readonly 'dns-secondary'?: string;
  readonly mtu?: number;
  readonly 'ue-dnn-qos'?: UeDnnQos;
}

export interface DeviceGroup {
  readonly 'group-name': string;
  readonly imsis: readonly string[] | null;
  readonly msisdns?: readonly string[];
  readonly 'site-info'?: string;
  readonly 'ip-domain-name'?: string;
  /** Cores from v2.1.1 on. */
  readonly 'ip-domains'?: readonly IpDomain[];
  /** Cores before v2.1.1. */
  readonly 'ip-domain-expanded'?: IpDomain;
}

export interface GNodeB {
  readonly name?: string;
  readonly tac?: number;
}

export interface FilteringRule {
  readonly 'rule-name'?: string;
  readonly priority?: number;
  readonly action?: string;
  readonly endpoint?: string;
  readonly protocol?: number;
  readonly 'dest-port-start'?: number;
  readonly 'dest-port-end'?: number;
  /** Bits per second, at most 2147483647. */
  'app-mbr-uplink'?: number;
  'app-mbr-downlink'?: number;
  readonly 'bitrate-unit'?: string;
  readonly 'traffic-class'?: TrafficClass;
  readonly 'rule-trigger'?: string;
}

export interface SiteInfo {
  readonly 'site-name'?: string;
  readonly plmn: { readonly mcc?: string; readonly mnc?: string };
  readonly gNodeBs: readonly GNodeB[] | null;
  readonly upf?: Readonly<Record<string, unknown>>;
}

export interface NetworkSlice {
  readonly 'slice-name': string;
  readonly 'slice-id': { readonly sst?: string; readonly sd?: string };
  readonly 'site-device-group': readonly string[] | null;
  readonly 'site-info': SiteInfo;
  readonly 'application-filtering-rules'?: readonly FilteringRule[];
}

const string: Shape = { kind: 'string' };
const int32: Shape = { kind: 'int', bits: 32 };
const int64: Shape = { kind: 'int', bits: 64 };
const list = (of: Shape): Shape => ({ kind: 'list', of });
const struct = (...fields: Field[]): Shape => ({ kind: 'struct', fields, pointer: false });
const pointer = (...fields: Field[]): Shape => ({ kind: 'struct', fields, pointer: true });
const optional = (name: string, shape: Shape): Field => ({ name, shape, omitEmpty: true });
const always = (name: string, shape: Shape): Field => ({ name, shape, omitEmpty: false });

const trafficClass = pointer(
  optional('name', string),
  optional('qci', int32),
  optional('arp', int32),
  optional('pdb', int32),
  optional('pelr', int32),
);

const ueDnnQos = pointer(
  optional('dnn-mbr-uplink', int64),
  optional('dnn-mbr-downlink', int64),
  optional('bitrate-unit', string),
  optional('traffic-class', trafficClass),
);

const domainBeforeLists: readonly Field[] = [
  optional('dnn', string),
  optional('ue-ip-pool', string),
  optional('dns-primary', string),
  optional('dns-secondary', string),
  optional('mtu', int32),
  optional('ue-dnn-qos', ueDnnQos),
];

const groupHead: readonly Field[] = [always('group-name', string), always('imsis', list(string))];
const groupNames: readonly Field[] = [optional('site-info', string), optional('ip-domain-name', string)];

const groupWithObject = struct(
  ...groupHead,
  ...groupNames,
  optional('ip-domain-expanded', struct(...domainBeforeLists)),
);

const groupWithList = struct(
  ...groupHead,
  optional('msisdns', list(string)),
  ...groupNames,
  optional('ip-domains', list(struct(...domainBeforeLists, optional('pcscf-primary', string)))),
);

/** The structure of a device group as a core of this version reads and prints it. */
export function deviceGroupShape(traits: CoreTraits): Shape {
  return traits.domains === 'list' ? groupWithList : groupWithObject;
}

export const NETWORK_SLICE_SHAPE: Shape = struct(
  optional('slice-name', string),
  optional('slice-id', struct(optional('sst', string), optional('sd', string))),
  always('site-device-group', list(string)),
  optional(
    'site-info',
    struct(
      optional('site-name', string),
      optional('plmn', struct(optional('mcc', string), optional('mnc', string))),
      always('gNodeBs', list(struct(optional('name', string), optional('tac', int32)))),
      optional('upf', { kind: 'map' }),
    ),
  ),
  optional(
    'application-filtering-rules',
    list(
      struct(
        optional('rule-name', string),
        optional('priority', int32),
        optional('action', string),
        optional('endpoint', string),
        optional('protocol', int32),
        optional('dest-port-start', int32),
        optional('dest-port-end', int32),
        optional('app-mbr-uplink', int32),
        optional('app-mbr-downlink', int32),
        optional('bitrate-unit', string),
        optional('traffic-class', trafficClass),
        optional('rule-trigger', string),
      ),
    ),
  ),
);

export const SUBSCRIBER_SHAPE: Shape = struct(
  always('plmnID', string),
  always('opc', string),
  always('key', string),
  always('sequenceNumber', string),
);

/** `tac` may be missing when a gNB is created (it is a pointer there) but not when it is changed. */
export const GNB_SHAPE: Shape = struct(always('name', string), always('tac', int32));
export const UPF_SHAPE: Shape = struct(always('hostname', string), always('port', string));
