// Refuses a change of the policy that locks everybody out of it.

import type { Snapshot } from '../datastore/snapshot.ts';
import type { Candidate } from '../datastore/transaction.ts';
import { EdgeconfError } from '../errors.ts';
import type { PathQuery } from '../schema/path.ts';
import type { Action } from './action.ts';
import { parsePasswordHash } from './password.ts';
import { PLATFORM, ROLE_LIST, USER_LIST } from './platform-target.ts';
import { readPolicy, samePolicy } from './policy.ts';
import { PolicyEnforcer } from './policy-enforcer.ts';
import { EVERYWHERE } from './subjects.ts';
import { TenantRules } from './tenant-rules.ts';

const EDITING: readonly Action[] = ['create', 'update', 'delete'];

/**
 * Part of authorizing a commit: after it somebody must still be able to log in and to create, update and delete every user
 * and every role. A policy that nobody could edit before may be changed, that is how a service starts or is recovered.
 * Costs nothing unless the commit changes the policy.
 * @throws EdgeconfError FAILED_PRECONDITION.
 */
export function keepsAnEditor(candidates: readonly Candidate[]): void {
  for (const { target, before, after } of candidates) {
    if (target !== PLATFORM || samePolicy(before, after) || hasEditor(after) || !hasEditor(before)) continue;
    throw new EdgeconfError(
      'FAILED_PRECONDITION',
      `after this change of /user and /role nobody could edit the policy any more; keep a user with a password who has, for tenant '*', a role that may create, update and delete /user and /role of target '${PLATFORM}'`,
    );
  }
}

/** Whether somebody can log in with a password and edit the whole policy. */
export function hasEditor(platform: Snapshot): boolean {
  const policy = readPolicy(platform);
  const enforcer = PolicyEnforcer.of(policy);
  const { root } = platform.model;
  const lists = [...root.children.values()].filter(({ segment }) => segment === USER_LIST || segment === ROLE_LIST);
  const queries = lists.map((node): PathQuery => [{ node, keys: node.keys.map(() => undefined) }]);
  for (const { name, passwordHash, assignments } of policy.users.values()) {
    if (parsePasswordHash(passwordHash) === undefined) continue;
    if (!assignments.some(({ tenant }) => tenant === EVERYWHERE)) continue;
    const rules = new TenantRules(enforcer.linesOf({ name, groups: [] }, EVERYWHERE));
    const edits = (action: Action) =>
      queries.every((query) => rules.rules(PLATFORM, action, root).covers(query) === true);
    if (EDITING.every(edits)) return true;
  }
  return false;
}
