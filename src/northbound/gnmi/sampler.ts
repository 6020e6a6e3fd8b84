// The samples of one subscription: when one is due, and what of the values goes into it. [gNMI 3.5.1.5.2]

import type { Snapshot } from '../../datastore/snapshot.ts';
import type { RowKey } from '../../schema/row-key.ts';
import { ChangeQueue } from './change-queue.ts';
import { currentValues, type ValueForm } from './current-values.ts';
import type { Delivery } from './delivery.ts';
import type { Picked, Snapshots, TargetFeeds } from './feeds.ts';
import type { Receiver } from './outbox.ts';
import type { Parcel } from './parcel.ts';
import { every, type Timers } from './timers.ts';

/**
 * Values are collected when the sample is sent, so a client that does not read costs nothing: of the samples that it missed
 * the latest is taken, and its values say how many they stand for. What went since the sample before is told by one delete.
 */
export class Sampler implements Receiver {
  readonly #delivery: Delivery;
  readonly #deletes: boolean;
  readonly #targets: TargetFeeds[] = [];
  /** What is different from what the client was sent, by target; `before` is what it was sent. */
  readonly #changed = new Map<string, Map<RowKey, Picked>>();
  #due: 'all' | 'changed' | undefined;
  /** Samples that came due while another was. */
  #overtaken = 0;
  /** The client was sent no value yet, so no value is redundant. */
  #first: boolean;

  /** @param sent whether the client was sent the values as they are now. @param deletes whether what went is told. */
  constructor(delivery: Delivery, sent: boolean, deletes: boolean) {
    this.#delivery = delivery;
    this.#first = !sent;
    this.#deletes = deletes;
  }

  /** @param wake called when a sample is due. @returns ends it. */
  start(timers: Timers, wake: () => void): () => void {
    const { sampleMs, suppressRedundant, heartbeatMs } = this.#delivery;
    const tick = (due: 'all' | 'changed', ticks: number): void => {
      if (this.#due !== undefined) this.#overtaken += ticks;
      else this.#overtaken = ticks - 1;
      this.#due = this.#due === 'all' ? 'all' : due;
      wake();
    };
    const kind = suppressRedundant ? 'changed' : 'all';
    const stops = [
      ...(heartbeatMs === undefined ? [] : [every(timers, heartbeatMs, (ticks) => tick('all', ticks))]),
      ...(sampleMs === undefined ? [] : [every(timers, sampleMs, (ticks) => tick(kind, ticks))]),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }

  /** More to sample from now on. */
  add(targets: TargetFeeds): void {
    this.#targets.push(targets);
  }

  get isDue(): boolean {
    return this.#due !== undefined;
  }

  /** Whether what it sends is told on change too, so that it must not run ahead of the changes that wait. */
  get isHeartbeat(): boolean {
    return this.#delivery.onChange;
  }

  put({ changes, after }: Parcel): void {
    if (this.#delivery.onChange) return;
    const changed = this.#changed.get(after.target) ?? new Map<RowKey, Picked>();
    this.#changed.set(after.target, changed);
    for (const change of changes) {
      const { key } = change;
      const former = changed.get(key);
      const before = former === undefined ? change.before : former.before;
      // Without suppression only what may have to be deleted matters.
      const matters = this.#delivery.suppressRedundant || change.after === undefined;
      if (before === change.after || (!matters && former === undefined)) changed.delete(key);
      else changed.set(key, { ...change, before });
    }
  }

  done(): void {}

  /** The sample that is due, collected now. */
  *take(snapshots: Snapshots, form: ValueForm): Iterable<Buffer> {
    const all = this.#due === 'all' || this.#first;
    const duplicates = this.#overtaken;
    this.#due = undefined;
    this.#overtaken = 0;
    this.#first = false;
    yield* this.#differences(snapshots, form, all);
    if (!all) return;
    const feeds = this.#targets.flatMap((each) => each.feeds);
    yield* currentValues(feeds, snapshots, { ...form, duplicates });
  }

  /** @param deletesOnly when all values are sent anyway. */
  *#differences(snapshots: Snapshots, form: ValueForm, deletesOnly: boolean): Iterable<Buffer> {
    const queue = new ChangeQueue(form.limits, form.encoding);
    for (const [target, changed] of this.#changed) {
      const snapshot: Snapshot | undefined = snapshots.get(target);
      const wanted = [...changed.values()].filter(({ after }) => (after === undefined ? this.#deletes : !deletesOnly));
      wanted.sort((a, b) => (a.key < b.key ? -1 : 1));
      if (snapshot !== undefined) queue.add(wanted, snapshot, form.timeNs);
    }
    this.#changed.clear();
    for (let message = queue.take(); message !== undefined; message = queue.take()) yield message;
  }
}
