// Which documents a site's intent needs on a core: its slices there, and the device groups that are in them.

import type { Device, DocumentRef, IntentNode } from '../../src/southbound/adapter.ts';

/** Slices come last: they name the device groups, which must be there first and go last. */
export function listDocuments(site: IntentNode, device: Device): DocumentRef[] {
  const [siteId = ''] = site.keys;
  const groups = new Map<string, DocumentRef>();
  const slices: DocumentRef[] = [];
  for (const slice of site.list('slice')) {
    const endpoint = coreEndpoint(site, slice);
    if (endpoint === undefined || !device.endpoints.includes(endpoint)) continue;
    const dependsOn: string[] = [];
    for (const groupId of activeGroups(slice)) {
      const id = `device-group/${groupId}`;
      dependsOn.push(id);
      groups.set(id, { kind: 'device-group', id, source: ['site', siteId, 'device-group', groupId], dependsOn: [] });
    }
    const [sliceId = ''] = slice.keys;
    const id = `network-slice/${sliceId}`;
    slices.push({ kind: 'network-slice', id, source: ['site', siteId, 'slice', sliceId], dependsOn });
  }
  return [...groups.values(), ...slices];
}

/** Ids of the device groups that take part in a slice. */
export function activeGroups(slice: IntentNode): string[] {
  return slice
    .list('device-group')
    .filter((link) => link.leaf('enable') !== false)
    .map((link) => link.keys[0] ?? '');
}

/** The cores that the site's slices name. */
export function coreEndpoints(site: IntentNode): string[] {
  return [...new Set(site.list('slice').flatMap((slice) => coreEndpoint(site, slice) ?? []))];
}

/** The URI by which intent names the core that serves the slice. */
function coreEndpoint(site: IntentNode, slice: IntentNode): string | undefined {
  const core = slice.leaf('connectivity-service') === '4g' ? 'core-4g' : 'core-5g';
  const endpoint = site.leaf('connectivity-service', core, 'endpoint');
  return endpoint === undefined ? undefined : String(endpoint);
}
