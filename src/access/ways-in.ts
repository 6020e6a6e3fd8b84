// All ways to be somebody: users, groups, and what certificates and tokens make of those who show them.

import type { Snapshot } from '../datastore/snapshot.ts';
import { type Holder, holdersOf, identityOf } from './holders.ts';
import type { Identity } from './identity.ts';
import { type Entry, readEntries } from './list-entries.ts';
import { AUTHENTICATION } from './platform-target.ts';
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
  const holders = holdersOf(policy).map((holder): WayIn => ({ ...holder, identity: identityOf(holder) }));
  const certificates = entriesOf(platform, 'certificate-rule').flatMap((rule) => {
    const groups = [...rule.texts('group')].sort();
    const user = rule.text('user');
    const names = user === undefined ? [...policy.users.keys()].filter(matcherOf(rule.text('value') ?? '')) : [user];
    // Without a user the name in the certificate counts, which may also be nobody's here.
    const users = user === undefined ? ['', ...names] : names;
    // Who gets nothing by the certificate is the user that is looked at anyway.
    const gaining = users.filter((name) => groups.some((group) => !policy.users.get(name)?.groups.includes(group)));
    return gaining.map((name): WayIn => {
      const id = rule.text('name') ?? '';
      return { kind: 'certificate', name: name === '' ? id : `${id} as ${name}`, identity: { name, groups } };
    });
  });
  const claims = entriesOf(platform, 'issuer').flatMap((issuer) =>
    [...issuer.entries('claim')].map((claim): WayIn => {
      const name = `${issuer.text('name')}/${claim.text('value')}`;
      return { kind: 'claim', name, identity: { name: '', groups: [...claim.texts('group')].sort() } };
    }),
  );
  return [...holders, ...certificates, ...claims];
}

export function trustedIssuers(platform: Snapshot | undefined): TrustedIssuer[] {
  return entriesOf(platform, 'issuer').map((issuer) => ({
    name: issuer.text('name') ?? '',
    groups: [...new Set([...issuer.entries('claim')].flatMap((claim) => claim.texts('group')))].sort(),
    localUsers: issuer.flag('local-users'),
  }));
}

function entriesOf(platform: Snapshot | undefined, list: string): Entry[] {
  if (platform === undefined) return [];
  return [...readEntries(platform, AUTHENTICATION)].flatMap((top) => [...top.entries(list)]);
}

/** One star at the beginning or the end stands for any characters. */
function matcherOf(value: string): (name: string) => boolean {
  if (value.startsWith('*')) return (name) => name.endsWith(value.slice(1));
  if (value.endsWith('*')) return (name) => name.startsWith(value.slice(0, -1));
  return (name) => name === value;
}
