// Which devices answer for an endpoint URI.

import type { Device } from '../adapter.ts';

/** Made once for a set of devices; a lookup costs in proportion to what it finds. */
export class EndpointIndex {
  readonly #devices = new Map<string, string[]>();
  readonly #kinds = new Map<string, Set<string>>();

  constructor(devices: ReadonlyMap<string, Device>) {
    for (const { name, kind, endpoints } of devices.values()) {
      for (const endpoint of new Set(endpoints)) {
        push(this.#devices, `${kind}\0${endpoint}`, name);
        this.#kinds.set(endpoint, (this.#kinds.get(endpoint) ?? new Set()).add(kind));
      }
    }
  }

  /** Names of the devices of a kind that answer for one of these endpoints, in name order. */
  answering(kind: string, endpoints: readonly string[]): string[] {
    return [...new Set(endpoints.flatMap((endpoint) => this.#devices.get(`${kind}\0${endpoint}`) ?? []))].sort();
  }

  /** Whether a device of one of these kinds answers for the endpoint. */
  isAnswered(endpoint: string, kinds: { has(kind: string): boolean }): boolean {
    return [...(this.#kinds.get(endpoint) ?? [])].some((kind) => kinds.has(kind));
  }
}

function push(lists: Map<string, string[]>, key: string, value: string): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

const indexes = new WeakMap<ReadonlyMap<string, Device>, EndpointIndex>();

/** The index of a set of devices that does not change any more. */
export function endpointIndex(devices: ReadonlyMap<string, Device>): EndpointIndex {
  let index = indexes.get(devices);
  if (index === undefined) {
    index = new EndpointIndex(devices);
    indexes.set(devices, index);
  }
  return index;
}
