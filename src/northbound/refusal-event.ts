// A refused RPC as the audit log keeps it.

import type { AuditEvent } from '../audit/audit-entry.ts';
import type { Refusal } from './front-door.ts';

/** Whoever was not recognized is kept under the name that was claimed; of credentials nothing else is kept. */
export function refusalEvent({ identity, claimed, method, peer, asked, error }: Refusal): AuditEvent {
  return {
    kind: error.code === 'UNAUTHENTICATED' ? 'login-failed' : 'denied',
    user: identity?.name ?? claimed,
    groups: identity?.groups ?? [],
    peer,
    method,
    code: error.code,
    asked,
    message: error.message,
    count: 1,
  };
}
