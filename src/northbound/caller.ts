// Who calls: the credentials that come with every RPC as metadata. [gNMI 3.1, gnmi-authentication]

import type { Metadata } from '@grpc/grpc-js';
import type { Consent, Grants } from '../access/grants.ts';
import { CONFIRM_DELETES } from '../access/guard-rails.ts';
import type { Credentials, Identity } from '../access/identity.ts';
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

/** What the metadata of an RPC proves its caller with: `username` and `password`, or `authorization: Basic ...`. */
export function credentialsOf(metadata: Metadata): Credentials {
  const given = { username: textOf(metadata, 'username'), password: textOf(metadata, 'password') };
  // google/gnxi sends both entries twice, and HTTP/2 joins equal headers with a comma. No user name has a comma in it.
  const twice = [doubled(given.username), doubled(given.password)];
  const [username, password] = twice.includes(undefined) ? [given.username, given.password] : twice;
  const basic = /^basic +([a-z0-9+/=]+)$/i.exec(textOf(metadata, 'authorization') ?? '')?.[1];
  if (username !== undefined || password !== undefined || basic === undefined) return { username, password };
  const text = Buffer.from(basic, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? { username: text } : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** The text that stands there twice, with a comma in between. */
function doubled(text: string | undefined): string | undefined {
  return /^(.*), ?\1$/s.exec(text ?? '')?.[1];
}

/** Pygnmi sends both entries with every call, empty when it was told no user; that is none. */
function textOf(metadata: Metadata, key: string): string | undefined {
  const [value] = metadata.get(key);
  return value?.toString() || undefined;
}
