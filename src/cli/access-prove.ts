// `edgeconf access prove`: every way in which somebody of one tenant could touch another one.

import type { ProveResponse } from '../proto/access.ts';
import { plainMessage } from '../proto/load.ts';
import { ruleText } from './access-text.ts';
import type { Asking } from './asking.ts';

/** @returns whether there is none. */
export async function prove({ access, json, print }: Asking): Promise<boolean> {
  const response = await access.prove();
  if (json) print(JSON.stringify(plainMessage(response), null, 2));
  else for (const line of linesOf(response)) print(line);
  return (response.crossings ?? []).length === 0;
}

function* linesOf(proof: ProveResponse): Iterable<string> {
  for (const { kind, who_kind, who, homes = [], target, tenant, requests = [], rules = [] } of proof.crossings ?? []) {
    const of = homes.length === 0 ? '' : ` of ${homes.join(' and ')}`;
    const where = tenant === '' ? `target ${target}` : `target ${target} of ${tenant}`;
    yield kind === 'policy'
      ? `CROSSING: ${who_kind} ${who}, who is no operator, can change the policy`
      : `CROSSING: ${who_kind} ${who}${of} can act in ${where}`;
    for (const { action, path } of requests) yield `  ${action} ${path}`;
    for (const rule of rules) yield `  by ${ruleText(rule)}`;
  }
  for (const { who_kind, who, operator, roles = [] } of proof.staff ?? []) {
    yield `staff: ${who_kind} ${who} reaches all tenants as ${roles.join(', ')}${operator ? '' : '; no operator'}`;
  }
  for (const { name, groups = [], tenants = [], local_users } of proof.trusted_issuers ?? []) {
    const spoken = local_users ? 'any user of this configuration, and for ' : '';
    yield `trust: issuer ${name} speaks for ${spoken}groups ${groups.join(', ')} of ${tenants.join(', ')}`;
  }
  for (const { name, tenants = [] } of proof.shared_devices ?? [])
    yield `shared: device ${name} by ${tenants.join(', ')}`;
  for (const { who_kind, who, tenant, role, rule, target } of proof.idle_rules ?? []) {
    yield `idle: rule ${rule} of role ${role} names target ${target} and says nothing for ${who_kind} ${who} of ${tenant}`;
  }
  const count = (proof.crossings ?? []).length;
  yield `revision ${proof.policy_revision}: ${proof.decided} questions decided, ${count === 0 ? 'no crossing' : count === 1 ? '1 crossing' : `${count} crossings`}`;
}
