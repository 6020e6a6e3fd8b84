// Transactions on their way to the journal, by target: each is staged on the one before, so that they can share a write.

import type { Running } from './running.ts';
import type { Snapshot } from './snapshot.ts';

/** A transaction of one target that is valid, authorized and planned, and not yet durable. */
export class Link {
  readonly after: Snapshot;
  /** What it was staged on, when that was on its way too. */
  below: Link | undefined;
  /** Whether it came into the journal. */
  readonly placed: Promise<boolean>;
  #tell: (placed: boolean) => void = () => {};

  constructor(after: Snapshot, below: Link | undefined) {
    this.after = after;
    this.below = below;
    this.placed = new Promise((resolve) => {
      this.#tell = resolve;
    });
  }

  tell(placed: boolean): void {
    this.#tell(placed);
  }
}

/**
 * What the next transaction of a target is staged on: the last one on its way, or the running configuration. When one fails
 * to become durable, all above it have lost their footing: their `before` is no longer what is there.
 */
export class Stacks {
  readonly #running: Pick<Running, 'snapshot'>;
  readonly #tops = new Map<string, Link>();

  constructor(running: Pick<Running, 'snapshot'>) {
    this.#running = running;
  }

  /** undefined when there is no such target. */
  tip(target: string): Snapshot | undefined {
    return this.#tops.get(target)?.after ?? this.#running.snapshot(target);
  }

  /** Whether nothing of the target is on its way. */
  isEmpty(target: string): boolean {
    return !this.#tops.has(target);
  }

  /** Waits until nothing of the targets is on its way; their locks must be held. */
  async empty(targets: Iterable<string>): Promise<void> {
    for (const target of targets) await this.settled(target);
  }

  /** Waits for what is on its way now. @returns whether it came into the journal */
  async settled(target: string): Promise<boolean> {
    return (await this.#tops.get(target)?.placed) ?? true;
  }

  /** Puts a transaction on top. @returns undefined when it was staged on what is not the tip any more. */
  push(before: Snapshot, after: Snapshot): Link | undefined {
    if (this.tip(before.target)?.rows !== before.rows) return undefined;
    const link = new Link(after, this.#tops.get(before.target));
    this.#tops.set(before.target, link);
    return link;
  }

  /** The transaction is in the journal. */
  placed(link: Link): void {
    const { target } = link.after;
    if (this.#tops.get(target) === link) this.#tops.delete(target);
    // Or a target that is always busy would hold all links that ever were.
    link.below = undefined;
    link.tell(true);
  }

  /** The transaction will not be: nothing above it stands. @returns false when that was known already */
  failed(link: Link): boolean {
    const { target } = link.after;
    let at = this.#tops.get(target);
    while (at !== undefined && at !== link) at = at.below;
    if (at !== undefined) this.#tops.delete(target);
    link.tell(false);
    return at !== undefined;
  }
}
