// A loopback HTTP server for simulated devices: it keeps a log, and misbehaves when its switches say so.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Fault, Faults } from '../../simulation/faults.ts';
import { type HttpAnswer, send, sendHalf } from './send-answer.ts';

export interface RequestEntry {
  readonly method: string;
  /** As it came, query included. */
  readonly path: string;
  readonly body: string;
  /** 0 while there is no answer: held, or closed without one. */
  readonly status: number;
  readonly fault?: Fault['kind'];
}

/** One request as the device behind the server gets it. */
export interface Received {
  readonly method: string;
  /** Decoded, without query. */
  readonly path: string;
  readonly contentType: string | undefined;
  readonly body: string;
}

export interface FaultyServerOptions {
  /** 0 (the default) takes a free one. */
  readonly port?: number;
  readonly host?: '127.0.0.1';
  /** Called once a request, when its answer is known (a held request: when it comes in). */
  readonly onRequest?: (entry: RequestEntry) => void;
  /** How many log entries are kept: 10000 by default; older ones are forgotten. */
  readonly logLimit?: number;
}

/** The device behind the server. */
export interface Behind {
  /** Does a request; with `effect` false it answers the same and changes nothing. */
  perform(request: Received, effect: boolean): HttpAnswer;
  loseState(): void;
  started?(): void;
  stopped?(): void;
}

interface Waiter {
  readonly condition: () => boolean;
  readonly settle: (error?: Error) => void;
}

const MAX_BODY_BYTES = 64 * 1024 * 1024;

export class FaultyServer {
  readonly requests: RequestEntry[] = [];
  readonly faults = new Faults(this);
  readonly #behind: Behind;
  readonly #options: FaultyServerOptions;
  readonly #server: Server;
  readonly #waiters = new Set<Waiter>();
  #port: number;

  constructor(behind: Behind, options: FaultyServerOptions) {
    this.#behind = behind;
    this.#options = options;
    this.#port = options.port ?? 0;
    this.#server = createServer((request, response) => this.#receive(request, response));
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get port(): number {
    return this.#port;
  }

  /** Resolves as soon as the condition holds; it is looked at now and after every request. Rejects on abort and close. */
  waitFor(condition: () => boolean, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const abort = (): void => waiter.settle(new Error('waiting for the simulated device was aborted'));
      const waiter: Waiter = {
        condition,
        settle: (error) => {
          this.#waiters.delete(waiter);
          signal?.removeEventListener('abort', abort);
          if (error === undefined) resolve();
          else reject(error);
        },
      };
      if (signal?.aborted) return abort();
      signal?.addEventListener('abort', abort);
      this.#waiters.add(waiter);
      this.#wake(waiter);
    });
  }

  async close(): Promise<void> {
    await this.stopListening();
    for (const { settle } of [...this.#waiters]) settle(new Error('the simulated device was closed'));
  }

  async stopListening(): Promise<void> {
    this.#behind.stopped?.();
    if (!this.#server.listening) return;
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  /** @throws the socket's error when the port is taken */
  async listenAgain(): Promise<void> {
    if (this.#server.listening) return;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#port, this.#options.host ?? '127.0.0.1', () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    this.#port = (this.#server.address() as AddressInfo).port;
    this.#behind.started?.();
  }

  loseState(): void {
    this.#behind.loseState();
  }

  /** Adds to a log and forgets its oldest entry when it grows too long. */
  append<T>(log: T[], entry: T): void {
    log.push(entry);
    if (log.length > (this.#options.logLimit ?? 10_000)) log.shift();
  }

  #receive(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('error', () => response.destroy());
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MAX_BODY_BYTES) request.destroy();
      else chunks.push(chunk);
    });
    request.on('end', () => this.#handle(request, response, Buffer.concat(chunks).toString('utf8')));
  }

  #handle(request: IncomingMessage, response: ServerResponse, body: string): void {
    const { method = 'GET', url = '/' } = request;
    const fault = this.faults.take(method, url);
    const log = (status: number): void =>
      this.#log({ method, path: url, body, status, ...(fault && { fault: fault.kind }) });
    const perform = (effect = true): HttpAnswer => this.#perform(request, body, effect);
    switch (fault?.kind) {
      case undefined:
      case 'no-effect': {
        const answer = perform(fault === undefined);
        log(answer.status);
        send(response, answer);
        break;
      }
      case 'fail':
        log(fault.status);
        send(response, { status: fault.status, body: fault.body, contentType: 'application/json; charset=utf-8' });
        break;
      case 'garbage':
        log(200);
        send(response, { status: 200, body: '<html><body>It works!', contentType: 'text/html' });
        break;
      case 'hang':
        this.faults.hold(() => {
          send(response, perform());
          this.#wakeAll();
        });
        log(0);
        break;
      case 'close':
        if (fault.effect) perform();
        log(0);
        response.destroy();
        break;
      case 'half': {
        const answer = perform();
        log(answer.status);
        sendHalf(response, answer);
        break;
      }
    }
  }

  #perform(request: IncomingMessage, body: string, effect: boolean): HttpAnswer {
    let path: string;
    try {
      path = decodeURIComponent((request.url ?? '/').split('?')[0] ?? '/');
    } catch {
      return { status: 400, body: '400 Bad Request', contentType: 'text/plain; charset=utf-8' };
    }
    const { method = 'GET', headers } = request;
    return this.#behind.perform({ method, path, contentType: headers['content-type'], body }, effect);
  }

  #log(entry: RequestEntry): void {
    this.append(this.requests, entry);
    this.#options.onRequest?.(entry);
    this.#wakeAll();
  }

  #wakeAll(): void {
    for (const waiter of [...this.#waiters]) this.#wake(waiter);
  }

  /** A condition that throws fails only its own waiter. */
  #wake(waiter: Waiter): void {
    try {
      if (waiter.condition()) waiter.settle();
    } catch (error) {
      waiter.settle(error instanceof Error ? error : new Error(String(error)));
    }
  }
}
