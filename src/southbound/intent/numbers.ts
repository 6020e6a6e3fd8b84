// Which numbers of which pool of a device are taken, and by whom.

import type { DocumentRef } from '../adapter.ts';
import type { NumberRow } from './number-rows.ts';

/** A document that a device may hold and that has a number. */
export interface NumberHolder {
  /** Undefined: not known. */
  readonly target?: string | undefined;
  readonly ref: Pick<DocumentRef, 'source'>;
}

/** The numbers of a pool that documents have which a device may hold, wanted or not. */
export type HeldNumbers = (device: string, pool: string) => ReadonlyMap<number, readonly NumberHolder[]>;

/** Numbers as intent has them, by device and pool; kept up to date row by row. */
export class Numbers {
  readonly #pools = new Map<string, Map<number, Set<string>>>();

  add(target: string, { device, pool, number, entry }: NumberRow): void {
    const key = poolKey(device, pool);
    const numbers = this.#pools.get(key) ?? new Map<number, Set<string>>();
    const entries = numbers.get(number) ?? new Set<string>();
    this.#pools.set(key, numbers.set(number, entries.add(entryKey(target, entry))));
  }

  remove(target: string, { device, pool, number, entry }: NumberRow): void {
    const key = poolKey(device, pool);
    const numbers = this.#pools.get(key);
    const entries = numbers?.get(number);
    entries?.delete(entryKey(target, entry));
    if (entries?.size === 0) numbers?.delete(number);
    if (numbers?.size === 0) this.#pools.delete(key);
  }

  /** Whether an entry other than this one has the number. */
  isTaken(target: string, { device, pool, number, entry }: NumberRow): boolean {
    const own = entryKey(target, entry);
    return [...(this.#pools.get(poolKey(device, pool))?.get(number) ?? [])].some((each) => each !== own);
  }
}

/** A pool of a device. */
export function poolKey(device: string, pool: string): string {
  return `${device}\0${pool}`;
}

function entryKey(target: string, entry: string): string {
  return `${target}\0${entry}`;
}
