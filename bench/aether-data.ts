// Intent of any size for aether@2.1: one site with N devices, N SIM cards and N members of device groups, all rules active.

/** Members of one device group. */
const groupSize = 100;

/** The leaf that benchmarks edit: it stands under unique and leafref, and its device under a must. */
export function editedLeaf(i: number): string {
  return `/site[site-id=bench]/device[device-id=device-${i}]/sim-card`;
}

/** RFC 7951 text for the root of a target with `n` devices; SIM card n is spare, so that an edit can be valid. */
export function aetherIntent(n: number): string {
  const numbers = Array.from({ length: n }, (_, i) => i);
  const groups = Array.from({ length: Math.ceil(n / groupSize) }, (_, g) =>
    numbers.slice(g * groupSize, (g + 1) * groupSize),
  );
  return JSON.stringify({
    'edgeconf-traffic-class:traffic-class': [{ 'traffic-class-id': 'class-1', qci: 9, arp: 9 }],
    'edgeconf-site:site': [
      {
        'site-id': 'bench',
        'imsi-definition': { mcc: '001', mnc: '01', enterprise: 1, format: 'CCCNNEEESSSSSSS' },
        'ip-domain': [{ 'ip-domain-id': 'pool', dnn: 'internet', subnet: '10.0.0.0/8' }],
        device: numbers.map((i) => ({ 'device-id': `device-${i}`, 'sim-card': `sim-${i}` })),
        'sim-card': [...numbers, n].map((i) => ({
          'sim-id': `sim-${i}`,
          imsi: `00101001${String(i).padStart(7, '0')}`,
        })),
        'device-group': groups.map((members, g) => ({
          'device-group-id': `group-${g}`,
          device: members.map((i) => ({ 'device-id': `device-${i}` })),
          'ip-domain': 'pool',
          mbr: { uplink: '1000000', downlink: '1000000' },
          'traffic-class': 'class-1',
        })),
      },
    ],
  });
}
