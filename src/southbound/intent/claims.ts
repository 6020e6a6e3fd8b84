// Claims: one document of one device belongs to one entry of one target's intent; who comes second is refused.

import { EdgeconfError } from '../../errors.ts';
import { claimKey, type DocumentUnit, type Layer, type Overlay } from './rendering.ts';

/** Who wants which document, in the order in which they came; the first one has it. */
export class Claims {
  readonly #wanted = new Map<string, string[]>();

  add({ device, ref, id }: DocumentUnit): void {
    const key = claimKey(device, ref.id);
    const units = this.#wanted.get(key) ?? [];
    if (!units.includes(id)) this.#wanted.set(key, [...units, id]);
  }

  remove({ device, ref, id }: DocumentUnit): void {
    const key = claimKey(device, ref.id);
    const units = (this.#wanted.get(key) ?? []).filter((unit) => unit !== id);
    if (units.length === 0) this.#wanted.delete(key);
    else this.#wanted.set(key, units);
  }

  /** Ids of the units that want the document. */
  wanting(claim: string): readonly string[] {
    return this.#wanted.get(claim) ?? [];
  }

  /**
   * Looks at the documents that a transaction adds.
   * @param inFlight what transactions of other targets add that may be on their way to the journal.
   * @throws EdgeconfError FAILED_PRECONDITION when one is taken already, or wanted twice by the transaction; ABORTED
   *   when another transaction that is not decided yet wants it too.
   */
  check(overlay: Overlay, inFlight: Iterable<Overlay>): void {
    const others = [...inFlight];
    for (const claim of overlay.claims()) {
      const [first, second] = overlay.added(claim).flatMap((id) => documentOf(overlay, id) ?? []);
      if (first === undefined) continue;
      const taken = [...this.wanting(claim), ...addedBelow(overlay, claim)].flatMap(
        (id) => documentOf(overlay, id) ?? [],
      );
      const rival = taken[0] ?? second;
      if (rival !== undefined) throw claimRefusal(first, rival);
      if (!others.some((other) => other.added(claim).length > 0)) continue;
      throw new EdgeconfError(
        'ABORTED',
        `another transaction that is not decided yet adds document '${first.ref.id}' on device '${first.device}' too; try again`,
      );
    }
  }
}

/** What transactions add that the overlay's own is staged on. */
function addedBelow(overlay: Overlay, claim: string): string[] {
  const ids: string[] = [];
  for (let below = overlay.pending; below !== undefined; below = below.pending) ids.push(...below.added(claim));
  return ids;
}

function documentOf(layer: Layer, id: string): DocumentUnit | undefined {
  const unit = layer.unit(id);
  return unit?.kind === 'document' ? unit : undefined;
}

/** Says that a document is taken. The entry that has it is named only to its own target. */
export function claimRefusal(unit: DocumentUnit, holder: DocumentUnit | undefined): EdgeconfError {
  const source = unit.ref.source.join('/');
  const by = holder?.target === unit.target ? `this target's ${holder.ref.source.join('/')}` : 'another target';
  return new EdgeconfError(
    'FAILED_PRECONDITION',
    `${source} needs document '${unit.ref.id}' on device '${unit.device}', but ${by} has a document of that name there ` +
      'already; all who use the device share its names, and each belongs to one: choose another id, or another device',
  );
}
