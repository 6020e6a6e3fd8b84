// What one device may hold, document by document, with what follows from it: dependents, taken numbers, counts of kinds.

import type { DocumentRef } from '../adapter.ts';
import type { Held } from './held-document.ts';

export class HeldDocuments {
  readonly #held = new Map<string, Held>();
  /** Ids of held documents by what they depend on. */
  readonly #dependents = new Map<string, Set<string>>();
  readonly #kinds = new Map<string, number>();
  /** Documents that have a number, by pool and number. */
  readonly #numbers = new Map<string, Map<number, readonly Held[]>>();

  get(id: string): Held | undefined {
    return this.#held.get(id);
  }

  ids(): IterableIterator<string> {
    return this.#held.keys();
  }

  /** Undefined: it is not there any more. */
  set(id: string, held: Held | undefined): void {
    const before = this.#held.get(id);
    if (before !== undefined) this.#count(id, before, -1);
    if (held === undefined) this.#held.delete(id);
    else {
      this.#held.set(id, held);
      this.#count(id, held, 1);
    }
  }

  /** Ids of documents that may be there and depend on this one. */
  dependents(id: string): Iterable<string> {
    return this.#dependents.get(id) ?? [];
  }

  /** How many documents of a kind may be there. */
  ofKind(kind: string): number {
    return this.#kinds.get(kind) ?? 0;
  }

  /** Numbers of a pool that documents have which may be there, with these documents. */
  numbers(pool: string): ReadonlyMap<number, readonly Held[]> {
    return this.#numbers.get(pool) ?? new Map();
  }

  #count(id: string, held: Held, by: 1 | -1): void {
    const { kind, dependsOn, uses = [] }: DocumentRef = held.ref;
    add(this.#kinds, kind, by);
    for (const dependency of dependsOn) {
      const ids = this.#dependents.get(dependency) ?? new Set<string>();
      if (by === 1) ids.add(id);
      else ids.delete(id);
      if (ids.size === 0) this.#dependents.delete(dependency);
      else this.#dependents.set(dependency, ids);
    }
    for (const { pool, number } of uses) {
      if (number === undefined) continue;
      const numbers = this.#numbers.get(pool) ?? new Map<number, readonly Held[]>();
      const others = (numbers.get(number) ?? []).filter((each) => each !== held);
      if (by === 1) numbers.set(number, [...others, held]);
      else if (others.length > 0) numbers.set(number, others);
      else numbers.delete(number);
      if (numbers.size === 0) this.#numbers.delete(pool);
      else this.#numbers.set(pool, numbers);
    }
  }
}

function add<K>(counts: Map<K, number>, key: K, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}
