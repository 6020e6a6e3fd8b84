// The roles that somebody has in a tenant, and how each of them came to be theirs.

import type { Identity } from './identity.ts';
import type { Assignment, Policy, Role } from './policy.ts';
import { EVERYWHERE } from './subjects.ts';

/** How a role came to somebody. */
export interface Origin {
  /** The group that was given the role; undefined: the user was. */
  readonly group: string | undefined;
  /** The tenant that it was given for, or `*`. */
  readonly tenant: string;
  /** From the role that was given, with its parameters, to the one that is meant, each inheriting the next. */
  readonly chain: readonly string[];
}

export interface HeldRole {
  readonly role: Role;
  readonly origin: Origin;
}

/** An assignment, and the group that has it; undefined: the user has it. */
export interface HeldAssignment extends Assignment {
  readonly group: string | undefined;
}

/** All assignments of an identity: its own, those of the groups that the policy puts it into, those it is in otherwise. */
export function heldAssignments({ users, groups }: Policy, identity: Identity): HeldAssignment[] {
  const user = users.get(identity.name);
  const names = new Set([...(user?.groups ?? []), ...identity.groups]);
  return [
    ...(user?.own ?? []).map((assignment) => ({ ...assignment, group: undefined })),
    ...[...names].flatMap((group) =>
      (groups.get(group)?.assignments ?? []).map((assignment) => ({ ...assignment, group })),
    ),
  ];
}

/** Once for each way in which a role came; the shortest way of each assignment. @param tenant '' for the platform target. */
export function heldRoles(policy: Policy, identity: Identity, tenant: string): HeldRole[] {
  return heldAssignments(policy, identity)
    .filter((assignment) => assignment.tenant === EVERYWHERE || (tenant !== '' && assignment.tenant === tenant))
    .flatMap((assignment) => {
      // A Map is walked in insertion order and includes what is added on the way, so circles end.
      const chains = new Map<string, readonly string[]>([[assignment.role, [assignment.role]]]);
      for (const [name, chain] of chains) {
        for (const next of policy.roles.get(name)?.inherits ?? [])
          if (!chains.has(next)) chains.set(next, [...chain, next]);
      }
      return [...chains].flatMap(([name, chain]) => {
        const role = policy.roles.get(name);
        return role === undefined
          ? []
          : [{ role, origin: { group: assignment.group, tenant: assignment.tenant, chain } }];
      });
    });
}
