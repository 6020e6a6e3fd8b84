// The adapter for the slice manager of SD-RAN (onos-rsm): the site's 5G slices as weighted slices of its E2 nodes.

import type { Adapter, Because, Device, DocumentRef, IntentNode, Json } from '../../src/southbound/adapter.ts';
import { checkAddress } from './address.ts';
import { applicationEndpoint } from './radio-share.ts';
import { RsmClient } from './rsm-client.ts';
import { associationBody, sliceBody } from './slice-bodies.ts';
import { listAllocations, listGaps, listSliceDocuments } from './slice-documents.ts';
import { LAST_NUMBER } from './slice-number.ts';

/** Percent of a node's time that slices can have together; the rest is everybody's. */
const MAX_WEIGHT = 79;

export const rsm: Adapter = {
  kind: 'onos-rsm',
  models: ['aether@2.1'],
  documentKinds: {
    'ran-slice': { readable: false, removal: 'remove' },
    'ue-association': { readable: false, removal: 'remove' },
  },
  partition: 'site',
  checkDevice: checkAddress,
  endpoints: (site) => [applicationEndpoint(site, 'xapp')].filter((endpoint) => endpoint !== undefined),
  list: listSliceDocuments,
  gaps: listGaps,
  allocations: listAllocations,
  capacity: (_device, pool) => {
    if (pool.startsWith('weight ')) return MAX_WEIGHT;
    return pool.startsWith('ran-slice ') ? LAST_NUMBER : undefined;
  },
  render,
  interruption,
  connect: (device, secret) => new RsmClient(device, secret),
};

function render(intent: IntentNode, device: Device, ref: DocumentRef, because: Because): Json {
  const site = intent.entry('site', ref.source[1] ?? '');
  if (site === undefined) throw new Error(`${ref.id} is made from what is not in the intent`);
  return ref.kind === 'ue-association'
    ? associationBody(site, device, ref, because)
    : sliceBody(site, device, ref, because);
}

function interruption(ref: DocumentRef, before: Json | undefined, after: Json | undefined): string | undefined {
  if (ref.kind === 'ue-association') {
    if (after !== undefined) return undefined;
    return 'none at once: SD-RAN cannot take a device out of a slice, it keeps the share until it detaches or the slice goes';
  }
  if (after === undefined) return 'devices of the slice share what the node has left for everybody';
  return before === undefined ? undefined : 'the node schedules the slice anew; sessions go on';
}
