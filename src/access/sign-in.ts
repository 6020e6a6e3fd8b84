// All ways to be recognized: what a call says by itself counts before the certificate of its connection.

import type { AttemptLimits } from './attempts.ts';
import type { Authentication } from './authentication.ts';
import { Certificates } from './certificates.ts';
import type { Credentials, Identity } from './identity.ts';
import type { IssuerTimes } from './issuer-keys.ts';
import { Login } from './login.ts';
import { PeerLimit } from './peer-limit.ts';
import type { Policy } from './policy.ts';
import { notAccepted, unauthenticated } from './refusals.ts';
import { Tokens } from './tokens.ts';

export interface SignInOptions {
  /** See LoginOptions and TokensOptions. */
  readonly secret: Uint8Array;
  /** ms that never run backwards. */
  readonly nowMs: () => number;
  /** ms since the epoch. */
  readonly wallMs: () => number;
  readonly attempts?: AttemptLimits | undefined;
  readonly peerAttempts?: AttemptLimits | undefined;
  readonly issuerTimes?: IssuerTimes | undefined;
  readonly policy: () => Policy;
  readonly authentication: () => Authentication;
}

export class SignIn {
  readonly #wallMs: () => number;
  readonly #policy: () => Policy;
  readonly #authentication: () => Authentication;
  readonly #login: Login;
  readonly #tokens: Tokens;
  readonly #certificates: Certificates;

  constructor(options: SignInOptions) {
    const { secret, nowMs, wallMs, policy, authentication } = options;
    const peers = new PeerLimit(nowMs, options.peerAttempts);
    this.#wallMs = wallMs;
    this.#policy = policy;
    this.#authentication = authentication;
    this.#login = new Login({ secret, nowMs, peers, attempts: options.attempts });
    this.#tokens = new Tokens({ secret, nowMs, wallMs, peers, times: options.issuerTimes, policy, authentication });
    this.#certificates = new Certificates(authentication, wallMs);
  }

  /**
   * A certificate does not help who says something by itself that is wrong.
   * @throws EdgeconfError UNAUTHENTICATED
   */
  async authenticate(credentials: Credentials): Promise<Identity> {
    const { token, username, password, certificate, peer } = credentials;
    if (token !== undefined) return this.#tokens.authenticate(token, peer);
    const saysNothing = username === undefined && password === undefined;
    // Without any rule, certificates say only who may connect.
    if (certificate !== undefined && saysNothing && this.#authentication().certificateRules.length > 0) {
      return this.#certificates.authenticate(certificate);
    }
    const policy = this.#policy();
    const identity = await this.#login.authenticate(credentials, policy);
    const hashOf = ({ users }: Policy) => users.get(identity.name)?.passwordHash;
    const stored = hashOf(policy);
    // Hashing takes its time: the password may have been changed because somebody had stolen it.
    if (hashOf(this.#policy()) !== stored) throw notAccepted();
    return {
      ...identity,
      proof: { by: 'password', expiresAtMs: undefined, holds: () => hashOf(this.#policy()) === stored },
    };
  }

  /** @throws EdgeconfError UNAUTHENTICATED when what proved who calls has expired, or proves something else now. */
  requireProof({ proof }: Identity): void {
    if (proof === undefined) return;
    if (proof.expiresAtMs !== undefined && proof.expiresAtMs <= this.#wallMs()) {
      throw unauthenticated(`the ${proof.by} has expired`);
    }
    if (!proof.holds()) throw unauthenticated(`the ${proof.by} is not accepted any more as it was; call again`);
  }
}
