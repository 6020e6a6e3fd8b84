// Time from a commit to its last document on one device, over the last commits that reached it.

import type { Latency } from '../device-status.ts';

/** How many samples, and how many commits under way, are kept. */
const KEPT = 1000;

export class LatencyMeter {
  /** Commits under way, oldest first. */
  readonly #begun: { readonly revision: number; readonly timeMs: number }[] = [];
  readonly #samples: number[] = [];
  #lastMs = 0;
  #told: Latency | undefined;

  /** A commit gave the device something to do. Revisions only grow. */
  begun(revision: number, timeMs: number): void {
    if (this.#begun.at(-1)?.revision === revision) return;
    this.#begun.push({ revision, timeMs });
    if (this.#begun.length > KEPT) this.#begun.shift();
  }

  /** The device has taken all there is up to a revision. */
  taken(revision: number, nowMs: number): void {
    while (this.#begun[0] !== undefined && this.#begun[0].revision <= revision) {
      this.#lastMs = Math.max(0, nowMs - this.#begun[0].timeMs);
      this.#samples.push(this.#lastMs);
      if (this.#samples.length > KEPT) this.#samples.shift();
      this.#begun.shift();
      this.#told = undefined;
    }
  }

  /** Undefined before the first commit has arrived. */
  get latency(): Latency | undefined {
    if (this.#samples.length === 0) return undefined;
    if (this.#told === undefined) {
      const sorted = [...this.#samples].sort((a, b) => a - b);
      const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
      this.#told = { lastMs: this.#lastMs, p50Ms: at(0.5), p99Ms: at(0.99) };
    }
    return this.#told;
  }
}
