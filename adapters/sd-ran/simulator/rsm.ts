// The slice manager: what it checks, in its order, and how it keeps its records.
import type { SdRanState, SliceItem } from './state.ts';

export interface SliceRequest {
  readonly e2_node_id: string;
  readonly slice_id: string;
  readonly scheduler_type: number;
  readonly weight: string;
  readonly sliceType: number;
}

export interface SliceNameRequest {
  readonly e2_node_id: string;
  readonly slice_id: string;
  readonly sliceType: number;
}

export interface Acknowledged {
  readonly ack: { readonly success: boolean; readonly cause: string };
}

const MAX_SLICE_ID = 4_294_967_295;
const NO_ANSWER = 'timeout happens: E2 SBI could not send ACK until timer expired';

/** Ends a request without success; the RPC itself succeeds. */
export class Cause extends Error {}

/** Runs a handler and says how it went. */
export function acknowledge(handle: () => void): Acknowledged {
  try {
    handle();
    return { ack: { success: true, cause: '' } };
  } catch (error) {
    if (error instanceof Cause) return { ack: { success: false, cause: error.message } };
    throw error;
  }
}

/** @throws Cause */
export function createSlice(state: SdRanState, request: SliceRequest): void {
  const { id, weight } = checkNumbers(request);
  if (find(state, request) !== undefined) throw new Cause(`slice ID ${id} already exists`);
  sendToNode(state, request.e2_node_id, weight);
  keep(state, request, weight, []);
}

/** @throws Cause */
export function updateSlice(state: SdRanState, request: SliceRequest): void {
  const { id, weight } = checkNumbers(request);
  const before = find(state, request);
  if (before === undefined) throw new Cause(`no slice ID ${id} in node ${request.e2_node_id}`);
  sendToNode(state, request.e2_node_id, weight);
  dropFirst(state, request.e2_node_id, request.slice_id);
  keep(state, request, weight, before.users);
}

/** @throws Cause */
export function deleteSlice(state: SdRanState, request: SliceNameRequest): void {
  const id = integer(request.slice_id, 'slice id');
  requireControlMessage(id >= 1 && id <= MAX_SLICE_ID, 'slice id', id);
  if (find(state, request) === undefined) throw new Cause(`no slice ID ${id} in node ${request.e2_node_id}`);
  sendToNode(state, request.e2_node_id, 1);
  dropFirst(state, request.e2_node_id, request.slice_id);
}

/** As Go's `strconv.Atoi`. @throws Cause */
export function integer(text: string, what: string): number {
  if (!/^[+-]?[0-9]+$/.test(text)) {
    throw new Cause(`failed to convert ${what} to int - strconv.Atoi: parsing "${text}": invalid syntax`);
  }
  return Number(text);
}

/** What goes to the node has to fit the service model's numbers. @throws Cause */
function requireControlMessage(fits: boolean, what: string, value: number): void {
  if (!fits) throw new Cause(`failed to create the control message - ${what} ${value} is out of range`);
}

function checkNumbers(request: SliceRequest): { id: number; weight: number } {
  const id = integer(request.slice_id, 'slice id');
  const weight = integer(request.weight, 'weight');
  requireControlMessage(id >= 1 && id <= MAX_SLICE_ID, 'slice id', id);
  requireControlMessage(weight >= 1 && weight <= 100, 'weight', weight);
  return { id, weight };
}

/** The real manager waits some seconds for a node that is not connected; this one says so at once. */
export function sendToNode(state: SdRanState, node: string, weight: number): void {
  if (!state.nodes.includes(node)) throw new Cause(NO_ANSWER);
  if (weight >= 80) throw new Cause(`the node takes weights below 80, not ${weight}`);
}

export function find(state: SdRanState, { e2_node_id, slice_id, sliceType }: SliceNameRequest): SliceItem | undefined {
  return state.slices.get(e2_node_id)?.find(({ id, type }) => id === slice_id && type === sliceType);
}

/** Records are dropped by number alone: the first one goes, whichever direction it has. */
function dropFirst(state: SdRanState, node: string, sliceId: string): void {
  const items = state.slices.get(node) ?? [];
  const at = items.findIndex(({ id }) => id === sliceId);
  setItems(
    state,
    node,
    items.filter((_item, index) => index !== at),
  );
}

function keep(state: SdRanState, request: SliceRequest, weight: number, users: SliceItem['users']): void {
  const { e2_node_id: node, slice_id: id, sliceType: type } = request;
  // Values that the enums do not have are taken for their first one.
  const scheduler = [0, 1, 2].includes(request.scheduler_type) ? request.scheduler_type : 0;
  setItems(state, node, [...(state.slices.get(node) ?? []), { id, type, scheduler, weight, users }]);
}

export function setItems(state: SdRanState, node: string, items: SliceItem[]): void {
  if (items.length === 0) state.slices.delete(node);
  else state.slices.set(node, items);
}
