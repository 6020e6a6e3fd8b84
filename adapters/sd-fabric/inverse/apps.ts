// From what the controller's applications were told back to intent.

import type { IntentEdit, Json } from '../../../src/southbound/adapter.ts';
import { membersOf } from '../onos/json.ts';
import { ADDRESS, edit, gridEdits, matching, needed, read, Unsayable, within } from './sayable.ts';
import { switchIdOf } from './switches.ts';

/** `slice/0` */
export function baseSliceEdits(body: Json): IntentEdit[] {
  const { name, tcs } = read(body, { name: 'text', tcs: 'object' });
  const classes = Object.entries(needed(tcs, 'tcs'));
  const [first] = classes;
  if (classes.length !== 1 || first === undefined) throw new Unsayable('the default slice of the model has one class');
  const [system, settings] = first;
  const found = read(settings, { queueId: 'number', isSystemTc: 'flag', maxRateBps: 'text' });
  if (found.isSystemTc !== true) throw new Unsayable('the class of the default slice is the system class');
  if (found.maxRateBps !== undefined) matching(/^[1-9][0-9]{0,17}$/, found.maxRateBps, 'maxRateBps');
  if (found.queueId !== 1) throw new Unsayable(`the system queue is ${found.queueId}, and in the model it is 1`);
  return [
    edit([], ['slicing', 'default-slice-name'], matching(/^.{1,63}$/s, needed(name, 'name'), 'name')[0]),
    edit([], ['slicing', 'system-traffic-class'], system.toLowerCase().replace('_', '-')),
    edit([], ['slicing', 'system-max-rate'], found.maxRateBps),
  ];
}

/** `apps/org.onosproject.route-service/routes`: entries named so that they stay in order. */
export function routesEdits(body: Json): IntentEdit[] {
  if (!Array.isArray(body)) throw new Unsayable('it is no list');
  const width = String(body.length).length;
  const texts = new Set(body.map((route: Json) => JSON.stringify(route)));
  if (texts.size < body.length) throw new Unsayable('a route is there twice');
  return body.flatMap((route: Json, i) => {
    const found = read(route, { prefix: 'text', nextHop: 'text' });
    const at = [{ name: 'route', keys: [`route-${String(i + 1).padStart(width, '0')}`] }];
    const prefix = needed(found.prefix, 'prefix');
    if (!isNetwork(prefix)) throw new Unsayable(`'${prefix}' is no IPv4 network as the model writes them`);
    const [nextHop = ''] = matching(ADDRESS, needed(found.nextHop, 'nextHop'), 'nextHop');
    return [edit(at, ['prefix'], prefix), edit(at, ['address'], nextHop)];
  });
}

/** `apps/org.omecproject.up4/up4`, and the switches in it. */
export function up4Edits(body: Json): { edits: IntentEdit[]; switches: string[] } {
  const found = read(body, {
    devices: 'texts',
    pscEncapEnabled: 'flag',
    maxUes: 'number',
    uePools: 'texts',
    n3Addr: 'text',
    sliceId: 'number',
    dbufDrainAddr: 'text',
  });
  const switches = needed(found.devices, 'devices').map(switchIdOf);
  if (switches.length === 0) throw new Unsayable('no switch carries the user plane');
  for (const pool of found.uePools ?? []) if (!isNetwork(pool)) throw new Unsayable(`'${pool}' is no IPv4 network`);
  within(1, 4_294_967_295, found.maxUes, 'maxUes');
  within(0, 15, found.sliceId, 'sliceId');
  for (const name of ['n3Addr', 'dbufDrainAddr'] as const) {
    if (found[name] !== undefined) matching(ADDRESS, found[name], name);
  }
  if (found.uePools?.length === 0) throw new Unsayable("'uePools' is there and empty");
  return {
    switches,
    edits: [
      edit([], ['up4', 'switch'], switches),
      edit([], ['up4', 'psc-encap-enabled'], found.pscEncapEnabled),
      edit([], ['up4', 'max-ues'], found.maxUes),
      edit([], ['up4', 'ue-pool'], found.uePools),
      edit([], ['up4', 'n3-address'], found.n3Addr),
      edit([], ['up4', 'slice-id'], found.sliceId),
      edit([], ['up4', 'dbuf-drain-address'], found.dbufDrainAddr),
    ],
  };
}

