// Parameters of roles: `{name}` in the keys of a rule stands for the values that are set where the role is given.

import type { Role, Rule } from './policy.ts';

/** The values of each parameter, by its name. */
export type Parameters = ReadonlyMap<string, readonly string[]>;

/** A role as it is given: to a user or a group, for a tenant, with parameters. */
export interface Gift {
  readonly tenant: string;
  readonly role: string;
  readonly parameters: Parameters;
}

/** A key that is a parameter. One whose value really looks like that is written with a backslash: `[name=\\{x}]`. */
const PARAMETER = /=\{([^{}\]\\]*)\}\]/g;

/** The names of the parameters in a rule's path. */
export function parametersIn(path: string): string[] {
  return [...path.matchAll(PARAMETER)].map(([, name = '']) => name);
}

/**
 * The roles with one more for each different way in which one is given with parameters, and for all that it inherits. In the
 * rules of these the parameters are replaced: one rule for each combination of values.
 * @returns the names under which the gifts' roles are found, in the order of the gifts.
 */
export function bindRoles(roles: Map<string, Role>, gifts: readonly Gift[]): string[] {
  const declared = new Map(roles);
  /** Bound roles whose inherited roles are not bound yet: one after the other, however long the line of roles is. */
  const open: { readonly role: Role; readonly parameters: Parameters; readonly inherits: string[] }[] = [];
  const bind = (name: string, parameters: Parameters): string => {
    const role = declared.get(name);
    if (role === undefined || parameters.size === 0) return name;
    const bound = boundName(name, parameters);
    if (!roles.has(bound)) {
      const inherits: string[] = [];
      roles.set(bound, { name: bound, inherits, rules: boundRules(role, parameters) });
      open.push({ role, parameters, inherits });
    }
    return bound;
  };
  return gifts.map(({ role: given, parameters: values }) => {
    const name = bind(given, values);
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { role, parameters, inherits } = next;
      for (const other of role.inherits) inherits.push(bind(other, parameters));
    }
    return name;
  });
}

/** No declared role is called like that: `site-admin(site="chicago")`. */
function boundName(name: string, parameters: Parameters): string {
  const texts = [...parameters].map(
    ([parameter, values]) => `${parameter}=${values.map((v) => JSON.stringify(v)).join('|')}`,
  );
  return `${name}(${texts.sort().join(',')})`;
}

/** A rule stays as it is, and so allows nothing, where all combinations would be more rules than a role can have. */
function boundRules({ rules }: Role, parameters: Parameters): Rule[] {
  const found: Rule[] = [];
  for (const rule of rules) {
    const bound = boundRule(rule, parameters, mostBoundRules - found.length);
    if (bound === undefined) found.push(rule);
    else for (const each of bound) found.push(each);
  }
  return found;
}

/** Rules that parameters may make of one role's: values multiply. */
export const mostBoundRules = 20_000;

function boundRule(rule: Rule, parameters: Parameters, most: number): Rule[] | undefined {
  let rules = [rule];
  for (const name of new Set(parametersIn(rule.path))) {
    const values = parameters.get(name);
    if (values === undefined) continue;
    if (rules.length * values.length > most) return undefined;
    rules = rules.flatMap((each) =>
      values.map((value) => ({ ...each, path: each.path.replaceAll(`={${name}}]`, () => `=${keyText(value)}]`) })),
    );
  }
  return rules;
}

/**
 * A key value as a path writes it. A star would open the key, escaped or not: it stays a parameter, which allows nothing.
 * [gnmi-path-strings]
 */
function keyText(value: string): string {
  return value === '*' ? '{*}' : value.replace(/[\]\\{]/g, '\\$&');
}
