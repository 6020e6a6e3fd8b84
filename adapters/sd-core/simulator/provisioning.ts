// Derives, from a slice and its device groups, what every known subscriber gets; runs after the documents are stored.
import { type Core, Refusal } from './answer.ts';
import type { DeviceGroup, IpDomain, NetworkSlice, UeDnnQos } from './documents.ts';
import { parseSst } from './rules.ts';
import type { CoreState, ProvisionedDnn } from './state.ts';

/** The 5QI that cores before IP domain lists give to every subscriber. */
const FIXED_QCI = 9;
const LARGEST_INT64 = 2 ** 63;

/** The IP domains of a group in either form. */
function domainsOf(group: DeviceGroup): readonly IpDomain[] {
  const expanded = group['ip-domain-expanded'];
  return expanded === undefined ? (group['ip-domains'] ?? []) : [expanded];
}

/** A rate at the very top of int64 is stored as a double just above it, and cannot be read back. */
export function isReadable(group: DeviceGroup): boolean {
  return domainsOf(group).every((domain) => {
    const qos = domain['ue-dnn-qos'] ?? {};
    return (qos['dnn-mbr-uplink'] ?? 0) < LARGEST_INT64 && (qos['dnn-mbr-downlink'] ?? 0) < LARGEST_INT64;
  });
}

/** @throws Refusal 400; a slice without one counts the same as a wrong one */
function requireSst(slice: NetworkSlice): number {
  const sst = slice['slice-id'].sst ?? '';
  if (sst === '') throw new Refusal(400, `slice ${slice['slice-name']} has no sst`);
  const value = parseSst(sst);
  if (value === undefined) throw new Refusal(400, `slice ${slice['slice-name']}: sst "${sst}" is no decimal number`);
  return value;
}

function plmnOf(slice: NetworkSlice): string {
  return `${slice['site-info'].plmn.mcc ?? ''}${slice['site-info'].plmn.mnc ?? ''}`;
}

function sum(rates: readonly UeDnnQos[], member: 'dnn-mbr-uplink' | 'dnn-mbr-downlink'): number {
  return rates.reduce((total, qos) => total + (qos[member] ?? 0), 0);
}

/** One entry a DNN, rates added up. @throws Refusal 500 where a DNN has no traffic class at all */
function dnnsFromList(domains: readonly IpDomain[]): ProvisionedDnn[] {
  const byDnn = new Map<string, UeDnnQos[]>();
  for (const domain of domains) {
    const rates = byDnn.get(domain.dnn ?? '') ?? [];
    if (domain['ue-dnn-qos'] !== undefined) rates.push(domain['ue-dnn-qos']);
    byDnn.set(domain.dnn ?? '', rates);
  }
  return [...byDnn].map(([dnn, rates]) => {
    const classes = rates.flatMap((qos) => (qos['traffic-class'] === undefined ? [] : [qos['traffic-class']]));
    if (classes.length === 0) throw new Refusal(500, `DNN ${dnn} has no traffic class`);
    const qci = Math.min(...classes.map((trafficClass) => trafficClass.qci ?? 0));
    return { dnn, uplinkBps: sum(rates, 'dnn-mbr-uplink'), downlinkBps: sum(rates, 'dnn-mbr-downlink'), qci };
  });
}

/** @throws Refusal 500: cores with the object form fail on a missing ue-dnn-qos as soon as a subscriber needs it */
function dnnsFromObject(domain: IpDomain): ProvisionedDnn[] {
  const qos = domain['ue-dnn-qos'];
  if (qos === undefined) throw new Refusal(500, `DNN ${domain.dnn ?? ''} has no ue-dnn-qos`);
  const uplinkBps = qos['dnn-mbr-uplink'] ?? 0;
  return [{ dnn: domain.dnn ?? '', uplinkBps, downlinkBps: qos['dnn-mbr-downlink'] ?? 0, qci: FIXED_QCI }];
}

function provision(core: Core, slice: NetworkSlice, sst: number, imsi: string, domains: readonly IpDomain[]): void {
  const ueId = `imsi-${imsi}`;
  const plmn = plmnOf(slice);
  const [first] = domains;
  if (core.traits.domains === 'list') core.state.putAccessEntry(ueId, plmn);
  const dnns = core.traits.domains === 'list' ? dnnsFromList(domains) : dnnsFromObject(first ?? {});
  core.state.putAccessEntry(ueId, plmn);
  core.state.putSession(ueId, { plmn, sst, sd: slice['slice-id'].sd ?? '', dnns });
}

function knownImsis(state: CoreState, group: DeviceGroup): string[] {
  return (group.imsis ?? []).filter((imsi) => state.subscribers.has(`imsi-${imsi}`));
}

function removeImsis(state: CoreState, imsis: Iterable<string>, slice: NetworkSlice): void {
  for (const imsi of imsis) state.removeProvisioned(`imsi-${imsi}`, plmnOf(slice));
}

/** Group by group; then takes back what the groups that left the slice had given. @throws Refusal 400 sst, 500 */
export function syncSlice(core: Core, slice: NetworkSlice, previous: NetworkSlice | undefined): void {
  const sst = requireSst(slice);
  const groups = slice['site-device-group'] ?? [];
  for (const name of groups) {
    const group = core.state.deviceGroups.get(name);
    if (group !== undefined && !isReadable(group)) continue;
    const domains = group === undefined ? [] : domainsOf(group);
    if (group === undefined || domains.length === 0) {
      const reason = group === undefined ? 'no such device group' : 'the device group has no IP domain';
      core.warn({ kind: 'skipped', slice: slice['slice-name'], deviceGroup: name, reason });
      continue;
    }
    for (const imsi of knownImsis(core.state, group)) provision(core, slice, sst, imsi, domains);
  }
  if (previous !== undefined) unsyncSlice(core.state, previous, new Set(groups));
}

/** Takes back what the groups of a slice, but those that stay in it, had given to their subscribers. */
export function unsyncSlice(state: CoreState, slice: NetworkSlice, staying: ReadonlySet<string>): void {
  for (const name of slice['site-device-group'] ?? []) {
    const group = state.deviceGroups.get(name);
    if (!staying.has(name) && group !== undefined && isReadable(group)) removeImsis(state, group.imsis ?? [], slice);
  }
}

function sliceOf(state: CoreState, group: string): NetworkSlice | undefined {
  for (const slice of state.networkSlices.values()) {
    if (slice['site-device-group']?.includes(group)) return slice;
  }
  return undefined;
}

/** Only when a slice has the group: the first such slice counts. @throws Refusal 400 sst of that slice, 500 */
export function syncDeviceGroup(core: Core, group: DeviceGroup, previous: DeviceGroup | undefined): void {
  const slice = sliceOf(core.state, group['group-name']);
  if (slice === undefined) return;
  const sst = requireSst(slice);
  // A list domain without rates is left out here, unlike when the slice arrives: its subscribers lose this DNN.
  const listed = core.traits.domains === 'list';
  const domains = domainsOf(group).filter((domain) => !listed || domain['ue-dnn-qos'] !== undefined);
  let failed: Refusal | undefined;
  for (const imsi of knownImsis(core.state, group)) {
    try {
      provision(core, slice, sst, imsi, domains);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      failed = error;
    }
  }
  const kept = new Set(group.imsis ?? []);
  removeImsis(
    core.state,
    (previous?.imsis ?? []).filter((imsi) => !kept.has(imsi)),
    slice,
  );
  if (failed !== undefined) throw failed;
}
