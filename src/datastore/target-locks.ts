// One lock for each target, given in the order of asking; several are taken in name order, so nobody waits in a circle.

import { EdgeconfError } from '../errors.ts';

/** Gives back what was taken; calling it again does nothing. */
export type Release = () => void;

/** A target is written by one transaction at a time. */
export class TargetLocks {
  readonly #waiters = new Map<string, (() => void)[]>();

  /**
   * Waits for all of the locks.
   * @param waitUntilMs time by `performance.now()` after which to give up.
   * @throws EdgeconfError DEADLINE_EXCEEDED; nothing is held then.
   */
  async acquire(targets: readonly string[], waitUntilMs: number): Promise<Release> {
    const held: Release[] = [];
    const releaseAll = () => {
      for (const release of held.splice(0).reverse()) release();
    };
    try {
      for (const target of [...new Set(targets)].sort()) held.push(await this.#acquireOne(target, waitUntilMs));
    } catch (error) {
      releaseAll();
      throw error;
    }
    return releaseAll;
  }

  /** Takes a lock at once, or not at all. */
  tryAcquire(target: string): Release | undefined {
    if (this.#waiters.has(target)) return undefined;
    this.#waiters.set(target, []);
    return this.#releaser(target);
  }

  async #acquireOne(target: string, waitUntilMs: number): Promise<Release> {
    const free = this.tryAcquire(target);
    if (free !== undefined) return free;
    await new Promise<void>((resolve, reject) => {
      const waiters = this.#waiters.get(target) ?? [];
      const giveUp = () => {
        waiters.splice(waiters.indexOf(go), 1);
        const message = `target ${target} is busy: the transactions before this one took too long; try again`;
        reject(new EdgeconfError('DEADLINE_EXCEEDED', message));
      };
      const timer = setTimeout(giveUp, Math.max(0, waitUntilMs - performance.now()));
      const go = () => {
        clearTimeout(timer);
        resolve();
      };
      waiters.push(go);
    });
    return this.#releaser(target);
  }

  #releaser(target: string): Release {
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const next = this.#waiters.get(target)?.shift();
      if (next === undefined) this.#waiters.delete(target);
      else next();
    };
  }
}
