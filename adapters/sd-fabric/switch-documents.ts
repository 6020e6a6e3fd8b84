// What the controller is told of a switch: how to reach and drive it, its place in routing, the networks of its ports.

import { type Because, type Device, EdgeconfError, type IntentNode, type Json } from '../../src/southbound/adapter.ts';
import { numberOf } from './allocation.ts';
import { fromLeaf, fromLeafList, gridMembers, type Members } from './members.ts';
import { controllerPort, placeOf } from './port-number.ts';

/** A switch as the controller names it. */
export function deviceId(switchId: string): string {
  return `device:${switchId}`;
}

/** A port as the controller names it, e.g. `device:leaf1/205`. */
export function connectPoint(switchId: string, port: IntentNode): string {
  return `${deviceId(switchId)}/${controllerPort(placeOf(port))}`;
}

/** `devices/<switch>/basic` */
export function basicBody(entry: IntentNode, because: Because): Json {
  return {
    name: because('identifier of the switch', () => entry.keys[0] ?? ''),
    managementAddress: because('address, port and device number of the management', () => {
      const host = String(entry.leaf('management', 'address') ?? '');
      const authority = host.includes(':') ? `[${host}]` : host;
      const [port, number] = [entry.leaf('management', 'port-number'), entry.leaf('management', 'device-id')];
      return `grpc://${authority}:${port}?device_id=${number}`;
    }),
    ...fromLeaf(because, 'driver', 'driver of the switch', entry, ['driver']),
    ...fromLeaf(because, 'pipeconf', 'pipeline of the switch', entry, ['pipeconf']),
    ...gridMembers(because, entry),
  };
}

/** `devices/<switch>/segmentrouting` */
export function segmentRoutingBody(entry: IntentNode, device: Device, because: Because): Json {
  return {
    ipv4NodeSid: because('node SID that the switch was given', () => numberOf(entry, device, 'sid') ?? 0),
    ipv4Loopback: because('loopback address, or else the management address', () => loopback(entry)),
    routerMac: because('router MAC address, or else 00:00 and the loopback address', () => routerMac(entry)),
    isEdgeRouter: because('spines are no edge routers', () => entry.leaf('role') !== 'spine'),
    adjacencySids: because('none are given by hand', () => []),
    ...pairing(entry, because),
  };
}

/** `ports/<switch>/<port>/interfaces`: one interface, with the addresses of all VLANs of the port. */
export function interfacesBody(entry: IntentNode, port: IntentNode, because: Because): Json {
  const [switchId = ''] = entry.keys;
  const hasTagged = port.leafList('vlans', 'tagged').length > 0;
  return [
    {
      name: because('name of the interface, or switch and port', () => {
        return port.leaf('interface-name') ?? `${switchId}-${controllerPort(placeOf(port))}`;
      }),
      ips: because('addresses of the VLANs of the port', () => gateways(entry, port)),
      ...fromLeaf(
        because,
        hasTagged ? 'vlan-native' : 'vlan-untagged',
        hasTagged ? 'untagged VLAN of a port that has tagged ones' : 'untagged VLAN',
        port,
        ['vlans', 'untagged'],
      ),
      ...fromLeafList(because, 'vlan-tagged', 'tagged VLANs', port, ['vlans', 'tagged']),
    },
  ];
}

/** Whether a port has networks that the controller has to be told of. */
export function hasInterface(port: IntentNode): boolean {
  return port.leaf('vlans', 'untagged') !== undefined || port.leafList('vlans', 'tagged').length > 0;
}

function gateways(entry: IntentNode, port: IntentNode): string[] {
  const untagged = port.leaf('vlans', 'untagged');
  const vlans = [...(untagged === undefined ? [] : [untagged]), ...port.leafList('vlans', 'tagged')];
  const found = vlans.flatMap((vlan) => entry.entry('vlan', String(vlan))?.leafList('subnet') ?? []);
  return [...new Set(found.map(String))];
}

function pairing(entry: IntentNode, because: Because): Members {
  const [port] = entry.container('switch-pair').list('pairing-port');
  return {
    ...fromLeaf(
      because,
      'pairDeviceId',
      'the other switch of the pair',
      entry,
      ['switch-pair', 'paired-switch'],
      (id) => deviceId(String(id)),
    ),
    ...(port === undefined
      ? {}
      : { pairLocalPort: because('first port to the other switch', () => controllerPort(placeOf(port))) }),
  };
}

function loopback(entry: IntentNode): string {
  const own = entry.leaf('segment-routing', 'loopback');
  if (own !== undefined) return String(own);
  const address = String(entry.leaf('management', 'address') ?? '');
  if (/^[0-9]+(\.[0-9]+){3}$/.test(address)) return address;
  throw new EdgeconfError(
    'FAILED_PRECONDITION',
    `/switch[switch-id=${entry.keys[0]}]/segment-routing/loopback: the management address '${address}' is no IPv4 address that ` +
      'could stand in for it; give a loopback address',
  );
}

function routerMac(entry: IntentNode): string {
  const own = entry.leaf('segment-routing', 'router-mac');
  if (own !== undefined) return String(own).toUpperCase();
  const bytes = loopback(entry).split('.').map(Number);
  return ['00', '00', ...bytes.map((byte) => byte.toString(16).padStart(2, '0'))].join(':').toUpperCase();
}
