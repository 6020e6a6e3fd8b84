// Who can have rights: the users of the policy, and its groups, whose members tokens and certificates may name.

import type { Identity } from './identity.ts';
import type { Policy } from './policy.ts';

export interface Holder {
  readonly kind: 'user' | 'group';
  readonly name: string;
}

/** Users first, each in the order of the policy. */
export function holdersOf({ users, groups }: Policy): Holder[] {
  return [
    ...[...users.keys()].map((name) => ({ kind: 'user' as const, name })),
    ...[...groups.keys()].map((name) => ({ kind: 'group' as const, name })),
  ];
}

/** Somebody with exactly the rights of the holder. A member of a group has no rights of an own: no user is called ''. */
export function identityOf({ kind, name }: Holder): Identity {
  return kind === 'user' ? { name, groups: [] } : { name: '', groups: [name] };
}
