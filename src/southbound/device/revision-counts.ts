// Which revision each of many documents lags behind, and the oldest of them, without looking at every document.

/** Costs in proportion to the number of different revisions, not of documents. */
export class RevisionCounts {
  readonly #revisions = new Map<string, number>();
  readonly #counts = new Map<number, number>();

  /** Undefined: the document lags behind nothing. */
  set(id: string, revision: number | undefined): void {
    const before = this.#revisions.get(id);
    if (before === revision) return;
    if (before !== undefined) {
      const count = (this.#counts.get(before) ?? 1) - 1;
      if (count === 0) this.#counts.delete(before);
      else this.#counts.set(before, count);
    }
    if (revision === undefined) {
      this.#revisions.delete(id);
      return;
    }
    this.#revisions.set(id, revision);
    this.#counts.set(revision, (this.#counts.get(revision) ?? 0) + 1);
  }

  /** The last revision of which nothing lags behind, at most `told`. */
  upTo(told: number): number {
    let revision = told;
    for (const since of this.#counts.keys()) revision = Math.min(revision, since - 1);
    return Math.max(revision, 0);
  }
}
