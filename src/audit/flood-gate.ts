// How many entries refusals may make: a number for each address and one for all, so that nobody fills the disk or hides in noise.

/** Entries at once, and ms until one more may be made. */
export interface EntryRate {
  readonly burst: number;
  readonly refillMs: number;
}

export interface FloodLimits {
  readonly address: EntryRate;
  readonly all: EntryRate;
  /** Addresses remembered; the one that was refused longest ago is forgotten first. */
  readonly maxAddresses: number;
}

export const defaultFloodLimits: FloodLimits = {
  address: { burst: 200, refillMs: 1_000 },
  all: { burst: 5_000, refillMs: 50 },
  maxAddresses: 1_000,
};

/** Addresses that are counted apart: each of them is an entry. */
const mostCounted = 200;

/** Counts what it does not let pass. The clock is a parameter, ms. */
export class FloodGate {
  readonly #limits: FloodLimits;
  /** When an address may make all its entries again; in order of the last one. */
  readonly #fullAtMs = new Map<string, number>();
  #allFullAtMs = 0;
  readonly #suppressed = new Map<string, number>();

  constructor(limits: FloodLimits = defaultFloodLimits) {
    this.#limits = limits;
  }

  /** Whether one more refusal of an address may have an entry. */
  admits(address: string, nowMs: number): boolean {
    const { address: rate, all, maxAddresses } = this.#limits;
    const fullAtMs = after(this.#fullAtMs.get(address), rate, nowMs);
    const allFullAtMs = after(this.#allFullAtMs, all, nowMs);
    if (fullAtMs === undefined || allFullAtMs === undefined) return false;
    this.#allFullAtMs = allFullAtMs;
    this.#fullAtMs.delete(address);
    this.#fullAtMs.set(address, fullAtMs);
    const [oldest = address] = this.#fullAtMs.keys();
    if (this.#fullAtMs.size > maxAddresses) this.#fullAtMs.delete(oldest);
    return true;
  }

  /** Counts refusals that get no entry of their own; those of too many addresses are counted together, for ''. */
  suppress(address: string, count = 1): void {
    const isKnown = this.#suppressed.has(address) || this.#suppressed.size < mostCounted;
    const place = isKnown ? address : '';
    this.#suppressed.set(place, (this.#suppressed.get(place) ?? 0) + count);
  }

  get hasSuppressed(): boolean {
    return this.#suppressed.size > 0;
  }

  /** Takes what was counted, address by address. */
  *takeSuppressed(): IterableIterator<[address: string, count: number]> {
    for (const [address, count] of this.#suppressed) {
      this.#suppressed.delete(address);
      yield [address, count];
    }
  }
}

/** When all entries may be made again if one is made now; undefined when it may not. */
function after(fullAtMs: number | undefined, { burst, refillMs }: EntryRate, nowMs: number): number | undefined {
  const next = Math.max(fullAtMs ?? nowMs, nowMs) + refillMs;
  return next - nowMs > burst * refillMs ? undefined : next;
}
