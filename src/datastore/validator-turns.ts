// Works that take turns in one thread: each does one slice, then the next has its turn; other events of the thread come in between.

/** What is told about one work. */
export interface TurnListener<T> {
  /** Before each slice. */
  onSlice(): void;
  onEnd(result: T): void;
  onError(error: unknown): void;
}

interface Work {
  /** One slice; true when it was the last. */
  go(): boolean;
}

/** A slice should take less than this; one that took longer is followed by smaller ones. */
const sliceMs = 4;
/** About the number of data nodes that a slice looks at. */
const mostNodes = 2000;

/** Round robin: a work waits for one slice of each other work, however large those are. */
export class Turns {
  readonly #works: Work[] = [];
  #scheduled = false;

  /** @param work stops at the end of each slice, and takes the budget of the next one when it goes on. */
  add<T>(work: Generator<void, T, number>, listener: TurnListener<T>): void {
    let budget = mostNodes;
    const go = (): boolean => {
      listener.onSlice();
      const startMs = performance.now();
      let step: IteratorResult<void, T>;
      try {
        step = work.next(budget);
      } catch (error) {
        listener.onError(error);
        return true;
      }
      const tookMs = performance.now() - startMs;
      budget = tookMs > sliceMs ? Math.max(1, budget >> 1) : Math.min(mostNodes, budget * 2);
      if (step.done === true) listener.onEnd(step.value);
      return step.done === true;
    };
    this.#works.push({ go });
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled || this.#works.length === 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      const work = this.#works.shift();
      if (work?.go() === false) this.#works.push(work);
      this.#schedule();
    });
  }
}
