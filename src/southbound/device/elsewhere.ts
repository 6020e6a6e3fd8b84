// Order across devices: what a document waits for on another device, and who is told when that has come.

import type { Device } from '../adapter.ts';
import type { DocumentQueue } from './document-queue.ts';
import { entryOf, isConfirmedFor, type Operation } from './held-document.ts';
import { ELSEWHERE, type OtherDevices, type Standing } from './other-devices.ts';

/** What is known of the devices. */
export interface Neighbours {
  device(name: string): Device | undefined;
  queue(name: string): DocumentQueue | undefined;
  /** Documents of this device that waited for `key` may go on. */
  released(name: string, key: string): void;
}

/** One document of one device. */
interface Place {
  readonly device: string;
  readonly id: string;
}

/**
 * Two rules. A put waits for the documents that it names on other devices, as long as those are wanted there and have never
 * been there for the same entry of intent. And new before old: a removal waits while the same entry wants the same kind of
 * document on another device that has never had it (for kinds that overlap, on the same device too), and while a document
 * elsewhere that needs the old one has yet to change.
 * Devices that are disabled are not waited for. Puts wait for puts only, so nothing waits in a circle unless adapters say so.
 */
export class Elsewhere {
  readonly #neighbours: Neighbours;
  /** Names of devices by the endpoints that they answer for. */
  readonly #answering = new Map<string, Set<string>>();
  readonly #endpoints = new Map<string, readonly string[]>();
  /** Documents that are wanted and were never there, by entry of intent. */
  readonly #awaited = new Places();
  /** Documents that may be there, by the endpoint and id of what they need elsewhere. */
  readonly #needing = new Places();
  /** Names of devices by the key that something of theirs waits for. */
  readonly #waiting = new Map<string, Set<string>>();
  /** Keys that `isStuck` is being found out of. */
  readonly #asking = new Set<string>();

  constructor(neighbours: Neighbours) {
    this.#neighbours = neighbours;
  }

  /** What the queue of one device gets to know. @param overlaps whether documents of a kind do, see `DocumentKind` */
  of(device: string, overlaps: (kind: string) => boolean): OtherDevices {
    return {
      blocker: (operation) => this.#blocker(device, operation, overlaps(operation.ref.kind)),
      isStuck: (key) => this.#isStuck(key),
      changed: (id, standing) => this.#changed({ device, id }, standing),
    };
  }

  /** Nothing is known of the device's documents any more. */
  forget(device: string): void {
    for (const places of [this.#awaited, this.#needing]) places.drop(device);
  }

  /** These devices have come, have gone, or are described anew. */
  devicesChanged(names: Iterable<string>): void {
    for (const name of names) {
      for (const endpoint of this.#endpoints.get(name) ?? []) {
        const answering = this.#answering.get(endpoint);
        if (answering?.delete(name) === true && answering.size === 0) this.#answering.delete(endpoint);
      }
      this.#endpoints.delete(name);
      for (const endpoint of this.#neighbours.device(name)?.endpoints ?? []) {
        const answering = this.#answering.get(endpoint) ?? new Set<string>();
        this.#answering.set(endpoint, answering.add(name));
        this.#endpoints.set(name, this.#neighbours.device(name)?.endpoints ?? []);
      }
    }
    this.#releaseAll();
  }

  /** Rare, and anybody may have waited for it. */
  #releaseAll(): void {
    for (const key of [...this.#waiting.keys()]) this.#release(key);
  }

  #blocker(device: string, operation: Operation, overlaps: boolean): string | undefined {
    const found =
      operation.op === 'put' ? this.#unmetNeed(device, operation) : this.#stillNeeded(device, operation, overlaps);
    if (found === undefined) return undefined;
    const devices = this.#waiting.get(found) ?? new Set<string>();
    this.#waiting.set(found, devices.add(device));
    return found;
  }

  /** A document that must be there first. */
  #unmetNeed(device: string, { ref }: Operation): string | undefined {
    for (const { endpoint, id } of ref.dependsOnElsewhere ?? []) {
      for (const other of this.#answering.get(endpoint) ?? []) {
        if (other === device || !this.#isEnabled(other)) continue;
        const standing = this.#neighbours.queue(other)?.standing(id);
        if (standing?.desired === undefined) continue;
        if (!isConfirmedFor(standing.held, standing.target, standing.desired.ref)) return documentKey(other, id);
      }
    }
    return undefined;
  }

  /** A reason to keep a document that is not wanted any more. */
  #stillNeeded(device: string, { ref, target }: Operation, overlaps: boolean): string | undefined {
    const entry = entryOf(target, ref);
    for (const place of this.#awaited.at(entry)) {
      const counts = place.device === device ? overlaps && !this.#isRefused(place) : this.#isEnabled(place.device);
      if (counts) return entryKey(entry);
    }
    for (const endpoint of this.#endpoints.get(device) ?? []) {
      for (const place of this.#needing.at(`${endpoint}\0${ref.id}`)) {
        if (place.device === device || !this.#isEnabled(place.device)) continue;
        const standing = this.#neighbours.queue(place.device)?.standing(place.id);
        const never = standing?.refusal !== undefined && standing.held?.confirmed !== true;
        if (standing?.isPending === true && !never) return documentKey(place.device, place.id);
      }
    }
    return undefined;
  }

  #isRefused({ device, id }: Place): boolean {
    return this.#neighbours.queue(device)?.standing(id)?.refusal !== undefined;
  }

  #isEnabled(name: string): boolean {
    return this.#neighbours.device(name)?.enabled === true;
  }

