// Gaps: what intent asks of devices that have no way to do it, by the entry that asks.

import { Listeners } from '../listeners.ts';
import type { ListUnit } from './rendering.ts';

/** One device has no way to do what an entry asks. */
export interface GapStanding {
  readonly device: string;
  readonly reason: string;
}

/** Told of an entry whose gaps may have changed. */
export type GapListener = (target: string, source: readonly string[]) => void;

interface Entry {
  readonly target: string;
  readonly source: readonly string[];
  /** By the list that says so. */
  readonly byList: Map<string, GapStanding[]>;
}

/** Kept up to date list by list. */
export class Gaps {
  readonly #entries = new Map<string, Entry>();
  readonly #listeners = new Listeners<Parameters<GapListener>>();

  /** The gaps of one entry, which is written as names and list keys. */
  of(target: string, source: readonly string[]): GapStanding[] {
    return [...(this.#entries.get(entryKey(target, source))?.byList.values() ?? [])].flat();
  }

  /** Every entry that has gaps. */
  *entries(): Iterable<{ readonly target: string; readonly source: readonly string[] }> {
    for (const { target, source } of this.#entries.values()) yield { target, source };
  }

  /** @returns ends the listening */
  listen(listener: GapListener): () => void {
    return this.#listeners.add(listener);
  }

  /** One list in place of another. */
  replace(before: ListUnit | undefined, after: ListUnit | undefined): void {
    const touched = new Map<string, Entry>();
    for (const { source } of before?.gaps ?? []) {
      if (before === undefined) continue;
      const entry = this.#entry(before.target, source);
      entry.byList.delete(before.id);
      touched.set(entryKey(before.target, source), entry);
    }
    for (const { source, reason } of after?.gaps ?? []) {
      if (after === undefined) continue;
      const entry = this.#entry(after.target, source);
      entry.byList.set(after.id, [...(entry.byList.get(after.id) ?? []), { device: after.device, reason }]);
      touched.set(entryKey(after.target, source), entry);
    }
    for (const [key, entry] of touched) {
      if (entry.byList.size === 0) this.#entries.delete(key);
      this.#listeners.tell(entry.target, entry.source);
    }
  }

  #entry(target: string, source: readonly string[]): Entry {
    const key = entryKey(target, source);
    const entry = this.#entries.get(key) ?? { target, source, byList: new Map() };
    this.#entries.set(key, entry);
    return entry;
  }
}

function entryKey(target: string, source: readonly string[]): string {
  return `${target}\0${source.join('\x01')}`;
}
