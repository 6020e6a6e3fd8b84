// Who is to be looked at next, and who waits for what: ids in order, let in again when what they wait for has moved.

export class WaitingRoom {
  readonly #ready = new Set<string>();
  readonly #waiting = new Map<string, Set<string>>();

  /** Ids to look at, in order; they may be sent away while this is gone through. */
  ready(): Iterable<string> {
    return this.#ready;
  }

  add(id: string): void {
    this.#ready.add(id);
  }

  /** Not to be looked at until it is added again. */
  drop(id: string): void {
    this.#ready.delete(id);
  }

  /** To be looked at after all others. */
  last(id: string): void {
    this.#ready.delete(id);
    this.#ready.add(id);
  }

  /** Not to be looked at until `key` is released. */
  wait(id: string, key: string): void {
    this.#ready.delete(id);
    const waiting = this.#waiting.get(key);
    if (waiting === undefined) this.#waiting.set(key, new Set([id]));
    else waiting.add(id);
  }

  release(key: string): void {
    const waiting = this.#waiting.get(key);
    if (waiting === undefined) return;
    this.#waiting.delete(key);
    for (const id of waiting) this.#ready.add(id);
  }

  /** Takes the first of those who wait for whom this holds; it is to be looked at from now on. */
  takeFirst(isFree: (id: string) => boolean): string | undefined {
    for (const [key, waiting] of this.#waiting) {
      for (const id of waiting) {
        if (!isFree(id)) continue;
        waiting.delete(id);
        if (waiting.size === 0) this.#waiting.delete(key);
        this.#ready.add(id);
        return id;
      }
    }
    return undefined;
  }
}
