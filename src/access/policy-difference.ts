// Who has other rights under one policy than under another, as far as roles say.

import type { Assignment, Policy } from './policy.ts';

export class PolicyDifference {
  /** Roles that are not what they were, and all that inherit from them. */
  readonly roles: ReadonlySet<string>;

  /** O(rules). */
  constructor(before: Policy, after: Policy) {
    const names = new Set([...before.roles.keys(), ...after.roles.keys()]);
    const changed = new Set(
      [...names].filter((name) => JSON.stringify(before.roles.get(name)) !== JSON.stringify(after.roles.get(name))),
    );
    const heirs = new Map<string, string[]>();
    for (const { name, inherits } of after.roles.values()) {
      for (const role of inherits) {
        const names = heirs.get(role);
        if (names === undefined) heirs.set(role, [name]);
        else names.push(name);
      }
    }
    // A Set is walked in insertion order and includes what is added on the way.
    for (const name of changed) for (const heir of heirs.get(name) ?? []) changed.add(heir);
    this.roles = changed;
  }

  /** Whether somebody's rights may differ who had and has these roles. */
  concerns(before: readonly Assignment[], after: readonly Assignment[]): boolean {
    if (JSON.stringify(before) !== JSON.stringify(after)) return true;
    return after.some(({ role }) => this.roles.has(role));
  }
}
