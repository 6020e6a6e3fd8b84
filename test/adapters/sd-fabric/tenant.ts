// A tenant with two slices in a fabric, and the fabric base that they stand on, for tests.

import type { Plain } from '../../southbound/intent.ts';

export const FABRIC = 'http://onos.north.example:8181';

/** What a test wants to be different. */
export interface TenantOptions {
  /** Comes before all names, so that tenants differ. */
  readonly prefix?: string;
  /** First number of everything that is allocated. */
  readonly first?: number;
  /** Second byte of the devices' addresses. */
  readonly network?: number;
  readonly uplink?: string;
  readonly ports?: readonly [first: number, last: number];
  /** Without it the slices have no numbers yet. */
  readonly device?: string;
}

/** RFC 7951 JSON of a tenant of `aether@2.1`. */
export function tenantJson(options: TenantOptions = {}): string {
  const { prefix = '', first = 1, network = 41, uplink = '20000000', ports = [8000, 8001], device } = options;
  const numbers = (pools: readonly string[]) =>
    device === undefined ? [] : pools.map((pool) => ({ device, pool, number: first + (QUEUES[pool] ?? 0) }));
  return JSON.stringify({
    'edgeconf-traffic-class:traffic-class': [
      { 'traffic-class-id': 'signal', qci: 5 },
      { 'traffic-class-id': 'voice', qci: 1 },
      { 'traffic-class-id': 'bulk', qci: 8 },
      { 'traffic-class-id': 'rest', qci: 9 },
    ],
    'edgeconf-application:application': [
      {
        'application-id': 'archive',
        address: '10.20.1.0/24',
        endpoint: [
          {
            'endpoint-id': 'ingest',
            'port-start': ports[0],
            'port-end': ports[1],
            protocol: 'UDP',
            'traffic-class': 'voice',
          },
          { 'endpoint-id': 'browse', 'port-start': 443 },
        ],
      },
      {
        'application-id': 'six',
        address: '2001:db8::/64',
        endpoint: [{ 'endpoint-id': 'web', 'port-start': 80, 'traffic-class': 'bulk' }],
      },
    ],
    'edgeconf-site:site': [
      {
        'site-id': 'north',
        'imsi-definition': { mcc: '001', mnc: '01', enterprise: 1, format: 'CCCNNEEESSSSSSS' },
        'connectivity-service': { 'edgeconf-site-fabric:fabric': { endpoint: FABRIC } },
        slice: [
          {
            'slice-id': `${prefix}control`,
            'default-behavior': 'ALLOW-ALL',
            sst: '2',
            sd: '2',
            allocation: numbers(['queue CONTROL', 'slice']).map((each) => ({ ...each, number: each.number + 1 })),
            'device-group': [{ 'device-group': `${prefix}robots` }],
          },
          {
            'slice-id': `${prefix}video`,
            'default-behavior': 'DENY-ALL',
            sst: '1',
            sd: '1',
            allocation: numbers(['queue CONTROL', 'queue ELASTIC', 'queue REAL_TIME', 'slice']),
            'device-group': [{ 'device-group': `${prefix}cameras` }],
            filter: [{ application: 'archive' }, { application: 'six' }],
            mbr: { uplink, downlink: '5000000' },
            'edgeconf-site-fabric:fabric': {
              'default-traffic-class': 'elastic',
              'traffic-class': [
                { class: 'elastic', 'min-rate': '1000000' },
                { class: 'control', 'max-rate': '2000000' },
              ],
            },
          },
        ],
        'device-group': [group(`${prefix}cameras`, 'rest'), group(`${prefix}robots`, 'signal')],
        'ip-domain': [
          { 'ip-domain-id': `${prefix}cameras`, dnn: 'internet', subnet: `10.${network}.0.0/24` },
          { 'ip-domain-id': `${prefix}robots`, dnn: 'internet', subnet: `10.${network}.1.0/24` },
        ],
      },
    ],
  });
}

/** What is added to a number in the pools of queues, so that it is one of theirs. */
const QUEUES: Readonly<Record<string, number>> = { 'queue CONTROL': 1, 'queue REAL_TIME': 11, 'queue ELASTIC': 21 };

function group(id: string, trafficClass: string): Plain {
  return {
    'device-group-id': id,
    'ip-domain': id,
    mbr: { uplink: '1000', downlink: '1000' },
    'traffic-class': trafficClass,
  };
}
