// One unit of rendering made anew: an adapter is asked, and what it reads is recorded.

import type { Snapshot } from '../../datastore/snapshot.ts';
import { EdgeconfError } from '../../errors.ts';
import { southboundLog } from '../../log.ts';
import { type Adapter, type Device, type DocumentRef, documentText, type IntentNode } from '../adapter.ts';
import { plainly } from '../questions/because.ts';
import { intentView, noReads, type Reads } from './intent-view.ts';
import { partitionOf } from './partition.ts';
import { type DocumentUnit, documentUnitId, type ListUnit, listId, type PartUnit, partId } from './rendering.ts';

/** Undefined when the part is not in the intent. `before` is what there is of it now. */
export function makePart(
  adapter: Adapter,
  part: readonly string[],
  snapshot: Snapshot,
  before: PartUnit | undefined,
): Omit<PartUnit, 'devices'> | undefined {
  const reads = noReads();
  const node = partNode(adapter, part, snapshot, reads);
  if (node === undefined) return undefined;
  const { target } = snapshot;
  const id = partId(adapter.kind, target, part);
  const unit = { kind: 'part' as const, id, target, adapter: adapter.kind, part, reads };
  try {
    return { ...unit, endpoints: [...new Set(adapter.endpoints(node))], fault: undefined };
  } catch (error) {
    const fault = faultOf(error, { kind: adapter.kind, target });
    return { ...unit, endpoints: before?.endpoints ?? [], fault };
  }
}

/** Undefined when the part is not in the intent. `before` is what there is of it now. */
export function makeList(
  adapter: Adapter,
  device: Device,
  part: readonly string[],
  snapshot: Snapshot,
  before: ListUnit | undefined,
): ListUnit | undefined {
  const reads = noReads();
  const node = partNode(adapter, part, snapshot, reads);
  if (node === undefined) return undefined;
  const { target } = snapshot;
  const id = listId(adapter.kind, device.name, target, part);
  const unit = { kind: 'list' as const, id, target, adapter: adapter.kind, device: device.name, part, reads };
  try {
    return {
      ...unit,
      refs: adapter.list(node, device),
      gaps: adapter.gaps?.(node, device) ?? [],
      allocations: adapter.allocations?.(node, device) ?? [],
      fault: undefined,
    };
  } catch (error) {
    const { refs = [], gaps = [], allocations = [] } = before ?? {};
    return { ...unit, refs, gaps, allocations, fault: faultOf(error, { device: device.name }) };
  }
}

/** A document of a list. `before` is what there is of it now. */
export function makeDocument(
  adapter: Adapter,
  device: Device,
  list: string,
  ref: DocumentRef,
  snapshot: Snapshot,
  before: DocumentUnit | undefined,
): DocumentUnit {
  const reads = noReads();
  const { target } = snapshot;
  const id = documentUnitId(list, ref.id);
  const unit = { kind: 'document' as const, id, target, device: device.name, ref, reads };
  try {
    const body = adapter.render(intentView(snapshot, snapshot.model.root, reads), device, ref, plainly);
    return { ...unit, desired: { ref, body, text: documentText(body) }, fault: undefined };
  } catch (error) {
    const fault = faultOf(error, { device: device.name, document: ref.id });
    return { ...unit, desired: before?.desired, fault };
  }
}

function partNode(adapter: Adapter, part: readonly string[], snapshot: Snapshot, reads: Reads): IntentNode | undefined {
  const root = intentView(snapshot, snapshot.model.root, reads);
  const partition = partitionOf(adapter, snapshot.model.root);
  return partition === undefined ? root : root.entry(partition, ...part);
}

function faultOf(error: unknown, where: Record<string, unknown>): EdgeconfError {
  if (!(error instanceof EdgeconfError)) southboundLog.error({ ...where, err: error }, 'an adapter failed to render');
  return EdgeconfError.from(error);
}
