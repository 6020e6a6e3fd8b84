// A listener without TLS: hands connections to gRPC, and tells TLS clients apart so that the log can say what is wrong.

import { createServer, type Server, type Socket } from 'node:net';
import type { ConnectionInjector } from '@grpc/grpc-js';
import type { HandshakeLog } from './handshake-log.ts';

/** The first byte of a TLS connection: a record that holds a handshake message. [RFC 8446 5.1] */
const tlsHandshakeRecord = 22;

const firstByteMs = 10_000;

/** A client that says nothing is cut off after a while. */
export function cleartextListener(injector: ConnectionInjector, handshakes: HandshakeLog): Server {
  return createServer({ noDelay: true }, (socket: Socket) => {
    socket.on('error', () => {}); // The session above ends by itself when its socket fails.
    socket.setTimeout(firstByteMs, () => socket.destroy());
    socket.once('readable', () => {
      const first: Buffer | null = socket.read();
      if (first === null) return;
      socket.setTimeout(0);
      if (first[0] === tlsHandshakeRecord) {
        handshakes.tlsOnCleartext(socket);
        socket.destroy();
        return;
      }
      socket.unshift(first);
      injector.injectConnection(socket);
    });
  });
}
