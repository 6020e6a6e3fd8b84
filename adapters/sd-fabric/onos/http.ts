// Calls to the REST interfaces of a controller: JSON both ways, signed in by name and password, bounded in time and size.

import { type Dispatcher, Pool } from 'undici';
import { DeviceError, documentText, type Json, readDocument } from '../../../src/southbound/adapter.ts';

const REQUEST_TIMEOUT_MS = 10_000;
/** The longest answer that is read. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
/** How much of what the controller says is passed on to people. */
const MAX_WORDS = 300;

export type Method = 'GET' | 'POST' | 'DELETE';

/** One controller. Paths are below its address. */
export class ControllerHttp {
  readonly #pool: Pool;
  readonly #origin: string;
  readonly #base: string;
  readonly #headers: Record<string, string>;
  readonly #timeoutMs: number;

  /** @param secret `user:password` */
  constructor(address: string, secret: string | undefined, timeoutMs: number = REQUEST_TIMEOUT_MS) {
    const url = new URL(address);
    this.#origin = url.origin;
    this.#base = url.pathname.replace(/\/+$/, '');
    this.#headers =
      secret === undefined ? {} : { authorization: `Basic ${Buffer.from(secret.trim(), 'utf8').toString('base64')}` };
    this.#timeoutMs = timeoutMs;
    this.#pool = new Pool(url.origin, { connections: 1, pipelining: 1 });
  }

  /**
   * What GET finds; undefined when there is nothing of that name. Taking away what is not there is fine.
   * @throws DeviceError `refused` when the controller does not take it, `unavailable` when it may later.
   */
  async call(method: Method, path: string, body: Json | undefined, signal: AbortSignal): Promise<Json | undefined> {
    const name = `${method} ${this.#origin}${this.#base}${path}`;
    const { status, text } = await this.#send(name, method, path, body, signal);
    if (status === 404 && method !== 'POST') return undefined;
    if (status < 200 || status >= 300) throw refusal(name, status, text);
    if (method !== 'GET') return undefined;
    try {
      return readDocument(text);
    } catch (cause) {
      throw new DeviceError('unavailable', `${name}: the answer is no JSON: ${words(text)}`, { cause });
    }
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  async #send(
    name: string,
    method: Method,
    path: string,
    body: Json | undefined,
    signal: AbortSignal,
  ): Promise<{ status: number; text: string }> {
    const type = body === undefined ? {} : { 'content-type': 'application/json;charset=utf-8' };
    try {
      const answer = await this.#pool.request({
        method,
        path: `${this.#base}${path}`,
        headers: { ...this.#headers, accept: 'application/json', ...type },
        body: body === undefined ? null : documentText(body),
        signal: AbortSignal.any([signal, AbortSignal.timeout(this.#timeoutMs)]),
      });
      return { status: answer.statusCode, text: await readText(answer) };
    } catch (cause) {
      throw new DeviceError('unavailable', `${name}: ${this.#reason(cause)}`, { cause });
    }
  }

  #reason(cause: unknown): string {
    if (!(cause instanceof Error)) return String(cause);
    if (cause.name === 'TimeoutError') return `no answer within ${this.#timeoutMs} ms`;
    const { code } = cause as { code?: unknown };
    return cause.message === '' && typeof code === 'string' ? code : cause.message;
  }
}

/** Name and password can be put right without a change of intent: they are no verdict on a document. */
function refusal(name: string, status: number, text: string): DeviceError {
  const mayPass = status >= 500 || [401, 403, 408, 429].includes(status);
  const said = words(text);
  return new DeviceError(mayPass ? 'unavailable' : 'refused', `${name}: ${status}${said === '' ? '' : ` ${said}`}`);
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

/** What the controller says, in one printable line; the message of its usual error object when it sends one. */
function words(text: string): string {
  const said = /"message"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(text)?.[1] ?? text;
  const line = said
    .replace(/\\(["\\/])/g, '$1')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return line.length > MAX_WORDS ? `${line.slice(0, MAX_WORDS)}...` : line;
}
