// Which documents a site's intent needs on a core: its slices there, and the device groups that are in them.

import type { Device, DocumentRef, IntentNode } from '../../src/southbound/adapter.ts';
import { nameOnDevice } from './names.ts';
import { groupsServed, slicesOn, upfOf } from './slices.ts';
import { UPF_DOCUMENT } from './upf-document.ts';

/** Slices come last: they name the device groups, which must be there first and go last. */
export function listDocuments(site: IntentNode, device: Device): DocumentRef[] {
  const [siteId = ''] = site.keys;
  const groups = new Map<string, DocumentRef>();
  const slices: DocumentRef[] = [];
  for (const slice of slicesOn(site, device)) {
    const source = ['site', siteId, 'slice', slice.keys[0] ?? ''];
    const members = groupsServed(site, slice);
    for (const group of members) {
      const id = groupDocument(site, group.id, device);
      const serves = [...(groups.get(id)?.serves ?? [source, ...group.devices])];
      if (groups.has(id)) serves.push(source);
      groups.set(id, { kind: 'device-group', id, source: group.source, dependsOn: [], serves });
    }
    const endpoint = upfOf(site, slice)?.leaf('config-endpoint');
    slices.push({
      kind: 'network-slice',
      id: `network-slice/${nameOnDevice(site, slice.keys[0] ?? '', device)}`,
      source,
      dependsOn: members.map((group) => groupDocument(site, group.id, device)),
      ...(endpoint === undefined ? {} : { dependsOnElsewhere: [{ endpoint: String(endpoint), id: UPF_DOCUMENT }] }),
      serves: members.flatMap((group) => [group.source, ...group.devices]),
    });
  }
  return [...groups.values(), ...slices];
}

function groupDocument(site: IntentNode, id: string, device: Device): string {
  return `device-group/${nameOnDevice(site, id, device)}`;
}
