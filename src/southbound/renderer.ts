// Renders what a change of intent or of a device touches: lists first, then the documents that they name.

import { setImmediate as turn } from 'node:timers/promises';
import type { Snapshot } from '../datastore/snapshot.ts';
import type { Candidate } from '../datastore/transaction.ts';
import { EdgeconfError } from '../errors.ts';
import { southboundLog } from '../log.ts';
import type { SchemaNode } from '../schema/schema-node.ts';
import { type Adapter, type Device, type DocumentRef, documentText } from './adapter.ts';
import { plainly } from './because.ts';
import { intentView, noReads } from './intent-view.ts';
import { entryKeys, walkKey } from './key-walk.ts';
import { partitionOf } from './partition.ts';
import { changedList } from './read-index.ts';
import { type DocumentUnit, documentUnitId, type ListUnit, listId, type Overlay, type Unit } from './rendering.ts';

/** How many units are rendered before others get the thread. */
const UNITS_PER_TURN = 32;
/** How many changes are looked up before others get the thread. */
const CHANGES_PER_TURN = 2048;

/** Adapters by kind. */
export type Adapters = ReadonlyMap<string, Adapter>;

/** One pass over intent: everything it finds goes into `overlay`. */
export class Renderer {
  readonly #adapters: Adapters;
  readonly #devices: ReadonlyMap<string, Device>;
  readonly #overlay: Overlay;
  #sinceTurn = 0;

  constructor(adapters: Adapters, devices: ReadonlyMap<string, Device>, overlay: Overlay) {
    this.#adapters = adapters;
    this.#devices = devices;
    this.#overlay = overlay;
  }

  /** Renders again what the changes of one target touch. Costs in proportion to that. */
  async changed({ target, after, changes }: Pick<Candidate, 'target' | 'after' | 'changes'>): Promise<void> {
    if (this.#devices.size === 0) return;
    const ids = new Set<string>();
    const { root } = after.model;
    for (let from = 0; from < changes.length; from += CHANGES_PER_TURN) {
      if (from > 0) await turn();
      const some = changes.slice(from, from + CHANGES_PER_TURN);
      this.#overlay.touched(target, (index) => index.touched(root, some, ids));
    }
    const lists = new Map<string, Place>();
    for (const id of ids) {
      const unit = this.#overlay.unit(id);
      if (unit?.kind === 'list') lists.set(id, unit);
    }
    for await (const place of this.#newParts(target, after, changes)) {
      lists.set(listId(place.device, place.target, place.part), place);
    }
    for (const place of lists.values()) await this.#list(place, after, ids);
    for (const id of ids) {
      const unit = this.#overlay.unit(id);
      if (unit?.kind !== 'document' || this.#overlay.units.has(id)) continue;
      await this.#document(unit, unit.ref, after);
    }
  }

  /** Renders everything of one target for one device; `known` are the parts that were listed before. */
  async whole(device: string, snapshot: Snapshot, known: Iterable<readonly string[]>): Promise<void> {
    const adapter = this.#adapterFor(device, snapshot);
    const { target } = snapshot;
    const parts = new Map<string, readonly string[]>();
    for (const part of known) parts.set(listId(device, target, part), part);
    if (adapter !== undefined) {
      for (const part of partsOf(adapter, snapshot)) parts.set(listId(device, target, part), part);
    }
    for (const part of parts.values()) await this.#list({ device, target, part }, snapshot, undefined);
  }

  /** Takes away everything of a part. */
  drop(id: string): void {
    const unit = this.#overlay.unit(id);
    if (unit?.kind !== 'list') return;
    for (const ref of unit.refs) this.#overlay.set(documentUnitId(id, ref.id), undefined);
    this.#overlay.set(id, undefined);
  }

  /** Parts that came into being or went with these changes, for every device whose adapter divides intent by them. */
  async *#newParts(target: string, after: Snapshot, changes: Candidate['changes']): AsyncIterable<Place> {
    for await (const { list, part } of topLevelEntries(after.model.root, changes)) {
      for (const [device] of this.#devices) {
        const adapter = this.#adapterFor(device, after);
        if (adapter !== undefined && partitionOf(adapter, after.model.root) === list.name)
          yield { device, target, part };
      }
    }
    for (const [device] of this.#devices) {
      const adapter = this.#adapterFor(device, after);
      if (adapter === undefined || partitionOf(adapter, after.model.root) !== undefined) continue;
      if (this.#overlay.unit(listId(device, target, [])) === undefined) yield { device, target, part: [] };
    }
  }

  /** @param touched ids of units to render again even if their ref stays; undefined: all. */
  async #list(place: Place, after: Snapshot, touched: ReadonlySet<string> | undefined): Promise<void> {
    await this.#turn();
    const id = listId(place.device, place.target, place.part);
    const before = this.#overlay.unit(id);
    const unit = this.#listUnit(place, after, before?.kind === 'list' ? before : undefined);
    if (unit === undefined) {
      this.drop(id);
      return;
    }
    const refs = new Set(unit.refs.map((ref) => ref.id));
    if (before?.kind === 'list') {
      for (const ref of before.refs) if (!refs.has(ref.id)) this.#overlay.set(documentUnitId(id, ref.id), undefined);
    }
    this.#overlay.set(id, unit);
    for (const ref of unit.refs) {
      const documentId = documentUnitId(id, ref.id);
      const known = this.#overlay.unit(documentId);
      const fresh = known?.kind === 'document' && touched?.has(documentId) === false && sameRef(known.ref, ref);
      if (!fresh) await this.#document({ ...place, id: documentId }, ref, after);
    }
  }

  #listUnit(place: Place, after: Snapshot, before: ListUnit | undefined): ListUnit | undefined {
    const device = this.#devices.get(place.device);
    const adapter = this.#adapterFor(place.device, after);
    if (device === undefined || adapter === undefined) return undefined;
    const reads = noReads();
    const root = intentView(after, after.model.root, reads);
    const partition = partitionOf(adapter, after.model.root);
    const part = partition === undefined ? root : root.entry(partition, ...place.part);
    if (part === undefined) return undefined;
    const unit = { kind: 'list' as const, id: listId(place.device, place.target, place.part), ...place, reads };
    try {
      return { ...unit, refs: adapter.list(part, device), fault: undefined };
    } catch (error) {
      return { ...unit, refs: before?.refs ?? [], fault: faultOf(error, { device: place.device }) };
    }
  }

