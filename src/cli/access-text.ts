// How answers about access read at a terminal.

import type { AppliedRule, Region, Subject } from '../proto/access.ts';

/** `rule own-targets of role enterprise-admin, given to group admins for tenant acme: allow / in every target` */
export function ruleText({ role, rule, effect, target, path, group, tenant, chain = [], part }: AppliedRule): string {
  const inherited = chain.length > 1 ? `, inherited by way of ${chain.slice(0, -1).join(' > ')}` : '';
  const given = `given${group ? ` to group ${group}` : ''} for ${tenant === '*' ? 'all tenants' : `tenant ${tenant}`}`;
  const where = target === '*' ? '' : ` in ${target}`;
  return `rule ${rule} of role ${role}${inherited}, ${given}: ${effect} ${path}${where}${part ? ' (a part of it)' : ''}`;
}

export function regionText({ path = '', except = [] }: Region): string {
  return except.length === 0 ? path : `${path} except ${except.join(', ')}`;
}

/** Whom a question was about. */
export function subjectText({ user = '', groups = [] }: Subject, asker: string): string {
  const name = user || (groups.length > 0 ? 'a member' : asker || 'you');
  return groups.length === 0 ? name : `${name} of ${groups.join(' and ')}`;
}
