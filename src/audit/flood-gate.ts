// How many entries refusals may make: a number for each address or user and one for all, so that nobody fills the disk or hides in noise.

/** Entries at once, and ms until one more may be made. */
export interface EntryRate {
  readonly burst: number;
  readonly refillMs: number;
}

export interface FloodLimits {
  /** For one address, or one user. */
  readonly each: EntryRate;
  readonly all: EntryRate;
  /** Addresses or users remembered; the one that was refused longest ago is forgotten first. */
  readonly maxNames: number;
}

export const defaultFloodLimits: FloodLimits = {
  each: { burst: 200, refillMs: 1_000 },
  all: { burst: 5_000, refillMs: 50 },
  maxNames: 1_000,
};

/** Addresses or users that are counted apart: each of them is an entry. */
const mostCounted = 200;

/** Counts what it does not let pass. The clock is a parameter, ms that never run backwards. */
export class FloodGate {
  readonly #limits: FloodLimits;
  /** When an address or a user may make all its entries again; in order of the last one. */
  readonly #fullAtMs = new Map<string, number>();
  #allFullAtMs = 0;
  readonly #suppressed = new Map<string, number>();

  constructor(limits: FloodLimits = defaultFloodLimits) {
    this.#limits = limits;
  }

  /** Whether one more refusal of an address or a user may have an entry. */
  admits(name: string, nowMs: number): boolean {
    const { each, all, maxNames } = this.#limits;
    const fullAtMs = after(this.#fullAtMs.get(name), each, nowMs);
    const allFullAtMs = after(this.#allFullAtMs, all, nowMs);
    if (fullAtMs === undefined || allFullAtMs === undefined) return false;
    this.#allFullAtMs = allFullAtMs;
    this.#fullAtMs.delete(name);
    this.#fullAtMs.set(name, fullAtMs);
    const [oldest = name] = this.#fullAtMs.keys();
    if (this.#fullAtMs.size > maxNames) this.#fullAtMs.delete(oldest);
    return true;
  }

  /** Counts refusals that get no entry of their own; those of too many names are counted together, for ''. */
  suppress(name: string, count = 1): void {
    const isKnown = this.#suppressed.has(name) || this.#suppressed.size < mostCounted;
    const place = isKnown ? name : '';
    this.#suppressed.set(place, (this.#suppressed.get(place) ?? 0) + count);
  }

  get hasSuppressed(): boolean {
    return this.#suppressed.size > 0;
  }

  /** Takes what was counted, name by name. */
  *takeSuppressed(): IterableIterator<[name: string, count: number]> {
    for (const [name, count] of this.#suppressed) {
      this.#suppressed.delete(name);
      yield [name, count];
    }
  }
}

/** When all entries may be made again if one is made now; undefined when it may not. */
function after(fullAtMs: number | undefined, { burst, refillMs }: EntryRate, nowMs: number): number | undefined {
  const next = Math.max(fullAtMs ?? nowMs, nowMs) + refillMs;
  return next - nowMs > burst * refillMs ? undefined : next;
}
