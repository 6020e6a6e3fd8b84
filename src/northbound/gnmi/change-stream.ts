// One STREAM's side of the change feed: picks from each commit what is subscribed to and may be read. [gNMI 3.5.1.5.2]

import type { Grants } from '../../access/grants.ts';
import type { Snapshot } from '../../datastore/snapshot.ts';
import type { Candidate, FeedEvent } from '../../datastore/transaction.ts';
import { EdgeconfError } from '../../errors.ts';
import { effectiveChanges } from '../../schema/defaults.ts';
import { matchesKey } from '../../schema/path.ts';
import { decodeKey, isRankKey } from '../../schema/row-key.ts';
import { ChangeQueue, type QueuedChange } from './change-queue.ts';
import type { GnmiLimits } from './limits.ts';
import { isSeen, type Sight, sightOf } from './sight.ts';
import type { Feed, Subscriptions } from './subscriptions.ts';

export class ChangeStream {
  readonly queue: ChangeQueue;
  readonly #feeds: readonly Feed[];
  #grants: Grants;
  #sights: readonly Sight[];

  constructor({ feeds, encoding }: Subscriptions, grants: Grants, limits: GnmiLimits) {
    this.queue = new ChangeQueue(limits, encoding);
    this.#feeds = feeds;
    this.#grants = grants;
    this.#sights = this.#look();
  }

  /**
   * Puts the event's changes into the queue.
   * @param grants what the caller may do now.
   * @throws EdgeconfError PERMISSION_DENIED when the caller's rights became other than they were at the start.
   */
  take({ commits, timeNs }: FeedEvent, grants: Grants): void {
    if (grants !== this.#grants) this.#renew(grants);
    for (const commit of commits) {
      if (!this.#feeds.some(({ target }) => target === commit.target)) continue;
      this.queue.add(this.#pick(commit), commit.after, timeNs);
    }
  }

  /** With other rights the client holds what it may not see, or lacks what it may: only a new subscription sets it right. */
  #renew(grants: Grants): void {
    this.#grants = grants;
    const former = this.#sights;
    this.#sights = this.#look();
    const same = this.#sights.every((sight, i) => typeof sight === 'string' && sight === former[i]);
    if (same) return;
    throw new EdgeconfError(
      'PERMISSION_DENIED',
      'what you may read has changed; subscribe again to see it as it is now',
    );
  }

  #look(): Sight[] {
    return this.#feeds.map(({ target, query, wanted }) => sightOf(this.#grants, target, query, wanted));
  }

  *#pick(commit: Candidate): Iterable<QueuedChange> {
    const root = commit.after.model.root;
    for (const { key, before, after } of effective(commit)) {
      if (isRankKey(key)) continue;
      const feed = this.#feeds.find(
        ({ target, query }, i) =>
          target === commit.target &&
          matchesKey(query, key) &&
          isSeen(this.#sights[i] ?? 'nothing', () => decodeKey(root, key)),
      );
      if (feed !== undefined) yield { feed, key, before, after };
    }
  }
}

const computed = new WeakMap<Candidate, ReturnType<typeof effectiveChanges>>();

/** The effective changes of a commit; the same for all streams. */
function effective(commit: Candidate): ReturnType<typeof effectiveChanges> {
  let changes = computed.get(commit);
  if (changes === undefined) {
    const { before, after } = commit as { before: Snapshot; after: Snapshot };
    changes = effectiveChanges(after.model.root, commit.changes, before, after);
    computed.set(commit, changes);
  }
  return changes;
}
