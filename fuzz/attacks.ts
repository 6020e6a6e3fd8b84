// One attack on a running service: a strange request, random bytes, or a connection that is cut; whatever it answers is right if it goes on serving.

import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { type ServiceError, status } from '@grpc/grpc-js';
import fc from 'fast-check';
import type { GetRequest, SetRequest, SubscribeRequest } from '../src/proto/gnmi.ts';
import type { GnmiClient } from '../src/proto/gnmi-client.ts';
import { firstRequest, getRequest, laterRequest, setRequest } from './arbitraries.ts';

/** Where attacks go. */
export interface Victim {
  readonly host: string;
  readonly port: number;
  readonly client: GnmiClient;
}

/** An attack resolves with what was answered, `CODE` by name, or `cut`. */
export type Attack = (victim: Victim) => Promise<string>;

const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const emptySettings = Buffer.from('000000040000000000', 'hex');

async function codeOf(answer: Promise<unknown>): Promise<string> {
  try {
    await answer;
    return 'OK';
  } catch (error) {
    return status[(error as ServiceError).code] ?? `no status: ${String(error)}`;
  }
}

function subscribe(requests: readonly object[], cancelAfter: number): Attack {
  return ({ client }) =>
    new Promise((resolve) => {
      const stream = client.subscribe();
      let messages = 0;
      let state = 'cut';
      const leave = (): void => stream.cancel();
      stream.on('data', () => {
        messages += 1;
        if (messages >= cancelAfter) leave();
      });
      stream.on('error', () => {});
      stream.once('status', ({ code }: { code: number }) => {
        clearTimeout(timer);
        state = status[code] ?? 'no status';
        resolve(state);
      });
      // A stream that has nothing to say is left after a while.
      const timer = setTimeout(leave, 50);
      for (const request of requests) stream.write(request as SubscribeRequest);
      if (cancelAfter % 2 === 0) stream.end();
    });
}

/** Sends bytes on a socket of its own and goes away. */
function raw(bytes: Buffer, abruptly: boolean): Attack {
  return ({ host, port }) =>
    new Promise((resolve) => {
      const socket = connect(port, host, () => {
        socket.write(bytes, () => {
          if (abruptly) socket.resetAndDestroy();
          else socket.end();
        });
      });
      socket.setTimeout(50, () => socket.destroy());
      socket.on('error', () => {});
      socket.resume();
      socket.once('close', () => resolve('cut'));
    });
}

/** A request to a method whose body is not what it should be. */
function body(path: string, bytes: Buffer, headers: Record<string, string>): Attack {
  return ({ host, port }) =>
    new Promise((resolve) => {
      const session = connectHttp2(`http://${host}:${port}`);
      const end = (what: string): void => {
        clearTimeout(timer);
        session.destroy();
        resolve(what);
      };
      const timer = setTimeout(() => end('cut'), 100);
      session.on('error', () => end('cut'));
      const stream = session.request({
        ':method': 'POST',
        ':path': path,
        'content-type': 'application/grpc',
        te: 'trailers',
        ...headers,
      });
      const hear = (received: Record<string, unknown>): void => {
        if (received['grpc-status'] !== undefined) end(status[Number(received['grpc-status'])] ?? 'no status');
      };
      stream.on('response', hear);
      stream.on('trailers', hear);
      stream.on('error', () => end('cut'));
      stream.resume();
      stream.end(bytes);
    });
}

function framed(flag: number, length: number, bytes: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head[0] = flag;
  head.writeUInt32BE(length >>> 0, 1);
  return Buffer.concat([head, bytes]);
}

const bytes = fc.uint8Array({ maxLength: 400 });
const methods = ['Get', 'Set', 'Subscribe', 'Capabilities', 'Nothing'].map((name) => `/gnmi.gNMI/${name}`);

/** Every kind of attack. */
export const attack: fc.Arbitrary<{ kind: string; run: Attack }> = fc.oneof(
  {
    weight: 6,
    arbitrary: getRequest.map((request) => of('get', ({ client }) => codeOf(client.get(request as GetRequest)))),
  },
  {
    weight: 8,
    arbitrary: setRequest.map((request) => of('set', ({ client }) => codeOf(client.set(request as SetRequest)))),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(firstRequest, fc.array(laterRequest, { maxLength: 2 }), fc.integer({ min: 1, max: 4 }))
      .map(([first, later, after]) => of('subscribe', subscribe([first, ...later], after))),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(bytes, fc.boolean())
      .map(([random, abruptly]) => of('bytes', raw(Buffer.from(random), abruptly))),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(bytes, fc.boolean())
      .map(([random, abruptly]) => of('frames', raw(Buffer.concat([preface, emptySettings, random]), abruptly))),
  },
  {
    weight: 4,
    arbitrary: fc
      .record({
        path: fc.constantFrom(...methods, '/', '/grpc.health.v1.Health/Check'),
        random: bytes,
        flag: fc.constantFrom(0, 0, 0, 1, 2, 255),
        lie: fc.constantFrom(0, 0, 0, -1, 1, 2 ** 31),
        encoding: fc.constantFrom('identity', 'gzip', 'deflate', 'nonsense'),
        timeout: fc.constantFrom('1S', '1n', '-1S', '99999999H', 'x'),
      })
      .map(({ path, random, flag, lie, encoding, timeout }) =>
        of(
          'body',
          body(path, framed(flag, random.length + lie, random), { 'grpc-encoding': encoding, 'grpc-timeout': timeout }),
        ),
      ),
  },
);

function of(kind: string, run: Attack): { kind: string; run: Attack } {
  return { kind, run };
}
