// What the slice manager is sent for a slice of a node, and for a device that is a user of one.

import {
  type Because,
  type Device,
  type DocumentRef,
  EdgeconfError,
  type IntentNode,
  type Json,
} from '../../src/southbound/adapter.ts';
import { slicesOfDevices, weightOf } from './radio-share.ts';
import {
  type Direction,
  FIRST_NUMBER,
  LAST_NUMBER,
  numberIn,
  numberPool,
  sliceNumber,
  slicePlace,
} from './slice-number.ts';

const SCHEDULERS: Readonly<Record<string, string>> = {
  'round-robin': 'SCHEDULER_TYPE_ROUND_ROBIN',
  'proportionally-fair': 'SCHEDULER_TYPE_PROPORTIONALLY_FAIR',
  'qos-based': 'SCHEDULER_TYPE_QOS_BASED',
};

/**
 * CreateSliceRequest and UpdateSliceRequest alike.
 * @throws EdgeconfError FAILED_PRECONDITION for a number of intent's own that the node does not have.
 */
export function sliceBody(site: IntentNode, device: Device, ref: DocumentRef, because: Because): Json {
  const { nodeId, direction } = slicePlace(ref.id);
  const slice = found(site.entry('slice', ref.source[3] ?? ''), ref);
  // The document is of this slice because the slice has this number: a reason of all that is in it.
  const number = (): number => requireNumber(slice, device, nodeId);
  number();
  const node = (): IntentNode => found(site.entry('e2-node', nodeId), ref);
  return {
    e2_node_id: because('the E2 node', () => node().keys[0] ?? ''),
    slice_id: because('number of the slice on the node; those of uplink slices are 100 higher', () =>
      String(numberIn(direction, number())),
    ),
    scheduler_type: because('scheduler of the node', () => schedulerOf(node())),
    weight: because('rrm-min in percent is the weight', () => String(weightOf(slice))),
    sliceType: because('one slice for each direction, with the same weight', () =>
      direction === 'uplink' ? 'SLICE_TYPE_UL_SLICE' : 'SLICE_TYPE_DL_SLICE',
    ),
  };
}

/** SetUeSliceAssociationRequest. */
export function associationBody(site: IntentNode, device: Device, ref: DocumentRef, because: Because): Json {
  const [, nodeId = '', ueId = '', drbId = ''] = /^ue-association\/(.+)\/([0-9]+)\/([0-9]+)$/.exec(ref.id) ?? [];
  const user = (): IntentNode => found(site.entry('e2-node', nodeId)?.entry('ue', ueId, drbId), ref);
  const number = (): number => {
    const slice = found(slicesOfDevices(site).get(String(user().leaf('device'))), ref);
    return requireNumber(slice, device, nodeId);
  };
  const sliceIn = (direction: Direction): Json =>
    because(`${direction} slice of the device's slice on the node`, () => String(numberIn(direction, number())));
  return {
    e2_node_id: because('the E2 node', () => found(site.entry('e2-node', nodeId), ref).keys[0] ?? ''),
    ue_id: [
      {
        ue_id: because('number of the device on the F1 interface of the node', () => user().keys[0] ?? ''),
        type: because('which number it is', () => 'UE_ID_TYPE_DU_UE_F1_AP_ID'),
      },
    ],
    dl_slice_id: sliceIn('downlink'),
    ul_slice_id: sliceIn('uplink'),
    drb_id: because('the bearer', () => user().keys[1] ?? ''),
  };
}

function schedulerOf(node: IntentNode): string {
  const scheduler = String(node.leaf('scheduler-type'));
  const name = SCHEDULERS[scheduler];
  if (name === undefined) throw new Error(`the model has a scheduler '${scheduler}' that this adapter does not know`);
  return name;
}

function requireNumber(slice: IntentNode, device: Device, nodeId: string): number {
  const number = sliceNumber(slice, device.name, nodeId);
  if (number !== undefined && number >= FIRST_NUMBER && number <= LAST_NUMBER) return number;
  throw new EdgeconfError(
    'FAILED_PRECONDITION',
    `slice ${slice.keys[0]}, allocation[device=${device.name}][pool=${numberPool(nodeId)}]/number ${number}: numbers of ` +
      `slices on an E2 node are ${FIRST_NUMBER} to ${LAST_NUMBER}; choose one of these, or leave it to the service`,
  );
}

function found(entry: IntentNode | undefined, { id }: DocumentRef): IntentNode {
  if (entry === undefined) throw new Error(`${id} is made from what is not in the intent`);
  return entry;
}
