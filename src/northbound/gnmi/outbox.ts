// What one STREAM has yet to be sent of the change feed: commits as they were, or, far behind, each path's latest value.

import type { Snapshot } from '../../datastore/snapshot.ts';
import { ChangeQueue } from './change-queue.ts';
import type { GnmiLimits } from './limits.ts';
import type { Parcel } from './parcel.ts';
import type { ServedEncoding } from './value-encoding.ts';

/** Takes in what the change feed has for a stream. */
export interface Receiver {
  /** Called for each parcel of an event, and then `done` once for all of them. */
  put(parcel: Parcel): void;
  /** @param marker the commit's marker; undefined when it is state that changed. */
  done(marker: Buffer | undefined): void;
}

/** A commit's parcels that are not yet sent, and what marks its end. */
interface Event {
  readonly parcels: Parcel[];
  marker: Buffer | undefined;
}

/** The latest values of many commits together; the marker is that of the last. */
interface Merged {
  readonly queue: ChangeQueue;
  /** The first of the parcels that are merged, by target. */
  readonly first: Map<string, Parcel>;
  marker: Buffer | undefined;
}

/** What a client holds that was sent all of some commits, and nothing of those behind them. */
export interface Held {
  /** By target, as far as that is not what there is now. */
  readonly snapshots: ReadonlyMap<string, Snapshot>;
  /** When the first commit was that it was not sent; undefined when it holds what there is now. */
  readonly untilNs: bigint | undefined;
}

/**
 * Holds at most `commitsBehind` commits, which are shared with other streams, and two values for each path that the client
 * knows or that exists now. A marker comes only when everything up to its revision, and nothing behind it, is out: what
 * is being sent takes no more changes in, so a slow client gets its markers however fast commits come.
 */
export class Outbox implements Receiver {
  readonly #limits: GnmiLimits;
  readonly #encoding: ServedEncoding;
  readonly #marks: boolean;
  readonly #wake: () => void;
  /** What is being sent, the oldest: either of the two. */
  #sending: Merged | undefined;
  #current: Event | undefined;
  /** Message of the first parcel of `#current` that is next. */
  #next = 0;
  /** Behind it. */
  #merged: Merged | undefined;
  /** The newest. */
  #events: Event[] = [];
  /** Changes in `#events`. */
  #changes = 0;
  /** The event that is being taken in. */
  #open: Event | undefined;

  /** @param marks whether commits are marked. @param wake called when there is something to send. */
  constructor(encoding: ServedEncoding, limits: GnmiLimits, marks: boolean, wake: () => void) {
    this.#encoding = encoding;
    this.#limits = limits;
    this.#marks = marks;
    this.#wake = wake;
  }

  put(parcel: Parcel): void {
    this.#open ??= { parcels: [], marker: undefined };
    this.#open.parcels.push(parcel);
  }

  done(marker: Buffer | undefined): void {
    const event = this.#open;
    if (event === undefined) return;
    this.#open = undefined;
    event.marker = this.#marks ? marker : undefined;
    this.#events.push(event);
    this.#changes += changesOf(event);
    const { commitsBehind, changesBehind } = this.#limits;
    if (this.#events.length > commitsBehind || (this.#events.length > 1 && this.#changes > changesBehind))
      this.#merge();
    this.#wake();
  }

  /** The next message; undefined when there is none. @param halt also between two commits. */
  take(halt = false): Buffer | undefined {
    for (;;) {
      const message = this.#ofMerged() ?? this.#ofEvent();
      if (message !== undefined) return message;
      if (this.#sending !== undefined || this.#current !== undefined) continue;
      if (halt) return undefined;
      if (this.#merged !== undefined) {
        // The client is far behind already, so what came since is told with the rest and not after it.
        if (this.#events.length > 0) this.#merge();
        this.#sending = this.#merged;
        this.#merged = undefined;
        continue;
      }
      this.#current = this.#events.shift();
      if (this.#current === undefined) return undefined;
      this.#changes -= changesOf(this.#current);
    }
  }

  /** To be asked between two commits. */
  get held(): Held {
    const first = new Map(this.#merged?.first);
    for (const { parcels } of this.#events) addFirst(first, parcels);
    const snapshots = new Map([...first].map(([target, { before }]) => [target, before]));
    // Parcels come in the order of their commits.
    const [earliest] = first.values();
    return { snapshots, untilNs: earliest?.timeNs };
  }

  #ofMerged(): Buffer | undefined {
    const message = this.#sending?.queue.take();
    if (message !== undefined) return message;
    const marker = this.#sending?.marker;
    this.#sending = undefined;
    return marker;
  }

  #ofEvent(): Buffer | undefined {
    if (this.#current === undefined) return undefined;
    const { parcels, marker } = this.#current;
    const message = parcels[0]?.message(this.#next++);
    if (message !== undefined) return message;
    this.#next = 0;
    if (parcels.length === 0) {
      this.#current = undefined;
      return marker;
    }
    parcels.shift();
    return undefined;
  }

  #merge(): void {
    const merged = this.#merged ?? newMerged(this.#limits, this.#encoding);
    for (const { parcels, marker } of this.#events) {
      addFirst(merged.first, parcels);
      for (const { changes, after, timeNs } of parcels) merged.queue.add(changes, after, timeNs);
      merged.marker = marker;
    }
    this.#merged = merged;
    this.#events = [];
    this.#changes = 0;
  }
}

function newMerged(limits: GnmiLimits, encoding: ServedEncoding): Merged {
  return { queue: new ChangeQueue(limits, encoding), first: new Map(), marker: undefined };
}

function addFirst(first: Map<string, Parcel>, parcels: readonly Parcel[]): void {
  for (const parcel of parcels) if (!first.has(parcel.after.target)) first.set(parcel.after.target, parcel);
}

function changesOf({ parcels }: Event): number {
  return parcels.reduce((sum, { changes }) => sum + changes.length, 0);
}
