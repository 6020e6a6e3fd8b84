// HTTP to a device: one connection, bounded in time and size, and every failure as the engine wants to know it.

import { type Dispatcher, Pool } from 'undici';
import { DeviceError, type Json, readDocument } from '../../src/southbound/adapter.ts';

export const REQUEST_TIMEOUT_MS = 10_000;
/** The longest document that is read back. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
/** How much of what the device says is passed on to people. */
const MAX_WORDS = 300;

export type Method = 'GET' | 'POST' | 'DELETE';

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** One call at a time to one origin. */
export class HttpWire {
  /** Path of the device's address, without a slash at its end. */
  readonly base: string;
  readonly #pool: Pool;
  readonly #origin: string;
  readonly #headers: Record<string, string>;
  readonly #timeoutMs: number;

  /** @param token sent as bearer token, for devices with authentication switched on. */
  constructor(address: string, token: string | undefined, timeoutMs: number) {
    const url = new URL(address);
    this.#origin = url.origin;
    this.base = url.pathname.replace(/\/+$/, '');
    this.#headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    this.#timeoutMs = timeoutMs;
    this.#pool = new Pool(url.origin, { connections: 1, pipelining: 1 });
  }

  /** Whatever the device answers. @throws DeviceError unavailable when there is no whole answer in time */
  async send(method: Method, path: string, body: string | undefined, signal: AbortSignal): Promise<Answer> {
    const headers = body === undefined ? this.#headers : { ...this.#headers, 'content-type': 'application/json' };
    try {
      const answer = await this.#pool.request({
        method,
        path,
        headers,
        body: body ?? null,
        signal: AbortSignal.any([signal, AbortSignal.timeout(this.#timeoutMs)]),
      });
      return { status: answer.statusCode, text: await readText(answer) };
    } catch (cause) {
      throw new DeviceError('unavailable', `${this.#name(method, path)}: ${this.#reason(cause)}`, { cause });
    }
  }

  /**
   * Passes answers of 2xx.
   * @param leafOf finds the leaf of the document that the device's words are about.
   * @throws DeviceError in the device's words
   */
  requireSuccess(
    method: Method,
    path: string,
    { status, text }: Answer,
    leafOf: (said: string) => string | undefined = () => undefined,
  ): void {
    if (status >= 200 && status < 300) return;
    // A token can be renewed without a change of intent: it is no verdict on a document.
    const mayPass = status >= 500 || [401, 403, 408, 429].includes(status);
    const said = words(text);
    throw new DeviceError(
      mayPass ? 'unavailable' : 'refused',
      `${this.#name(method, path)}: ${status}${said === '' ? '' : ` ${said}`}`,
      { leaf: mayPass ? undefined : leafOf(said) },
    );
  }

  /** What a GET gives; undefined for 404. @throws DeviceError also for what is no JSON */
  async get(path: string, signal: AbortSignal): Promise<Json | undefined> {
    const answer = await this.send('GET', path, undefined, signal);
    if (answer.status === 404) return undefined;
    this.requireSuccess('GET', path, answer);
    try {
      return readDocument(answer.text);
    } catch (cause) {
      throw this.misfit(path, `the answer is no JSON: ${words(answer.text)}`, cause);
    }
  }

  /** An answer that cannot be what it should be: half of one, or of a proxy in between. */
  misfit(path: string, reason: string, cause?: unknown): DeviceError {
    return new DeviceError('unavailable', `${this.#name('GET', path)}: ${reason}`, { cause });
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  #reason(cause: unknown): string {
    if (!(cause instanceof Error)) return String(cause);
    if (cause.name === 'TimeoutError') return `no answer within ${this.#timeoutMs} ms`;
    const { code } = cause as { code?: unknown };
    return cause.message === '' && typeof code === 'string' ? code : cause.message;
  }

  #name(method: Method, path: string): string {
    return `${method} ${this.#origin}${path}`;
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

/** What the device says, in one printable line; the message of its usual error object when it sends one. */
function words(text: string): string {
  const line = message(text)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return line.length > MAX_WORDS ? `${line.slice(0, MAX_WORDS)}...` : line;
}

function message(text: string): string {
  try {
    const { error, message: said } = (readDocument(text) ?? {}) as { readonly [member: string]: Json };
    const found = error ?? said;
    return typeof found === 'string' ? found : text;
  } catch {
    return text;
  }
}
