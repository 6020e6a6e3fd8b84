// Who calls: the credentials that come with every RPC as metadata. [gNMI 3.1, gnmi-authentication]

import type { Metadata } from '@grpc/grpc-js';
import type { Access } from '../../access/access.ts';
import type { Credentials, Identity } from '../../access/identity.ts';

/**
 * The caller of an RPC, from metadata `username` and `password`, or `authorization: Basic ...`.
 * @throws EdgeconfError UNAUTHENTICATED
 */
export function callerOf(access: Access, metadata: Metadata): Promise<Identity> {
  return access.authenticate(credentialsOf(metadata));
}

function credentialsOf(metadata: Metadata): Credentials {
  const username = textOf(metadata, 'username');
  const password = textOf(metadata, 'password');
  const basic = /^basic +([a-z0-9+/=]+)$/i.exec(textOf(metadata, 'authorization') ?? '')?.[1];
  if (username !== undefined || password !== undefined || basic === undefined) return { username, password };
  const text = Buffer.from(basic, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? { username: text } : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

function textOf(metadata: Metadata, key: string): string | undefined {
  const [value] = metadata.get(key);
  return value?.toString();
}
