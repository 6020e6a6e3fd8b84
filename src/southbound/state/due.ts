// What is to be looked at again: each item at most once a turn of the event loop, and never too much in one turn.

import { southboundLog } from '../../log.ts';

/** A request passes several turns of the event loop, and may meet such a step in each. */
const STEP_MS = 3;
/** How many items are handed out at once; the clock is looked at in between. */
const ITEMS_PER_BATCH = 64;

export class Due<T> {
  readonly #items = new Set<T>();
  readonly #look: (items: readonly T[]) => void;
  readonly #first: { readonly size: number } | undefined;
  #scheduled: NodeJS.Immediate | undefined;

  /**
   * @param look gets some of the items.
   * @param first nothing is looked at while something of this is due.
   */
  constructor(look: (items: readonly T[]) => void, first?: { readonly size: number }) {
    this.#look = look;
    this.#first = first;
  }

  get size(): number {
    return this.#items.size;
  }

  add(item: T): void {
    this.#items.add(item);
    this.#scheduled ??= setImmediate(() => this.#turn());
  }

  /** Nothing is looked at any more. */
  end(): void {
    clearImmediate(this.#scheduled);
    this.#items.clear();
  }

  #turn(): void {
    const start = performance.now();
    this.#scheduled = undefined;
    while (this.#items.size > 0 && !(this.#first !== undefined && this.#first.size > 0)) {
      if (performance.now() - start > STEP_MS) break;
      const batch: T[] = [];
      for (const item of this.#items) {
        batch.push(item);
        if (batch.length === ITEMS_PER_BATCH) break;
      }
      for (const item of batch) this.#items.delete(item);
      try {
        this.#look(batch);
      } catch (err) {
        southboundLog.error({ err }, 'state could not be told; it may be out of date until it changes again');
      }
    }
    if (this.#items.size > 0) this.#scheduled ??= setImmediate(() => this.#turn());
  }
}
