// A refused RPC, and a refused connection, as the audit log keeps them.

import type { AuditEvent } from '../audit/audit-entry.ts';
import type { Refusal } from './front-door.ts';
import type { UntrustedClient } from './handshake-log.ts';

/** Whoever was not recognized is kept under the name that was claimed; of credentials nothing else is kept. */
export function refusalEvent({ identity, claimed, method, peer, asked, error }: Refusal): AuditEvent {
  return {
    // A user whose token expires on a stream has not failed to sign in.
    kind: identity === undefined ? 'login-failed' : 'denied',
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

/** Who came with a certificate that is not accepted did not get as far as an RPC. */
export function untrustedEvent({ peer, reason }: UntrustedClient): AuditEvent {
  const code = 'UNAUTHENTICATED';
  return { kind: 'login-failed', user: '', groups: [], peer, method: '', code, asked: '', message: reason, count: 1 };
}
