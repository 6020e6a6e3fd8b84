// Long work on the main thread in slices, so that other RPCs, commits and streams get their turns in between.

import { setImmediate } from 'node:timers/promises';

/** A request passes several turns of the event loop, and may meet a slice in each. */
const sliceMs = 3;

export class Slices {
  #start = performance.now();

  /** To be awaited between two steps: gives way when the slice is used up, else goes on at once. */
  async next(): Promise<void> {
    if (performance.now() - this.#start < sliceMs) return;
    await setImmediate();
    this.#start = performance.now();
  }
}

/** Work that yields between its steps, done in one go. */
export function atOnce<T>(steps: Generator<void, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** The same in slices. */
export async function inSlices<T>(steps: Generator<void, T>, slices = new Slices()): Promise<T> {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    await slices.next();
  }
}
