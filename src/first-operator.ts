// What a new data folder starts with: ready-made roles and one operator whose secret is told once.

import { randomBytes } from 'node:crypto';
import { hashPassword } from './access/password.ts';
import type { Datastore } from './datastore/datastore.ts';
import { EdgeconfError } from './errors.ts';
import { firstPolicy } from './first-policy.ts';

/** The operator of a new data folder. The secret is kept nowhere else: only its hash is stored. */
export interface FirstOperator {
  readonly name: string;
  readonly secret: string;
}

/** Commits the first policy when nothing was ever committed. @returns undefined when the datastore is in use already. */
export async function makeFirstOperator(datastore: Datastore, name: string): Promise<FirstOperator | undefined> {
  if (datastore.head.revision > 0) return undefined;
  const secret = randomBytes(18).toString('base64url');
  const json = firstPolicy(name, await hashPassword(secret, randomBytes(16)));
  await datastore.commit({
    author: 'edgeconf-init',
    comment: 'first policy',
    edits: [{ target: 'platform', edits: [{ op: 'update', path: [], json }] }],
    // Nobody has rights before this transaction gives them.
    authorize: () => {},
  });
  if (datastore.head.revision === 0) throw new EdgeconfError('INTERNAL', 'the first policy left no revision');
  return { name, secret };
}
