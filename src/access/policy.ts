// The policy as the platform target configures it: users and groups with roles per tenant, and roles with rules.

import type { Snapshot } from '../datastore/snapshot.ts';
import { encodeName } from '../schema/row-key.ts';
import { ACTIONS, type Action } from './action.ts';
import type { Identity } from './identity.ts';
import { type Entry, readEntries } from './list-entries.ts';
import { GROUP_LIST, ROLE_LIST, USER_LIST } from './platform-target.ts';
import { bindRoles, type Gift } from './role-parameters.ts';

/** Gives a role for one tenant's targets, or with tenant `*` for those of all tenants and the platform's. */
export interface Assignment {
  readonly tenant: string;
  /** With the values of its parameters, if it has any: see role-parameters.ts. */
  readonly role: string;
}

export interface User {
  readonly name: string;
  /** See password.ts; without it the user cannot log in by password. */
  readonly passwordHash: string | undefined;
  readonly groups: readonly string[];
  /** Given to the user alone. */
  readonly own: readonly Assignment[];
  /** The user's own, then those of the groups. */
  readonly assignments: readonly Assignment[];
}

export interface Group {
  readonly name: string;
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
  readonly groups: ReadonlyMap<string, Group>;
  /** The declared roles, and those that parameters make of them. */
  readonly roles: ReadonlyMap<string, Role>;
}

export const EMPTY_POLICY: Policy = { users: new Map(), groups: new Map(), roles: new Map() };

/** Each version of the platform's rows is read once, whoever asks: to authorize it, and then to use it. */
const known = new WeakMap<Snapshot['rows'], Policy>();

/** The policy in a snapshot of the platform target. O(rows of the policy) the first time. */
export function readPolicy(platform: Snapshot): Policy {
  const policy = known.get(platform.rows) ?? policyIn(platform);
  known.set(platform.rows, policy);
  return policy;
}

function policyIn(platform: Snapshot): Policy {
  const roles = byName([...readEntries(platform, ROLE_LIST)].map(readRole));
  const assignmentsOf = (entry: Entry): Assignment[] => {
    const gifts = [...entry.entries('role')].map(readGift);
    const names = bindRoles(roles, gifts);
    return gifts.map(({ tenant, role }, i) => ({ tenant, role: names[i] ?? role }));
  };
  const groups = byName(
    [...readEntries(platform, GROUP_LIST)].map((entry) => ({
      name: entry.text('name') ?? '',
      assignments: assignmentsOf(entry),
    })),
  );
  const users = byName(
    [...readEntries(platform, USER_LIST)].map((entry): User => {
      const names = entry.texts('group');
      const own = assignmentsOf(entry);
      return {
        name: entry.text('name') ?? '',
        passwordHash: entry.text('password-hash'),
        groups: names,
        own,
        assignments: [...own, ...assignmentsOfGroups(groups, names)],
      };
    }),
  );
  return { users, groups, roles };
}

/** The roles of somebody, by the user's entry and by the groups that a token or certificate gives beside it. */
export function assignmentsOf(policy: Policy, { name, groups }: Identity): readonly Assignment[] {
  const own = policy.users.get(name)?.assignments ?? [];
  return groups.length === 0 ? own : [...own, ...assignmentsOfGroups(policy.groups, groups)];
}

/** All that the groups are given; what is not declared is given nothing. */
export function assignmentsOfGroups(groups: Policy['groups'], names: readonly string[]): Assignment[] {
  return names.flatMap((name) => groups.get(name)?.assignments ?? []);
}

/** Whether two snapshots of the platform target hold the same policy. Costs what they do not share. */
export function samePolicy(a: Snapshot, b: Snapshot): boolean {
  return sameNodes(a, b, [USER_LIST, GROUP_LIST, ROLE_LIST]);
}

/** Whether two snapshots have the same rows at and below these top-level nodes. */
export function sameNodes(a: Snapshot, b: Snapshot, segments: readonly string[]): boolean {
  if (a.model.root !== b.model.root) return false;
  return segments.every((segment) => {
    const node = a.model.root.children.get(segment);
    return node === undefined || a.hasSame(b, encodeName(node));
  });
}

function byName<T extends { name: string }>(items: readonly T[]): Map<string, T> {
  return new Map(items.map((item) => [item.name, item]));
}

function readGift(entry: Entry): Gift {
  return {
    tenant: entry.text('tenant') ?? '',
    role: entry.text('role') ?? '',
    parameters: new Map(
      [...entry.entries('parameter')].map((parameter) => [parameter.text('name') ?? '', parameter.texts('value')]),
    ),
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
