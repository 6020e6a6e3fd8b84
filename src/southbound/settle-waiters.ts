// Those who wait until devices have what a revision wants: each event costs as much as there are waiters for its device.

import type { RefusedDocument, Settled } from './document-status.ts';

interface Waiter {
  readonly revision: number;
  /** Names of devices that are not there yet. */
  readonly open: Set<string>;
  readonly superseded: { device: string; document: string; by: number }[];
  readonly refused: RefusedDocument[];
  readonly done: (settled: Settled) => void;
}

/** What waiters need to know of the devices. */
export interface SettleSource {
  /** The last revision of which the devices have been told everything. */
  told(): number;
  /** Whether a device has all up to a revision, or never will unless intent changes. */
  isSettled(device: string, revision: number): boolean;
  /** What it refuses of it. */
  refused(device: string, revision: number): readonly RefusedDocument[];
}

export class SettleWaiters {
  readonly #source: SettleSource;
  readonly #byDevice = new Map<string, Set<Waiter>>();
  /** Those whose revision the devices have not been told of. */
  readonly #early = new Map<Waiter, () => readonly string[]>();

  constructor(source: SettleSource) {
    this.#source = source;
  }

  /**
   * @param devices asked for once the revision is known
   * Rejects with the signal's reason on abort.
   */
  wait(revision: number, devices: () => readonly string[], signal: AbortSignal | undefined): Promise<Settled> {
    return new Promise((resolve, reject) => {
      const drop = (): void => {
        this.#drop(waiter);
        reject(signal?.reason);
      };
      const done = (settled: Settled): void => {
        signal?.removeEventListener('abort', drop);
        resolve(settled);
      };
      const waiter: Waiter = { revision, open: new Set(), superseded: [], refused: [], done };
      signal?.addEventListener('abort', drop);
      if (this.#source.told() < revision) this.#early.set(waiter, devices);
      else this.#open(waiter, devices());
    });
  }

  /** The devices have been told of another revision. */
  told(): void {
    for (const [waiter, devices] of [...this.#early]) {
      if (this.#source.told() < waiter.revision) continue;
      this.#early.delete(waiter);
      this.#open(waiter, devices());
    }
  }

  /** A device has done something, or is not there any more. */
  look(device: string): void {
    for (const waiter of [...(this.#byDevice.get(device) ?? [])]) {
      if (this.#source.isSettled(device, waiter.revision)) this.#close(waiter, device);
    }
  }

  /** A document of which the device did not have what `revision` wants gets another content by revision `by`. */
  superseded(device: string, document: string, revision: number, by: number): void {
    for (const waiter of this.#byDevice.get(device) ?? []) {
      if (waiter.revision !== revision || by <= revision) continue;
      const known = waiter.superseded.findIndex((each) => each.device === device && each.document === document);
      if (known < 0) waiter.superseded.push({ device, document, by });
    }
  }

  #open(waiter: Waiter, devices: readonly string[]): void {
    for (const device of devices) {
      if (this.#source.isSettled(device, waiter.revision)) {
        waiter.refused.push(...this.#source.refused(device, waiter.revision));
        continue;
      }
      waiter.open.add(device);
      const waiters = this.#byDevice.get(device) ?? new Set<Waiter>();
      this.#byDevice.set(device, waiters.add(waiter));
    }
    this.#finish(waiter);
  }

  #close(waiter: Waiter, device: string): void {
    waiter.open.delete(device);
    const waiters = this.#byDevice.get(device);
    if (waiters?.delete(waiter) === true && waiters.size === 0) this.#byDevice.delete(device);
    waiter.refused.push(...this.#source.refused(device, waiter.revision));
    this.#finish(waiter);
  }

  #finish({ open, revision, superseded, refused, done }: Waiter): void {
    if (open.size === 0) done({ revision, superseded, refused });
  }

  #drop(waiter: Waiter): void {
    this.#early.delete(waiter);
    for (const device of waiter.open) this.#byDevice.get(device)?.delete(waiter);
  }
}
