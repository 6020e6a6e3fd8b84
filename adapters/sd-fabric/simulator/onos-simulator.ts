// A simulated controller of a fabric on a loopback socket: as strict as the real one, observable, and able to misbehave.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Fault, Faults } from '../../simulation/faults.ts';
import { type Controller, route } from './onos-router.ts';
import { type Answer, freshState, type OnosState, type Warning } from './onos-state.ts';

export interface OnosSimulatorOptions {
  /** 0 (the default) takes a free one. */
  readonly port?: number;
  /** `user:password`, `onos:rocks` by default; false lets everybody in. */
  readonly credentials?: string | false;
  /** Whether a changed slicing key is acted on; 'taken' by default. */
  readonly slicingUpdates?: 'taken' | 'kept';
  readonly onRequest?: (entry: RequestEntry) => void;
  readonly onWarning?: (warning: Warning) => void;
}

export interface RequestEntry {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  /** 0 while there is no answer: held, or closed without one. */
  readonly status: number;
  readonly fault?: Fault['kind'];
}

export interface OnosSimulator {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly requests: readonly RequestEntry[];
  readonly warnings: readonly Warning[];
  readonly state: OnosState;
  readonly faults: Faults;
  /** Resolves as soon as the condition holds; it is looked at now and after every request. */
  waitFor(condition: (simulator: OnosSimulator) => boolean): Promise<void>;
  close(): Promise<void>;
}

const MAX_BODY_BYTES = 16 * 1024 * 1024;
/** Requests and warnings that are kept; older ones are forgotten. */
const LOG_LIMIT = 10_000;

/** Starts a simulated controller. @throws the socket's error when the port is taken */
export async function startOnosSimulator(options: OnosSimulatorOptions = {}): Promise<OnosSimulator> {
  const simulator = new Simulator(options);
  await simulator.listenAgain();
  return simulator;
}

class Simulator implements OnosSimulator {
  readonly requests: RequestEntry[] = [];
  readonly warnings: Warning[] = [];
  readonly faults = new Faults(this);
  state = freshState();
  readonly #options: OnosSimulatorOptions;
  readonly #server: Server;
  readonly #authorization: string | undefined;
  #waiters: { condition: (simulator: OnosSimulator) => boolean; resolve: () => void }[] = [];
  #port: number;

  constructor(options: OnosSimulatorOptions) {
    this.#options = options;
    this.#port = options.port ?? 0;
    const { credentials = 'onos:rocks' } = options;
    if (credentials !== false) this.#authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
    this.#server = createServer((request, response) => this.#receive(request, response));
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  waitFor(condition: (simulator: OnosSimulator) => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#waiters.push({ condition, resolve });
      this.#wake();
    });
  }

  async close(): Promise<void> {
    await this.stopListening();
  }

  async stopListening(): Promise<void> {
    if (!this.#server.listening) return;
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async listenAgain(): Promise<void> {
    if (this.#server.listening) return;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#port, '127.0.0.1', () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  loseState(): void {
    this.state = freshState();
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
    const log = (status: number): void => {
      this.requests.push({ method, path: url, body, status, ...(fault && { fault: fault.kind }) });
      if (this.requests.length > LOG_LIMIT) this.requests.shift();
      this.#options.onRequest?.({ method, path: url, body, status });
      this.#wake();
    };
    const perform = (state = this.state): Answer => this.#perform(request, body, state);
    if (fault?.kind === 'hang') {
      this.faults.hold(() => {
        send(response, perform());
        this.#wake();
      });
      log(0);
    } else if (fault?.kind === 'close') {
      if (fault.effect) perform();
      log(0);
      response.destroy();
    } else if (fault?.kind === 'half') {
      const answer = perform();
      log(answer.status);
      sendHalf(response, answer);
    } else if (fault?.kind === 'garbage') {
      log(200);
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>It works!');
    } else if (fault?.kind === 'fail') {
      log(fault.status);
      response.writeHead(fault.status, { 'content-type': 'application/json' }).end(fault.body);
    } else {
      const answer = perform(fault === undefined ? this.state : structuredClone(this.state));
      log(answer.status);
      send(response, answer);
    }
  }

  #perform(request: IncomingMessage, body: string, state: OnosState): Answer {
    const wanted = this.#authorization;
    if (wanted !== undefined && request.headers.authorization !== wanted) return { status: 401 };
    const controller: Controller = {
      state,
      slicingUpdates: this.#options.slicingUpdates ?? 'taken',
      warn: (warning) => {
        this.warnings.push(warning);
        this.#options.onWarning?.(warning);
      },
    };
    const [path = '/'] = (request.url ?? '/').split('?');
    return route(controller, {
      method: request.method ?? 'GET',
      path,
      contentType: request.headers['content-type'],
      body,
    });
  }

  #wake(): void {
    this.#waiters = this.#waiters.filter(({ condition, resolve }) => {
      if (!condition(this)) return true;
      resolve();
      return false;
    });
  }
}

function send(response: ServerResponse, { status, body }: Answer): void {
  const text = body === undefined ? '' : JSON.stringify(body);
  response.writeHead(status, body === undefined ? {} : { 'content-type': 'application/json;charset=utf-8' }).end(text);
}

/** Half of the head where there is no body, else half of the body; then the connection is closed. */
function sendHalf(response: ServerResponse, { status, body }: Answer): void {
  const text = body === undefined ? '' : JSON.stringify(body);
  const head = `HTTP/1.1 ${status} \r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n`;
  const cut = text === '' ? Math.floor(head.length / 2) : head.length + Math.floor(text.length / 2);
  response.socket?.end((head + text).slice(0, cut));
}
