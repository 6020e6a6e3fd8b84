// Intent of any size for aether@2.1: one site with N devices, N SIM cards and N members of device groups, all rules active.

/** Members of one device group. */
const groupSize = 100;
/** SIM cards without a device, one for each writer, so that a device can be given another card. */
const spareCards = 16;

/** The leaf that benchmarks edit: a leafref, unique in the site and below its must; its device is in a group by a must. */
export function editedLeaf(i: number): string {
  return `/site[site-id=bench]/device[device-id=device-${i}]/sim-card`;
}

/** The value of the leaf in edit `n` by a writer: its spare card and the device's own card by turns. */
export function editedValue(i: number, writer: number, n: number): string {
  return n % 2 === 0 ? `spare-${writer}` : `sim-${i}`;
}

/**
 * RFC 7951 texts for the root of a target with `n` devices. Merged one after the other they make the intent, which is valid
 * after each.
 */
export function* aetherIntent(n: number, perText = 20_000): Iterable<string> {
  for (let from = 0; from < n || from === 0; from += perText) {
    const numbers = Array.from({ length: Math.min(perText, n - from) }, (_, i) => from + i);
    const groups = Array.from({ length: Math.ceil(numbers.length / groupSize) }, (_, g) => ({
      id: `group-${from / groupSize + g}`,
      members: numbers.slice(g * groupSize, (g + 1) * groupSize),
    }));
    const site = {
      'site-id': 'bench',
      ...(from === 0 ? siteFrame : {}),
      device: numbers.map(device),
      'sim-card': [...numbers.map(simCard), ...(from === 0 ? spares : [])],
      'device-group': groups.map(({ id, members }) => ({
        'device-group-id': id,
        device: members.map((i) => ({ 'device-id': `device-${i}` })),
        'ip-domain': 'pool',
        mbr: { uplink: '1000000', downlink: '1000000' },
        'traffic-class': 'class-1',
      })),
      slice: [{ ...slice, 'device-group': groups.map(({ id }) => ({ 'device-group': id })) }],
    };
    yield JSON.stringify({ ...(from === 0 ? enterprise : {}), 'edgeconf-site:site': [site] });
  }
}

const digits = (n: number, width: number): string => String(n).padStart(width, '0');

/** The first group's devices and cards have everything that a rule is about. */
function device(i: number): object {
  const own = { 'device-id': `device-${i}`, 'sim-card': `sim-${i}` };
  return i < groupSize ? { ...own, imei: `35824001${digits(i, 7)}` } : own;
}

function simCard(i: number): object {
  const own = { 'sim-id': `sim-${i}`, imsi: `00101001${digits(i, 7)}` };
  return i < groupSize ? { ...own, iccid: `898821000100${digits(i, 7)}` } : own;
}

const spares = Array.from({ length: spareCards }, (_, i) => ({
  'sim-id': `spare-${i}`,
  imsi: `00101002${digits(i, 7)}`,
}));

const enterprise = {
  'edgeconf-traffic-class:traffic-class': [
    { 'traffic-class-id': 'class-1', 'display-name': 'Class 1', description: 'For everything', qci: 9, arp: 9 },
  ],
  'edgeconf-application:application': [
    {
      'application-id': 'control',
      address: '10.71.0.10/32',
      endpoint: [{ 'endpoint-id': 'motion', 'port-start': 7400, 'port-end': 7410, 'traffic-class': 'class-1' }],
    },
  ],
};

const siteFrame = {
  'imsi-definition': { mcc: '001', mnc: '01', enterprise: 1, format: 'CCCNNEEESSSSSSS' },
  'small-cell': [{ 'small-cell-id': 'cell-1', address: 'cell1', tac: '1F42' }],
  'ip-domain': [{ 'ip-domain-id': 'pool', dnn: 'internet', subnet: '10.0.0.0/8' }],
  upf: [{ 'upf-id': 'upf-1', address: 'upf1.example', port: 8805 }],
};

const slice = {
  'slice-id': 'slice-1',
  'default-behavior': 'DENY-ALL',
  filter: [{ application: 'control' }],
  upf: 'upf-1',
  sst: '1',
  sd: '010101',
  xapp: { 'rrm-min': 30, 'rrm-max': 60, 'rrm-dedicated': 20 },
  'priority-traffic-rule': [
    {
      'priority-traffic-rule-id': 'rule-1',
      device: 'device-0',
      application: 'control',
      endpoint: 'motion',
      mbr: { uplink: '2000000', downlink: '4000000' },
      gbr: { uplink: '1000000', downlink: '2000000' },
    },
  ],
};
