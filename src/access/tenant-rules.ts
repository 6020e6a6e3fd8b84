// The rules of some roles in one tenant, compiled per action and model when they are first asked for.

import type { SchemaNode } from '../schema/schema-node.ts';
import type { Action } from './action.ts';
import type { Identity } from './identity.ts';
import { PathRules } from './path-rules.ts';
import { PLATFORM } from './platform-target.ts';
import { type PolicyEnforcer, type PolicyLine, ruleHoldsFor } from './policy-enforcer.ts';
import { roleSubject } from './subjects.ts';

/** Targets that no rule names share what is compiled, so the cost does not grow with the number of targets. */
export class TenantRules {
  readonly #lines: readonly PolicyLine[];
  readonly #named: ReadonlySet<string>;
  readonly #compiled = new Map<string, WeakMap<SchemaNode, PathRules>>();

  constructor(lines: readonly PolicyLine[]) {
    this.#lines = lines;
    this.#named = new Set([PLATFORM, ...lines.map((line) => line.target)]);
  }

  /** All that somebody has in a tenant; the same object for all who have the same roles there. */
  static of(enforcer: PolicyEnforcer, identity: Identity, tenant: string): TenantRules {
    const roles = [...enforcer.rolesOf(identity, tenant)].sort();
    const rulesByRoles = shared.get(enforcer) ?? new Map<string, Shared>();
    shared.set(enforcer, rulesByRoles);
    const id = roles.join(' ');
    const { rules } = rulesByRoles.get(id) ?? { rules: new TenantRules(enforcer.linesOf(identity, tenant)) };
    rulesByRoles.set(id, { roles, rules });
    return rules;
  }

  /** What is compiled stays so under the next policy where no role has changed. @param changed names of roles. */
  static keep(former: PolicyEnforcer, next: PolicyEnforcer, changed: ReadonlySet<string>): void {
    const subjects = new Set([...changed].map(roleSubject));
    const kept = [...(shared.get(former) ?? [])].filter(([, { roles }]) => !roles.some((role) => subjects.has(role)));
    shared.set(next, new Map([...(shared.get(next) ?? []), ...kept]));
  }

  /** Names of targets for which other rules hold than for those that no rule names. */
  get named(): ReadonlySet<string> {
    return this.#named;
  }

  /** @param root of the target's model. */
  rules(target: string, action: Action, root: SchemaNode): PathRules {
    const scope = this.#named.has(target) ? target : '*';
    const id = `${action} ${scope}`;
    const byModel = this.#compiled.get(id) ?? new WeakMap<SchemaNode, PathRules>();
    this.#compiled.set(id, byModel);
    let rules = byModel.get(root);
    if (rules === undefined) {
      const lines = this.#lines.filter((line) => line.action === action && ruleHoldsFor(line.target, scope));
      rules = new PathRules(root, lines);
      byModel.set(root, rules);
    }
    return rules;
  }
}

interface Shared {
  readonly roles: readonly string[];
  readonly rules: TenantRules;
}

/** By the roles, of which none has a space in its name as a subject. */
const shared = new WeakMap<PolicyEnforcer, Map<string, Shared>>();
