// How often a name or an address may try to sign in: a few attempts at once, then one in a while.

export interface AttemptLimits {
  /** Attempts that a name has at most. */
  readonly burst: number;
  /** After this time a name gets one attempt back. */
  readonly refillMs: number;
  /** Names remembered; the one that tried longest ago is forgotten first. */
  readonly maxNames: number;
}

/** For a name from one address: whoever guesses there does not keep its owner out elsewhere. */
export const DEFAULT_ATTEMPTS: AttemptLimits = { burst: 5, refillMs: 2000, maxNames: 10_000 };
/** For a name from all addresses together: more than a few of them can use up. */
export const DEFAULT_NAME_ATTEMPTS: AttemptLimits = { burst: 50, refillMs: 500, maxNames: 10_000 };
/** For the address that calls come from, whatever name they try; many users may be behind one. */
export const DEFAULT_PEER_ATTEMPTS: AttemptLimits = { burst: 50, refillMs: 1000, maxNames: 10_000 };

/** Known and unknown names are treated alike. The clock is a parameter, ms. */
export class Attempts {
  readonly #limits: AttemptLimits;
  /** When all attempts of a name will be back; in order of the last attempt. */
  readonly #fullAtMs = new Map<string, number>();

  constructor(limits: AttemptLimits = DEFAULT_ATTEMPTS) {
    this.#limits = limits;
  }

  /** Takes one attempt. @returns 0, or how many ms to wait until there is one. */
  take(name: string, nowMs: number): number {
    const { burst, refillMs, maxNames } = this.#limits;
    const fullAtMs = Math.max(this.#fullAtMs.get(name) ?? nowMs, nowMs) + refillMs;
    const waitMs = fullAtMs - nowMs - burst * refillMs;
    if (waitMs > 0) return waitMs;
    this.#fullAtMs.delete(name);
    this.#fullAtMs.set(name, fullAtMs);
    if (this.#fullAtMs.size > maxNames) {
      const [oldest = name] = this.#fullAtMs.keys();
      this.#fullAtMs.delete(oldest);
    }
    return 0;
  }

  /** Gives one attempt back: it did not fail. */
  giveBack(name: string): void {
    const fullAtMs = this.#fullAtMs.get(name);
    if (fullAtMs !== undefined) this.#fullAtMs.set(name, fullAtMs - this.#limits.refillMs);
  }

  /** A success gives all attempts back. */
  forget(name: string): void {
    this.#fullAtMs.delete(name);
  }
}
