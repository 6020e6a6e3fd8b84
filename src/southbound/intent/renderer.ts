// Renders what a change of intent or of a device touches: parts first, then their lists, then the documents in these.

import { setImmediate as turn } from 'node:timers/promises';
import type { Snapshot } from '../../datastore/snapshot.ts';
import type { Candidate } from '../../datastore/transaction.ts';
import type { SchemaNode } from '../../schema/schema-node.ts';
import type { Adapter, Device, DocumentRef } from '../adapter.ts';
import { sameDevice } from '../device-registry.ts';
import { type EndpointIndex, endpointIndex } from './endpoint-index.ts';
import { intentView, noReads } from './intent-view.ts';
import { entryKeys, walkKey } from './key-walk.ts';
import { makeDocument, makeList, makePart } from './make-unit.ts';
import { partitionOf } from './partition.ts';
import { changedList } from './read-index.ts';
import { type DocumentUnit, documentUnitId, type ListUnit, listId, listOf, type Overlay, partId } from './rendering.ts';

/** How many units are rendered before others get the thread. */
const UNITS_PER_TURN = 32;
/** How many changes are looked up before others get the thread. */
const CHANGES_PER_TURN = 2048;

/** Adapters by kind. */
export type Adapters = ReadonlyMap<string, Adapter>;

/** One pass over intent: everything it finds goes into `overlay`. Snapshots are those of after the transaction. */
export class Renderer {
  readonly #adapters: Adapters;
  readonly #devices: ReadonlyMap<string, Device>;
  readonly #endpoints: EndpointIndex;
  readonly #overlay: Overlay;
  #sinceTurn = 0;

  constructor(adapters: Adapters, devices: ReadonlyMap<string, Device>, overlay: Overlay) {
    this.#adapters = adapters;
    this.#devices = devices;
    this.#endpoints = endpointIndex(devices);
    this.#overlay = overlay;
  }

