// The listeners with TLS and the certificates they use, which are exchanged while connections go on. [gNMI 3.1]

import { createServer, type SecureContextOptions, type Server } from 'node:tls';
import type { ConnectionInjector } from '@grpc/grpc-js';
import { EdgeconfError } from '../errors.ts';
import { gnmiLog } from '../log.ts';
import type { HandshakeLog } from './handshake-log.ts';
import { readTlsFiles, type TlsFiles, type TlsMaterial, watchTlsFiles } from './tls-files.ts';

/** With `clientCa`, clients that show a certificate which does not chain to it are refused. */
export interface TlsOptions extends TlsFiles {
  /** With `clientCa`: whether clients that show no certificate are let in. Default `required`: they are not. */
  readonly clientCertificates?: 'required' | 'optional' | undefined;
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
}

const handshakeMs = 10_000;

/** One set of certificates and all listeners that use it. */
export class TlsListeners {
  readonly #options: TlsOptions;
  readonly #injector: ConnectionInjector;
  readonly #handshakes: HandshakeLog;
  readonly #listeners: Server[] = [];
  #material: TlsMaterial;
  #watcher: { close(): void } | undefined;
  #reloading: Promise<void> = Promise.resolve();
  #closed = false;

  private constructor(options: TlsOptions, injector: ConnectionInjector, log: HandshakeLog, material: TlsMaterial) {
    this.#options = options;
    this.#injector = injector;
    this.#handshakes = log;
    this.#material = material;
  }

  /** @throws EdgeconfError FAILED_PRECONDITION for files that cannot be used. */
  static async open(options: TlsOptions, injector: ConnectionInjector, log: HandshakeLog): Promise<TlsListeners> {
    return new TlsListeners(options, injector, log, await readTlsFiles(options));
  }

  /** One more listener, not listening yet. */
  add(): Server {
    const asks = this.#options.clientCa !== undefined;
    const listener = createServer({
      ...this.#context(),
      ALPNProtocols: ['h2'],
      requestCert: asks,
      // Otherwise OpenSSL would not tell a client without a certificate from one with a wrong one.
      rejectUnauthorized: asks && this.#options.clientCertificates !== 'optional',
      handshakeTimeout: handshakeMs,
      noDelay: true,
    });
    listener.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => this.#handshakes.failed(error, socket));
    listener.on('secureConnection', (socket) => {
      socket.on('error', () => {}); // The session above ends by itself when its socket fails.
      if (asks && !socket.authorized && socket.getPeerCertificate().raw !== undefined) {
        this.#handshakes.withForeignCertificate(socket);
        socket.destroy();
      } else if (socket.alpnProtocol === 'h2') {
        this.#injector.injectConnection(socket);
      } else {
        this.#handshakes.withoutHttp2(socket);
        socket.destroy();
      }
    });
    this.#listeners.push(listener);
    return listener;
  }

  /** Reads the files again. What does not fit together is told in the log and changes nothing. */
  reload(): Promise<void> {
    this.#reloading = this.#reloading.then(() => this.#reload());
    return this.#reloading;
  }

  async #reload(): Promise<void> {
    if (this.#closed) return;
    // A folder that was exchanged is another folder; watched before it is read, no change slips through.
    this.watch();
    let material: TlsMaterial;
    try {
      material = await readTlsFiles(this.#options);
    } catch (error) {
      gnmiLog.warn(`certificates were not exchanged, those in use stay in use: ${EdgeconfError.from(error).message}`);
      return;
    }
    if (this.#closed || material.digest === this.#material.digest) return;
    this.#material = material;
    for (const listener of this.#listeners) listener.setSecureContext(this.#context());
    const { subject, notAfter } = material;
    gnmiLog.info({ subject, notAfter }, 'certificates were exchanged; new connections use them');
  }

  /** Reloads whenever the files change. */
  watch(): void {
    this.#watcher?.close();
    try {
      this.#watcher = watchTlsFiles(this.#options, () => void this.reload());
    } catch (error) {
      this.#watcher = undefined;
      gnmiLog.warn(`certificate files are not watched, SIGHUP reads them again: ${(error as Error).message}`);
    }
  }

  close(): void {
    this.#closed = true;
    this.#watcher?.close();
  }

  #context(): SecureContextOptions {
    const { certificate, key, clientCa } = this.#material;
    const { minVersion } = this.#options;
    return { cert: certificate, key, minVersion, ...(clientCa === undefined ? {} : { ca: clientCa }) };
  }
}