/** `apps/org.omecproject.up4/dbuf` */
export function dbufEdits(body: Json): IntentEdit[] {
  const found = read(body, { serviceAddr: 'text', dataplaneAddr: 'text' });
  const [service = ''] = matching(
    /^[A-Za-z0-9.-]+:[0-9]{1,5}$/,
    needed(found.serviceAddr, 'serviceAddr'),
    'serviceAddr',
  );
  const [plane = ''] = matching(/^[0-9.]+:[0-9]{1,5}$/, needed(found.dataplaneAddr, 'dataplaneAddr'), 'dataplaneAddr');
  return [edit([], ['up4', 'dbuf', 'service-address'], service), edit([], ['up4', 'dbuf', 'dataplane-address'], plane)];
}

/** `apps/org.stratumproject.fabric-tna/report` */
export function reportEdits(body: Json): IntentEdit[] {
  const found = read(body, {
    collectorIp: 'text',
    collectorPort: 'number',
    minFlowHopLatencyChangeNs: 'number',
    watchSubnets: 'texts',
    queueReportLatencyThresholds: 'object',
  });
  const thresholds = Object.entries(membersOf(found.queueReportLatencyThresholds));
  if (found.queueReportLatencyThresholds !== undefined && thresholds.length === 0) {
    throw new Unsayable("'queueReportLatencyThresholds' is there and empty");
  }
  if (found.watchSubnets?.length === 0) throw new Unsayable("'watchSubnets' is there and empty");
  for (const each of found.watchSubnets ?? [])
    if (!isNetwork(each)) throw new Unsayable(`'${each}' is no IPv4 network`);
  const [collector = ''] = matching(ADDRESS, needed(found.collectorIp, 'collectorIp'), 'collectorIp');
  const port = needed(found.collectorPort, 'collectorPort');
  within(1, 65_535, port, 'collectorPort');
  within(0, 4_294_967_295, found.minFlowHopLatencyChangeNs, 'minFlowHopLatencyChangeNs');
  return [
    edit([], ['report', 'collector-address'], collector),
    edit([], ['report', 'collector-port'], port),
    edit([], ['report', 'min-flow-hop-latency-change'], found.minFlowHopLatencyChangeNs),
    edit([], ['report', 'watch-subnet'], found.watchSubnets),
    ...thresholds.flatMap(([queue, threshold]) => {
      const { triggerNs, resetNs } = read(threshold, { triggerNs: 'number', resetNs: 'number' });
      const trigger = needed(triggerNs, 'triggerNs');
      within(0, 31, Number(queue), 'queue');
      within(0, 4_294_967_295, trigger, 'triggerNs');
      if (resetNs !== undefined && resetNs > trigger) throw new Unsayable(`queue ${queue}: resetNs is above triggerNs`);
      const at = [{ name: 'report' }, { name: 'queue-threshold', keys: [queue] }];
      return [edit(at, ['trigger'], trigger), edit(at, ['reset'], resetNs)];
    }),
  ];
}

/** `hosts/<host>/basic` */
export function hostEdits(subject: string, body: Json): IntentEdit[] {
  const found = read(body, { name: 'text', locType: 'text', gridX: 'number', gridY: 'number' });
  const [, mac = '', vlan = ''] = matching(
    /^((?:[0-9A-F]{2}:){5}[0-9A-F]{2})\/(None|[1-9][0-9]{0,3})$/,
    subject,
    'host',
  );
  const at = [{ name: 'host', keys: [mac.toLowerCase(), vlan === 'None' ? 'none' : vlan] }];
  if (found.name !== undefined) matching(/^.{1,80}$/s, found.name, 'name');
  if (vlan !== 'None') within(1, 4094, Number(vlan), 'VLAN');
  return [edit(at, ['mac'], mac.toLowerCase()), edit(at, ['display-name'], found.name), ...gridEdits(at, found)];
}

/** Whether a network is written as the model writes it: no bits of a host. */
function isNetwork(text: string): boolean {
  const [, address = '', length] = /^([0-9]{1,3}(?:\.[0-9]{1,3}){3})\/([0-9]{1,2})$/.exec(text) ?? [];
  const bytes = address.split('.').map(Number);
  if (length === undefined || Number(length) > 32 || bytes.some((byte) => byte > 255)) return false;
  const bits = bytes.reduce((all, byte) => all * 256 + byte, 0);
  return bits % 2 ** (32 - Number(length)) === 0;
}
