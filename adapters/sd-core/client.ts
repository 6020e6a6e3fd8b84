// The wire to a core's configuration service: one resource a document, plain HTTP verbs.

import { type DeviceClient, type DocumentRef, documentText, type Json } from '../../src/southbound/adapter.ts';
import { findVersion } from './find-version.ts';
import { HttpWire, REQUEST_TIMEOUT_MS } from './http-wire.ts';
import { nameOf } from './read-back.ts';
import { refusedLeaf } from './refused-leaf.ts';
import { UeWatch } from './ue-watch.ts';

/** A kind that can be listed, of which the adapter makes no documents: who is known to the core at all. */
export const SUBSCRIBER = 'subscriber';

/** Talks to the API below `<address>/v1`; the address usually ends with `/config`. */
export class WebconsoleClient implements DeviceClient {
  readonly #wire: HttpWire;
  readonly #ues: UeWatch;

  /** @param token sent as bearer token, for cores with authentication switched on. */
  constructor(address: string, token: string | undefined, timeoutMs: number = REQUEST_TIMEOUT_MS) {
    this.#wire = new HttpWire(address, token, timeoutMs);
    this.#ues = new UeWatch(this.#wire, `${this.#apiBase}/api`);
  }

  async read(ref: DocumentRef, signal: AbortSignal): Promise<Json | undefined> {
    return (await this.#wire.get(this.#path(ref), signal)) ?? undefined;
  }

  async put(ref: DocumentRef, body: Json, signal: AbortSignal): Promise<void> {
    const path = this.#path(ref);
    const answer = await this.#wire.send('POST', path, documentText(body), signal);
    this.#wire.requireSuccess('POST', path, answer, (said) => refusedLeaf(said, body));
  }

  async remove(ref: DocumentRef, signal: AbortSignal): Promise<void> {
    const path = this.#path(ref);
    const answer = await this.#wire.send('DELETE', path, undefined, signal);
    if (answer.status !== 404) this.#wire.requireSuccess('DELETE', path, answer);
  }

  async list(kind: string, signal: AbortSignal): Promise<readonly string[]> {
    const path = kind === SUBSCRIBER ? `${this.#apiBase}/api/subscriber` : `${this.#wire.base}/v1/${kind}`;
    const found = (await this.#wire.get(path, signal)) ?? [];
    if (!Array.isArray(found)) throw this.#wire.misfit(path, 'the answer is no list');
    const names = (found as readonly Json[]).map((item) => (kind === SUBSCRIBER ? ueIdOf(item) : item));
    return [...new Set(names)].filter((name) => typeof name === 'string').map((name) => `${kind}/${name}`);
  }

  version(signal: AbortSignal): Promise<string | undefined> {
    return findVersion(this, signal);
  }

  observe(signal: AbortSignal): Promise<Json> {
    return this.#ues.look(signal);
  }

  async close(): Promise<void> {
    await this.#wire.close();
  }

  /** Where the part of the API lies that is not about configuration. */
  get #apiBase(): string {
    return this.#wire.base.replace(/\/config$/, '');
  }

  #path(ref: DocumentRef): string {
    return `${this.#wire.base}/v1/${ref.kind}/${encodeURIComponent(nameOf(ref))}`;
  }
}

function ueIdOf(item: Json): Json | undefined {
  return (item as { readonly ueId?: Json } | null)?.ueId;
}
