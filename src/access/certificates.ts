// Recognizes a caller by the certificate that TLS has verified.

import { createHash } from 'node:crypto';
import { EdgeconfError } from '../errors.ts';
import { accessLog } from '../log.ts';
import type { Authentication } from './authentication.ts';
import { type CertificateNames, certificateNames } from './certificate-names.ts';
import { certificateOwner } from './certificate-rules.ts';
import type { Identity } from './identity.ts';
import { notAccepted } from './refusals.ts';

/** Certificates whose names are remembered: each comes with every RPC of its connection. */
const mostKnown = 1000;

export class Certificates {
  readonly #authentication: () => Authentication;
  readonly #wallMs: () => number;
  readonly #known = new Map<string, Promise<CertificateNames>>();

  /** @param wallMs ms since the epoch. */
  constructor(authentication: () => Authentication, wallMs: () => number) {
    this.#authentication = authentication;
    this.#wallMs = wallMs;
  }

  /** @throws EdgeconfError UNAUTHENTICATED when no rule fits, or it has expired since the handshake. */
  async authenticate(der: Uint8Array): Promise<Identity> {
    const names = await this.#namesOf(der);
    const owner = certificateOwner(this.#authentication().certificateRules, names);
    if (owner === undefined || names.expiresAtMs <= this.#wallMs()) {
      accessLog.debug({ names: names.names }, 'a certificate is not accepted: it has expired or fits no rule');
      throw notAccepted();
    }
    return {
      name: owner.user,
      groups: owner.groups,
      proof: {
        by: 'certificate',
        expiresAtMs: names.expiresAtMs,
        holds: () => {
          const now = certificateOwner(this.#authentication().certificateRules, names);
          return now?.user === owner.user && now.groups.join() === owner.groups.join();
        },
      },
    };
  }

  #namesOf(der: Uint8Array): Promise<CertificateNames> {
    const id = createHash('sha256').update(der).digest('base64');
    let names = this.#known.get(id);
    if (names === undefined) {
      names = certificateNames(der).catch((cause: unknown) => {
        throw new EdgeconfError('UNAUTHENTICATED', notAccepted().message, { cause });
      });
      this.#known.set(id, names);
      const [oldest] = this.#known.keys();
      if (this.#known.size > mostKnown && oldest !== undefined) this.#known.delete(oldest);
    }
    return names;
  }
}
