// What a fabric's own intent needs on the controller: one document for each subject and key of its network configuration.

import type { Allocation, Because, Device, DocumentRef, Gap, IntentNode, Json } from '../../src/southbound/adapter.ts';
import { numberOf, SIDS } from './allocation.ts';
import {
  baseSliceBody,
  dbufBody,
  dhcpBody,
  dhcpPorts,
  hostBody,
  hostId,
  reportBody,
  routesBody,
  up4Body,
} from './app-documents.ts';
import {
  basicBody,
  connectPoint,
  deviceId,
  hasInterface,
  interfacesBody,
  segmentRoutingBody,
} from './switch-documents.ts';
import { BASE } from './tenant-documents.ts';

/** Documents of which there is one in a fabric. */
export const ROUTES = 'apps/org.onosproject.route-service/routes';
export const DHCP = 'apps/org.onosproject.dhcprelay/default';
export const UP4 = 'apps/org.omecproject.up4/up4';
export const DBUF = 'apps/org.omecproject.up4/dbuf';
export const REPORT = 'apps/org.stratumproject.fabric-tna/report';

/** The URI by which the fabric names its controller. */
export function controllerEndpoint(intent: IntentNode): string | undefined {
  const endpoint = intent.leaf('controller', 'endpoint');
  return endpoint === undefined ? undefined : String(endpoint);
}

/** All documents of a fabric. A switch without a node SID takes no part in routing yet. */
export function listFabric(intent: IntentNode, device: Device): DocumentRef[] {
  if (!isServed(intent, device)) return [];
  const refs: DocumentRef[] = intent.list('switch').flatMap((entry) => switchRefs(entry, device));
  for (const host of intent.list('host')) {
    const [mac = '', vlan = ''] = host.keys;
    refs.push(netcfg(`hosts/${hostId(mac, vlan)}/basic`, ['host', mac, vlan], []));
  }
  const routes = intent.list('route');
  if (routes.length > 0) {
    const serves = routes.map((route) => ['route', route.keys[0] ?? '']);
    refs.push({ ...netcfg(ROUTES, ['controller'], []), serves });
  }
  const relays = dhcpPorts(intent);
  if (relays.length > 0) {
    const switches = new Set(relays.map(({ entry }) => basicId(entry.keys[0] ?? '')));
    const serves = intent.list('dhcp-server').map((server) => ['dhcp-server', server.keys[0] ?? '']);
    refs.push({ ...netcfg(DHCP, ['controller'], [...switches]), serves });
  }
  const carriers = intent.leafList('up4', 'switch').map((id) => basicId(String(id)));
  if (carriers.length > 0) refs.push(netcfg(UP4, ['up4'], carriers));
  if (intent.leaf('up4', 'dbuf', 'service-address') !== undefined) refs.push(netcfg(DBUF, ['up4'], [UP4]));
  if (intent.leaf('report', 'collector-address') !== undefined) refs.push(netcfg(REPORT, ['report'], []));
  if (intent.leaf('slicing', 'system-traffic-class') !== undefined) {
    refs.push({ kind: 'slice', id: BASE, source: ['slicing'], dependsOn: [] });
  }
  return refs;
}

/** Each switch needs a node SID. */
export function fabricAllocations(intent: IntentNode, device: Device): Allocation[] {
  if (!isServed(intent, device)) return [];
  return intent.list('switch').map((entry) => ({
    source: ['switch', entry.keys[0] ?? ''],
    pool: 'sid',
    ...SIDS,
    number: numberOf(entry, device, 'sid'),
  }));
}

/** What the controller has no words for. */
export function fabricGaps(intent: IntentNode, device: Device): Gap[] {
  if (!isServed(intent, device)) return [];
  const gaps: Gap[] = [];
  for (const route of intent.list('route')) {
    if (route.leaf('metric') === undefined) continue;
    gaps.push({ source: ['route', route.keys[0] ?? ''], reason: 'metric: routes of the controller have none' });
  }
  for (const entry of intent.list('switch')) {
    const more = entry.container('switch-pair').list('pairing-port').slice(1);
    for (const { keys } of more) {
      const reason = `pairing-port ${keys.join('/')}: the controller knows one port to the other switch, the first`;
      gaps.push({ source: ['switch', entry.keys[0] ?? ''], reason });
    }
  }
  return gaps;
}

/** The content of one of the documents. */
export function renderFabric(intent: IntentNode, device: Device, ref: DocumentRef, because: Because): Json {
  if (ref.id === BASE) return baseSliceBody(intent, because);
  if (ref.id === ROUTES) return routesBody(intent, because);
  if (ref.id === DHCP) return dhcpBody(intent, because);
  if (ref.id === UP4) return up4Body(intent, because);
  if (ref.id === DBUF) return dbufBody(intent, because);
  if (ref.id === REPORT) return reportBody(intent, because);
  const [list = '', ...keys] = ref.source;
  const entry = list === 'host' ? intent.entry('host', ...keys) : intent.entry('switch', keys[0] ?? '');
  if (entry === undefined) throw new Error(`${ref.id} is made from what is not in the intent`);
  if (list === 'host') return hostBody(entry, because);
  if (ref.id.endsWith('/basic')) return basicBody(entry, because);
  if (ref.id.endsWith('/segmentrouting')) return segmentRoutingBody(entry, device, because);
  const port = entry.entry('port', keys[2] ?? '', keys[3] ?? '');
  if (port === undefined) throw new Error(`${ref.id} is made from a port that is not in the intent`);
  return interfacesBody(entry, port, because);
}

function switchRefs(entry: IntentNode, device: Device): DocumentRef[] {
  const [switchId = ''] = entry.keys;
  const source = ['switch', switchId];
  const basic = basicId(switchId);
  const endpoint = entry.leaf('management', 'config-endpoint');
  // The controller is told of a switch when the switch has been told what ports it has.
  const dependsOnElsewhere = endpoint === undefined ? [] : [{ endpoint: String(endpoint), id: 'chassis' }];
  const refs: DocumentRef[] = [{ ...netcfg(basic, source, []), dependsOnElsewhere }];
  const number = numberOf(entry, device, 'sid');
  const routing = `devices/${deviceId(switchId)}/segmentrouting`;
  if (number !== undefined) {
    refs.push({ ...netcfg(routing, source, [basic]), uses: [{ pool: 'sid', amount: 1, number }] });
  }
  for (const port of entry.list('port').filter(hasInterface)) {
    const id = `ports/${connectPoint(switchId, port)}/interfaces`;
    const dependsOn = number === undefined ? [basic] : [basic, routing];
    refs.push({ ...netcfg(id, [...source, 'port', ...port.keys], dependsOn), serves: [source] });
  }
  return refs;
}

function basicId(switchId: string): string {
  return `devices/${deviceId(switchId)}/basic`;
}

function netcfg(id: string, source: readonly string[], dependsOn: readonly string[]): DocumentRef {
  return { kind: 'netcfg', id, source, dependsOn };
}

function isServed(intent: IntentNode, device: Device): boolean {
  const endpoint = controllerEndpoint(intent);
  return endpoint !== undefined && device.endpoints.includes(endpoint);
}
