// What one event of the change feed means to streams of one shape: its picked changes, and their bytes, made once for all.

import type { Snapshot } from '../../datastore/snapshot.ts';
import type { Candidate, FeedEvent } from '../../datastore/transaction.ts';
import { type EffectiveChange, effectiveChangesInSteps } from '../../schema/defaults.ts';
import { isRankKey } from '../../schema/row-key.ts';
import { ChangeQueue } from './change-queue.ts';
import { type Feed, type Picked, pick } from './feeds.ts';
import type { GnmiLimits } from './limits.ts';
import type { ServedEncoding } from './value-encoding.ts';

/** The changes of one target; shared by all who hold it. */
export class Parcel {
  readonly changes: readonly Picked[];
  /** The target's state before them and behind them. */
  readonly before: Snapshot;
  readonly after: Snapshot;
  readonly timeNs: bigint;
  readonly #queue: ChangeQueue;
  readonly #messages: Buffer[] = [];
  /** How many of the changes went into messages, or are about to. */
  #begun = 0;

  /** @param changes in key order. */
  constructor(
    changes: readonly Picked[],
    { before, after }: Pick<Candidate, 'before' | 'after'>,
    timeNs: bigint,
    encoding: ServedEncoding,
    limits: GnmiLimits,
  ) {
    this.changes = changes;
    this.before = before;
    this.after = after;
    this.timeNs = timeNs;
    this.#queue = new ChangeQueue(limits, encoding);
    this.#queue.add([], after, timeNs);
  }

  /** The changes as encoded SubscribeResponses, by number from 0; each is made when the first stream comes to it. */
  message(i: number): Buffer | undefined {
    while (this.#messages.length <= i) {
      const next = this.#queue.take();
      if (next !== undefined) this.#messages.push(next);
      else if (this.#begun === this.changes.length) return undefined;
      else this.#begin();
    }
    return this.#messages[i];
  }

  #begin(): void {
    const more = this.changes.slice(this.#begun, this.#begun + changesAtOnce);
    this.#begun += more.length;
    this.#queue.addMore(more, this.after.target, this.timeNs);
  }
}

/** Changes that are made ready for messages at once. */
const changesAtOnce = 4096;

/** What of a commit the feeds of its target let through, step by step; undefined when that is nothing. */
export function* parcelOf(
  feeds: readonly Feed[],
  commit: Candidate,
  { timeNs }: Pick<FeedEvent, 'timeNs'>,
  encoding: ServedEncoding,
  limits: GnmiLimits,
): Generator<void, Parcel | undefined> {
  const changes = yield* pick(feeds, commit.after.model.root, yield* effective(commit));
  return changes.length === 0 ? undefined : new Parcel(changes, commit, timeNs, encoding, limits);
}

const computed = new WeakMap<Candidate, readonly EffectiveChange[]>();

/** The effective changes of a commit, in key order; the same for all shapes. */
function* effective(commit: Candidate): Generator<void, readonly EffectiveChange[]> {
  let changes = computed.get(commit);
  if (changes === undefined) {
    const { before, after } = commit;
    const all = yield* effectiveChangesInSteps(after.model.root, commit.changes, before, after);
    changes = all.filter(({ key }) => !isRankKey(key));
    computed.set(commit, changes);
  }
  return changes;
}
