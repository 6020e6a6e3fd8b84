// What in a policy cannot be understood and therefore only denies: for the service's log.

import { parsePasswordHash } from './password.ts';
import type { Policy } from './policy.ts';
import { parseRulePath } from './rule-path.ts';

/** One sentence for each fault; none of them names a secret. */
export function* policyFaults(policy: Policy): Iterable<string> {
  for (const role of policy.roles.values()) {
    for (const { name, path, effect } of role.rules) {
      if (parseRulePath(path) !== undefined) continue;
      const meaning = effect === 'deny' ? 'it denies every path' : 'it allows nothing';
      yield `role '${role.name}', rule '${name}': '${path}' is not a path such as /site[site-id=chicago]/slice; ${meaning}`;
    }
    for (const inherited of role.inherits) {
      if (!policy.roles.has(inherited)) yield `role '${role.name}' inherits '${inherited}', which does not exist`;
    }
  }
  for (const user of policy.users.values()) {
    if (user.passwordHash !== undefined && parsePasswordHash(user.passwordHash) === undefined) {
      yield `user '${user.name}' cannot log in: the password-hash is not scrypt$N$r$p$salt$hash with a cost up to 256 MiB`;
    }
  }
}
