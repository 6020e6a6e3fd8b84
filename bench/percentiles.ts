// Percentiles of measured times, and how times are taken: one call after the other, or by several callers at once.

/** p50 and p99 of some times in ms, rounded to 0.001. */
export interface Percentiles {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** @param timesMs at least one */
export function percentiles(timesMs: readonly number[]): Percentiles {
  const sorted = [...timesMs].sort((a, b) => a - b);
  const at = (share: number): number =>
    round(sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN);
  return { p50Ms: at(0.5), p99Ms: at(0.99) };
}

/** To three places behind the point. */
export function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** Runs `action` so many times, one after the other, and tells how long each took. */
export async function timed(times: number, action: (i: number) => Promise<unknown>, from = 0): Promise<number[]> {
  const timesMs: number[] = [];
  for (let i = from; i < from + times; i++) {
    const start = performance.now();
    await action(i);
    timesMs.push(performance.now() - start);
  }
  return timesMs;
}

/** Calls per second of `callers` that each call `times` times, always as soon as the last answer is there. */
export async function perSecond(
  callers: number,
  times: number,
  action: (caller: number, i: number) => Promise<unknown>,
  from = 0,
): Promise<number> {
  const start = performance.now();
  await Promise.all(
    Array.from({ length: callers }, async (_, caller) => {
      for (let i = from; i < from + times; i++) await action(caller, i);
    }),
  );
  return round((callers * times * 1000) / (performance.now() - start));
}
