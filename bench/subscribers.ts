// Many subscribers that cost next to nothing: bare HTTP/2 streams that count gRPC messages and decode none.

import { type ClientHttp2Session, connect } from 'node:http2';
import { gnmiDefinition, ListMode, SubscriptionMode } from '../src/proto/gnmi.ts';
import { parsePath } from '../src/proto/path-text.ts';
import type { Scope } from './attempt.ts';
import { benchUser } from './platform-seed.ts';

/** Streams of one connection. */
const perConnection = 100;

/** Subscribers of one leaf, all of which have got sync_response. */
export interface Subscribers {
  /** The last message that came. */
  readonly sample: Buffer;
  /** Resolves when each has got one more message, with when the last came, in ns of the clock that all processes share. */
  nextMessage(): Promise<bigint>;
}

/** Opens the streams; they end with the scope. */
export async function subscribe(
  scope: Scope,
  address: string,
  target: string,
  path: string,
  count: number,
): Promise<Subscribers> {
  let left = count;
  let sample: Buffer = Buffer.alloc(0);
  let arrived = (_atNs: bigint): void => {};
  let failed = (_error: Error): void => {};
  const next = (): Promise<bigint> =>
    new Promise((resolve, reject) => {
      arrived = resolve;
      failed = reject;
    });
  const onError = (error: Error): void => failed(error);
  const onMessage = (message: Buffer): void => {
    sample = message;
    if (--left > 0) return;
    left = count;
    arrived(process.hrtime.bigint());
  };
  const synced = next();
  for (let from = 0; from < count; from += perConnection) {
    const session = connect(`http://${address}`);
    scope.onEnd(() => session.destroy());
    session.on('error', onError);
    for (let i = from; i < Math.min(count, from + perConnection); i++) open(session, target, path, onMessage, onError);
  }
  await synced;
  return {
    get sample() {
      return sample;
    },
    nextMessage: next,
  };
}

function open(
  session: ClientHttp2Session,
  target: string,
  path: string,
  onMessage: (message: Buffer) => void,
  onError: (error: Error) => void,
): void {
  const stream = session.request({
    ':method': 'POST',
    ':path': gnmiDefinition.Subscribe?.path ?? '',
    'content-type': 'application/grpc',
    te: 'trailers',
    ...benchUser,
  });
  const subscription = [{ path: parsePath(path), mode: SubscriptionMode.ON_CHANGE }];
  const request = { subscribe: { prefix: { target }, mode: ListMode.STREAM, updates_only: true, subscription } };
  const body = gnmiDefinition.Subscribe?.requestSerialize(request) ?? Buffer.alloc(0);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(body.length, 1);
  stream.write(Buffer.concat([head, body]));
  let rest: Buffer = Buffer.alloc(0);
  stream.on('data', (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= 5 && rest.length >= 5 + rest.readUInt32BE(1)) {
      const end = 5 + rest.readUInt32BE(1);
      onMessage(rest.subarray(5, end));
      rest = rest.subarray(end);
    }
  });
  stream.on('trailers', (trailers) => onError(new Error(`a stream ended: ${trailers['grpc-message'] ?? 'no reason'}`)));
  stream.on('error', onError);
}
