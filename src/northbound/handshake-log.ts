// Says in the log, in words an operator can act on, why a connection did not come about; floods are cut.

import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { gnmiLog } from '../log.ts';

/** What OpenSSL and Node call the mistakes that operators make, and what to do about them. */
const hints: Readonly<Record<string, string>> = {
  ERR_SSL_HTTP_REQUEST: 'it spoke cleartext to the TLS port; make the client use TLS (gnmic: without --insecure)',
  ERR_SSL_WRONG_VERSION_NUMBER:
    'it spoke cleartext to the TLS port; make the client use TLS (gnmic: without --insecure)',
  ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE:
    'it showed no client certificate, and tls.clientCa asks for one (gnmic: --tls-cert and --tls-key)',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'it offers only TLS versions below tls.minVersion',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'it does not trust the CA of our certificate; give it that CA (gnmic: --tls-ca)',
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: 'it refuses our certificate; does that name the host the client dials?',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: 'it does not accept our certificate; give it our CA (gnmic: --tls-ca)',
  ERR_SSL_NO_APPLICATION_PROTOCOL: 'it does not offer HTTP/2 (ALPN h2), so it is no gRPC client',
};

const withoutCertificate = 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE';
const quietMs = 10_000;

/** A client whose certificate, or want of one, kept it out. */
export interface UntrustedClient {
  /** Address and port. */
  readonly peer: string;
  readonly reason: string;
}

/** One line for each reason, then silence for that reason for a while, then the number of what was not told. */
export class HandshakeLog {
  readonly #told = new Map<string, { atMs: number; since: number }>();
  readonly #onUntrusted: (client: UntrustedClient) => void;

  /** @param onUntrusted told of each client, also of those that the log is silent about */
  constructor(onUntrusted: (client: UntrustedClient) => void = () => {}) {
    this.#onUntrusted = onUntrusted;
  }

  /** A TLS handshake that failed. */
  failed(error: NodeJS.ErrnoException, socket: TLSSocket): void {
    // Node ends the handshake by itself and leaves only this: the code of what is wrong with the client's certificate.
    if (socket.authorizationError) {
      this.withForeignCertificate(socket);
      return;
    }
    const code = error.code ?? '';
    if (code === withoutCertificate) this.#onUntrusted({ peer: peerOf(socket), reason: 'it showed no certificate' });
    // Port scanners and balancers' probes connect and go away.
    if (code === 'ECONNRESET' || code === 'EPIPE') return;
    this.#tell(hints[code] ?? error.message, socket);
  }

  /** One that shows a certificate which the CA of clients has not signed, or which has expired. */
  withForeignCertificate(socket: TLSSocket): void {
    const reason = `its certificate is not accepted by tls.clientCa: ${socket.authorizationError}`;
    this.#onUntrusted({ peer: peerOf(socket), reason });
    this.#tell(reason, socket);
  }

  withoutHttp2(socket: Socket): void {
    this.#tell(
      'it did not ask for HTTP/2 (ALPN h2), which gRPC needs; probes do that, and pygnmi to see our certificate',
      socket,
    );
  }

  tlsOnCleartext(socket: Socket): void {
    this.#tell('it spoke TLS to the cleartext port; set gnmi.plaintext to false, or use gnmic --insecure', socket);
  }

  dropped(limit: number): void {
    this.#tell(`${limit} connections are open, the most that are accepted`, undefined);
  }

  #tell(reason: string, socket: Socket | undefined): void {
    const nowMs = performance.now();
    const last = this.#told.get(reason);
    if (last !== undefined && nowMs - last.atMs < quietMs) {
      last.since += 1;
      return;
    }
    // Reasons hold texts of OpenSSL, of which there are few, but a peer must not grow the table.
    if (this.#told.size > 100) this.#told.clear();
    this.#told.set(reason, { atMs: nowMs, since: 0 });
    const more = last !== undefined && last.since > 0 ? ` (and ${last.since} more of this kind before)` : '';
    gnmiLog.warn({ peer: socket?.remoteAddress }, `a client was refused: ${reason}${more}`);
  }
}

/** A socket that is gone already knows nothing any more. */
function peerOf({ remoteAddress = '', remotePort }: Socket): string {
  return remotePort === undefined ? remoteAddress : `${remoteAddress}:${remotePort}`;
}
