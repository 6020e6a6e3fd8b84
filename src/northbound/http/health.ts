// The HTTP face for orchestrators: /healthz says that the process lives, /readyz that it can serve; and for devices.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerSynchronize, type Synchronize } from './synchronize.ts';

/** What /readyz asks: an empty answer is ready, anything else says what is missing. */
export type Readiness = () => readonly string[];

/** A running HTTP listener. */
export interface HttpFace {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Listens on `host:port` (0: a free port). Answers GET and HEAD on /healthz and /readyz, POST on /synchronize, 404 and 405
 * otherwise.
 */
export async function serveHealth(
  host: string,
  port: number,
  readiness: Readiness,
  synchronize: Synchronize = () => false,
): Promise<HttpFace> {
  const server = createServer((request, response) => answer(request, response, readiness, synchronize));
  server.requestTimeout = 10_000;
  await listen(server, host, port);
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  readiness: Readiness,
  synchronize: Synchronize,
): void {
  const path = request.url?.split('?')[0] ?? '';
  const synchronized = answerSynchronize(request.method, path, synchronize);
  if (synchronized !== undefined) {
    // Whatever it sends along is not looked at.
    request.resume();
    send(response, synchronized.status, synchronized.body);
    return;
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    send(response, 405, { error: 'use GET' });
    return;
  }
  if (path === '/healthz') send(response, 200, { status: 'alive' });
  else if (path === '/readyz') {
    const missing = readiness();
    send(response, missing.length === 0 ? 200 : 503, { status: missing.length === 0 ? 'ready' : 'not ready', missing });
  } else send(response, 404, { error: 'known paths: /healthz, /readyz, /synchronize' });
}

function send(response: ServerResponse, status: number, body: object): void {
  const text = `${JSON.stringify(body)}\n`;
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}
