// A policy together with the targets that it is about: what questions are asked of, for the policy in force or a planned one.

import type { Snapshot } from '../datastore/snapshot.ts';
import type { Path, PathQuery } from '../schema/path.ts';
import type { SchemaNode } from '../schema/schema-node.ts';
import type { Action } from './action.ts';
import { type HeldRole, heldRoles } from './held-roles.ts';
import type { Identity } from './identity.ts';
import { PathRules } from './path-rules.ts';
import { PLATFORM } from './platform-target.ts';
import type { Policy, Rule } from './policy.ts';
import { ruleHoldsFor } from './policy-enforcer.ts';
import { type Area, NOWHERE } from './region.ts';
import { parseRulePath, resolveRulePath } from './rule-path.ts';

export interface ViewedTarget {
  readonly name: string;
  /** The owner; '' for the platform target. */
  readonly tenant: string;
  /** Of the target's model. */
  readonly root: SchemaNode;
  /** The configuration as it is now, for examples. */
  snapshot(): Snapshot | undefined;
  /** Whether who asks may be shown that there is something at a path; default: always. */
  shows?(path: Path): boolean;
}

/** A rule as somebody has it in a target, with the queries that it stands for there. */
export interface HeldRule extends HeldRole {
  readonly rule: Rule;
  readonly queries: readonly PathQuery[];
}

/** Immutable but for the configuration of the targets. */
export class PolicyView {
  readonly policy: Policy;
  /** By name. */
  readonly targets: ReadonlyMap<string, ViewedTarget>;
  readonly #areas = new Map<SchemaNode, Map<string, Area>>();
  readonly #compiled = new Map<Area, PathRules>();
  /** By identity, then by tenant. */
  readonly #roles = new WeakMap<Identity, Map<string, RolesInTenant>>();
  /** Targets that rules name. */
  readonly #named: ReadonlySet<string>;

  constructor(policy: Policy, targets: Iterable<ViewedTarget>) {
    this.policy = policy;
    this.targets = new Map([...targets].map((target) => [target.name, target]));
    this.#named = namedTargets(policy);
  }

  /** The rules about an action that somebody has in a target, once for each way in which they came. */
  rulesOf(identity: Identity, { name, tenant, root }: ViewedTarget, action: Action): HeldRule[] {
    return this.#rolesOf(identity, tenant).roles.flatMap((held) =>
      held.role.rules
        .filter((rule) => rule.actions.includes(action) && ruleHoldsFor(rule.target, name))
        .map((rule) => ({ ...held, rule, queries: queriesOf(rule, root) })),
    );
  }

  /** What these rules say together; the same object for all who have the same roles, in all targets that no rule names. */
  areaOf(identity: Identity, target: ViewedTarget, action: Action): Area {
    const { name, tenant, root } = target;
    const { id: rolesId, roles } = this.#rolesOf(identity, tenant);
    if (roles.length === 0) return NOWHERE;
    const areas = this.#areas.get(root) ?? new Map<string, Area>();
    this.#areas.set(root, areas);
    const id = `${action} ${this.#named.has(name) ? name : '*'} ${rolesId}`;
    const area = areas.get(id) ?? areaOf(this.rulesOf(identity, target, action));
    areas.set(id, area);
    return area;
  }

  /** An area of this view as rules that decide quickly. */
  compiled({ root }: ViewedTarget, area: Area): PathRules {
    if (area === NOWHERE) return PathRules.of(root, area);
    const rules = this.#compiled.get(area) ?? PathRules.of(root, area);
    this.#compiled.set(area, rules);
    return rules;
  }

  #rolesOf(identity: Identity, tenant: string): RolesInTenant {
    const known = this.#roles.get(identity) ?? new Map<string, RolesInTenant>();
    this.#roles.set(identity, known);
    let found = known.get(tenant);
    if (found === undefined) {
      const roles = heldRoles(this.policy, identity, tenant);
      found = { roles, id: JSON.stringify([...new Set(roles.map(({ role }) => role.name))].sort()) };
      known.set(tenant, found);
    }
    return found;
  }
}

/** A question makes a view of its own; that must not cost more the more rules there are. */
const named = new WeakMap<Policy, ReadonlySet<string>>();

function namedTargets(policy: Policy): ReadonlySet<string> {
  let targets = named.get(policy);
  if (targets === undefined) {
    targets = new Set([
      PLATFORM,
      ...[...policy.roles.values()].flatMap(({ rules }) => rules.map(({ target }) => target)),
    ]);
    named.set(policy, targets);
  }
  return targets;
}

/** The id is the same for all who have the same roles. */
interface RolesInTenant {
  readonly roles: readonly HeldRole[];
  readonly id: string;
}

function areaOf(rules: readonly HeldRule[]): Area {
  const byText = new Map(rules.map((held) => [`${held.rule.effect} ${held.rule.path}`, held]));
  const area = { signature: [...byText.keys()].sort().join('\n'), allow: [] as PathQuery[], deny: [] as PathQuery[] };
  for (const { rule, queries } of byText.values()) for (const query of queries) area[rule.effect].push(query);
  return area;
}

/** Rules of many policies have the same paths; models live as long as the service. */
const resolved = new WeakMap<SchemaNode, Map<string, readonly PathQuery[]>>();
const mostResolved = 100_000;

function queriesOf({ effect, path }: Rule, root: SchemaNode): readonly PathQuery[] {
  const known = resolved.get(root) ?? new Map<string, readonly PathQuery[]>();
  resolved.set(root, known);
  const id = `${effect} ${path}`;
  let queries = known.get(id);
  if (queries === undefined) {
    queries = resolveRulePath(parseRulePath(path), effect, root);
    if (known.size >= mostResolved) known.clear();
    known.set(id, queries);
  }
  return queries;
}
