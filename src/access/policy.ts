// The policy as the platform target configures it: users with roles per tenant, and roles with rules.

import type { Snapshot } from '../datastore/snapshot.ts';
import { encodeName } from '../schema/row-key.ts';
import { ACTIONS, type Action } from './action.ts';
import { type Entry, readEntries } from './list-entries.ts';
import { ROLE_LIST, USER_LIST } from './platform-target.ts';

/** Gives a role to a user for one tenant's targets, or with tenant `*` for those of all tenants and the platform's. */
export interface Assignment {
  readonly tenant: string;
  readonly role: string;
}

export interface User {
  readonly name: string;
  /** See password.ts; without it the user cannot log in by password. */
  readonly passwordHash: string | undefined;
  readonly assignments: readonly Assignment[];
}

/** One line of a role. It says something only about the targets of the tenant for which the role is given. */
export interface Rule {
  readonly name: string;
  readonly effect: 'allow' | 'deny';
  /** One target's name, or `*` for every target of the tenant; the platform target must be named. */
  readonly target: string;
  /** See rule-path.ts. */
  readonly path: string;
  readonly actions: readonly Action[];
}

export interface Role {
  readonly name: string;
  readonly inherits: readonly string[];
  readonly rules: readonly Rule[];
}

export interface Policy {
  readonly users: ReadonlyMap<string, User>;
  readonly roles: ReadonlyMap<string, Role>;
}

export const EMPTY_POLICY: Policy = { users: new Map(), roles: new Map() };

/** Reads the policy from a snapshot of the platform target. O(rows of the policy). */
export function readPolicy(platform: Snapshot): Policy {
  const users = [...readEntries(platform, USER_LIST)].map(readUser);
  const roles = [...readEntries(platform, ROLE_LIST)].map(readRole);
  return { users: byName(users), roles: byName(roles) };
}

/** Whether two snapshots of the platform target hold the same policy. O(rows of the policy), without decoding them. */
export function samePolicy(a: Snapshot, b: Snapshot): boolean {
  if (a.model.root !== b.model.root) return false;
  return [USER_LIST, ROLE_LIST].every((segment) => {
    const list = a.model.root.children.get(segment);
    return list === undefined || sameRows(a, b, encodeName(list));
  });
}

function sameRows(a: Snapshot, b: Snapshot, prefix: string): boolean {
  const rows = b.subtree(prefix);
  for (const row of a.subtree(prefix)) {
    const other = rows.next();
    if (other.done === true || other.value.key !== row.key || other.value.value !== row.value) return false;
  }
  return rows.next().done === true;
}

function byName<T extends { name: string }>(items: readonly T[]): Map<string, T> {
  return new Map(items.map((item) => [item.name, item]));
}

function readUser(entry: Entry): User {
  return {
    name: entry.text('name') ?? '',
    passwordHash: entry.text('password-hash'),
    assignments: [...entry.entries('role')].map((role) => ({
      tenant: role.text('tenant') ?? '',
      role: role.text('role') ?? '',
    })),
  };
}

function readRole(entry: Entry): Role {
  return {
    name: entry.text('name') ?? '',
    inherits: entry.texts('inherits'),
    rules: [...entry.entries('rule')].map(readRule),
  };
}

function readRule(entry: Entry): Rule {
  return {
    name: entry.text('name') ?? '',
    // What is not plainly an allowance must not work as one.
    effect: entry.text('effect') === 'allow' ? 'allow' : 'deny',
    target: entry.text('target') ?? '',
    path: entry.text('path') ?? '',
    actions: ACTIONS.filter((action) => entry.texts('action').includes(action)),
  };
}
