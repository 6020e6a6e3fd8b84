// All ways to be somebody: users, groups, and what certificates and tokens make of those who show them.

import type { Snapshot } from '../datastore/snapshot.ts';
import { type Authentication, NO_AUTHENTICATION, readAuthentication } from './authentication.ts';
import { fits } from './certificate-rules.ts';
import { type Holder, holdersOf, identityOf } from './holders.ts';
import type { Identity } from './identity.ts';
import type { Policy } from './policy.ts';

/** Somebody whom the service can recognize. */
export interface WayIn {
  readonly kind: Holder['kind'] | 'certificate' | 'claim';
  /** The name of the user, group or rule for certificates; `issuer/value` of a claim. */
  readonly name: string;
  readonly identity: Identity;
}

/** An issuer of tokens can put people into groups at its own discretion: into several at once, too. */
export interface TrustedIssuer {
  readonly name: string;
  readonly groups: readonly string[];
  /** Whether it can also say that somebody is a user of this configuration. */
  readonly localUsers: boolean;
}

/** Those that a configuration names; what an issuer can combine is said by `trustedIssuers`. */
export function waysIn(policy: Policy, platform: Snapshot | undefined): WayIn[] {
  const { certificateRules, issuers } = authenticationOf(platform);
  const holders = holdersOf(policy).map((holder): WayIn => ({ ...holder, identity: identityOf(holder) }));
  const certificates = certificateRules.flatMap(({ name: rule, user, field, value, groups }) => {
    // Without a user the name in the certificate counts, which may also be nobody's here.
    const names =
      user === undefined ? ['', ...[...policy.users.keys()].filter((name) => fits(field, value, name))] : [user];
    // Who gets nothing by the certificate is the user that is looked at anyway.
    const gaining = names.filter((name) => groups.some((group) => !policy.users.get(name)?.groups.includes(group)));
    return gaining.map((name): WayIn => {
      const identity = { name, groups: [...groups].sort() };
      return { kind: 'certificate', name: name === '' ? rule : `${rule} as ${name}`, identity };
    });
  });
  const claims = issuers.flatMap((issuer) =>
    [...issuer.groups].map(([value, groups]): WayIn => {
      return { kind: 'claim', name: `${issuer.name}/${value}`, identity: { name: '', groups: [...groups].sort() } };
    }),
  );
  return [...holders, ...certificates, ...claims];
}

export function trustedIssuers(platform: Snapshot | undefined): TrustedIssuer[] {
  return authenticationOf(platform).issuers.map(({ name, groups, localUsers }) => ({
    name,
    groups: [...new Set([...groups.values()].flat())].sort(),
    localUsers,
  }));
}

function authenticationOf(platform: Snapshot | undefined): Authentication {
  return platform === undefined ? NO_AUTHENTICATION : readAuthentication(platform);
}
