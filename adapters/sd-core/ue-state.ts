// What a look at a core's registrations says of the devices of a site.

import type { Device, IntentNode, Json, StateLeaf } from '../../src/southbound/adapter.ts';
import { imsiInUse } from './members.ts';
import { activeGroups, slicesOn } from './slices.ts';

interface Ue {
  readonly connected?: Json;
  readonly address?: Json;
  readonly seen?: Json;
}

/** State of the devices that the core is told of; nothing when the core cannot tell who is there. */
export function* ueState(site: IntentNode, device: Device, observation: Json): Iterable<StateLeaf> {
  const { ues } = observation as { readonly ues: { readonly [imsi: string]: Json } | null };
  if (ues === null) return;
  const [siteId = ''] = site.keys;
  for (const link of slicesOn(site, device).flatMap(activeGroups)) {
    for (const member of site.entry('device-group', link.keys[0] ?? '')?.list('device') ?? []) {
      const imsi = imsiInUse(site, member);
      if (imsi === undefined) continue;
      yield* leavesOf(siteId, member.keys[0] ?? '', (Object.hasOwn(ues, imsi) ? ues[imsi] : {}) as Ue);
    }
  }
}

function leavesOf(siteId: string, deviceId: string, ue: Ue): StateLeaf[] {
  const at = (leaf: string, value: Json | undefined): StateLeaf => ({
    path: [{ name: 'site', keys: [siteId] }, { name: 'device', keys: [deviceId] }, { name: 'state' }, { name: leaf }],
    value: typeof value === 'string' ? value : undefined,
  });
  return [at('connected', ue.connected ?? 'No'), at('ip-address', ue.address), at('last-connected', ue.seen)];
}
