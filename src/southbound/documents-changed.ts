// How much work a planned transaction makes for devices, by the target that it comes from.

import type { Candidate } from '../datastore/transaction.ts';
import type { Overlay, Unit } from './rendering.ts';

/** How many documents of its targets a transaction makes others of, adds or removes. What devices have does not matter. */
export function documentsChanged(overlay: Overlay, candidates: readonly Candidate[]): Map<string, number> {
  const counts = new Map(candidates.map(({ target }) => [target, 0]));
  for (const [id, after] of overlay.units) {
    const before = overlay.below(id);
    const { kind, target } = after ?? before ?? {};
    const count = target === undefined ? undefined : counts.get(target);
    if (kind !== 'document' || target === undefined || count === undefined) continue;
    if (textOf(before) !== textOf(after)) counts.set(target, count + 1);
  }
  return counts;
}

function textOf(unit: Unit | undefined): string | undefined {
  return unit?.kind === 'document' ? unit.desired?.text : undefined;
}
