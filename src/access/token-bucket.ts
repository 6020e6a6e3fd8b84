// What may be used up so fast: a stock of tokens that fills up again evenly.

/** The rate and the size are given with every call, since they are configuration; a new bucket is full. */
export class TokenBucket {
  /** What was taken and had not come back by `#atMs`. */
  #missing = 0;
  #atMs = 0;

  /**
   * How many ms it takes until there are so many tokens: 0 when they are there, Infinity when there never will be.
   * @param nowMs a clock that does not run backwards.
   */
  waitMs(tokens: number, perSecond: number, size: number, nowMs: number): number {
    if (tokens > size) return Number.POSITIVE_INFINITY;
    return Math.max(0, ((this.missing(perSecond, nowMs) + tokens - size) / perSecond) * 1000);
  }

  /** To be called when there are so many. */
  take(tokens: number, perSecond: number, nowMs: number): void {
    this.#missing = this.missing(perSecond, nowMs) + tokens;
    this.#atMs = nowMs;
  }

  /** Tokens that were taken and have not come back yet. */
  missing(perSecond: number, nowMs: number): number {
    return Math.max(0, this.#missing - ((nowMs - this.#atMs) / 1000) * perSecond);
  }
}
