// Which numbers of a device's pools are taken by documents that it may hold, and how many documents of each kind there are.

import type { Held } from './held-document.ts';

/** Kept up to date document by document. */
export class HeldNumbers {
  readonly #pools = new Map<string, Map<number, Held[]>>();
  readonly #kinds = new Map<string, number>();

  /** The device may hold this from now on. */
  add(held: Held): void {
    this.#kinds.set(held.ref.kind, this.documents(held.ref.kind) + 1);
    for (const [pool, number] of numbersOf(held)) {
      const numbers = this.#pools.get(pool) ?? new Map<number, Held[]>();
      this.#pools.set(pool, numbers.set(number, [...(numbers.get(number) ?? []), held]));
    }
  }

  /** It does not any more; the very object that was added. */
  remove(held: Held): void {
    const count = this.documents(held.ref.kind) - 1;
    if (count === 0) this.#kinds.delete(held.ref.kind);
    else this.#kinds.set(held.ref.kind, count);
    for (const [pool, number] of numbersOf(held)) {
      const numbers = this.#pools.get(pool);
      const others = numbers?.get(number)?.filter((each) => each !== held) ?? [];
      if (others.length > 0) numbers?.set(number, others);
      else numbers?.delete(number);
      if (numbers?.size === 0) this.#pools.delete(pool);
    }
  }

  /** The numbers of a pool, with what has them. */
  of(pool: string): ReadonlyMap<number, readonly Held[]> {
    return this.#pools.get(pool) ?? new Map();
  }

  /** How many documents of a kind may be there. */
  documents(kind: string): number {
    return this.#kinds.get(kind) ?? 0;
  }
}

function numbersOf({ ref }: Held): [string, number][] {
  return (ref.uses ?? []).flatMap(({ pool, number }): [string, number][] =>
    number === undefined ? [] : [[pool, number]],
  );
}
