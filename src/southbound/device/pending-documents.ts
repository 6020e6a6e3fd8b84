// The documents of one device that differ from intent, and since when: also by the target that they are made from.

/** Since when a document differs. */
export interface Wish {
  /** The revision that last said what is wanted. */
  readonly revision: number;
  /** The first revision since the last agreement that the device does not show. */
  readonly since: number;
}

/** What a target has pending is found without looking at what others have. */
export class PendingDocuments {
  readonly #wishes = new Map<string, Wish & { readonly target: string | undefined }>();
  readonly #byTarget = new Map<string | undefined, Set<string>>();

  get(id: string): Wish | undefined {
    return this.#wishes.get(id);
  }

  has(id: string): boolean {
    return this.#wishes.has(id);
  }

  get size(): number {
    return this.#wishes.size;
  }

  /** @param target whose it is; undefined: that was not noted */
  set(id: string, wish: Wish, target: string | undefined): void {
    this.delete(id);
    this.#wishes.set(id, { ...wish, target });
    const ids = this.#byTarget.get(target) ?? new Set<string>();
    this.#byTarget.set(target, ids.add(id));
  }

  delete(id: string): void {
    const target = this.#wishes.get(id)?.target;
    if (!this.#wishes.delete(id)) return;
    const ids = this.#byTarget.get(target);
    if (ids?.delete(id) === true && ids.size === 0) this.#byTarget.delete(target);
  }

  /** Ids of what these targets have pending; without targets, of all. */
  ids(targets?: Iterable<string>): Iterable<string> {
    return targets === undefined ? this.#wishes.keys() : this.#idsOf(targets);
  }

  *#idsOf(targets: Iterable<string>): Iterable<string> {
    for (const target of targets) yield* this.#byTarget.get(target) ?? [];
  }
}
