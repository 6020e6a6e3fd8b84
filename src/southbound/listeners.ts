// Those who are told of events; one that fails takes nothing from the others.

import { southboundLog } from '../log.ts';

export class Listeners<Event extends unknown[]> {
  readonly #listeners = new Set<(...event: Event) => void>();

  /** @returns ends the listening */
  add(listener: (...event: Event) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(...event: Event): void {
    for (const listener of this.#listeners) {
      try {
        listener(...event);
      } catch (error) {
        southboundLog.error({ err: error }, 'a listener to events of devices failed');
      }
    }
  }
}
