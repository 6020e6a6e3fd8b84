// What the slices of a tenant's site need on the controller: the slice, its default class, and its classifier flows.

import type { Allocation, Because, Device, DocumentRef, Gap, IntentNode, Json } from '../../src/southbound/adapter.ts';
import { numberOf } from './allocation.ts';
import { flowBody, flowGaps, sliceFlows } from './classifier.ts';
import { activeGroups, defaultClass, sliceAllocations, sliceBody, sliceSource, sliceUses } from './slice.ts';

/** The document that all slices stand on; the fabric's own target has it. */
export const BASE = 'slice/0';

/** The URI by which the site names its fabric. */
export function siteEndpoint(site: IntentNode): string | undefined {
  const endpoint = site.leaf('connectivity-service', 'fabric', 'endpoint');
  return endpoint === undefined ? undefined : String(endpoint);
}

/** All documents of one site's slices. A slice without all of its numbers has none yet. */
export function listTenant(site: IntentNode, device: Device): DocumentRef[] {
  if (!isServed(site, device)) return [];
  const refs = new Map<string, DocumentRef>();
  for (const slice of site.list('slice')) {
    const uses = sliceUses(site, slice, device);
    const number = numberOf(slice, device, 'slice');
    if (uses === undefined || number === undefined) continue;
    const source = sliceSource(site, slice);
    const id = `slice/${number}`;
    const serves = activeGroups(site, slice).map((group) => groupSource(site, group));
    refs.set(id, { kind: 'slice', id, source, dependsOn: [BASE], serves, uses });
    const after = { source, dependsOn: [id], serves };
    if (defaultClass(slice) !== 'BEST_EFFORT') {
      const defaultId = `default-class/${number}`;
      refs.set(defaultId, { kind: 'default-class', id: defaultId, ...after });
    }
    for (const flow of sliceFlows(site, slice)) {
      // Two slices with the same addresses: the fabric cannot tell their packets apart, the first has them.
      if (!refs.has(flow.id)) refs.set(flow.id, { kind: 'flow', id: flow.id, ...after });
    }
  }
  return [...refs.values()];
}

/** The numbers that the site's slices need. */
export function tenantAllocations(site: IntentNode, device: Device): Allocation[] {
  if (!isServed(site, device)) return [];
  return site.list('slice').flatMap((slice) => sliceAllocations(site, slice, device));
}

/** What the site's slices ask for that the fabric cannot do. */
export function tenantGaps(site: IntentNode, device: Device): Gap[] {
  if (!isServed(site, device)) return [];
  const owners = new Map<string, string>();
  return site.list('slice').flatMap((slice) => {
    const gaps = flowGaps(site, slice);
    const [sliceId = ''] = slice.keys;
    const shared = new Set<string>();
    for (const { id } of sliceFlows(site, slice)) {
      const owner = owners.get(id);
      if (owner === undefined) owners.set(id, sliceId);
      else shared.add(owner);
    }
    const source = sliceSource(site, slice);
    return gaps.concat(
      [...shared].map((owner) => ({
        source,
        reason: `slice ${owner} has the same addresses and applications; the fabric gives that traffic to slice ${owner}`,
      })),
    );
  });
}

/** The content of one of the documents. */
export function renderTenant(intent: IntentNode, device: Device, ref: DocumentRef, because: Because): Json {
  const [, siteId = '', , sliceId = ''] = ref.source;
  const site = intent.entry('site', siteId);
  const slice = site?.entry('slice', sliceId);
  if (site === undefined || slice === undefined) throw new Error(`${ref.id} is made from what is not in the intent`);
  const number = (): number => numberOf(slice, device, 'slice') ?? 0;
  if (ref.kind === 'slice') return sliceBody(site, slice, device, because);
  if (ref.kind === 'default-class') {
    return {
      slice: because('number of the slice', number),
      trafficClass: because('class of traffic that no application says more about', () => defaultClass(slice)),
    };
  }
  const flow = sliceFlows(site, slice).find(({ id }) => id === ref.id);
  if (flow === undefined) throw new Error(`${ref.id} is none of the flows of slice ${sliceId}`);
  return flowBody(slice, flow, number, because);
}

function isServed(site: IntentNode, device: Device): boolean {
  const endpoint = siteEndpoint(site);
  return endpoint !== undefined && device.endpoints.includes(endpoint);
}

function groupSource(site: IntentNode, group: IntentNode): readonly string[] {
  return ['site', site.keys[0] ?? '', 'device-group', group.keys[0] ?? ''];
}
