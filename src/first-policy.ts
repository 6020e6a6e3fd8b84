// The platform configuration of a new data folder: ready-made roles and one operator.

import { readyMadeRoles } from './ready-made-roles.ts';

/** RFC 7951 text of the first platform configuration. The operator's role is given for all tenants. */
export function firstPolicy(operator: string, passwordHash: string): string {
  return JSON.stringify({
    'edgeconf-platform:role': readyMadeRoles,
    'edgeconf-platform:user': [
      { name: operator, 'password-hash': passwordHash, role: [{ tenant: '*', role: 'operator' }] },
    ],
  });
}
