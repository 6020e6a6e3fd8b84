// A site with a radio network as its owner would configure it, complete enough for the real model.

import { NODE } from './fixture.ts';

/** What the site calls its slice manager. */
export const ENDPOINT = 'grpc://rsm.example:5150';

/** A site whose slices have these shares, each with one device in one group; `users` are devices by their number on the node. */
export function radioSite(
  shares: Record<string, number>,
  users: Record<string, string> = {},
  nodes: readonly string[] = [NODE],
): object {
  const names = Object.keys(shares);
  return {
    'edgeconf-site:site': [
      {
        'site-id': 's',
        'imsi-definition': { mcc: '001', mnc: '01', enterprise: 1, format: 'CCCNNEEESSSSSSS' },
        'connectivity-service': { 'ran-5g-service': { 'xapp-endpoint': ENDPOINT } },
        device: names.map((name) => ({ 'device-id': `${name}-1` })),
        'device-group': names.map((name) => ({
          'device-group-id': name,
          'ip-domain': 'pool',
          'traffic-class': 'any',
          mbr: { uplink: '1', downlink: '1' },
          device: [{ 'device-id': `${name}-1` }],
        })),
        'ip-domain': [{ 'ip-domain-id': 'pool', dnn: 'internet', subnet: '10.0.0.0/24' }],
        slice: names.map((name) => ({
          'slice-id': name,
          sst: '1',
          sd: '010203',
          'default-behavior': 'DENY-ALL',
          'device-group': [{ 'device-group': name }],
          xapp: { 'rrm-min': shares[name] },
        })),
        'edgeconf-site-ran:e2-node': nodes.map((id) => ({
          'e2-node-id': id,
          ue: Object.entries(id === NODE ? users : {}).map(([number, device]) => ({
            'du-ue-f1ap-id': Number(number),
            'drb-id': 5,
            device,
          })),
        })),
      },
    ],
    'edgeconf-traffic-class:traffic-class': [{ 'traffic-class-id': 'any' }],
  };
}
