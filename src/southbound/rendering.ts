// What intent means in documents: units of rendering with what each of them read, as a base and as layers over it.

import type { EdgeconfError } from '../errors.ts';
import type { DocumentRef } from './adapter.ts';
import type { Desired } from './document-queue.ts';
import type { Reads } from './intent-view.ts';
import { ReadIndex } from './read-index.ts';

/** Which documents one part of a target's intent needs on one device. */
export interface ListUnit {
  readonly kind: 'list';
  readonly id: string;
  readonly target: string;
  readonly device: string;
  /** Keys of the partition's entry; empty when the adapter has no partition. */
  readonly part: readonly string[];
  readonly refs: readonly DocumentRef[];
  /** Why the list could not be made anew; `refs` are the last ones then. */
  readonly fault: EdgeconfError | undefined;
  readonly reads: Reads;
}

/** One document of one part. */
export interface DocumentUnit {
  readonly kind: 'document';
  readonly id: string;
  readonly target: string;
  readonly device: string;
  readonly ref: DocumentRef;
  /** What was rendered last; undefined when it never could be. */
  readonly desired: Desired | undefined;
  /** Why it could not be rendered from what intent says now. */
  readonly fault: EdgeconfError | undefined;
  readonly reads: Reads;
}

export type Unit = ListUnit | DocumentUnit;

/** Ids of units: everything of a device and target, then of a part, shares a prefix. */
export function listId(device: string, target: string, part: readonly string[]): string {
  return `${device}\0${target}\0${part.join('\x01')}\0`;
}

/** A document's unit belongs to the part that lists it. */
export function documentUnitId(list: string, documentId: string): string {
  return list + documentId;
}

/** The id of the part that lists a document. Neither devices nor targets nor list keys have a NUL in them. */
export function listOf(documentUnit: string): string {
  return `${documentUnit.split('\0', 3).join('\0')}\0`;
}

/** Where units are looked up. */
export interface Layer {
  unit(id: string): Unit | undefined;
  /** Adds the ids of units of `target` that read one of the changed rows; some of them may be gone. */
  touched(target: string, lookup: (index: ReadIndex) => void): void;
}

/** The units of all targets as of the last revision that was taken in. */
export class Rendering implements Layer {
  readonly #units = new Map<string, Unit>();
  readonly #indexes = new Map<string, ReadIndex>();
  readonly #parts = new Map<string, Set<string>>();

  unit(id: string): Unit | undefined {
    return this.#units.get(id);
  }

  touched(target: string, lookup: (index: ReadIndex) => void): void {
    const index = this.#indexes.get(target);
    if (index !== undefined) lookup(index);
  }

  /** Ids of the list units of a device, of all targets or of one. */
  listsOf(device: string, target?: string): string[] {
    const ids = [...(this.#parts.get(device) ?? [])];
    return target === undefined ? ids : ids.filter((id) => id.startsWith(`${device}\0${target}\0`));
  }

  /** Replaces a unit and gives what was there. */
  set(id: string, unit: Unit | undefined): Unit | undefined {
    const before = this.#units.get(id);
    if (before !== undefined) {
      this.#indexes.get(before.target)?.remove(id, before.reads);
      this.#units.delete(id);
      if (before.kind === 'list') this.#parts.get(before.device)?.delete(id);
    }
    if (unit !== undefined) {
      this.#units.set(id, unit);
      indexOf(this.#indexes, unit.target).add(id, unit.reads);
      if (unit.kind === 'list') setOf(this.#parts, unit.device).add(id);
    }
    return before;
  }
}

/** Units that a transaction would make different, over the state that it starts from. */
export class Overlay implements Layer {
  /** Undefined: the unit goes. */
  readonly units = new Map<string, Unit | undefined>();
  readonly #indexes = new Map<string, ReadIndex>();
  readonly #added = new Map<string, Set<string>>();
  #base: Layer;
  /** Its units are part of what is known to all. */
  #isMerged = false;

  /** @param base what is known, or what another transaction that is on its way before this one makes of it. */
  constructor(base: Layer) {
    this.#base = base;
  }

  /** The overlay below, as long as it is not part of what is known. */
  get pending(): Overlay | undefined {
    const base = this.#below;
    return base instanceof Overlay ? base : undefined;
  }

  /** To be called when its transaction has become part of what is known: overlays above then look there. */
  merged(): void {
    this.#base = this.#below;
    this.#isMerged = true;
  }

  get #below(): Layer {
    while (this.#base instanceof Overlay && this.#base.#isMerged) this.#base = this.#base.#base;
    return this.#base;
  }

  unit(id: string): Unit | undefined {
    return this.units.has(id) ? this.units.get(id) : this.below(id);
  }

  /** The unit as it was before this transaction. */
  below(id: string): Unit | undefined {
    return this.#below.unit(id);
  }

  touched(target: string, lookup: (index: ReadIndex) => void): void {
    this.#below.touched(target, lookup);
    const index = this.#indexes.get(target);
    if (index !== undefined) lookup(index);
  }

  set(id: string, unit: Unit | undefined): void {
    this.units.set(id, unit);
    if (unit === undefined) return;
    indexOf(this.#indexes, unit.target).add(id, unit.reads);
    if (unit.kind === 'document' && this.below(id) === undefined) {
      setOf(this.#added, claimKey(unit.device, unit.ref.id)).add(id);
    }
  }

  /** Ids of units of this transaction that want this document and did not exist before. */
  added(claim: string): readonly string[] {
    return [...(this.#added.get(claim) ?? [])].filter((id) => this.units.get(id) !== undefined);
  }

  /** Claims of documents that did not exist before. */
  claims(): IterableIterator<string> {
    return this.#added.keys();
  }
}

/** What can be claimed: one document id on one device. */
export function claimKey(device: string, documentId: string): string {
  return `${device}\0${documentId}`;
}

function indexOf(indexes: Map<string, ReadIndex>, target: string): ReadIndex {
  let index = indexes.get(target);
  if (index === undefined) {
    index = new ReadIndex();
    indexes.set(target, index);
  }
  return index;
}

function setOf(sets: Map<string, Set<string>>, name: string): Set<string> {
  let set = sets.get(name);
  if (set === undefined) {
    set = new Set();
    sets.set(name, set);
  }
  return set;
}
