// What intent means in documents: units of rendering with what each of them read, as a base and as layers over it.

import type { EdgeconfError } from '../../errors.ts';
import type { Allocation, DocumentRef, Gap } from '../adapter.ts';
import type { Desired } from '../device/document-queue.ts';
import type { Reads } from './intent-view.ts';
import { ReadIndex } from './read-index.ts';

/** Which endpoints one part of a target's intent names for one kind of device. */
export interface PartUnit {
  readonly kind: 'part';
  readonly id: string;
  readonly target: string;
  /** The kind of device, which is the adapter's. */
  readonly adapter: string;
  /** Keys of the partition's entry; empty when the adapter has no partition. */
  readonly part: readonly string[];
  readonly endpoints: readonly string[];
  /** Names of the devices that answer for them: the part is listed for each. */
  readonly devices: readonly string[];
  /** Why this could not be found out anew; the rest is what was found last then. */
  readonly fault: EdgeconfError | undefined;
  readonly reads: Reads;
}

/** Which documents one part of a target's intent needs on one device. */
export interface ListUnit {
  readonly kind: 'list';
  readonly id: string;
  readonly target: string;
  /** The kind of device, which is the adapter's. */
  readonly adapter: string;
  readonly device: string;
  /** As in `PartUnit`. */
  readonly part: readonly string[];
  readonly refs: readonly DocumentRef[];
  readonly gaps: readonly Gap[];
  readonly allocations: readonly Allocation[];
  /** Why the list could not be made anew; the rest is what was found last then. */
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

export type Unit = PartUnit | ListUnit | DocumentUnit;

/** Id of a part for a kind of device. */
export function partId(adapter: string, target: string, part: readonly string[]): string {
  return `\0${adapter}\0${target}\0${part.join('\x01')}\0`;
}

/** Id of a part's list for a device. The kind is in it since a device may become one of another kind. */
export function listId(adapter: string, device: string, target: string, part: readonly string[]): string {
  return `${adapter}\0${device}\0${target}\0${part.join('\x01')}\0`;
}

/** A document's unit belongs to the list that it is in. */
export function documentUnitId(list: string, documentId: string): string {
  return list + documentId;
}

/** The id of the list that a document is in; no name that ids are made of has a NUL. */
export function listOf(documentUnit: string): string {
  return `${documentUnit.split('\0', 4).join('\0')}\0`;
}

/** Where units are looked up. */
export interface Layer {
  unit(id: string): Unit | undefined;
  /** Adds the ids of units of `target` that read one of the changed rows; some of them may be gone. */
  touched(target: string, lookup: (index: ReadIndex) => void): void;
  /** Adds the ids of parts that name the endpoint for this kind of device; some may be gone, or name it no longer. */
  naming(adapter: string, endpoint: string, found: Set<string>): void;
}

/** The units of all targets as of the last revision that was taken in. */
export class Rendering implements Layer {
  readonly #units = new Map<string, Unit>();
  readonly #indexes = new Map<string, ReadIndex>();
  readonly #lists = new Map<string, Set<string>>();
  readonly #named = new Map<string, Set<string>>();

  unit(id: string): Unit | undefined {
    return this.#units.get(id);
  }

  touched(target: string, lookup: (index: ReadIndex) => void): void {
    const index = this.#indexes.get(target);
    if (index !== undefined) lookup(index);
  }

  naming(adapter: string, endpoint: string, found: Set<string>): void {
    for (const id of this.#named.get(endpointKey(adapter, endpoint)) ?? []) found.add(id);
  }

  /** Ids of the lists of a device. */
  listsOf(device: string): Iterable<string> {
    return this.#lists.get(device) ?? [];
  }

  /** Replaces a unit and gives what was there. */
  set(id: string, unit: Unit | undefined): Unit | undefined {
    const before = this.#units.get(id);
    if (before !== undefined) {
      this.#indexes.get(before.target)?.remove(id, before.reads);
      this.#units.delete(id);
      if (before.kind === 'list') takeOut(this.#lists, before.device, id);
      if (before.kind === 'part') for (const key of endpointKeys(before)) takeOut(this.#named, key, id);
    }
    if (unit !== undefined) {
      this.#units.set(id, unit);
      indexOf(this.#indexes, unit.target).add(id, unit.reads);
      if (unit.kind === 'list') setOf(this.#lists, unit.device).add(id);
      if (unit.kind === 'part') for (const key of endpointKeys(unit)) setOf(this.#named, key).add(id);
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
  readonly #named = new Map<string, Set<string>>();
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

  naming(adapter: string, endpoint: string, found: Set<string>): void {
    this.#below.naming(adapter, endpoint, found);
    for (const id of this.#named.get(endpointKey(adapter, endpoint)) ?? []) found.add(id);
  }

  set(id: string, unit: Unit | undefined): void {
    this.units.set(id, unit);
    if (unit === undefined) return;
    indexOf(this.#indexes, unit.target).add(id, unit.reads);
    if (unit.kind === 'part') for (const key of endpointKeys(unit)) setOf(this.#named, key).add(id);
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

function endpointKey(adapter: string, endpoint: string): string {
  return `${adapter}\0${endpoint}`;
}

function endpointKeys({ adapter, endpoints }: PartUnit): string[] {
  return endpoints.map((endpoint) => endpointKey(adapter, endpoint));
}

function takeOut(sets: Map<string, Set<string>>, name: string, id: string): void {
  const set = sets.get(name);
  if (set?.delete(id) === true && set.size === 0) sets.delete(name);
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
