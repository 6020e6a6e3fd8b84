// What intent can ask of a slice that a core has no way to do.

import type { Device, Gap, IntentNode } from '../../src/southbound/adapter.ts';
import { activeGroups, slicesOn, upfOf } from './slices.ts';

/** The gaps of all slices that this core serves, and of the groups in them. */
export function coreGaps(site: IntentNode, device: Device): Gap[] {
  return slicesOn(site, device).flatMap((slice) => [
    ...trafficRuleGaps(site, slice),
    ...rateGaps(site, slice),
    ...activeGroups(slice).flatMap((link) => addressGaps(site, link.keys[0] ?? '')),
  ]);
}

/** The core has filtering rules for a slice as a whole, and rates for a group. */
function trafficRuleGaps(site: IntentNode, slice: IntentNode): Gap[] {
  return slice.list('priority-traffic-rule').map((rule) => ({
    source: sourceOf(site, 'slice', slice.keys[0]),
    reason:
      `priority-traffic-rule ${rule.keys[0]}: the core filters the traffic of a whole slice, never of one device; ` +
      'for this service, put the device into a group and slice of its own',
  }));
}

/** The core has no rates of a slice: its user plane has them. */
function rateGaps(site: IntentNode, slice: IntentNode): Gap[] {
  const limited = slice.leaf('mbr', 'uplink') !== undefined || slice.leaf('mbr', 'downlink') !== undefined;
  const upf = upfOf(site, slice);
  if (!limited || upf?.leaf('config-endpoint') !== undefined) return [];
  const reason =
    upf === undefined
      ? 'mbr: only a user plane limits the rates of a slice, and the slice has no upf'
      : `mbr: only a user plane limits the rates of a slice, and upf ${upf.keys[0]} has no config-endpoint`;
  return [{ source: sourceOf(site, 'slice', slice.keys[0]), reason }];
}

/** The core gives out addresses of every pool that it knows. */
function addressGaps(site: IntentNode, groupId: string): Gap[] {
  const domainId = site.entry('device-group', groupId)?.leaf('ip-domain');
  const domain = domainId === undefined ? undefined : site.entry('ip-domain', String(domainId));
  const status = domain?.leaf('admin-status') ?? 'ENABLE';
  if (status === 'ENABLE') return [];
  return [
    {
      source: sourceOf(site, 'device-group', groupId),
      reason:
        `ip-domain ${domainId}: admin-status ${status} has no effect on the core, which gives out addresses of every ` +
        'pool; switch the group off in its slice instead',
    },
  ];
}

function sourceOf(site: IntentNode, list: string, id = ''): readonly string[] {
  return ['site', site.keys[0] ?? '', list, id];
}
