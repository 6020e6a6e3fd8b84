// The policy as a Casbin enforcer: RBAC with a domain for each tenant, deny wins, what no rule allows is denied.

import { Enforcer, newModelFromString } from 'casbin';
import type { Path, TextElem } from '../schema/path.ts';
import type { Action } from './action.ts';
import type { Identity } from './identity.ts';
import { PLATFORM } from './platform-target.ts';
import type { Policy, Rule } from './policy.ts';
import { RoleLinks } from './role-links.ts';
import { covers, parseRulePath } from './rule-path.ts';
import { memberSubject, roleSubject, tenantDomain } from './subjects.ts';

const MODEL = `
[request_definition]
r = sub, dom, target, path, act
[policy_definition]
p = sub, rule, target, path, act, eft
[role_definition]
g = _, _, _
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = r.act == p.act && ruleHoldsFor(p.target, r.target) && g(r.sub, p.sub, r.dom) && ruleCovers(p.path, p.eft, r.path)
`;

/** One line of Casbin's policy: what one rule of a role says about one action. */
export interface PolicyLine {
  /** Casbin's subject, a role. */
  readonly role: string;
  readonly rule: string;
  readonly target: string;
  readonly path: string;
  readonly action: Action;
  readonly effect: Rule['effect'];
}

/** Whether a rule written for `ruleTarget` can speak about `target`: the platform target only when it is named. */
export function ruleHoldsFor(ruleTarget: string, target: string): boolean {
  return ruleTarget === target || (ruleTarget === '*' && target !== PLATFORM);
}

/** Immutable: a new policy makes a new enforcer. */
export class PolicyEnforcer extends Enforcer {
  readonly #links: RoleLinks;
  readonly #paths = new Map<string, readonly TextElem[] | undefined>();
  #lines: Map<string, PolicyLine[]> | undefined;

  /** The enforcer of a policy; the same one whoever asks, since it takes long to make. */
  static of(policy: Policy): PolicyEnforcer {
    const enforcer = known.get(policy) ?? new PolicyEnforcer(policy);
    known.set(policy, enforcer);
    return enforcer;
  }

  constructor(policy: Policy) {
    super();
    this.#links = new RoleLinks(policy);
    const model = newModelFromString(MODEL);
    // All at once: one by one Casbin compares each line with all before it.
    model.addPolicies('p', 'p', [...lines(policy)]);
    const roleDefinition = model.model.get('g')?.get('g');
    if (roleDefinition === undefined) throw new Error('the access model has no role definition');
    roleDefinition.rm = this.#links;
    this.setModel(model);
    this.rmMap = new Map([['g', this.#links]]);
    this.fm.addFunction('ruleHoldsFor', ruleHoldsFor);
    this.fm.addFunction('ruleCovers', (path: string, effect: Rule['effect'], asked: Path) =>
      covers(this.#parsed(path), effect, asked),
    );
  }

  /** Casbin's verdict. About 5 us for each line of the policy. @param tenant that of the target, '' for the platform. */
  allows({ name, groups }: Identity, tenant: string, target: string, action: Action, path: Path): boolean {
    return this.enforceSync(memberSubject(name, groups), tenantDomain(tenant), target, path, action);
  }

  /**
   * The lines of all roles that the user has in a tenant: Casbin's implicit permissions, taken from its model without the
   * detour over promises. (Its own call would compare the tenant with the column behind the role.)
   */
  linesOf(identity: Identity, tenant: string): PolicyLine[] {
    return [...this.rolesOf(identity, tenant)].flatMap((each) => this.#linesByRole().get(each) ?? []);
  }

  /** All roles that somebody has in a tenant, inherited ones too, as Casbin's subjects. */
  rolesOf({ name, groups }: Identity, tenant: string): ReadonlySet<string> {
    return this.#links.implicitRoles(memberSubject(name, groups), tenantDomain(tenant));
  }

  /** All lines of Casbin's model; to have it filter them for each role anew would take roles x lines. */
  #linesByRole(): ReadonlyMap<string, readonly PolicyLine[]> {
    if (this.#lines === undefined) {
      this.#lines = new Map();
      for (const line of this.model.getPolicy('p', 'p').map(policyLine)) {
        const lines = this.#lines.get(line.role);
        if (lines === undefined) this.#lines.set(line.role, [line]);
        else lines.push(line);
      }
    }
    return this.#lines;
  }

  #parsed(path: string): readonly TextElem[] | undefined {
    if (!this.#paths.has(path)) this.#paths.set(path, parseRulePath(path));
    return this.#paths.get(path);
  }
}

const known = new WeakMap<Policy, PolicyEnforcer>();

function* lines(policy: Policy): Iterable<string[]> {
  for (const role of policy.roles.values()) {
    for (const rule of role.rules) {
      for (const action of rule.actions) {
        yield [roleSubject(role.name), rule.name, rule.target, rule.path, action, rule.effect];
      }
    }
  }
}

function policyLine(line: readonly string[]): PolicyLine {
  const [role = '', rule = '', target = '', path = '', action, effect] = line;
  return { role, rule, target, path, action: action as Action, effect: effect as Rule['effect'] };
}
