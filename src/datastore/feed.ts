// The change feed: tells every listener of each commit, in order, as soon as it is applied.

import { datastoreLog } from '../log.ts';
import type { FeedEvent } from './transaction.ts';

/** Called synchronously; must not block. What it throws is logged and never reaches the commit. */
export type FeedListener = (event: FeedEvent) => void;

/** The listeners of one datastore. */
export class Feed {
  readonly #listeners = new Set<FeedListener>();

  /** @returns ends the listening. */
  listen(listener: FeedListener): () => void {
    // A function of its own, so that the same listener may listen twice.
    const entry: FeedListener = (event) => listener(event);
    this.#listeners.add(entry);
    return () => this.#listeners.delete(entry);
  }

  tell(event: FeedEvent): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(event);
      } catch (error) {
        datastoreLog.error({ err: error, revision: event.revision }, 'a listener of the change feed failed');
      }
    }
  }
}
