// What a verified token says, and who its bearer is by what is configured for its issuer.

import type { JWTVerifyResult } from 'jose';
import type { Issuer } from './authentication.ts';
import type { Policy } from './policy.ts';

/** What we keep of a token. */
export interface TokenFacts {
  readonly issuer: string;
  /** The issuer as it was configured when the token was read, but for its groups. */
  readonly reading: string;
  /** The user's name at the issuer. */
  readonly user: string;
  /** The user's groups at the issuer. */
  readonly groups: readonly string[];
  /** From then on it is not accepted, ms since the epoch; the clock skew is in it. */
  readonly expiresAtMs: number;
}

/** Somebody by a token; the groups are ours, sorted, each once. */
export interface TokenBearer {
  readonly name: string;
  readonly groups: readonly string[];
}

const MAX_NAME = 256;
/** Characters that are not seen, or change how others are seen: such a name would be misread in logs and histories. */
const INVISIBLE = /\p{C}/u;

/** What is no token for access, such as one that tells of a log-out, is signed with the same keys. [RFC 8725 3.11] */
const TYPES = [undefined, 'jwt', 'at+jwt', 'application/at+jwt'];

/** @throws Error with a reason for the log when the token names no user that can be told from others, or is of no use here. */
export function factsOf({ payload, protectedHeader }: JWTVerifyResult, issuer: Issuer): TokenFacts {
  if (!TYPES.includes(protectedHeader.typ?.toLowerCase()))
    throw new Error('its type is not that of a token for access');
  // Whoever has stolen it could show it as well: that its bearer has the key is what we do not check. [RFC 7800]
  if (payload.cnf !== undefined) throw new Error('it is bound to a key, and only tokens for any bearer are taken');
  const user = payload[issuer.userClaim];
  if (typeof user !== 'string' || user === '' || user.length > MAX_NAME || INVISIBLE.test(user)) {
    throw new Error(`claim ${issuer.userClaim} is no name: a text of 1 to ${MAX_NAME} visible characters`);
  }
  const claimed = payload[issuer.groupClaim];
  const groups = (Array.isArray(claimed) ? claimed : [claimed]).filter((group) => typeof group === 'string');
  const expiresAtMs = ((payload.exp ?? 0) + issuer.clockSkewSeconds) * 1000;
  return { issuer: issuer.name, reading: readingOf(issuer), user, groups, expiresAtMs };
}

/** undefined when the issuer is not accepted any more, its tokens are read in another way, or there is no such user. */
export function bearerOf(facts: TokenFacts, issuers: readonly Issuer[], policy: Policy): TokenBearer | undefined {
  const issuer = issuers.find(({ name }) => name === facts.issuer);
  if (issuer === undefined || readingOf(issuer) !== facts.reading) return undefined;
  if (issuer.localUsers && !policy.users.has(facts.user)) return undefined;
  const groups = new Set(facts.groups.flatMap((group) => issuer.groups.get(group) ?? []));
  // No user name has a colon in it, so that nobody can be taken for a user of the policy.
  const name = issuer.localUsers ? facts.user : `${issuer.name}:${facts.user}`;
  return { name, groups: [...groups].sort() };
}

/** An issuer as it is configured, but for its groups. */
export function readingOf({ groups: _, ...rest }: Issuer): string {
  return JSON.stringify(rest);
}
