// Recognizes a caller by a bearer token of a configured issuer. [RFC 7519, RFC 8725]

import { createHmac } from 'node:crypto';
import { decodeJwt, jwtVerify } from 'jose';
import { accessLog } from '../log.ts';
import type { Authentication, Issuer } from './authentication.ts';
import type { Identity } from './identity.ts';
import { IssuerKeys, type IssuerTimes, IssuerTrouble } from './issuer-keys.ts';
import type { PeerLimit } from './peer-limit.ts';
import type { Policy } from './policy.ts';
import { notAccepted, tooMany, unauthenticated } from './refusals.ts';
import { bearerOf, factsOf, readingOf, type TokenFacts } from './token-facts.ts';

/** Signatures that only the issuer can make; never `none`, and none whose key we would share. */
const ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];
const MAX_BYTES = 16 * 1024;
/** Verified tokens that are remembered. */
const mostKnown = 10_000;

export interface TokensOptions {
  /** At least 32 random bytes: tokens are remembered by digests under this key. */
  readonly secret: Uint8Array;
  readonly nowMs: () => number;
  /** ms since the epoch. */
  readonly wallMs: () => number;
  readonly peers: PeerLimit;
  readonly times?: IssuerTimes | undefined;
  /** What is configured now; another object only when it has changed. */
  readonly authentication: () => Authentication;
  readonly policy: () => Policy;
}

export class Tokens {
  readonly #options: TokensOptions;
  /** What all below was made under. */
  #authentication: Authentication | undefined;
  /** By how an issuer is configured. */
  readonly #keys = new Map<string, IssuerKeys>();
  readonly #known = new Map<string, TokenFacts>();
  /** Verifications under way by digest: calls that a client makes at once are one attempt. */
  readonly #running = new Map<string, Promise<TokenFacts>>();

  constructor(options: TokensOptions) {
    this.#options = options;
  }

  /** @throws EdgeconfError UNAUTHENTICATED, the same for whatever is wrong with a token, or with its issuer. */
  async authenticate(token: string, peer: string | undefined): Promise<Identity> {
    if (Buffer.byteLength(token) > MAX_BYTES) throw unauthenticated(`a token may have ${MAX_BYTES} bytes`);
    this.#forgetIfChanged();
    const id = createHmac('sha256', this.#options.secret).update('token').update(token).digest('base64');
    const facts = this.#known.get(id) ?? (await this.#verifyOnce(id, token, peer));
    const bearer = this.#bearerOf(facts);
    if (bearer === undefined || facts.expiresAtMs <= this.#options.wallMs()) {
      this.#known.delete(id);
      throw this.#refuse(
        peer,
        bearer === undefined ? 'there is no such user, or no such issuer now' : 'it has expired',
      );
    }
    const same = (now = this.#bearerOf(facts)): boolean =>
      now?.name === bearer.name && now.groups.join() === bearer.groups.join();
    return { ...bearer, proof: { by: 'token', expiresAtMs: facts.expiresAtMs, holds: () => same() } };
  }

  #bearerOf(facts: TokenFacts): ReturnType<typeof bearerOf> {
    return bearerOf(facts, this.#options.authentication().issuers, this.#options.policy());
  }

  #verifyOnce(id: string, token: string, peer: string | undefined): Promise<TokenFacts> {
    const running = this.#running.get(id);
    if (running !== undefined) return running;
    const { peers } = this.#options;
    const waitMs = peers.take(peer);
    if (waitMs > 0) throw tooMany(waitMs);
    const under = this.#authentication;
    const verifying = this.#verify(token)
      .then(
        (facts) => {
          peers.giveBack(peer);
          if (this.#authentication === under) this.#remember(id, facts);
          return facts;
        },
        (error: Error & { code?: string; claim?: string }) => {
          // Of the trouble of an issuer its users are not guilty.
          if (error instanceof IssuerTrouble) peers.giveBack(peer);
          // Its code, or our own words: never what the token holds.
          const { code, claim } = error;
          throw this.#refuse(peer, code === undefined ? error.message : [code, claim].filter(Boolean).join(' of '));
        },
      )
      .finally(() => {
        if (this.#running.get(id) === verifying) this.#running.delete(id);
      });
    this.#running.set(id, verifying);
    return verifying;
  }

  /** @throws Error with a reason for the log. */
  async #verify(token: string): Promise<TokenFacts> {
    const { iss } = decodeJwt(token);
    const issuers = this.#options.authentication().issuers.filter(({ url }) => url === iss);
    let reason: unknown = new Error('no issuer is configured with the url that it names');
    for (const issuer of issuers) {
      try {
        const verified = await jwtVerify(token, this.#keysOf(issuer).find, {
          algorithms: ALGORITHMS,
          issuer: issuer.url,
          audience: [...issuer.audiences],
          clockTolerance: issuer.clockSkewSeconds,
          requiredClaims: ['exp'],
          currentDate: new Date(this.#options.wallMs()),
        });
        return factsOf(verified, issuer);
      } catch (error) {
        reason = error;
      }
    }
    throw reason;
  }

  #keysOf(issuer: Issuer): IssuerKeys {
    const reading = readingOf(issuer);
    let keys = this.#keys.get(reading);
    if (keys === undefined) {
      keys = new IssuerKeys(issuer, this.#options.nowMs, this.#options.times);
      this.#keys.set(reading, keys);
    }
    return keys;
  }

  #remember(id: string, facts: TokenFacts): void {
    this.#known.set(id, facts);
    const [oldest] = this.#known.keys();
    if (this.#known.size > mostKnown && oldest !== undefined) this.#known.delete(oldest);
  }

  /** An issuer may have been changed because its keys were stolen: nothing that was found before counts, but keys of the others. */
  #forgetIfChanged(): void {
    const now = this.#options.authentication();
    if (this.#authentication === now) return;
    this.#authentication = now;
    this.#known.clear();
    this.#running.clear();
    const readings = new Set(now.issuers.map(readingOf));
    for (const reading of this.#keys.keys()) if (!readings.has(reading)) this.#keys.delete(reading);
  }

  #refuse(peer: string | undefined, reason: string): Error {
    accessLog.debug({ peer, reason }, 'a token is not accepted');
    return notAccepted();
  }
}