  async #document(place: Omit<Place, 'part'> & { id: string }, ref: DocumentRef, after: Snapshot): Promise<void> {
    await this.#turn();
    const device = this.#devices.get(place.device);
    const adapter = this.#adapterFor(place.device, after);
    if (device === undefined || adapter === undefined) return;
    const reads = noReads();
    const { id, target } = place;
    const unit = { kind: 'document' as const, id, target, device: device.name, ref, reads };
    try {
      const body = adapter.render(intentView(after, after.model.root, reads), device, ref, plainly);
      this.#overlay.set(id, { ...unit, desired: { ref, body, text: documentText(body) }, fault: undefined });
    } catch (error) {
      const last: Unit | undefined = this.#overlay.unit(id);
      const desired = last?.kind === 'document' ? last.desired : undefined;
      const faulty: DocumentUnit = {
        ...unit,
        desired,
        fault: faultOf(error, { device: device.name, document: ref.id }),
      };
      this.#overlay.set(id, faulty);
    }
  }

  #adapterFor(device: string, { model }: Snapshot): Adapter | undefined {
    const adapter = this.#adapters.get(this.#devices.get(device)?.kind ?? '');
    return adapter?.models.includes(model.id) === true ? adapter : undefined;
  }

  async #turn(): Promise<void> {
    this.#sinceTurn += 1;
    if (this.#sinceTurn < UNITS_PER_TURN) return;
    this.#sinceTurn = 0;
    await turn();
  }
}

interface Place {
  readonly device: string;
  readonly target: string;
  readonly part: readonly string[];
}

function partsOf(adapter: Adapter, snapshot: Snapshot): (readonly string[])[] {
  const { root } = snapshot.model;
  const partition = partitionOf(adapter, root);
  if (partition === undefined) return [[]];
  return intentView(snapshot, root, noReads())
    .list(partition)
    .map((entry) => entry.keys);
}

/** Entries of top-level lists that appear or vanish. */
async function* topLevelEntries(
  root: SchemaNode,
  changes: Candidate['changes'],
): AsyncIterable<{ list: SchemaNode; part: readonly string[] }> {
  for (const [i, change] of changes.entries()) {
    if (i % CHANGES_PER_TURN === CHANGES_PER_TURN - 1) await turn();
    const name = changedList(root, change);
    if (name === undefined) continue;
    const step = walkKey(root, change.key)[0];
    if (step?.name === name) yield { list: step.node, part: entryKeys(step.node, name, change.key).keys };
  }
}

function sameRef(a: DocumentRef, b: DocumentRef): boolean {
  const words = ({ kind, source, dependsOn }: DocumentRef) => JSON.stringify([kind, source, dependsOn]);
  return words(a) === words(b);
}

function faultOf(error: unknown, where: Record<string, unknown>): EdgeconfError {
  if (!(error instanceof EdgeconfError)) southboundLog.error({ ...where, err: error }, 'an adapter failed to render');
  return EdgeconfError.from(error);
}
