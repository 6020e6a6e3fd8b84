// Rounds of reading everything back: when the next one is due, and who waits for the end of one.

import { EdgeconfError } from '../../errors.ts';
import type { DriftLeaf, Verification } from '../document-status.ts';
import type { Clock } from './clock.ts';

/** How many differences one round tells. */
const MOST_LEAVES = 1000;

interface Waiter {
  readonly done: (verification: Verification) => void;
  readonly fail: (error: unknown) => void;
}

export class CheckRounds {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #intervalMs: () => number;
  #lastMs: number | undefined;
  /** Undefined: at once. */
  #dueMs: number | undefined;
  #isRunning = false;
  /** Whether another round is to follow the one that runs. */
  #again = false;
  #waiting = new Set<Waiter>();
  #waitingForNext = new Set<Waiter>();
  #checked = 0;
  #leaves: DriftLeaf[] = [];

  /** @param intervalMs from the end of one round to the beginning of the next, up to a tenth less by chance */
  constructor(clock: Clock, random: () => number, intervalMs: () => number) {
    this.#clock = clock;
    this.#random = random;
    this.#intervalMs = intervalMs;
  }

  /** When the last round ended. */
  get lastMs(): number | undefined {
    return this.#lastMs;
  }

  /** How long until the next round is to begin; undefined: one runs. */
  get dueInMs(): number | undefined {
    if (this.#isRunning) return undefined;
    return this.#dueMs === undefined ? 0 : Math.max(0, this.#dueMs - this.#clock.nowMs());
  }

  /** The next round is to begin at once, or when the one that runs has ended. */
  hasten(): void {
    if (this.#isRunning) this.#again = true;
    else this.#dueMs = undefined;
  }

  /** Hastens the next round and resolves when it has ended. Rejects when the device does not answer, or with the signal's reason. */
  next(signal: AbortSignal | undefined): Promise<Verification> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const waiters = this.#isRunning ? this.#waitingForNext : this.#waiting;
      const leave = (): void => {
        signal?.removeEventListener('abort', abort);
        this.#waiting.delete(waiter);
        this.#waitingForNext.delete(waiter);
      };
      const waiter: Waiter = {
        done: (verification) => {
          leave();
          resolve(verification);
        },
        fail: (error) => {
          leave();
          reject(error);
        },
      };
      const abort = (): void => waiter.fail(signal?.reason);
      signal?.addEventListener('abort', abort);
      waiters.add(waiter);
      this.hasten();
    });
  }

  begin(): void {
    this.#isRunning = true;
    this.#checked = 0;
    this.#leaves = [];
  }

  checked(): void {
    this.#checked += 1;
  }

  drifted(leaves: readonly DriftLeaf[]): void {
    this.#leaves.push(...leaves.slice(0, MOST_LEAVES - this.#leaves.length));
  }

  /** All there was to do is done. @returns whether a round has ended by that */
  end(counts: Pick<Verification, 'notVerifiable' | 'foreign'>): boolean {
    if (!this.#isRunning) return false;
    this.#isRunning = false;
    const nowMs = this.#clock.nowMs();
    this.#lastMs = nowMs;
    this.#dueMs = this.#again ? undefined : nowMs + this.#intervalMs() * (1 - this.#random() / 10);
    this.#again = false;
    const ended = this.#waiting;
    this.#waiting = this.#waitingForNext;
    this.#waitingForNext = new Set();
    for (const { done } of [...ended]) done({ ...counts, checked: this.#checked, drift: this.#leaves });
    return true;
  }

  /** The device does not answer: nobody waits longer; the round goes on when it answers again. */
  failed(reason: string): void {
    for (const { fail } of [...this.#waiting, ...this.#waitingForNext]) fail(new EdgeconfError('UNAVAILABLE', reason));
  }
}
