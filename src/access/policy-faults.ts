// What in a policy cannot be understood and therefore only denies: for the service's log.

import { parsePasswordHash } from './password.ts';
import type { Policy } from './policy.ts';
import { mostBoundRules, parametersIn } from './role-parameters.ts';
import { parseRulePath } from './rule-path.ts';

/** One sentence for each fault; none of them names a secret. */
export function* policyFaults(policy: Policy): Iterable<string> {
  for (const role of policy.roles.values()) {
    for (const { name, path, effect } of role.rules) {
      if (parseRulePath(path) !== undefined) continue;
      const [parameter] = parametersIn(path);
      // What is given is looked at below: a role may be declared and wait for whom it is given to.
      if (parameter !== undefined) continue;
      const meaning = effect === 'deny' ? 'it denies every path' : 'it allows nothing';
      yield `role '${role.name}', rule '${name}': '${path}' is not a path such as /site[site-id=chicago]/slice; ${meaning}`;
    }
    for (const inherited of role.inherits) {
      if (!policy.roles.has(inherited)) yield `role '${role.name}' inherits '${inherited}', which does not exist`;
    }
  }
  for (const [kind, holders] of [
    ['user', policy.users],
    ['group', policy.groups],
  ] as const) {
    for (const { name, assignments } of holders.values()) {
      for (const { role } of assignments) {
        for (const parameter of missing(policy, role)) {
          yield `${kind} '${name}' has role '${role}' without its parameter '${parameter}', or with more combinations of values than ${mostBoundRules}: rules with it allow nothing, and deny every path`;
        }
      }
    }
  }
  for (const user of policy.users.values()) {
    if (user.passwordHash !== undefined && parsePasswordHash(user.passwordHash) === undefined) {
      yield `user '${user.name}' cannot log in: the password-hash is not scrypt$N$r$p$salt$hash with a cost up to 256 MiB`;
    }
  }
}

/** Parameters of a given role, and of all that it inherits, that no value was given for. */
function missing({ roles }: Policy, name: string): ReadonlySet<string> {
  const names = new Set([name]);
  const parameters = new Set<string>();
  for (const each of names) {
    const role = roles.get(each);
    for (const inherited of role?.inherits ?? []) names.add(inherited);
    for (const { path } of role?.rules ?? []) for (const parameter of parametersIn(path)) parameters.add(parameter);
  }
  return parameters;
}