  #isStuck(key: string): boolean {
    if (this.#asking.has(key)) return false;
    this.#asking.add(key);
    try {
      const [, kind, first = '', second = ''] = key.split('\0');
      const places = kind === 'document' ? [{ device: first, id: second }] : [...this.#awaited.at(first)];
      return places.some(({ device, id }) => this.#neighbours.queue(device)?.isStuck(id) === true);
    } finally {
      this.#asking.delete(key);
    }
  }

  #changed(place: Place, standing: Standing | undefined): void {
    const { desired, held, target } = standing ?? {};
    const waits = desired !== undefined && !isConfirmedFor(held, target, desired.ref);
    const entry = waits ? [entryOf(target, desired.ref)] : [];
    const before = this.#awaited.set(place, entry);
    this.#needing.set(
      place,
      (held?.ref.dependsOnElsewhere ?? []).map(({ endpoint, id }) => `${endpoint}\0${id}`),
    );
    if (this.#waiting.size === 0) return;
    // Then also who waits for one that waits for it is stuck.
    if (standing?.refusal !== undefined) {
      this.#releaseAll();
      return;
    }
    this.#release(documentKey(place.device, place.id));
    for (const each of new Set([...before, ...entry])) this.#release(entryKey(each));
  }

  #release(key: string): void {
    const devices = this.#waiting.get(key);
    if (devices === undefined) return;
    this.#waiting.delete(key);
    for (const device of devices) this.#neighbours.released(device, key);
  }
}

/** Documents under keys, several each. */
class Places {
  readonly #byKey = new Map<string, Map<string, Place>>();
  /** By device and id. */
  readonly #keys = new Map<string, Map<string, readonly string[]>>();

  at(key: string): Iterable<Place> {
    return this.#byKey.get(key)?.values() ?? [];
  }

  /** @returns the keys that it stood under before */
  set(place: Place, keys: readonly string[]): readonly string[] {
    const ofDevice = this.#keys.get(place.device) ?? new Map<string, readonly string[]>();
    const before = ofDevice.get(place.id) ?? [];
    if (before.length === 0 && keys.length === 0) return before;
    const name = `${place.device}\0${place.id}`;
    for (const key of before) {
      const places = this.#byKey.get(key);
      if (places?.delete(name) === true && places.size === 0) this.#byKey.delete(key);
    }
    for (const key of keys) {
      const places = this.#byKey.get(key) ?? new Map<string, Place>();
      this.#byKey.set(key, places.set(name, place));
    }
    if (keys.length === 0) ofDevice.delete(place.id);
    else ofDevice.set(place.id, keys);
    this.#keys.set(place.device, ofDevice);
    return before;
  }

  drop(device: string): void {
    for (const id of [...(this.#keys.get(device)?.keys() ?? [])]) this.set({ device, id }, []);
    this.#keys.delete(device);
  }
}

function documentKey(device: string, id: string): string {
  return `${ELSEWHERE}document\0${device}\0${id}`;
}

function entryKey(entry: string): string {
  return `${ELSEWHERE}entry\0${entry}`;
}
