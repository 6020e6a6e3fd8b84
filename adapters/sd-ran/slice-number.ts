// The numbers by which an E2 node knows a slice, and the documents that are named after them.

import type { IntentNode } from '../../src/southbound/adapter.ts';

/** Numbers that slices of one node may get. A node has room for 79 slices of weight 1 and one that is on its way out. */
export const FIRST_NUMBER = 1;
export const LAST_NUMBER = 99;
/**
 * The uplink slice has the slice's number and 100. Both directions must differ: when the slice manager updates or removes a
 * slice, it takes the first one of that number out of its records, whichever direction it has.
 */
const UPLINK_OFFSET = 100;

export type Direction = 'downlink' | 'uplink';
export const DIRECTIONS: readonly Direction[] = ['downlink', 'uplink'];

/** The pool of a node's slice numbers. */
export function numberPool(nodeId: string): string {
  return `ran-slice ${nodeId}`;
}

/** The pool of a node's weights, in percent of its time. */
export function weightPool(nodeId: string): string {
  return `weight ${nodeId}`;
}

/** The number that the slice has on a node of the device. */
export function sliceNumber(slice: IntentNode, deviceName: string, nodeId: string): number | undefined {
  const number = slice.entry('allocation', deviceName, numberPool(nodeId))?.leaf('number');
  return number === undefined ? undefined : Number(number);
}

/** The slice's number as the node knows it, one for each direction. */
export function numberIn(direction: Direction, number: number): number {
  return direction === 'uplink' ? number + UPLINK_OFFSET : number;
}

/** Where a slice document is: `ran-slice/<node>/<number>/<direction>`. */
export interface SlicePlace {
  readonly nodeId: string;
  readonly number: number;
  readonly direction: Direction;
}

export function sliceDocumentId({ nodeId, number, direction }: SlicePlace): string {
  return `ran-slice/${nodeId}/${number}/${direction}`;
}

/** @throws Error for an id of another kind */
export function slicePlace(id: string): SlicePlace {
  const [, nodeId = '', number = '', direction = ''] = /^ran-slice\/(.+)\/([0-9]+)\/(downlink|uplink)$/.exec(id) ?? [];
  if (nodeId === '') throw new Error(`${id} is not the id of a slice of an E2 node`);
  return { nodeId, number: Number(number), direction: direction === 'uplink' ? 'uplink' : 'downlink' };
}
