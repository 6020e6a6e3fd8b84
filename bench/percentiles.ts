// Percentiles of measured times, and the lines that print them.

/** p50 and p99 of some times in ms, rounded to 0.01. */
export interface Percentiles {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** @param timesMs at least one */
export function percentiles(timesMs: readonly number[]): Percentiles {
  const sorted = [...timesMs].sort((a, b) => a - b);
  const at = (share: number): number => {
    const value = sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
    return Math.round(value * 100) / 100;
  };
  return { p50Ms: at(0.5), p99Ms: at(0.99) };
}

/** Runs `action` so many times, one after the other, and tells how long each took. */
export async function timed(times: number, action: (i: number) => Promise<unknown>): Promise<number[]> {
  const timesMs: number[] = [];
  for (let i = 0; i < times; i++) {
    const start = performance.now();
    await action(i);
    timesMs.push(performance.now() - start);
  }
  return timesMs;
}
