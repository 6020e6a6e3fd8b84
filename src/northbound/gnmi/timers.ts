// Time as a parameter of streams, so that tests decide when a sample is due.

/** What streams know of time. */
export interface Timers {
  /** Milliseconds that never run backwards; only differences mean something. */
  nowMs(): number;
  /** Calls back once after the delay, however long it is. @returns ends the waiting. */
  after(delayMs: number, fire: () => void): () => void;
}

/** The longest delay that setTimeout takes; it would fire at once for more. */
const longestDelayMs = 2 ** 31 - 1;

/** The machine's own timers. */
export const systemTimers: Timers = {
  nowMs: () => performance.now(),
  after(delayMs, fire) {
    let left = delayMs;
    let timer: NodeJS.Timeout;
    const arm = (): void => {
      const part = Math.min(left, longestDelayMs);
      left -= part;
      timer = setTimeout(() => (left > 0 ? arm() : fire()), part);
      timer.unref();
    };
    arm();
    return () => clearTimeout(timer);
  },
};

/**
 * Calls back at `periodMs`, `2 * periodMs`, ... from now: a late call does not put off those behind it, and of several that
 * are overdue together one is made.
 * @param onTick told how many ticks it stands for, 1 when none was missed.
 * @returns ends the ticking.
 */
export function every(timers: Timers, periodMs: number, onTick: (ticks: number) => void): () => void {
  const start = timers.nowMs();
  let told = 0;
  let stop = (): void => {};
  const arm = (): void => {
    const delayMs = start + (told + 1) * periodMs - timers.nowMs();
    stop = timers.after(Math.max(0, delayMs), () => {
      // A timer may fire a little early; that tick counts all the same.
      const due = Math.max(told + 1, Math.floor((timers.nowMs() - start) / periodMs));
      const ticks = due - told;
      told = due;
      arm();
      onTick(ticks);
    });
  };
  arm();
  return () => stop();
}
