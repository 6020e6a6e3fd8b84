// What a planned transaction changes on devices, by document and by the target that it is made from.

import type { Desired } from '../device/document-queue.ts';
import { noReads, type Reads } from './intent-view.ts';
import type { DocumentUnit, Overlay, Unit } from './rendering.ts';

/** A document that a transaction makes another of, adds or removes. What the device has does not matter. */
export interface ChangedDocument {
  readonly device: string;
  /** Its id on the device. */
  readonly document: string;
  /** The only target that was read to make it. */
  readonly target: string;
  readonly removed: boolean;
  /** What was read to make it, as the transaction leaves it, or else as it was. */
  readonly reads: Reads;
}

/** In no order. */
export function documentsChanged(overlay: Overlay): ChangedDocument[] {
  return changesIn(overlay).map(({ unit, after }) => {
    const { device, target, ref, reads } = unit;
    return { device, document: ref.id, target, removed: after === undefined, reads };
  });
}

/** The same with what the documents say before and after. */
export interface UnitChange {
  readonly unit: DocumentUnit;
  readonly before: Desired | undefined;
  readonly after: Desired | undefined;
  /** What was read to make either. */
  readonly reads: Reads;
}

/** What is below the overlay counts as it is now. In no order. */
export function changesIn(overlay: Overlay): UnitChange[] {
  const changed: UnitChange[] = [];
  for (const [id, after] of overlay.units) {
    const before = overlay.below(id);
    const unit = after ?? before;
    if (unit?.kind !== 'document') continue;
    const [old, fresh] = [desiredOf(before), desiredOf(after)];
    if (old?.text === fresh?.text) continue;
    changed.push({ unit, before: old, after: fresh, reads: allReads(before, after) });
  }
  return changed;
}

/** How many of them come from each of these targets. */
export function countByTarget(
  documents: readonly ChangedDocument[],
  targets: readonly { readonly target: string }[],
): Map<string, number> {
  const counts = new Map(targets.map(({ target }) => [target, 0]));
  for (const { target } of documents) {
    const count = counts.get(target);
    if (count !== undefined) counts.set(target, count + 1);
  }
  return counts;
}

function allReads(...units: readonly (Unit | undefined)[]): Reads {
  const all = noReads();
  for (const unit of units) {
    for (const key of unit?.reads.rows ?? []) all.rows.add(key);
    for (const key of unit?.reads.lists ?? []) all.lists.add(key);
    for (const key of unit?.reads.subtrees ?? []) all.subtrees.add(key);
  }
  return all;
}

function desiredOf(unit: Unit | undefined): Desired | undefined {
  return unit?.kind === 'document' ? unit.desired : undefined;
}
