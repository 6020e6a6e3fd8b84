// What the applications of the controller are told: routes, DHCP servers, the user plane, telemetry; and known hosts.

import type { Because, IntentNode, Json } from '../../src/southbound/adapter.ts';
import { fromLeaf, fromLeafList, gridMembers, type Members } from './members.ts';
import { connectPoint, deviceId } from './switch-documents.ts';
import { classNamed } from './traffic-class.ts';

/** Slice 0 with the system traffic class, whose queue is 1. */
export function baseSliceBody(intent: IntentNode, because: Because): Json {
  const system = classNamed(String(intent.leaf('slicing', 'system-traffic-class') ?? 'real-time'));
  return {
    name: because('name of the default slice', () => intent.leaf('slicing', 'default-slice-name') ?? 'Default'),
    tcs: {
      [system]: {
        queueId: because('queue 1 is the system queue', () => 1),
        isSystemTc: because('the system traffic class of the fabric', () => {
          intent.leaf('slicing', 'system-traffic-class');
          return true;
        }),
        ...fromLeaf(
          because,
          'maxRateBps',
          'rate of the system class in bps',
          intent,
          ['slicing', 'system-max-rate'],
          String,
        ),
      },
    },
  };
}

/** `apps/org.onosproject.route-service/routes` */
export function routesBody(intent: IntentNode, because: Because): Json {
  return intent.list('route').map((route) => ({
    ...fromLeaf(because, 'prefix', 'network of the route', route, ['prefix']),
    ...fromLeaf(because, 'nextHop', 'next hop of the route', route, ['address']),
  }));
}

/** A port that leads to DHCP servers. */
export function dhcpPorts(intent: IntentNode): { entry: IntentNode; port: IntentNode }[] {
  return intent
    .list('switch')
    .flatMap((entry) => entry.list('port').map((port) => ({ entry, port })))
    .filter(({ port }) => port.leafList('dhcp-connect-point').length > 0);
}

/** `apps/org.onosproject.dhcprelay/default`: one entry for each port and server. */
export function dhcpBody(intent: IntentNode, because: Because): Json {
  return dhcpPorts(intent).flatMap(({ entry, port }) =>
    port.leafList('dhcp-connect-point').map((server) => ({
      dhcpServerConnectPoint: because('port that leads to the server', () => {
        port.leafList('dhcp-connect-point');
        return connectPoint(entry.keys[0] ?? '', port);
      }),
      serverIps: because('address of the server', () => [
        String(intent.entry('dhcp-server', String(server))?.leaf('address') ?? ''),
      ]),
    })),
  );
}

/** `apps/org.omecproject.up4/up4` */
export function up4Body(intent: IntentNode, because: Because): Json {
  const up4 = intent.container('up4');
  return {
    devices: because('switches that carry the user plane', () => {
      return up4.leafList('switch').map((id) => deviceId(String(id)));
    }),
    ...fromLeaf(because, 'pscEncapEnabled', '5G extension header', up4, ['psc-encap-enabled']),
    ...fromLeaf(because, 'maxUes', 'largest number of devices', up4, ['max-ues']),
    ...fromLeafList(because, 'uePools', 'networks of the devices', up4, ['ue-pool']),
    ...fromLeaf(because, 'n3Addr', 'address towards the radio', up4, ['n3-address']),
    ...fromLeaf(because, 'sliceId', 'slice of the user plane', up4, ['slice-id']),
    ...fromLeaf(because, 'dbufDrainAddr', 'address of the buffer', up4, ['dbuf-drain-address']),
  };
}

/** `apps/org.omecproject.up4/dbuf` */
export function dbufBody(intent: IntentNode, because: Because): Json {
  const dbuf = intent.container('up4', 'dbuf');
  return {
    ...fromLeaf(because, 'serviceAddr', 'where the controller reaches the buffer', dbuf, ['service-address']),
    ...fromLeaf(because, 'dataplaneAddr', 'where switches reach the buffer', dbuf, ['dataplane-address']),
  };
}

/** `apps/org.stratumproject.fabric-tna/report` */
export function reportBody(intent: IntentNode, because: Because): Json {
  const report = intent.container('report');
  const thresholds: Members = {};
  for (const entry of report.list('queue-threshold')) {
    thresholds[entry.keys[0] ?? ''] = {
      ...fromLeaf(because, 'triggerNs', 'waiting time that is reported', entry, ['trigger']),
      ...fromLeaf(because, 'resetNs', 'waiting time that ends a report', entry, ['reset']),
    };
  }
  const latency = ['min-flow-hop-latency-change'];
  return {
    ...fromLeaf(because, 'collectorIp', 'address of the collector', report, ['collector-address']),
    ...fromLeaf(because, 'collectorPort', 'port of the collector', report, ['collector-port']),
    ...fromLeaf(because, 'minFlowHopLatencyChangeNs', 'change that is reported', report, latency),
    ...fromLeafList(because, 'watchSubnets', 'networks that are reported', report, ['watch-subnet']),
    ...(Object.keys(thresholds).length === 0 ? {} : { queueReportLatencyThresholds: thresholds }),
  };
}

/** A host as the controller names it, e.g. `00:00:00:00:00:1A/None`. */
export function hostId(mac: string, vlan: string): string {
  return `${mac.toUpperCase()}/${vlan === 'none' ? 'None' : vlan}`;
}

/** `hosts/<host>/basic` */
export function hostBody(host: IntentNode, because: Because): Json {
  const members = {
    ...fromLeaf(because, 'name', 'name of the host', host, ['display-name']),
    ...gridMembers(because, host),
  };
  return Object.keys(members).length === 0
    ? because('nothing is said but that the host is there', () => ({}))
    : members;
}
