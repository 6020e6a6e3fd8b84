// The proof that tenants cannot touch each other: every way in which somebody could, or that there is none.

import { ACTIONS } from './action.ts';
import { type ExampleRequest, examplePath } from './example-path.ts';
import { heldAssignments } from './held-roles.ts';
import { PLATFORM } from './platform-target.ts';
import { policyEdits } from './policy-edits.ts';
import type { HeldRule, PolicyView, ViewedTarget } from './policy-view.ts';
import { allowedRegions, regionHolds } from './region.ts';
import { EVERYWHERE } from './subjects.ts';
import { type WayIn, waysIn } from './ways-in.ts';

/**
 * `tenant`: somebody of one tenant can do something in a target of another one, or in the platform target.
 * `policy`: somebody who is not an operator can change who may do what, and so give everything to themselves.
 */
export interface Crossing {
  readonly kind: 'tenant' | 'policy';
  readonly who: WayIn;
  /** The tenants that they belong to; none for staff of the platform. */
  readonly homes: readonly string[];
  readonly target: ViewedTarget;
  /** The smallest request for each action that is possible. */
  readonly requests: readonly ExampleRequest[];
  /** The rules that allow these. */
  readonly rules: readonly HeldRule[];
}

/** Somebody who has a role for all tenants: reaching every tenant is what that is for. */
export interface Staff {
  readonly who: WayIn;
  /** May change everything in the platform target. */
  readonly operator: boolean;
  /** The roles that are given for all tenants. */
  readonly roles: readonly string[];
}

/** A rule about a target of another tenant than the role is given for, or about the platform: it says nothing there. */
export interface IdleRule {
  readonly who: WayIn;
  readonly tenant: string;
  readonly role: string;
  readonly rule: string;
  readonly target: string;
}

export interface IsolationProof {
  readonly crossings: readonly Crossing[];
  readonly staff: readonly Staff[];
  readonly idle: readonly IdleRule[];
  /** Questions of the form: may this one do this action anywhere in that target. */
  readonly decided: number;
}

/** Looks at everybody, every target and every action; what is not among the crossings is not possible. In steps. */
export function* proveIsolation(view: PolicyView): Generator<void, IsolationProof> {
  const crossings: Crossing[] = [];
  const staff: Staff[] = [];
  const idle: IdleRule[] = [];
  let decided = 0;
  for (const who of waysIn(view.policy, view.targets.get(PLATFORM)?.snapshot())) {
    const given = heldAssignments(view.policy, who.identity);
    const everywhere = given.filter(({ tenant }) => tenant === EVERYWHERE);
    idle.push(...idleRules(view, who));
    if (everywhere.length > 0) {
      const found = policyEdits(view, who.identity);
      decided += ACTIONS.length;
      staff.push({ who, operator: found.operator, roles: [...new Set(everywhere.map(({ role }) => role))] });
      const target = view.targets.get(PLATFORM);
      if (!found.operator && found.requests.length > 0 && target !== undefined) {
        crossings.push({ kind: 'policy', who, homes: [], target, requests: found.requests, rules: found.rules });
      }
      yield;
      continue;
    }
    const homes = homesOf(given);
    for (const target of view.targets.values()) {
      decided += ACTIONS.length;
      yield;
      if (homes.length === 1 && homes[0] === target.tenant) continue;
      const found = possible(view, who, target);
      if (found.requests.length > 0) crossings.push({ kind: 'tenant', who, homes, target, ...found });
    }
  }
  return { crossings, staff, idle, decided };
}

/**
 * The tenants that somebody has roles of an own for; without any, those that groups have roles for. Who has several belongs
 * to none of them alone: all that they can do is a crossing from the others.
 */
function homesOf(given: ReturnType<typeof heldAssignments>): string[] {
  const own = given.filter(({ group }) => group === undefined);
  return [...new Set((own.length > 0 ? own : given).map(({ tenant }) => tenant))];
}

/** What can be done in a target, and by which rules. */
function possible(view: PolicyView, { identity }: WayIn, target: ViewedTarget): Pick<Crossing, 'requests' | 'rules'> {
  const requests: ExampleRequest[] = [];
  const rules = new Map<string, HeldRule>();
  for (const action of ACTIONS) {
    const regions = allowedRegions(target.root, view.areaOf(identity, target, action));
    const [first] = regions;
    if (first === undefined) continue;
    requests.push({ action, path: examplePath(target, first, action) });
    for (const held of view.rulesOf(identity, target, action)) {
      if (
        held.rule.effect === 'deny' ||
        !held.queries.some((query) => regions.some((each) => regionHolds(each, query)))
      )
        continue;
      rules.set(JSON.stringify([held.origin, held.rule.name]), held);
    }
  }
  return { requests, rules: [...rules.values()] };
}

function* idleRules(view: PolicyView, who: WayIn): Iterable<IdleRule> {
  const { roles } = view.policy;
  for (const { tenant, role } of heldAssignments(view.policy, who.identity)) {
    if (tenant === EVERYWHERE) continue;
    const names = new Set([role]);
    for (const name of names) {
      for (const inherited of roles.get(name)?.inherits ?? []) names.add(inherited);
      for (const { name: rule, target } of roles.get(name)?.rules ?? []) {
        if (target === '*' || view.targets.get(target)?.tenant === tenant) continue;
        yield { who, tenant, role: name, rule, target };
      }
    }
  }
}
