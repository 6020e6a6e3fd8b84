// What the controller checks before it takes a configuration: fields and values by subject class and key.

import { type Json, Refusal } from './onos-state.ts';

type Check = (value: Json, name: string) => void;
type Object = { [name: string]: Json };

const text: Check = (value, name) => {
  if (typeof value !== 'string') throw invalid(name, 'must be a string');
};
const flag: Check = (value, name) => {
  if (typeof value !== 'boolean') throw invalid(name, 'must be a boolean');
};
const integer: Check = (value, name) => {
  if (typeof value !== 'number' || !Number.isInteger(value)) throw invalid(name, 'must be an integer');
};
const matching =
  (pattern: RegExp): Check =>
  (value, name) => {
    if (typeof value !== 'string' || !pattern.test(value)) throw invalid(name, `'${String(value)}' is not valid`);
  };
const within =
  (first: number, last: number): Check =>
  (value, name) => {
    integer(value, name);
    if (Number(value) < first || Number(value) > last) throw invalid(name, `must be from ${first} to ${last}`);
  };
const each =
  (check: Check): Check =>
  (value, name) => {
    if (!Array.isArray(value)) throw invalid(name, 'must be an array');
    for (const item of value) check(item, name);
  };
/** An object with these fields and no other; a name that ends with ! must be there. */
const fields =
  (known: Readonly<Record<string, Check>>): Check =>
  (value, name) => {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) throw invalid(name, 'must be an object');
    for (const member of Object.keys(value)) {
      const check = known[member] ?? known[`${member}!`];
      if (check === undefined) throw invalid(member, 'Field is not allowed');
      check(value[member] ?? null, member);
    }
    for (const member of Object.keys(known)) {
      if (member.endsWith('!') && !(member.slice(0, -1) in value)) {
        throw invalid(member.slice(0, -1), 'Mandatory field is not present');
      }
    }
  };

const IP = '[0-9]{1,3}(\\.[0-9]{1,3}){3}';
const ipv4 = matching(new RegExp(`^${IP}$`));
const anyIp = matching(/^[0-9a-fA-F.:]+$/);
const prefix = matching(/^[0-9a-fA-F.:]+\/[0-9]{1,3}$/);
const mac = matching(/^([0-9A-F]{2}:){5}[0-9A-F]{2}$/);
const vlan = within(1, 4094);
const connectPoint = matching(/^[a-z]+:[^/]+\/[0-9]+$/);
const place = { locType: matching(/^(grid|geo|none)$/), gridX: integer, gridY: integer };

const oneInterface: Check = (value, name) => {
  fields({
    name: text,
    ips: each(prefix),
    mac,
    vlan,
    'vlan-untagged': vlan,
    'vlan-tagged': each(vlan),
    'vlan-native': vlan,
  })(value, name);
  const has = (member: string): boolean => member in (value as Object);
  if (has('vlan-untagged') && has('vlan-tagged')) throw invalid(name, 'an interface is tagged or untagged, not both');
  if (has('vlan-native') && !has('vlan-tagged')) throw invalid(name, 'a native VLAN needs tagged ones');
};

const segmentRouting: Check = (value, name) => {
  fields({
    name: text,
    'ipv4NodeSid!': within(1, 1_048_575),
    'ipv4Loopback!': ipv4,
    'routerMac!': mac,
    'isEdgeRouter!': flag,
    'adjacencySids!': each(fields({ adjSid: integer, ports: each(integer) })),
    pairDeviceId: matching(/^[a-z]+:./),
    pairLocalPort: within(1, 65_535),
  })(value, name);
  const { pairDeviceId, pairLocalPort } = value as Object;
  if ((pairDeviceId === undefined) !== (pairLocalPort === undefined)) {
    throw invalid(name, 'pairDeviceId and pairLocalPort belong together');
  }
};

