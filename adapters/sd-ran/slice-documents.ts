// Which documents a site needs in the slice manager, and what it asks for in vain.

import type { Allocation, Device, DocumentRef, Gap, IntentNode, PoolUse } from '../../src/southbound/adapter.ts';
import {
  activeGroups,
  activeNodes,
  applicationEndpoint,
  radioSlices,
  slicesOfDevices,
  weightedSlices,
  weightOf,
} from './radio-share.ts';
import {
  DIRECTIONS,
  type Direction,
  FIRST_NUMBER,
  LAST_NUMBER,
  numberIn,
  numberPool,
  sliceDocumentId,
  sliceNumber,
  weightPool,
} from './slice-number.ts';

/** A slice for each direction of each node, then the devices of whom it is known which users of a node they are. */
export function listSliceDocuments(site: IntentNode, device: Device): DocumentRef[] {
  if (!answersFor(device, site)) return [];
  return activeNodes(site).flatMap((node) => [
    ...sliceRefs(site, node, device),
    ...associationRefs(site, node, device),
  ]);
}

/** A number on each node for each slice that has a share of its own. */
export function listAllocations(site: IntentNode, device: Device): Allocation[] {
  if (!answersFor(device, site)) return [];
  const slices = weightedSlices(site);
  return activeNodes(site).flatMap(({ keys: [nodeId = ''] }) =>
    slices.map((slice) => ({
      source: sourceOf(site, 'slice', slice),
      pool: numberPool(nodeId),
      first: FIRST_NUMBER,
      last: LAST_NUMBER,
      number: sliceNumber(slice, device.name, nodeId),
    })),
  );
}

/** Shares that are not kept, devices that are nobody in the radio network, and cells that take nothing. */
export function listGaps(site: IntentNode, device: Device): Gap[] {
  const nodes = activeNodes(site);
  if (!answersFor(device, site) || nodes.length === 0) return [];
  return [...shareGaps(site), ...deviceGaps(site, nodes), ...cellGaps(site, nodes)];
}

function answersFor(device: Device, site: IntentNode): boolean {
  const endpoint = applicationEndpoint(site, 'xapp');
  return endpoint !== undefined && device.endpoints.includes(endpoint);
}

function sliceRefs(site: IntentNode, node: IntentNode, device: Device): DocumentRef[] {
  const [nodeId = ''] = node.keys;
  return weightedSlices(site).flatMap((slice) => {
    const number = sliceNumber(slice, device.name, nodeId);
    if (number === undefined) return [];
    const serves = [
      sourceOf(site, 'e2-node', node),
      ...activeGroups(slice).map((group) => ['site', site.keys[0] ?? '', 'device-group', group]),
    ];
    return DIRECTIONS.map((direction) => ({
      kind: 'ran-slice',
      id: sliceDocumentId({ nodeId, number: numberIn(direction, number), direction }),
      source: sourceOf(site, 'slice', slice),
      dependsOn: [],
      serves,
      uses: usesOf(direction, nodeId, number, weightOf(slice)),
    }));
  });
}

/** Both directions have the same number and weight; what they take is counted with the downlink. */
function usesOf(direction: Direction, nodeId: string, number: number, weight: number): PoolUse[] {
  if (direction === 'uplink') return [{ pool: numberPool(nodeId), amount: 0, number }];
  return [
    { pool: numberPool(nodeId), amount: 1, number },
    { pool: weightPool(nodeId), amount: weight },
  ];
}

function associationRefs(site: IntentNode, node: IntentNode, device: Device): DocumentRef[] {
  const [nodeId = ''] = node.keys;
  const users = node.list('ue');
  if (users.length === 0) return [];
  const slices = slicesOfDevices(site);
  return users.flatMap((user) => {
    const deviceId = String(user.leaf('device') ?? '');
    const slice = slices.get(deviceId);
    const number = slice === undefined ? undefined : sliceNumber(slice, device.name, nodeId);
    if (number === undefined) return [];
    const [ueId = '', drbId = ''] = user.keys;
    return {
      kind: 'ue-association',
      id: `ue-association/${nodeId}/${ueId}/${drbId}`,
      source: ['site', site.keys[0] ?? '', 'device', deviceId],
      dependsOn: DIRECTIONS.map((direction) =>
        sliceDocumentId({ nodeId, number: numberIn(direction, number), direction }),
      ),
    };
  });
}

function shareGaps(site: IntentNode): Gap[] {
  return radioSlices(site).flatMap((slice) => {
    const source = sourceOf(site, 'slice', slice);
    const gaps: Gap[] = [];
    if (Number(slice.leaf('xapp', 'rrm-max') ?? 100) < 100) {
      gaps.push({ source, reason: 'SD-RAN has no upper bound for the share of a slice: rrm-max is not kept' });
    }
    if (Number(slice.leaf('xapp', 'rrm-dedicated') ?? 0) > 0) {
      const reason = 'SD-RAN lends the idle share of a slice to others: nothing stays reserved as rrm-dedicated says';
      gaps.push({ source, reason });
    }
    return gaps;
  });
}

function deviceGaps(site: IntentNode, nodes: readonly IntentNode[]): Gap[] {
  const known = new Set(nodes.flatMap((node) => node.list('ue').map((user) => String(user.leaf('device') ?? ''))));
  return [...slicesOfDevices(site).keys()]
    .filter((deviceId) => !known.has(deviceId))
    .map((deviceId) => ({
      source: ['site', site.keys[0] ?? '', 'device', deviceId],
      reason:
        'SD-RAN offers no mapping from an IMSI to a UE of the DU: the device gets the share of its slice once an e2-node ' +
        'has a ue entry for it',
    }));
}

function cellGaps(site: IntentNode, nodes: readonly IntentNode[]): Gap[] {
  const cells = new Set(nodes.flatMap((node) => node.leafList('small-cell').map(String)));
  return [...cells].map((cellId) => ({
    source: ['site', site.keys[0] ?? '', 'small-cell', cellId],
    reason: 'SD-RAN takes neither the tracking area of a cell nor whether it is in service: only the core is told',
  }));
}

function sourceOf(site: IntentNode, list: string, entry: IntentNode): string[] {
  return ['site', site.keys[0] ?? '', list, entry.keys[0] ?? ''];
}
