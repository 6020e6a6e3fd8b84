// Walks from slices to what belongs to them: the core that serves them, the groups in them, the devices in those.

import type { Device, IntentNode } from '../../src/southbound/adapter.ts';
import { membersOf } from './members.ts';

/** Places of the device groups that take part in a slice. */
export function activeGroups(slice: IntentNode): IntentNode[] {
  return slice.list('device-group').filter((link) => link.leaf('enable') !== false);
}

/** The slices of a site that this core serves. */
export function slicesOn(site: IntentNode, device: Device): IntentNode[] {
  return site.list('slice').filter((slice) => {
    const endpoint = coreEndpoint(site, slice);
    return endpoint !== undefined && device.endpoints.includes(endpoint);
  });
}

/** The cores that the site's slices name. */
export function coreEndpoints(site: IntentNode): string[] {
  return [...new Set(site.list('slice').flatMap((slice) => coreEndpoint(site, slice) ?? []))];
}

/** The user plane that intent gives the slice. */
export function upfOf(site: IntentNode, slice: IntentNode): IntentNode | undefined {
  const id = slice.leaf('upf');
  return id === undefined ? undefined : site.entry('upf', String(id));
}

/** A device group that takes part in a slice, with the devices of it that the core is told of. */
export interface ServedGroup {
  readonly id: string;
  readonly source: readonly string[];
  /** Entries of its devices. */
  readonly devices: readonly (readonly string[])[];
}

/** The groups of a slice. */
export function groupsServed(site: IntentNode, slice: IntentNode): ServedGroup[] {
  const [siteId = ''] = site.keys;
  return activeGroups(slice).map((link) => {
    const [id = ''] = link.keys;
    const group = site.entry('device-group', id);
    const members = group === undefined ? [] : membersOf(site, group);
    return {
      id,
      source: ['site', siteId, 'device-group', id],
      devices: members.map(({ deviceId }) => ['site', siteId, 'device', deviceId]),
    };
  });
}

/** The URI by which intent names the core that serves the slice. */
function coreEndpoint(site: IntentNode, slice: IntentNode): string | undefined {
  const core = slice.leaf('connectivity-service') === '4g' ? 'core-4g' : 'core-5g';
  const endpoint = site.leaf('connectivity-service', core, 'endpoint');
  return endpoint === undefined ? undefined : String(endpoint);
}
