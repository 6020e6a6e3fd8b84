// The wire to a fabric's controller: each kind of document by the interface that takes it.

import type { DeviceClient, DocumentRef, Json } from '../../../src/southbound/adapter.ts';
import { ControllerHttp } from './http.ts';
import { membersOf } from './json.ts';
import { NetworkConfiguration } from './netcfg.ts';
import { Slicing } from './slicing.ts';

export class ControllerClient implements DeviceClient {
  readonly #http: ControllerHttp;
  readonly #netcfg: NetworkConfiguration;
  readonly #slicing: Slicing;

  /** @param secret `user:password` */
  constructor(address: string, secret: string | undefined, timeoutMs?: number) {
    this.#http = new ControllerHttp(address, secret, timeoutMs);
    this.#netcfg = new NetworkConfiguration(this.#http);
    this.#slicing = new Slicing(this.#http, this.#netcfg);
  }

  read({ kind, id }: DocumentRef, signal: AbortSignal): Promise<Json | undefined> {
    if (kind === 'slice') return this.#slicing.readSlice(id, signal);
    if (kind === 'default-class') return this.#slicing.readDefaultClass(id, signal);
    if (kind === 'flow') return this.#slicing.readFlow(id, signal);
    return this.#netcfg.read(id, signal);
  }

  put({ kind, id }: DocumentRef, body: Json, signal: AbortSignal): Promise<void> {
    if (kind === 'slice') return this.#slicing.putSlice(id, body, signal);
    if (kind === 'default-class') {
      return this.#slicing.putDefaultClass(id, String(membersOf(body).trafficClass), signal);
    }
    if (kind === 'flow') return this.#slicing.putFlow(body, signal);
    return this.#netcfg.put(id, body, signal);
  }

  remove({ kind, id }: DocumentRef, signal: AbortSignal): Promise<void> {
    if (kind === 'slice') return this.#slicing.removeSlice(id, signal);
    if (kind === 'default-class') return this.#slicing.removeDefaultClass(id, signal);
    if (kind === 'flow') return this.#slicing.removeFlow(id, signal);
    return this.#netcfg.remove({ id }, signal);
  }

  list(kind: string, signal: AbortSignal): Promise<readonly string[]> {
    if (kind === 'slice') return this.#slicing.listSlices(signal);
    if (kind === 'default-class') return this.#slicing.listDefaultClasses(signal);
    if (kind === 'flow') return this.#slicing.listFlows(signal);
    return this.#netcfg.list(signal);
  }

  close(): Promise<void> {
    return this.#http.close();
  }
}
