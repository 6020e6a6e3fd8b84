// What one device may hold, document by document, with what follows from it: dependents, taken numbers, counts of kinds.

import type { DocumentRef } from './adapter.ts';
import type { Held } from './held-document.ts';

export class HeldDocuments {
  readonly #held = new Map<string, Held>();
  /** Ids of held documents by what they depend on. */
  readonly #dependents = new Map<string, Set<string>>();
  readonly #kinds = new Map<string, number>();
  /** What has a number, by pool and number. */
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
    if (before !== undefined) {
      this.#count(id, before.ref, -1);
      for (const [pool, number] of numbersOf(before)) this.#release(pool, number, before);
    }
    if (held === undefined) this.#held.delete(id);
    else {
      this.#held.set(id, held);
      this.#count(id, held.ref, 1);
      for (const [pool, number] of numbersOf(held)) this.#take(pool, number, held);
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

  /** Numbers of a pool with the documents that have them and may be there. */
  numbers(pool: string): ReadonlyMap<number, readonly Held[]> {
    return this.#numbers.get(pool) ?? new Map();
  }

  #count(id: string, { kind, dependsOn }: DocumentRef, by: 1 | -1): void {
    add(this.#kinds, kind, by);
    for (const dependency of dependsOn) {
      const ids = this.#dependents.get(dependency) ?? new Set<string>();
      if (by === 1) ids.add(id);
      else ids.delete(id);
      if (ids.size === 0) this.#dependents.delete(dependency);
      else this.#dependents.set(dependency, ids);
    }
  }

  #take(pool: string, number: number, held: Held): void {
    const numbers = this.#numbers.get(pool) ?? new Map<number, readonly Held[]>();
    this.#numbers.set(pool, numbers.set(number, [...(numbers.get(number) ?? []), held]));
  }

  #release(pool: string, number: number, held: Held): void {
    const numbers = this.#numbers.get(pool);
    const others = numbers?.get(number)?.filter((each) => each !== held) ?? [];
    if (others.length > 0) numbers?.set(number, others);
    else numbers?.delete(number);
    if (numbers?.size === 0) this.#numbers.delete(pool);
  }
}

function numbersOf({ ref }: Held): [pool: string, number: number][] {
  return (ref.uses ?? []).flatMap(({ pool, number }): [string, number][] =>
    number === undefined ? [] : [[pool, number]],
  );
}

function add<K>(counts: Map<K, number>, key: K, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}
