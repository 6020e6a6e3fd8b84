// The documents of all targets as of the last transaction taken in, for those who ask about them.

import type { Snapshot } from '../datastore/snapshot.ts';
import type { RowKey } from '../schema/row-key.ts';
import type { Claims } from './claims.ts';
import { claimKey, type DocumentUnit, documentUnitId, type Rendering, type Unit } from './rendering.ts';

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
    return first === undefined ? undefined : this.#documentUnit(first);
  }

  /** All documents of a device, of all targets or of one, by id. */
  documentsOn(device: string, target?: string): DocumentUnit[] {
    const found = new Map<string, DocumentUnit>();
    for (const list of this.#rendering.listsOf(device, target)) {
      const unit = this.#rendering.unit(list);
      if (unit?.kind !== 'list') continue;
      for (const { id } of unit.refs) {
        const document = this.#documentUnit(documentUnitId(list, id));
        // Who came second has no document.
        if (document !== undefined && this.document(device, id) === document) found.set(id, document);
      }
    }
    return [...found.values()].sort((a, b) => (a.ref.id < b.ref.id ? -1 : 1));
  }

  /**
   * What was made from any of these rows of a target's intent, existing or not: documents, and lists of documents.
   * Between two steps others may get the thread.
   */
  *readersOf(target: string, keys: Iterable<RowKey>): Generator<void, Unit[]> {
    const root = this.#snapshots.get(target)?.model.root;
    if (root === undefined) return [];
    const ids = new Set<string>();
    for (const key of keys) {
      // As if the row went: then also the list counts that its entry is in.
      const change = { key, before: '', after: undefined };
      this.#rendering.touched(target, (index) => index.touched(root, [change], ids));
      yield;
    }
    return [...ids].sort().flatMap((id) => this.#rendering.unit(id) ?? []);
  }

  #documentUnit(id: string): DocumentUnit | undefined {
    const unit = this.#rendering.unit(id);
    return unit?.kind === 'document' ? unit : undefined;
  }
}
