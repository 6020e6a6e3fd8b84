// Who calls: the credentials that come with every RPC, as metadata or by its connection. [gNMI 3.1, gnmi-authentication]

import type { Metadata } from '@grpc/grpc-js';
import type { Consent, Grants } from '../access/grants.ts';
import { CONFIRM_DELETES } from '../access/guard-rails.ts';
import type { Credentials, Identity } from '../access/identity.ts';
import { unauthenticated } from '../access/refusals.ts';
import type { CommitVia } from '../datastore/transaction.ts';
import { EdgeconfError } from '../errors.ts';

/** Who sends a request, what they may do, and when they give up. */
export interface Caller {
  readonly identity: Identity;
  readonly grants: Grants;
  readonly signal: AbortSignal;
  /** For what the journal and the audit log say of the request. */
  readonly via: CommitVia;
  /** What the caller says to be aware of. */
  readonly consent: Consent;
}

/** @throws EdgeconfError INVALID_ARGUMENT. */
export function consentOf(metadata: Metadata): Consent {
  const text = textOf(metadata, CONFIRM_DELETES);
  if (text === undefined) return {};
  if (/^\d{1,15}$/.test(text)) return { confirmedDeletes: Number(text) };
  throw new EdgeconfError(
    'INVALID_ARGUMENT',
    `metadata ${CONFIRM_DELETES} is ${JSON.stringify(text.slice(0, 40))}; it must be the number of list entries to delete`,
  );
}

/** An RPC as far as it says who calls. */
export interface CallWithCredentials {
  readonly metadata: Metadata;
  /** The client's address and port. */
  getPeer(): string;
  /** The certificate is there only when TLS has verified it. */
  getAuthContext(): { readonly sslPeerCertificate?: { readonly raw: Uint8Array } };
}

/**
 * What an RPC proves its caller with: metadata `username` and `password`, `authorization: Bearer ...` or `Basic ...`, or
 * the certificate of its connection.
 * @throws EdgeconfError UNAUTHENTICATED when it says two things at once, or what nobody understands.
 */
export function credentialsOf(call: CallWithCredentials): Credentials {
  const peer = call.getPeer();
  const user = userOf(call.metadata);
  const authorization = textOf(call.metadata, 'authorization');
  if (authorization === undefined) {
    if (user !== undefined) return { ...user, peer };
    return { certificate: call.getAuthContext().sslPeerCertificate?.raw, peer };
  }
  if (user !== undefined) {
    throw unauthenticated(
      'the metadata has authorization and also username or password; send only one kind of credentials',
    );
  }
  const [, scheme = '', value = ''] = /^(bearer|basic) +(\S+) *$/i.exec(authorization) ?? [];
  if (scheme.toLowerCase() === 'bearer') return { token: value, peer };
  if (scheme === '') throw unauthenticated('authorization is written as Bearer TOKEN, or as Basic with base64');
  const text = Buffer.from(value, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0
    ? { username: text, peer }
    : { username: text.slice(0, colon), password: text.slice(colon + 1), peer };
}

/** The user name that an RPC claims, whether or not it is true; '' when it claims none, or is not understood. */
export function claimedName(call: CallWithCredentials): string {
  try {
    return credentialsOf(call).username ?? '';
  } catch {
    return userOf(call.metadata)?.username ?? '';
  }
}

/** The metadata `username` and `password`; undefined when there is neither. */
function userOf(metadata: Metadata): { username: string | undefined; password: string | undefined } | undefined {
  const given = { username: textOf(metadata, 'username'), password: textOf(metadata, 'password') };
  if (given.username === undefined && given.password === undefined) return undefined;
  // google/gnxi sends both entries twice, and HTTP/2 joins equal headers with a comma. No user name has a comma in it.
  const [username, password] = [doubled(given.username), doubled(given.password)];
  return username === undefined || password === undefined ? given : { username, password };
}

/** The text that stands there twice, with a comma in between. Strangers send it, so there is no searching for where that is. */
function doubled(text = ''): string | undefined {
  for (const comma of [',', ', ']) {
    const half = text.slice(0, Math.max(0, (text.length - comma.length) / 2));
    if (`${half}${comma}${half}` === text) return half;
  }
  return undefined;
}

/** Pygnmi sends both entries with every call, empty when it was told no user; that is none. */
function textOf(metadata: Metadata, key: string): string | undefined {
  const [value] = metadata.get(key);
  return value?.toString() || undefined;
}
