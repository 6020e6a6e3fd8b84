// What a planned transaction does to devices, as steps in an order in which the devices can take them.

import type { Adapter, Device, DocumentRef, Json } from '../adapter.ts';
import type { Desired } from '../device/document-queue.ts';
import type { Reads } from '../intent/intent-view.ts';

/** What a transaction makes of one document. */
export interface DocumentChange {
  readonly device: Device;
  readonly adapter: Pick<Adapter, 'documentKinds' | 'interruption' | 'neutral'>;
  /** Whose intent it is made from. */
  readonly target: string;
  /** As intent wants it without the transaction; undefined: not at all. One of both is there. */
  readonly before: Desired | undefined;
  readonly after: Desired | undefined;
  /** What was read to make either. */
  readonly reads: Reads;
}

/** One call to a device, or none when the device holds the document already. */
export interface PlanStep {
  readonly device: string;
  readonly target: string;
  readonly ref: DocumentRef;
  readonly op: 'create' | 'change' | 'remove' | 'reset';
  readonly before: Json | undefined;
  /** What the device is sent; undefined when the document is removed. */
  readonly body: Json | undefined;
  /** What users notice. */
  readonly interruption: string | undefined;
  /** Why it is not made at once. */
  readonly waits: string | undefined;
  readonly reads: Reads;
  /** Indexes of steps that are made before this one, in the list of steps. */
  readonly after: readonly number[];
}

/**
 * Dependencies come first and go last, and an entry that moves to another device is there before it goes here. Steps of
 * different devices that do not wait for each other are made side by side. The same changes give the same order.
 */
export function planSteps(changes: readonly DocumentChange[]): PlanStep[] {
  const sorted = [...changes].sort(byPlace);
  const blockers = blockersOf(sorted);
  const order = inOrder(blockers);
  const numberOf = new Map(order.map((index, number) => [index, number]));
  return order.flatMap((index, own) => {
    const change = sorted[index];
    if (change === undefined) return [];
    const numbers = [...(blockers[index] ?? [])].flatMap((blocker) => numberOf.get(blocker) ?? []);
    return [{ ...stepOf(change), after: numbers.filter((number) => number < own).sort((a, b) => a - b) }];
  });
}

function stepOf({ device, adapter, target, before, after, reads }: DocumentChange): Omit<PlanStep, 'after'> {
  const ref = refOf({ before, after });
  const isReset = after === undefined && adapter.documentKinds[ref.kind]?.removal === 'reset';
  const body = isReset ? adapter.neutral?.(device, ref) : after?.body;
  return {
    device: device.name,
    target,
    ref,
    op: after !== undefined ? (before === undefined ? 'create' : 'change') : isReset ? 'reset' : 'remove',
    before: before?.body,
    body,
    reads,
    interruption: adapter.interruption?.(ref, before?.body, after?.body),
    waits: device.enabled ? undefined : `device ${device.name} is not enabled; it is told when it is`,
  };
}

/** For each change the indexes of those that come before it. */
function blockersOf(changes: readonly DocumentChange[]): Set<number>[] {
  const at = new Map(changes.map((change, i) => [placeOf(change.device.name, refOf(change).id), i]));
  const deviceFor = new Map(changes.flatMap(({ device }) => device.endpoints.map((uri) => [uri, device.name])));
  const arrivals = new Map<string, number[]>();
  for (const [i, change] of changes.entries()) {
    if (change.before !== undefined || change.after === undefined) continue;
    const entry = entryOf(change);
    arrivals.set(entry, [...(arrivals.get(entry) ?? []), i]);
  }
  const blockers = changes.map(() => new Set<number>());
  for (const [i, change] of changes.entries()) {
    const { device, before, after } = change;
    for (const id of after?.ref.dependsOn ?? []) {
      const dependency = at.get(placeOf(device.name, id));
      if (dependency !== undefined && changes[dependency]?.after !== undefined) blockers[i]?.add(dependency);
    }
    for (const { endpoint, id } of after?.ref.dependsOnElsewhere ?? []) {
      const dependency = at.get(placeOf(deviceFor.get(endpoint) ?? '', id));
      if (dependency !== undefined && changes[dependency]?.after !== undefined) blockers[i]?.add(dependency);
    }
    // What depends on a document that goes lets go of it first.
    const needed = [
      ...(before?.ref.dependsOn ?? []).map((id) => placeOf(device.name, id)),
      ...(before?.ref.dependsOnElsewhere ?? []).map(({ endpoint, id }) => placeOf(deviceFor.get(endpoint) ?? '', id)),
    ];
    for (const place of needed) {
      const dependency = at.get(place);
      if (dependency !== undefined && changes[dependency]?.after === undefined) blockers[dependency]?.add(i);
    }
    if (after !== undefined) continue;
    const overlaps = change.adapter.documentKinds[refOf(change).kind]?.overlaps === true;
    for (const arrival of arrivals.get(entryOf(change)) ?? []) {
      if (overlaps || changes[arrival]?.device.name !== device.name) blockers[i]?.add(arrival);
    }
  }
  for (const [i, own] of blockers.entries()) own.delete(i);
  return blockers;
}

/** Indexes so that each comes behind its blockers; in a circle the first one goes without waiting. */
function inOrder(blockers: readonly ReadonlySet<number>[]): number[] {
  const dependents = blockers.map((): number[] => []);
  const missing = blockers.map((own) => own.size);
  for (const [i, own] of blockers.entries()) for (const blocker of own) dependents[blocker]?.push(i);
  const order: number[] = [];
  const done = new Set<number>();
  let ready = blockers.flatMap((own, i) => (own.size === 0 ? [i] : []));
  let first = 0;
  while (order.length < blockers.length) {
    if (ready.length === 0) {
      while (done.has(first)) first += 1;
      ready = [first];
    }
    const next: number[] = [];
    for (const i of ready) {
      if (done.has(i)) continue;
      done.add(i);
      order.push(i);
      for (const dependent of dependents[i] ?? []) {
        missing[dependent] = (missing[dependent] ?? 0) - 1;
        if (missing[dependent] === 0) next.push(dependent);
      }
    }
    ready = next.sort((a, b) => a - b);
  }
  return order;
}

/** What comes before what goes, then by device and id. */
function byPlace(a: DocumentChange, b: DocumentChange): number {
  const goes = Number(a.after === undefined) - Number(b.after === undefined);
  if (goes !== 0) return goes;
  const [first, second] = [a, b].map((each) => placeOf(each.device.name, refOf(each).id));
  return (first ?? '') < (second ?? '') ? -1 : 1;
}

function refOf({ before, after }: Pick<DocumentChange, 'before' | 'after'>): DocumentRef {
  const ref = after?.ref ?? before?.ref;
  if (ref === undefined) throw new Error('a change of a document that was never there');
  return ref;
}

function placeOf(device: string, document: string): string {
  return `${device}\0${document}`;
}

function entryOf(change: DocumentChange): string {
  const { kind, source } = refOf(change);
  return JSON.stringify([change.target, kind, ...source]);
}
