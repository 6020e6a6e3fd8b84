// Time and chance as parameters of the engine, so that tests decide when a retry is due.

import { setTimeout as delay } from 'node:timers/promises';

/** What the engine knows of time. */
export interface Clock {
  /** Milliseconds since the epoch. */
  nowMs(): number;
  /** Resolves after the time or, without an error, as soon as `signal` aborts. */
  sleep(durationMs: number, signal: AbortSignal): Promise<void>;
  /** Rings once after the time, or before it when that is longer than timers can wait. @returns stops it */
  alarm(durationMs: number, ring: () => void): () => void;
}

/** The longest that a timer of the runtime can wait. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The machine's own clock. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  sleep: (durationMs, signal) =>
    delay(durationMs, undefined, { signal, ref: false }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    }),
  alarm: (durationMs, ring) => {
    const timer = setTimeout(ring, Math.min(durationMs, LONGEST_TIMER_MS)).unref();
    return () => clearTimeout(timer);
  },
};

/** How retries are spaced. */
export interface Backoff {
  readonly firstMs: number;
  readonly longestMs: number;
}

/** The pause before the try that follows `failures` failures in a row; half of it is left to chance (0 <= chance < 1). */
export function backoffMs({ firstMs, longestMs }: Backoff, failures: number, chance: number): number {
  const full = Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 30));
  return Math.round(full * (0.5 + chance / 2));
}
