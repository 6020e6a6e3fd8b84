// What a site asks of its radio network: which nodes divide their time, among which slices, with which weight.

import type { IntentNode } from '../../src/southbound/adapter.ts';

/** The applications of a radio controller, by the leaf that names their endpoint. */
export type Application = 'xapp' | 'mlb' | 'pci' | 'kpimon';

/** The URI by which the site names an application of its radio controller. */
export function applicationEndpoint(site: IntentNode, application: Application): string | undefined {
  const endpoint = site.leaf('connectivity-service', 'ran-5g-service', `${application}-endpoint`);
  return endpoint === undefined ? undefined : String(endpoint);
}

/** E2 nodes of the site whose time is divided. */
export function activeNodes(site: IntentNode): IntentNode[] {
  return site.list('e2-node').filter((node) => node.leaf('enable') !== false);
}

/**
 * The weight of a slice: its rrm-min, the share that it gets whenever it wants it. A weight is just that for the slice
 * manager, which knows neither an upper bound (rrm-max) nor a share that stays idle (rrm-dedicated).
 */
export function weightOf(slice: IntentNode): number {
  return Number(slice.leaf('xapp', 'rrm-min') ?? 0);
}

/** Slices with a share of their own. */
export function weightedSlices(site: IntentNode): IntentNode[] {
  return radioSlices(site).filter((slice) => weightOf(slice) > 0);
}

/** Slices that the site's 5G radio network carries. */
export function radioSlices(site: IntentNode): IntentNode[] {
  return site.list('slice').filter((slice) => slice.leaf('connectivity-service') !== '4g');
}

/** Ids of the device groups that take part in a slice. */
export function activeGroups(slice: IntentNode): string[] {
  return active(slice.list('device-group'));
}

/** The slice of each device that takes part in one with a share of its own, by the device's id. */
export function slicesOfDevices(site: IntentNode): Map<string, IntentNode> {
  const slices = new Map<string, IntentNode>();
  for (const slice of weightedSlices(site)) {
    for (const groupId of activeGroups(slice)) {
      const group = site.entry('device-group', groupId);
      for (const deviceId of active(group?.list('device') ?? [])) slices.set(deviceId, slice);
    }
  }
  return slices;
}

function active(links: readonly IntentNode[]): string[] {
  return links.filter((link) => link.leaf('enable') !== false).map(({ keys }) => keys[0] ?? '');
}
