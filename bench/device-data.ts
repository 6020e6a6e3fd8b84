// Intent for many devices: sites that each name an SD-Core of their own, and one site with many device groups.

/** What stands for a core in intent. */
export function coreEndpoint(core: number): string {
  return `http://core-${core}.bench.example`;
}

/** The leaf that benchmarks edit: it is in one document of one core. */
export function groupLeaf(core: number): string {
  return `/site[site-id=site-${core}]/device-group[device-group-id=group-${core}-0]/mbr/uplink`;
}

/** The sites of one tenant differ in a number of three digits. */
const sitesPerTarget = 500;

/** The target that names a core. */
export function targetOf(core: number): string {
  return `bench-${Math.floor(core / sitesPerTarget)}`;
}

/** The targets that name so many cores. */
export function targetsFor(cores: number): string[] {
  return Array.from({ length: Math.ceil(cores / sitesPerTarget) }, (_, i) => targetOf(i * sitesPerTarget));
}

/** RFC 7951 texts for the roots of these targets: a site with a slice and a group for each core. */
export function* sitesFor(cores: number): Iterable<{ readonly target: string; readonly json: string }> {
  for (let from = 0; from < cores; from += sitesPerTarget) {
    const numbers = Array.from({ length: Math.min(sitesPerTarget, cores - from) }, (_, i) => from + i);
    const json = JSON.stringify({ ...trafficClass, 'edgeconf-site:site': numbers.map((core) => site(core, 1)) });
    yield { target: targetOf(from), json };
  }
}

/** The same for one core whose slices have so many groups together. */
export function siteWithGroups(groups: number): string {
  return JSON.stringify({ ...trafficClass, 'edgeconf-site:site': [site(0, groups)] });
}

/** Device groups of one slice. */
const groupsPerSlice = 100;

function site(core: number, groups: number): object {
  const numbers = Array.from({ length: groups }, (_, i) => i);
  const slices = numbers.filter((i) => i % groupsPerSlice === 0);
  return {
    'site-id': `site-${core}`,
    'imsi-definition': { mcc: '001', mnc: '01', enterprise: core % sitesPerTarget, format: 'CCCNNEEESSSSSSS' },
    'connectivity-service': { 'core-5g': { endpoint: coreEndpoint(core) } },
    'ip-domain': [{ 'ip-domain-id': 'pool', dnn: 'internet', subnet: '10.0.0.0/8' }],
    'device-group': numbers.map((i) => ({
      'device-group-id': `group-${core}-${i}`,
      'ip-domain': 'pool',
      mbr: { uplink: '1000000', downlink: '1000000' },
      'traffic-class': 'class-1',
    })),
    slice: slices.map((from) => ({
      'slice-id': `slice-${core}-${from}`,
      'default-behavior': 'ALLOW-ALL',
      sst: '1',
      sd: (core * 1000 + from / groupsPerSlice).toString(16).padStart(6, '0'),
      'device-group': numbers.slice(from, from + groupsPerSlice).map((i) => ({ 'device-group': `group-${core}-${i}` })),
    })),
  };
}

const trafficClass = {
  'edgeconf-traffic-class:traffic-class': [{ 'traffic-class-id': 'class-1', qci: 9, arp: 9 }],
};
