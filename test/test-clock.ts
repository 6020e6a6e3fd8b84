// A wall clock and its timers that only move when a test says so.

import type { SetTimer } from '../src/datastore/confirmed-commits.ts';

export class TestClock {
  #nowMs: number;
  readonly #timers = new Set<{ readonly dueMs: number; readonly callback: () => void }>();

  constructor(nowMs = Date.UTC(2026, 0, 1)) {
    this.#nowMs = nowMs;
  }

  readonly now = (): bigint => BigInt(this.#nowMs) * 1_000_000n;

  readonly timer: SetTimer = (callback, delayMs) => {
    const timer = { dueMs: this.#nowMs + delayMs, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  /** How many timers are armed. */
  get armed(): number {
    return this.#timers.size;
  }

  /** Lets time pass; timers that are set meanwhile go off in their time too. */
  advance(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      const [next] = [...this.#timers].filter(({ dueMs }) => dueMs <= untilMs).sort((a, b) => a.dueMs - b.dueMs);
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      next.callback();
    }
    this.#nowMs = untilMs;
  }

  /** Sets the clock, as an operator or a time server may do; no timer notices. */
  set(nowMs: number): void {
    this.#nowMs = nowMs;
  }
}
