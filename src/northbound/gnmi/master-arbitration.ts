// Master arbitration: of several replicas of a client only the one with the highest election id may write.

import { checkElection } from '../../datastore/note-checks.ts';
import { electionKey } from '../../datastore/notes.ts';
import type { CommitRequest } from '../../datastore/transaction.ts';
import { EdgeconfError } from '../../errors.ts';
import type { Extension } from '../../proto/gnmi.ts';
import type { Caller } from '../caller.ts';
import { wellKnown } from './extensions.ts';
import type { GnmiDeps } from './gnmi-deps.ts';

export type Election = NonNullable<CommitRequest['election']>;

/**
 * The role and election id that a Set comes with; undefined without the extension, and then nothing is arbitrated: the
 * document's section 1 says otherwise, but its section 3.2, which is about the handling, says so.
 * @throws EdgeconfError INVALID_ARGUMENT when there is no election id.
 */
export function electionOf(extensions: readonly Extension[] | undefined): Election | undefined {
  const arbitration = wellKnown(extensions, 'master_arbitration');
  if (arbitration === undefined) return undefined;
  const id = arbitration.election_id;
  if (id === null || id === undefined) {
    throw new EdgeconfError('INVALID_ARGUMENT', 'extension master_arbitration has no election_id; set it');
  }
  const role = arbitration.role?.id ?? '';
  if (role.length > 256) {
    const message = `extension master_arbitration: the role id has ${role.length} characters; at most 256 are allowed`;
    throw new EdgeconfError('INVALID_ARGUMENT', message);
  }
  return { role, id: (half(id.high) << 64n) | half(id.low) };
}

function half(value: { toBigInt(): bigint } | undefined): bigint {
  return value?.toBigInt() ?? 0n;
}

/**
 * Records a higher election id before the Set itself, which may still fail. Ids are kept for each target: a tenant that
 * sends the highest id there is must not shut out another. They are in the journal, so that a client that lost an election
 * stays refused after a restart.
 * @throws EdgeconfError PERMISSION_DENIED naming the highest id, or when the caller may not write in a target.
 */
export async function arbitrate(
  { datastore, access }: GnmiDeps,
  { grants, identity, via }: Caller,
  { role, id }: Election,
  targets: readonly string[],
): Promise<void> {
  for (const target of targets) requireWriter(grants, identity.name, target);
  checkElection(datastore.standing, { role, id }, targets);
  const { elections } = datastore.standing;
  const raised = targets.filter((target) => (elections.get(electionKey(target, role)) ?? 0n) < id);
  if (raised.length === 0) return;
  await datastore.commit({
    author: identity.name,
    via,
    edits: raised.map((target) => ({ target, edits: [] })),
    // It may have waited for its turn, and what is elected stays.
    authorize: () => {
      access.requireProof(identity);
      for (const target of raised) requireWriter(access.grants(identity), identity.name, target);
    },
    note: { kind: 'election', role, electionId: id },
    election: { role, id },
  });
}

/** Who may change nothing in a target has no say in who may. */
export function requireWriter(grants: Caller['grants'], user: string, target: string): void {
  grants.requireTarget(target);
  const actions = ['create', 'update', 'delete'] as const;
  if (actions.some((action) => grants.covers(target, action, []) !== false)) return;
  throw new EdgeconfError('PERMISSION_DENIED', `user '${user}' may not change anything in target '${target}'`);
}
