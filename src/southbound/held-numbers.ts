// Which numbers of a device's pools are taken by documents that it may hold, and how many documents of each kind there are.

import type { DocumentRef } from './adapter.ts';

/** Kept up to date document by document. */
export class HeldNumbers {
  readonly #pools = new Map<string, Map<number, number>>();
  readonly #kinds = new Map<string, number>();

  /** @param by 1 when the device may hold the document from now on, -1 when it does not any more. */
  count(ref: DocumentRef, by: 1 | -1): void {
    add(this.#kinds, ref.kind, by);
    for (const { pool, number } of ref.uses ?? []) {
      if (number === undefined) continue;
      const numbers = this.#pools.get(pool) ?? new Map<number, number>();
      add(numbers, number, by);
      if (numbers.size === 0) this.#pools.delete(pool);
      else this.#pools.set(pool, numbers);
    }
  }

  of(pool: string): ReadonlySet<number> {
    return new Set(this.#pools.get(pool)?.keys());
  }

  /** How many documents of a kind may be there. */
  documents(kind: string): number {
    return this.#kinds.get(kind) ?? 0;
  }
}

function add<K>(counts: Map<K, number>, key: K, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}