  /** Renders again what the changes of one target touch. Costs in proportion to that. */
  async changed({ target, after, changes }: Pick<Candidate, 'target' | 'after' | 'changes'>): Promise<void> {
    const ids = new Set<string>();
    const { root } = after.model;
    for (let from = 0; from < changes.length; from += CHANGES_PER_TURN) {
      if (from > 0) await turn();
      const some = changes.slice(from, from + CHANGES_PER_TURN);
      this.#overlay.touched(target, (index) => index.touched(root, some, ids));
    }
    for (const { adapter, part } of this.#touchedParts(ids)) await this.#part(adapter, part, after);
    for await (const { adapter, part } of this.#newParts(after, changes)) await this.#part(adapter, part, after);
    // What was rendered in this pass was rendered from all that there will be.
    for (const id of ids) {
      const unit = this.#overlay.unit(id);
      if (unit?.kind === 'list' && !this.#overlay.units.has(id)) await this.#listAgain(unit, after, ids);
    }
    for (const id of ids) {
      const unit = this.#overlay.unit(id);
      if (unit?.kind === 'document' && !this.#overlay.units.has(id)) await this.#documentAgain(unit, after);
    }
  }

  /** Renders everything of one target, of which nothing is known. */
  async whole(snapshot: Snapshot): Promise<void> {
    for (const adapter of this.#adaptersOf(snapshot)) {
      for (const part of partsOf(adapter, snapshot)) await this.#part(adapter, part, snapshot);
    }
  }

  /**
   * Renders again what a change of a device touches: the parts that name an endpoint of it; those whose endpoints it answers
   * for as before are left alone when nothing else about it has changed.
   */
  async deviceChanged(
    before: Device | undefined,
    after: Device | undefined,
    snapshots: ReadonlyMap<string, Snapshot>,
  ): Promise<void> {
    const endpointsOnly =
      before !== undefined && after !== undefined && sameDevice({ ...before, ...pick(after) }, after);
    const stays = (endpoint: string) =>
      endpointsOnly && before.endpoints.includes(endpoint) && after.endpoints.includes(endpoint);
    const ids = new Set<string>();
    for (const { kind, endpoints } of [before, after].filter((device) => device !== undefined)) {
      for (const endpoint of endpoints) if (!stays(endpoint)) this.#overlay.naming(kind, endpoint, ids);
    }
    for (const id of ids) {
      const unit = this.#overlay.unit(id);
      const snapshot = unit === undefined ? undefined : snapshots.get(unit.target);
      const adapter = unit?.kind === 'part' ? this.#adapters.get(unit.adapter) : undefined;
      if (unit?.kind !== 'part' || snapshot === undefined || adapter === undefined) continue;
      await this.#part(adapter, unit.part, snapshot, after?.name);
    }
  }

  /** Takes away what is there of a target that is no more, whose intent is empty. */
  dropEmpty(target: string): void {
    for (const { kind } of this.#adapters.values()) {
      const id = partId(kind, target, []);
      const unit = this.#overlay.unit(id);
      if (unit?.kind !== 'part') continue;
      for (const device of unit.devices) this.#drop(listId(kind, device, target, []));
      this.#overlay.set(id, undefined);
    }
  }

  #adaptersOf({ model }: Snapshot): Adapter[] {
    return [...this.#adapters.values()].filter(({ models }) => models.includes(model.id));
  }

  #touchedParts(ids: Iterable<string>): { adapter: Adapter; part: readonly string[] }[] {
    const found: { adapter: Adapter; part: readonly string[] }[] = [];
    for (const id of ids) {
      const unit = this.#overlay.unit(id);
      const adapter = unit?.kind === 'part' ? this.#adapters.get(unit.adapter) : undefined;
      if (unit?.kind === 'part' && adapter !== undefined && !this.#overlay.units.has(id))
        found.push({ adapter, part: unit.part });
    }
    return found;
  }

  /** Parts that came into being with these changes, for every adapter that divides intent by them. */
  async *#newParts(
    after: Snapshot,
    changes: Candidate['changes'],
  ): AsyncIterable<{ adapter: Adapter; part: readonly string[] }> {
    const adapters = this.#adaptersOf(after);
    for await (const { list, part } of topLevelEntries(after.model.root, changes)) {
      for (const adapter of adapters) {
        const isPart = partitionOf(adapter, after.model.root) === list.name;
        if (isPart && !this.#knows(adapter, after, part)) yield { adapter, part };
      }
    }
    for (const adapter of adapters) {
      const isWhole = partitionOf(adapter, after.model.root) === undefined;
      if (isWhole && !this.#knows(adapter, after, [])) yield { adapter, part: [] };
    }
  }

  #knows({ kind }: Adapter, { target }: Snapshot, part: readonly string[]): boolean {
    return this.#overlay.unit(partId(kind, target, part)) !== undefined;
  }

  /** @param relist name of a device for which the part is to be listed again although it was before. */
  async #part(adapter: Adapter, part: readonly string[], snapshot: Snapshot, relist?: string): Promise<void> {
    await this.#turn();
    const id = partId(adapter.kind, snapshot.target, part);
    const known = this.#overlay.unit(id);
    const before = known?.kind === 'part' ? known : undefined;
    const unit = makePart(adapter, part, snapshot, before);
    const devices = unit === undefined ? [] : this.#endpoints.answering(adapter.kind, unit.endpoints);
    for (const device of before?.devices ?? []) {
      if (!devices.includes(device)) this.#drop(listId(adapter.kind, device, snapshot.target, part));
    }
    this.#overlay.set(id, unit === undefined ? undefined : { ...unit, devices });
    for (const device of devices) {
      const listed = before?.devices.includes(device) === true && device !== relist;
      if (!listed) await this.#list(adapter, device, part, snapshot, undefined);
    }
  }

  async #listAgain({ adapter, device, part }: ListUnit, after: Snapshot, touched: ReadonlySet<string>): Promise<void> {
    const own = this.#adapters.get(adapter);
    if (own !== undefined) await this.#list(own, device, part, after, touched);
  }

  /** @param touched ids of units to render again even if their ref stays; undefined: all. */
  async #list(
    adapter: Adapter,
    deviceName: string,
    part: readonly string[],
    after: Snapshot,
    touched: ReadonlySet<string> | undefined,
  ): Promise<void> {
    await this.#turn();
    const device = this.#devices.get(deviceName);
    const id = listId(adapter.kind, deviceName, after.target, part);
    const known = this.#overlay.unit(id);
    const before = known?.kind === 'list' ? known : undefined;
    const unit = device === undefined ? undefined : makeList(adapter, device, part, after, before);
    if (unit === undefined || device === undefined) {
      this.#drop(id);
      return;
    }
    const refs = new Set(unit.refs.map((ref) => ref.id));
    for (const ref of before?.refs ?? []) {
      if (!refs.has(ref.id)) this.#overlay.set(documentUnitId(id, ref.id), undefined);
    }
    this.#overlay.set(id, unit);
    for (const ref of unit.refs) {
      const documentId = documentUnitId(id, ref.id);
      const document = this.#documentAt(documentId);
      if (document === undefined || touched?.has(documentId) !== false || !sameContent(document.ref, ref)) {
        await this.#turn();
        this.#overlay.set(documentId, makeDocument(adapter, device, id, ref, after, document));
      } else if (!sameRef(document.ref, ref)) {
        const { desired } = document;
        this.#overlay.set(documentId, { ...document, ref, desired: desired && { ...desired, ref } });
      }
    }
  }

  async #documentAgain(unit: DocumentUnit, after: Snapshot): Promise<void> {
    await this.#turn();
    const device = this.#devices.get(unit.device);
    const adapter = this.#adapters.get(device?.kind ?? '');
    if (device === undefined || adapter === undefined) return;
    this.#overlay.set(unit.id, makeDocument(adapter, device, listOf(unit.id), unit.ref, after, unit));
  }

  /** Takes away a list and all its documents. */
  #drop(id: string): void {
    const unit = this.#overlay.unit(id);
    if (unit?.kind !== 'list') return;
    for (const ref of unit.refs) this.#overlay.set(documentUnitId(id, ref.id), undefined);
    this.#overlay.set(id, undefined);
  }

  #documentAt(id: string): DocumentUnit | undefined {
    const unit = this.#overlay.unit(id);
    return unit?.kind === 'document' ? unit : undefined;
  }

  async #turn(): Promise<void> {
    this.#sinceTurn += 1;
    if (this.#sinceTurn < UNITS_PER_TURN) return;
    this.#sinceTurn = 0;
    await turn();
  }
}

function pick({ endpoints }: Device): Pick<Device, 'endpoints'> {
  return { endpoints };
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

/** Whether both stand for the same content; see `Adapter.render`. */
function sameContent(a: DocumentRef, b: DocumentRef): boolean {
  return a.kind === b.kind && a.source.join('\x01') === b.source.join('\x01');
}

function sameRef(a: DocumentRef, b: DocumentRef): boolean {
  const words = ({ dependsOn, dependsOnElsewhere, serves, uses }: DocumentRef) =>
    JSON.stringify([dependsOn, dependsOnElsewhere, serves, uses]);
  return words(a) === words(b);
}