/** By subject class and key; for applications by name and key. What is not here is kept for later and never shown. */
const KEYS: Readonly<Record<string, Check>> = {
  'devices/basic': fields({
    name: text,
    'managementAddress!': matching(/^grpc:\/\/[^/?]+:[0-9]+\?device_id=[0-9]+$/),
    'driver!': text,
    pipeconf: text,
    ...place,
  }),
  'devices/segmentrouting': segmentRouting,
  'ports/interfaces': each(oneInterface),
  'hosts/basic': fields({ name: text, ips: each(anyIp), locations: each(connectPoint), ...place }),
  'org.onosproject.route-service/routes': each(fields({ 'prefix!': prefix, 'nextHop!': anyIp })),
  'org.onosproject.dhcprelay/default': each(
    fields({ 'dhcpServerConnectPoint!': connectPoint, 'serverIps!': each(anyIp), gatewayIps: each(anyIp) }),
  ),
  'org.omecproject.up4/up4': fields({
    'devices!': each(matching(/^device:./)),
    pscEncapEnabled: flag,
    maxUes: integer,
    uePools: each(prefix),
    n3Addr: ipv4,
    sliceId: within(0, 15),
    dbufDrainAddr: ipv4,
  }),
  'org.omecproject.up4/dbuf': fields({ 'serviceAddr!': matching(/:[0-9]+$/), 'dataplaneAddr!': matching(/:[0-9]+$/) }),
  'org.stratumproject.fabric-tna/report': fields({
    'collectorIp!': ipv4,
    'collectorPort!': within(1, 65_535),
    minFlowHopLatencyChangeNs: integer,
    watchSubnets: each(prefix),
    queueReportLatencyThresholds: (value) => {
      for (const [queue, threshold] of Object.entries(value as Object)) {
        within(0, 31)(Number(queue), 'queue');
        fields({ triggerNs: integer, resetNs: integer })(threshold, queue);
      }
    },
  }),
  'org.stratumproject.fabric-tna/slicing': (value) => checkSlicing(value),
};

const SUBJECTS: Readonly<Record<string, RegExp>> = {
  devices: /^[a-z]+:.+$/,
  ports: /^[a-z]+:[^/]+\/[0-9]+$/,
  hosts: /^([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}\/(None|[0-9]{1,4})$/,
  links: /.+/,
  apps: /^[a-z][A-Za-z0-9.-]*$/,
};

/** Whether the controller knows the key; what it does not know is taken, kept for later, and not shown. */
export function isKnown(subjectClass: string, subject: string, key: string): boolean {
  return keyOf(subjectClass, subject, key) in KEYS;
}

/** @throws Refusal 400 for a subject, a field or a value that the controller does not take; 500 for an unknown class. */
export function checkConfiguration(subjectClass: string, subject: string, key: string, value: Json): void {
  const pattern = SUBJECTS[subjectClass];
  if (pattern === undefined) throw new Refusal(500, `no subject factory for ${subjectClass}`);
  if (!pattern.test(subject)) throw new Refusal(400, `${subject} is no subject of ${subjectClass}`);
  KEYS[keyOf(subjectClass, subject, key)]?.(value, key);
}

/** Slices 0 to 15 with names, classes other than best effort, queues 1 to 31, rates as text, one system class in all. */
function checkSlicing(value: Json): void {
  fields({ bestEffortQueueId: within(0, 31), 'slices!': () => {} })(value, 'slicing');
  const slices = Object.entries((value as { slices: Object }).slices);
  if (slices.length === 0) throw invalid('slices', 'At least one slice should be specified');
  let systemClasses = 0;
  for (const [number, slice] of slices) {
    if (!/^[0-9]+$/.test(number) || Number(number) > 15) throw invalid('slices', `"${number}" is not a valid slice ID`);
    fields({ 'name!': matching(/./), 'tcs!': () => {} })(slice, number);
    for (const [name, trafficClass] of Object.entries((slice as { tcs: Object }).tcs)) {
      if (name === 'BEST_EFFORT')
        throw invalid(name, 'BEST_EFFORT is implicit for all slices and cannot be configured');
      if (!['CONTROL', 'REAL_TIME', 'ELASTIC'].includes(name)) throw invalid(name, 'is not a valid traffic class');
      const rate = matching(/^[0-9]{1,19}$/);
      fields({ 'queueId!': within(1, 31), maxRateBps: rate, gminRateBps: rate, isSystemTc: flag })(trafficClass, name);
      if ((trafficClass as Object).isSystemTc === true) systemClasses += 1;
    }
  }
  if (systemClasses === 0) throw invalid('slices', 'At least one traffic class should be set as the system one');
  if (systemClasses > 1) throw invalid('slices', 'Too many traffic classes are set as the system one');
}

function keyOf(subjectClass: string, subject: string, key: string): string {
  return subjectClass === 'apps' ? `${subject}/${key}` : `${subjectClass}/${key}`;
}

function invalid(field: string, reason: string): Refusal {
  return new Refusal(400, `Field "${field}" is invalid: ${reason}`);
}
