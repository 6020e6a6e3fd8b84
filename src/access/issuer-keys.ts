// The keys of one issuer of tokens: found by discovery, fetched again when it rotates them, and no burden when it is away.

import { readFile } from 'node:fs/promises';
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { accessLog } from '../log.ts';
import type { Issuer } from './authentication.ts';
import { DEFAULT_FETCH, type FetchLimits, fetchJson } from './fetch-json.ts';

export interface IssuerTimes {
  /** Keys are fetched again after this time. */
  readonly freshMs: number;
  /** When that fails, those known go on for as long as this. */
  readonly longestMs: number;
  /** A key that is not known makes us fetch again at most this often. */
  readonly cooldownMs: number;
  /** A failed fetch is not repeated before. */
  readonly retryMs: number;
  /** A trouble that lasts is told again after this time. */
  readonly tellMs: number;
  readonly fetch: FetchLimits;
}

export const DEFAULT_ISSUER_TIMES: IssuerTimes = {
  freshMs: 600_000,
  longestMs: 3_600_000,
  cooldownMs: 30_000,
  retryMs: 10_000,
  tellMs: 300_000,
  fetch: DEFAULT_FETCH,
};

/** The issuer cannot be asked, or gives no answer that could be used. */
export class IssuerTrouble extends Error {}

interface Keys {
  readonly find: JWTVerifyGetKey;
  readonly atMs: number;
}

/** Fetches nothing before the first token comes. */
export class IssuerKeys {
  readonly #issuer: Issuer;
  readonly #nowMs: () => number;
  readonly #times: IssuerTimes;
  #keys: Keys | undefined;
  #loading: Promise<Keys> | undefined;
  #trouble: { readonly sinceMs: number; readonly toldMs: number; readonly error: IssuerTrouble } | undefined;

  /** @param nowMs must not run backwards. */
  constructor(issuer: Issuer, nowMs: () => number, times: IssuerTimes = DEFAULT_ISSUER_TIMES) {
    this.#issuer = issuer;
    this.#nowMs = nowMs;
    this.#times = times;
  }

  /** The key that a token names in its header. @throws Error when there is none; IssuerTrouble */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    const keys = await this.#usable();
    try {
      return await keys.find(header, token);
    } catch (error) {
      const isNew = error instanceof errors.JWKSNoMatchingKey && this.#ageOf(keys) >= this.#times.cooldownMs;
      if (!isNew) throw error;
      return (await this.#load()).find(header, token);
    }
  };

  async #usable(): Promise<Keys> {
    const known = this.#keys;
    if (known !== undefined && this.#ageOf(known) < this.#times.freshMs) return known;
    try {
      return await this.#load();
    } catch (error) {
      if (known !== undefined && this.#ageOf(known) < this.#times.longestMs) return known;
      throw error;
    }
  }

  #ageOf({ atMs }: Keys): number {
    return this.#nowMs() - atMs;
  }

  /** Once for all who wait for it, and not soon after it failed. */
  #load(): Promise<Keys> {
    if (this.#loading !== undefined) return this.#loading;
    const trouble = this.#trouble;
    if (trouble !== undefined && this.#nowMs() - trouble.sinceMs < this.#times.retryMs) {
      return Promise.reject(trouble.error);
    }
    this.#loading = this.#fetch()
      .then(
        (keys) => this.#loaded(keys),
        (error: unknown) => this.#failed(error),
      )
      .finally(() => {
        this.#loading = undefined;
      });
    return this.#loading;
  }

  #loaded(keys: Keys): Keys {
    const { name, url } = this.#issuer;
    if (this.#trouble !== undefined) accessLog.info({ issuer: name }, `issuer ${name}: ${url} gives its keys again`);
    this.#trouble = undefined;
    this.#keys = keys;
    return keys;
  }

  #failed(thrown: unknown): never {
    const nowMs = this.#nowMs();
    const { name } = this.#issuer;
    const error = new IssuerTrouble(reasonOf(thrown), { cause: thrown });
    let toldMs = this.#trouble?.toldMs;
    if (toldMs === undefined || nowMs - toldMs >= this.#times.tellMs) {
      toldMs = nowMs;
      accessLog.warn(
        { issuer: name },
        `issuer ${name}: its keys cannot be fetched, so that its tokens may be refused: ${error.message}`,
      );
    }
    this.#trouble = { sinceMs: nowMs, toldMs, error };
    throw error;
  }

  /** [OpenID Connect Discovery 1.0 4] */
  async #fetch(): Promise<Keys> {
    const { url, caReference } = this.#issuer;
    const ca = caReference === undefined ? undefined : await readFile(caReference.replace(/^file:/, ''), 'utf8');
    const at = `${url.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const found = (await fetchJson(at, ca, this.#times.fetch)) as { issuer?: unknown; jwks_uri?: unknown } | null;
    if (found?.issuer !== url) {
      throw new Error(`${at} is of issuer ${short(found?.issuer)}; configure the url exactly as it says`);
    }
    const keysAt = String(found.jwks_uri);
    if (!keysAt.startsWith('https://') && !(url.startsWith('http://') && isHere(keysAt))) {
      throw new Error(`${at} has jwks_uri ${short(keysAt)}; keys are only fetched over https`);
    }
    const set = (await fetchJson(keysAt, ca, this.#times.fetch)) as JSONWebKeySet;
    return { find: createLocalJWKSet(set), atMs: this.#nowMs() };
  }
}

/** A failure to connect to a host with several addresses has a code and no message. */
function reasonOf(thrown: unknown): string {
  const { message, code } = thrown as { message?: string; code?: string };
  return message || code || String(thrown);
}

/** What a stranger says, fit for a line of the log. */
function short(value: unknown): string {
  return String(JSON.stringify(value)).slice(0, 200);
}

/** Cleartext is only for what does not leave the machine. */
function isHere(url: string): boolean {
  return /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?\//.test(url);
}
