// Who is in a device group for a core: devices that take part and have a SIM card in use.

import type { IntentNode } from '../../src/southbound/adapter.ts';

/** A device of a group that the core is told of. */
export interface Member {
  readonly deviceId: string;
  readonly imsi: string;
  /** Its place in the group. */
  readonly link: IntentNode;
}

/** Sorted by IMSI. */
export function membersOf(site: IntentNode, group: IntentNode): Member[] {
  const members: Member[] = [];
  for (const link of group.list('device')) {
    const imsi = imsiInUse(site, link);
    if (imsi !== undefined) members.push({ deviceId: link.keys[0] ?? '', imsi, link });
  }
  return members.sort((a, b) => (a.imsi < b.imsi ? -1 : 1));
}

/** The IMSI by which a device of a group uses the network; undefined when it may not, or has no card. */
export function imsiInUse(site: IntentNode, link: IntentNode): string | undefined {
  if (link.leaf('enable') === false) return undefined;
  const card = site.entry('device', link.keys[0] ?? '')?.leaf('sim-card');
  const sim = card === undefined ? undefined : site.entry('sim-card', String(card));
  const imsi = sim?.leaf('enable') === false ? undefined : sim?.leaf('imsi');
  return imsi === undefined ? undefined : String(imsi);
}
