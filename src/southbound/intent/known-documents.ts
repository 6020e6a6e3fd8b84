// The documents of all targets as of the last transaction taken in, for those who ask about them.

import type { Snapshot } from '../../datastore/snapshot.ts';
import type { RowKey } from '../../schema/row-key.ts';
import type { Claims } from './claims.ts';
import { claimKey, type DocumentUnit, type ListUnit, listId, type Rendering } from './rendering.ts';

/** Reads what the planner keeps. */
export class KnownDocuments {
  readonly #rendering: Rendering;
  readonly #claims: Claims;
  readonly #snapshots: ReadonlyMap<string, Snapshot>;

  /** @param snapshots the intent that the rendering was made from, by target. */
  constructor(rendering: Rendering, claims: Claims, snapshots: ReadonlyMap<string, Snapshot>) {
    this.#rendering = rendering;
    this.#claims = claims;
    this.#snapshots = snapshots;
  }

  /** The intent that a target's documents are made from. */
  snapshot(target: string): Snapshot | undefined {
    return this.#snapshots.get(target);
  }

  /** The document that has this id on the device: of two that want it, the first. */
  document(device: string, id: string): DocumentUnit | undefined {
    const [first] = this.#claims.wanting(claimKey(device, id));
    const unit = first === undefined ? undefined : this.#rendering.unit(first);
    return unit?.kind === 'document' ? unit : undefined;
  }

  /**
   * What was made from any of these rows of a target's intent, existing or not: documents, and lists of documents.
   * Between two steps others may get the thread.
   */
  *readersOf(target: string, keys: Iterable<RowKey>): Generator<void, (DocumentUnit | ListUnit)[]> {
    const root = this.#snapshots.get(target)?.model.root;
    if (root === undefined) return [];
    const ids = new Set<string>();
    for (const key of keys) {
      // As if the row went: then also the list counts that its entry is in.
      const change = { key, before: '', after: undefined };
      this.#rendering.touched(target, (index) => index.touched(root, [change], ids));
      yield;
    }
    for (const id of [...ids]) {
      const unit = this.#rendering.unit(id);
      // Which devices a part names decides about its lists there.
      if (unit?.kind !== 'part') continue;
      for (const device of unit.devices) ids.add(listId(unit.adapter, device, target, unit.part));
    }
    return [...ids].sort().flatMap((id) => {
      const unit = this.#rendering.unit(id);
      return unit === undefined || unit.kind === 'part' ? [] : [unit];
    });
  }
}
