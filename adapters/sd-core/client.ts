// The wire to a core's configuration service: one resource a document, plain HTTP verbs, bounded in time and size.

import { type Dispatcher, Pool } from 'undici';
import {
  type DeviceClient,
  DeviceError,
  type DocumentRef,
  documentText,
  type Json,
  readDocument,
} from '../../src/southbound/adapter.ts';

const REQUEST_TIMEOUT_MS = 10_000;
/** The longest document that is read back. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
/** How much of what the core says is passed on to people. */
const MAX_WORDS = 300;

type Method = 'GET' | 'POST' | 'DELETE';

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Talks to the API below `<address>/v1`; the address usually ends with `/config`. */
export class WebconsoleClient implements DeviceClient {
  readonly #pool: Pool;
  readonly #origin: string;
  readonly #base: string;
  readonly #headers: Record<string, string>;
  readonly #timeoutMs: number;

  /** @param token sent as bearer token, for cores with authentication switched on. */
  constructor(address: string, token: string | undefined, timeoutMs: number = REQUEST_TIMEOUT_MS) {
    const url = new URL(address);
    this.#origin = url.origin;
    this.#base = url.pathname.replace(/\/+$/, '');
    this.#headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    this.#timeoutMs = timeoutMs;
    this.#pool = new Pool(url.origin, { connections: 1, pipelining: 1 });
  }

  async read(ref: DocumentRef, signal: AbortSignal): Promise<Json | undefined> {
    const answer = await this.#send('GET', ref, undefined, signal);
    if (answer.status === 404) return undefined;
    this.#requireSuccess('GET', ref, answer);
    try {
      return readDocument(answer.text) ?? undefined;
    } catch (cause) {
      throw new DeviceError('unavailable', `${this.#name('GET', ref)}: the answer is no JSON: ${words(answer.text)}`, {
        cause,
      });
    }
  }

  async put(ref: DocumentRef, body: Json, signal: AbortSignal): Promise<void> {
    this.#requireSuccess('POST', ref, await this.#send('POST', ref, documentText(body), signal));
  }

  async remove(ref: DocumentRef, signal: AbortSignal): Promise<void> {
    const answer = await this.#send('DELETE', ref, undefined, signal);
    if (answer.status !== 404) this.#requireSuccess('DELETE', ref, answer);
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  async #send(method: Method, ref: DocumentRef, body: string | undefined, signal: AbortSignal): Promise<Answer> {
    const headers = body === undefined ? this.#headers : { ...this.#headers, 'content-type': 'application/json' };
    try {
      const answer = await this.#pool.request({
        method,
        path: this.#path(ref),
        headers,
        body: body ?? null,
        signal: AbortSignal.any([signal, AbortSignal.timeout(this.#timeoutMs)]),
      });
      return { status: answer.statusCode, text: await readText(answer) };
    } catch (cause) {
      throw new DeviceError('unavailable', `${this.#name(method, ref)}: ${this.#reason(cause)}`, { cause });
    }
  }

  #requireSuccess(method: Method, ref: DocumentRef, { status, text }: Answer): void {
    if (status >= 200 && status < 300) return;
    const mayPass = status >= 500 || status === 408 || status === 429;
    const said = words(text);
    throw new DeviceError(
      mayPass ? 'unavailable' : 'refused',
      `${this.#name(method, ref)}: ${status}${said === '' ? '' : ` ${said}`}`,
    );
  }

  #reason(cause: unknown): string {
    if (!(cause instanceof Error)) return String(cause);
    if (cause.name === 'TimeoutError') return `no answer within ${this.#timeoutMs} ms`;
    const { code } = cause as { code?: unknown };
    return cause.message === '' && typeof code === 'string' ? code : cause.message;
  }

  #name(method: Method, ref: DocumentRef): string {
    return `${method} ${this.#origin}${this.#path(ref)}`;
  }

  #path({ kind, id }: DocumentRef): string {
    return `${this.#base}/v1/${kind}/${encodeURIComponent(id.slice(kind.length + 1))}`;
  }
}

async function readText({ body }: Dispatcher.ResponseData): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) throw new Error(`the answer is longer than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** What the core says, in one printable line; the message of its usual error object when it sends one. */
function words(text: string): string {
  const said = /^\s*\{\s*"(?:error|message)"\s*:\s*"((?:[^"\\]|\\.)*)"\s*\}\s*$/.exec(text)?.[1] ?? text;
  const line = said.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return line.length > MAX_WORDS ? `${line.slice(0, MAX_WORDS)}...` : line;
}
