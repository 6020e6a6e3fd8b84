// The wire to a user plane's configuration service: one resource that can only be overwritten.

import {
  type DeviceClient,
  DeviceError,
  type DocumentRef,
  documentText,
  type Json,
} from '../../src/southbound/adapter.ts';
import { HttpWire, REQUEST_TIMEOUT_MS } from './http-wire.ts';

/** Talks to `<address>/v1/config/network-slices`. */
export class UpfClient implements DeviceClient {
  readonly #wire: HttpWire;

  /** @param token sent as bearer token, for a proxy in front of the user plane that wants one. */
  constructor(address: string, token: string | undefined, timeoutMs: number = REQUEST_TIMEOUT_MS) {
    this.#wire = new HttpWire(address, token, timeoutMs);
  }

  async put(_ref: DocumentRef, body: Json, signal: AbortSignal): Promise<void> {
    const path = `${this.#wire.base}/v1/config/network-slices`;
    const answer = await this.#wire.send('POST', path, documentText(body), signal);
    this.#wire.requireSuccess('POST', path, answer);
  }

  async read(): Promise<Json | undefined> {
    throw new DeviceError('refused', 'a user plane gives nothing back to look at');
  }

  async remove(): Promise<void> {
    throw new DeviceError('refused', 'a user plane forgets its slice only when another one takes its place');
  }

  async close(): Promise<void> {
    await this.#wire.close();
  }
}
