// Those who wait until devices have what a revision wants: each event costs as much as there are waiters for its device.

import type { RefusedDocument, Settled } from './document-status.ts';

/** What is waited for. */
export interface Awaited {
  readonly revision: number;
  /** Names of devices, asked for once the revision is known. */
  readonly devices: () => readonly string[];
  /** Whose intent the devices are to have; undefined: everybody's. */
  readonly targets: readonly string[] | undefined;
}

interface Waiter extends Awaited {
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
  /** Whether a device has all of these targets up to a revision, or never will unless intent changes. */
  isSettled(device: string, awaited: Awaited): boolean;
  /** What it refuses of it. */
  refused(device: string, revision: number): readonly RefusedDocument[];
}

export class SettleWaiters {
  readonly #source: SettleSource;
  readonly #byDevice = new Map<string, Set<Waiter>>();
  /** Those whose revision the devices have not been told of. */
  readonly #early = new Set<Waiter>();

  constructor(source: SettleSource) {
    this.#source = source;
  }

  /** Rejects with the signal's reason on abort. */
  wait(awaited: Awaited, signal: AbortSignal | undefined): Promise<Settled> {
    return new Promise((resolve, reject) => {
      const drop = (): void => {
        this.#drop(waiter);
        reject(signal?.reason);
      };
      const done = (settled: Settled): void => {
        signal?.removeEventListener('abort', drop);
        resolve(settled);
      };
      const waiter: Waiter = { ...awaited, open: new Set(), superseded: [], refused: [], done };
      signal?.addEventListener('abort', drop);
      if (this.#source.told() < awaited.revision) this.#early.add(waiter);
      else this.#open(waiter);
    });
  }

  /** The devices have been told of another revision. */
  told(): void {
    for (const waiter of [...this.#early]) {
      if (this.#source.told() < waiter.revision) continue;
      this.#early.delete(waiter);
      this.#open(waiter);
    }
  }

  /** A device has done something, or is not there any more. */
  look(device: string): void {
    for (const waiter of [...(this.#byDevice.get(device) ?? [])]) {
      if (this.#source.isSettled(device, waiter)) this.#close(waiter, device);
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

  #open(waiter: Waiter): void {
    for (const device of waiter.devices()) {
      if (this.#source.isSettled(device, waiter)) {
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
