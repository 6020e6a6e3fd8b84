// Timers that stand still until a test moves them.

import type { Timers } from '../../../src/northbound/gnmi/timers.ts';

export class HandTimers implements Timers {
  #nowMs = 0;
  readonly #waiting = new Set<{ atMs: number; fire: () => void }>();

  nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, fire: () => void): () => void {
    const entry = { atMs: this.#nowMs + delayMs, fire };
    this.#waiting.add(entry);
    return () => this.#waiting.delete(entry);
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Lets time pass; what comes due fires in order. */
  pass(ms: number): void {
    const end = this.#nowMs + ms;
    for (;;) {
      const [next] = [...this.#waiting].filter(({ atMs }) => atMs <= end).sort((a, b) => a.atMs - b.atMs);
      if (next === undefined) break;
      this.#waiting.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.fire();
    }
    this.#nowMs = end;
  }

  /** Lets time pass at once, as when the process was held up: what is due fires late. */
  jump(ms: number): void {
    this.#nowMs += ms;
    this.pass(0);
  }
}
