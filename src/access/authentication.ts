// How callers prove who they are, beside names and passwords, as the platform target configures it.

import type { Snapshot } from '../datastore/snapshot.ts';
import { type Entry, readEntries } from './list-entries.ts';
import { AUTHENTICATION } from './platform-target.ts';
import { sameNodes } from './policy.ts';

/** A name of a certificate that rules look at. */
export type CertificateField = 'subject-common-name' | 'san-dns' | 'san-email' | 'san-uri';

/** What a certificate says about who shows it. */
export interface CertificateRule {
  readonly name: string;
  readonly field: CertificateField;
  /** Compared whole, or with one `*` at an end. */
  readonly value: string;
  /** Without it the certificate's name is the user's. */
  readonly user: string | undefined;
  readonly groups: readonly string[];
}

/** An OpenID Connect provider whose tokens are accepted. */
export interface Issuer {
  readonly name: string;
  /** Exactly as tokens say it in `iss`. */
  readonly url: string;
  /** `file:/path` of CA certificates for the url. */
  readonly caReference: string | undefined;
  readonly audiences: readonly string[];
  readonly userClaim: string;
  readonly groupClaim: string;
  readonly clockSkewSeconds: number;
  /** Whether the user claim names users of the policy. */
  readonly localUsers: boolean;
  /** Our groups by the issuer's. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
}

/** In the order of the rules; the first that fits counts. */
export interface Authentication {
  readonly certificateRules: readonly CertificateRule[];
  readonly issuers: readonly Issuer[];
}

export const NO_AUTHENTICATION: Authentication = { certificateRules: [], issuers: [] };

/** Reads it from a snapshot of the platform target. O(rows of it). */
export function readAuthentication(platform: Snapshot): Authentication {
  const [container] = readEntries(platform, AUTHENTICATION);
  if (container === undefined) return NO_AUTHENTICATION;
  return {
    certificateRules: [...container.entries('certificate-rule')].map(readRule),
    issuers: [...container.entries('issuer')].map(readIssuer),
  };
}

/** Whether two snapshots of the platform target hold the same, without decoding it. */
export function sameAuthentication(a: Snapshot, b: Snapshot): boolean {
  return sameNodes(a, b, [AUTHENTICATION]);
}

function readRule(entry: Entry): CertificateRule {
  return {
    name: entry.text('name') ?? '',
    field: entry.text('field') as CertificateField,
    value: entry.text('value') ?? '',
    user: entry.text('user'),
    groups: entry.texts('group'),
  };
}

function readIssuer(entry: Entry): Issuer {
  return {
    name: entry.text('name') ?? '',
    url: entry.text('url') ?? '',
    caReference: entry.text('ca-reference'),
    audiences: entry.texts('audience'),
    userClaim: entry.text('user-claim') ?? '',
    groupClaim: entry.text('group-claim') ?? '',
    clockSkewSeconds: entry.count('clock-skew') ?? 0,
    localUsers: entry.flag('local-users'),
    groups: new Map([...entry.entries('claim')].map((claim) => [claim.text('value') ?? '', claim.texts('group')])),
  };
}
