// Gives an operator back to a data folder that nobody can sign in to any more, with no service running on it.

import { randomBytes } from 'node:crypto';
import { hashPassword } from './access/password.ts';
import { type Policy, type Role, readPolicy } from './access/policy.ts';
import type { Datastore } from './datastore/datastore.ts';
import type { Edit } from './datastore/transaction.ts';
import { EdgeconfError } from './errors.ts';
import type { FirstOperator } from './first-operator.ts';
import { operatorRole } from './ready-made-roles.ts';

/**
 * Commits that the user has a new password and, for all tenants, the ready-made role `operator` and nothing else, so that
 * no denial of another role stands in the way. The role is made under another name when the one of that name is not what
 * it was.
 * @throws EdgeconfError FAILED_PRECONDITION when nothing was ever committed; INVALID_ARGUMENT for what is no user name.
 */
export async function recoverOperator(datastore: Datastore, name: string): Promise<FirstOperator> {
  // Nobody is there to confirm it, and until then nothing may be changed.
  for (const pending of datastore.confirmedCommits.pending) {
    if (pending.targets.includes('platform')) {
      await datastore.confirmedCommits.rollBack(pending, 'an operator is recovered');
    }
  }
  const platform = datastore.snapshot('platform');
  if (datastore.head.revision === 0 || platform === undefined) {
    throw new EdgeconfError('FAILED_PRECONDITION', 'this data folder has never had an operator: run edgeconf init');
  }
  const secret = randomBytes(18).toString('base64url');
  const { users, roles } = readPolicy(platform);
  const role = freeRole(roles);
  const user = {
    name,
    'password-hash': await hashPassword(secret, randomBytes(16)),
    role: [{ tenant: '*', role }],
  };
  const edits: Edit[] = [];
  const userNode = platform.model.root.children.get('edgeconf-platform:user');
  if (users.has(name) && userNode !== undefined)
    edits.push({ op: 'delete', query: [{ node: userNode, keys: [name] }] });
  const json = {
    'edgeconf-platform:user': [user],
    ...(roles.has(role) ? {} : { 'edgeconf-platform:role': [{ ...operatorRole, name: role }] }),
  };
  edits.push({ op: 'update', path: [], json: JSON.stringify(json) });
  await datastore.commit({
    author: 'edgeconf-recover',
    comment: `operator ${name} recovered`,
    edits: [{ target: 'platform', edits }],
    // Who may write the data folder needs no rights in it.
    authorize: () => {},
  });
  return { name, secret };
}

/** The first of operator, operator-2, ... that is the ready-made role, or is not there. */
function freeRole(roles: Policy['roles']): string {
  for (let i = 1; ; i++) {
    const name = i === 1 ? operatorRole.name : `${operatorRole.name}-${i}`;
    const role = roles.get(name);
    if (role === undefined || isOperatorRole(role)) return name;
  }
}

function isOperatorRole({ inherits, rules }: Role): boolean {
  const text = (all: readonly object[]): string => JSON.stringify(all.map((rule) => JSON.stringify(rule)).sort());
  const wanted = operatorRole.rule.map(({ name, effect, target, path, action }) => {
    return { name, effect, target, path, actions: action };
  });
  return inherits.length === 0 && text(rules) === text(wanted);
}
