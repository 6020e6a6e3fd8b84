// What a planned transaction changes on devices, by document and by the target that it is made from.

import type { Overlay, Unit } from './rendering.ts';

/** A document that a transaction makes another of, adds or removes. What the device has does not matter. */
export interface ChangedDocument {
  readonly device: string;
  /** Its id on the device. */
  readonly document: string;
  /** The only target that was read to make it. */
  readonly target: string;
  readonly removed: boolean;
}

/** In no order. */
export function documentsChanged(overlay: Overlay): ChangedDocument[] {
  const changed: ChangedDocument[] = [];
  for (const [id, after] of overlay.units) {
    const before = overlay.below(id);
    const unit = after ?? before;
    if (unit?.kind !== 'document' || textOf(before) === textOf(after)) continue;
    const { device, target, ref } = unit;
    changed.push({ device, document: ref.id, target, removed: textOf(after) === undefined });
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

function textOf(unit: Unit | undefined): string | undefined {
  return unit?.kind === 'document' ? unit.desired?.text : undefined;
}
