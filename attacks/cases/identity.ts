// Tokens that claim more than their issuer says, or that no issuer gave; all ask for the other tenant's data.

import { Metadata } from '@grpc/grpc-js';
import { exportSPKI, generateKeyPair, type JWTPayload } from 'jose';
import { parsePath } from '../../src/proto/path-text.ts';
import type { TestIssuer } from '../../test/identity/issuer.ts';
import type { Attack } from '../attack.ts';

const victim = { prefix: { target: 'globex' }, path: [parsePath('/application')] };

/** The claims of somebody whom the issuer takes for an admin of Acme, with some that are different. */
function claims(more: JWTPayload = {}): JWTPayload {
  return { sub: 'mallory', groups: ['acme-admins'], exp: Math.floor(Date.now() / 1000) + 600, ...more };
}

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

async function changed(issuer: TestIssuer, header: object | undefined, more: object): Promise<string> {
  const [head = '', payload = '', signature = ''] = (await issuer.forge(claims())).split('.');
  const said = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
  return `${header === undefined ? head : encoded(header)}.${encoded({ ...said, ...more })}.${signature}`;
}

/** Signed by the issuer: who these are is true, and nothing of it gives a right in the other tenant. */
const signed: readonly (readonly [name: string, more: JWTPayload])[] = [
  ['an admin of the own tenant', {}],
  ['a user named like an admin of the other tenant', { sub: 'globex-admin', groups: [] }],
  ['a user named like the operator', { sub: 'operator', groups: [] }],
  ['a user named like one of another issuer', { sub: 'corp:operator', groups: [] }],
  ['a group named like the group of the configuration', { groups: ['victims'] }],
  ['a group in capital letters', { groups: ['GLOBEX-ADMINS'] }],
  ['a group with a space', { groups: ['globex-admins '] }],
  ['a star for a group', { groups: ['*'] }],
  ['groups as one text', { groups: 'acme-admins,globex-admins' }],
  ['groups in a list in the list', { groups: [['globex-admins']] }],
  ['a role for a group', { groups: ['operator'], role: 'operator', roles: ['operator'] }],
  ['a tenant among the claims', { tenant: 'globex' }],
];

/** Signed by nobody who may. */
const forged: readonly (readonly [name: string, make: (issuer: TestIssuer) => Promise<string>])[] = [
  ['no signature, alg none', (issuer) => changed(issuer, { alg: 'none' }, { groups: ['globex-admins'] })],
  ['groups changed behind the signature', (issuer) => changed(issuer, undefined, { groups: ['globex-admins'] })],
  ['another key', async (issuer) => issuer.forge(claims(), { key: (await generateKeyPair('ES256')).privateKey })],
  [
    'the public key for a secret',
    async (issuer) =>
      issuer.forge(claims(), { key: Buffer.from(await exportSPKI(issuer.key.public)), header: { alg: 'HS256' } }),
  ],
  ['expired', (issuer) => issuer.forge(claims({ exp: Math.floor(Date.now() / 1000) - 600 }))],
  ['for another audience', (issuer) => issuer.forge(claims({ aud: 'https://other.example' }))],
  ['of another issuer', (issuer) => issuer.forge(claims({ iss: 'https://other.example' }))],
  ['far too large', (issuer) => issuer.forge(claims({ more: 'x'.repeat(13_000) }))],
  ['no token at all', async () => 'globex-admin'],
];

function attack(name: string, code: Attack['code'], make: (issuer: TestIssuer) => Promise<string>, more = {}): Attack {
  return {
    name: `token: ${name}`,
    as: undefined,
    like: 'no-globex',
    code,
    async run(hand, { issuer }) {
      const metadata = new Metadata();
      metadata.set('authorization', `Bearer ${await make(issuer)}`);
      for (const [key, value] of Object.entries<string>(more)) metadata.set(key, value);
      return hand.call('Get', victim, metadata);
    },
  };
}

export const identityAttacks: readonly Attack[] = [
  ...signed.map(([name, more]) => attack(name, 'PERMISSION_DENIED', (issuer) => issuer.forge(claims(more)))),
  ...forged.map(([name, make]) => attack(name, 'UNAUTHENTICATED', make)),
  attack('the own name beside it', 'UNAUTHENTICATED', (issuer) => issuer.forge(claims()), {
    username: 'acme-admin',
    password: 'acme-admin-secret',
  }),
];
