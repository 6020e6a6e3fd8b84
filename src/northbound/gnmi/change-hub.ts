// The change feed for all streams: each event is looked at once for each shape of stream, not once for each stream.

import type { Datastore } from '../../datastore/datastore.ts';
import { confirmIdOf } from '../../datastore/notes.ts';
import { platformTarget } from '../../datastore/targets.ts';
import type { FeedEvent } from '../../datastore/transaction.ts';
import { gnmiLog } from '../../log.ts';
import { atOnce, inSlices, Slices } from '../../slices.ts';
import { commitMarker } from './bundle.ts';
import type { TargetFeeds } from './feeds.ts';
import type { GnmiLimits } from './limits.ts';
import type { Receiver } from './outbox.ts';
import { type Parcel, parcelOf } from './parcel.ts';
import type { ServedEncoding } from './value-encoding.ts';

/** Streams that want the same of one target. */
interface Shape {
  readonly feeds: TargetFeeds;
  readonly encoding: ServedEncoding;
  /** With the number of the last event that the receiver had seen when it joined. */
  readonly receivers: Map<Receiver, number>;
}

/** An event that waits until those before it are handed out. */
interface Waiting {
  readonly event: FeedEvent;
  readonly number: number;
}

/** An event with more changes is looked at in slices, and those behind it wait. */
const changesAtOnce = 4096;

/** Listens only while somebody has joined. */
export class ChangeHub {
  readonly #datastore: Pick<Datastore, 'listen'>;
  readonly #limits: GnmiLimits;
  /** By target, then by shape. */
  readonly #shapes = new Map<string, Map<string, Shape>>();
  readonly #watchers = new Set<(event: FeedEvent) => void>();
  #stop: (() => void) | undefined;
  /** Number of the last event that came. */
  #taken = 0;
  readonly #waiting: Waiting[] = [];

  constructor(datastore: Pick<Datastore, 'listen'>, limits: GnmiLimits) {
    this.#datastore = datastore;
    this.#limits = limits;
  }

  /** How many different shapes there are: what an event costs grows with it. */
  get shapes(): number {
    let count = 0;
    for (const shapes of this.#shapes.values()) count += shapes.size;
    return count;
  }

  /** From now on the receiver is handed what these feeds let through. @returns ends it. */
  join(feeds: TargetFeeds, encoding: ServedEncoding, receiver: Receiver): () => void {
    const shapes = this.#shapes.get(feeds.target) ?? new Map<string, Shape>();
    this.#shapes.set(feeds.target, shapes);
    const shape = shapes.get(feeds.shape) ?? { feeds, encoding, receivers: new Map() };
    shapes.set(feeds.shape, shape);
    shape.receivers.set(receiver, this.#taken);
    this.#listen();
    return () => {
      shape.receivers.delete(receiver);
      if (shape.receivers.size === 0 && shapes.get(feeds.shape) === shape) shapes.delete(feeds.shape);
      if (shapes.size === 0) this.#shapes.delete(feeds.target);
      this.#listen();
    };
  }

  /** Calls back with each transaction on the platform, before anybody is handed its changes. @returns ends it. */
  watchPlatform(watcher: (event: FeedEvent) => void): () => void {
    const entry = (event: FeedEvent): void => watcher(event);
    this.#watchers.add(entry);
    this.#listen();
    return () => {
      this.#watchers.delete(entry);
      this.#listen();
    };
  }

  #listen(): void {
    if (this.#shapes.size + this.#watchers.size === 0) {
      this.#stop?.();
      this.#stop = undefined;
    } else this.#stop ??= this.#datastore.listen((event) => this.#take(event));
  }

  #take(event: FeedEvent): void {
    if (event.state !== true && event.commits.some(({ target }) => target === platformTarget)) {
      for (const watcher of [...this.#watchers]) watcher(event);
    }
    const next = { event, number: ++this.#taken };
    const size = event.commits.reduce((sum, { changes }) => sum + changes.length, 0);
    if (this.#waiting.length === 0 && size <= changesAtOnce) {
      atOnce(this.#handOut(next));
      return;
    }
    this.#waiting.push(next);
    if (this.#waiting.length === 1) void this.#handOutWaiting();
  }

  async #handOutWaiting(): Promise<void> {
    const slices = new Slices();
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      try {
        await inSlices(this.#handOut(next), slices);
      } catch (err) {
        gnmiLog.error({ err, revision: next.event.revision }, 'streams could not be told of a change');
      }
      this.#waiting.shift();
    }
  }

  /** Step by step but for the last step, in which all receivers get it at once. */
  *#handOut({ event, number }: Waiting): Generator<void, void> {
    const parcels: [Shape, Parcel][] = [];
    for (const commit of event.commits) {
      for (const shape of [...(this.#shapes.get(commit.target)?.values() ?? [])]) {
        const parcel = yield* parcelOf(shape.feeds.feeds, commit, event, shape.encoding, this.#limits);
        if (parcel !== undefined) parcels.push([shape, parcel]);
      }
    }
    const touched = new Set<Receiver>();
    for (const [{ receivers }, parcel] of parcels) {
      for (const [receiver, seen] of receivers) {
        // Who joined while the event waited has its values already.
        if (seen >= number) continue;
        receiver.put(parcel);
        touched.add(receiver);
      }
    }
    if (touched.size === 0) return;
    const marker =
      event.state === true ? undefined : commitMarker(event.revision, confirmIdOf({ labels: event.labels ?? {} }));
    for (const receiver of touched) receiver.done(marker);
  }
}
