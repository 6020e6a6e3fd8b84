// The commit extension of Set: commits that are undone unless they are confirmed in time. [gnmi-commit-confirmed]

import type { Grants } from '../../access/grants.ts';
import type { PendingCommit } from '../../datastore/notes.ts';
import type { Change } from '../../datastore/row.ts';
import type { CommitResult } from '../../datastore/transaction.ts';
import { EdgeconfError } from '../../errors.ts';
import type { Duration, Extension } from '../../proto/gnmi.ts';
import { decodeKey } from '../../schema/row-key.ts';
import type { SchemaNode } from '../../schema/schema-node.ts';
import type { Caller } from '../caller.ts';
import { wellKnown } from './extensions.ts';
import type { GnmiDeps } from './gnmi-deps.ts';
import { requireWriter } from './master-arbitration.ts';

/** What a Set asks for by the extension. `later` is about a commit that was made before. */
export type CommitAction =
  | { readonly kind: 'commit'; readonly id: string; readonly rollbackAfterNs: bigint }
  | { readonly kind: 'confirm' | 'cancel'; readonly id: string }
  | { readonly kind: 'set_rollback_duration'; readonly id: string; readonly rollbackAfterNs: bigint };

/** All but `commit`. */
export type LaterAction = Exclude<CommitAction, { readonly kind: 'commit' }>;

const defaultRollbackNs = 600_000_000_000n;
const longestRollbackNs = 366n * 86_400_000_000_000n;

/** @throws EdgeconfError INVALID_ARGUMENT for an action without id, no action, or a duration that cannot be. */
export function commitActionOf(extensions: readonly Extension[] | undefined): CommitAction | undefined {
  const commit = wellKnown(extensions, 'commit');
  if (commit === undefined) return undefined;
  const { id = '', action } = commit;
  if (id === '') throw invalid('it has no id; the client chooses one and names it again to confirm or cancel');
  if (id.length > 256) throw invalid(`its id has ${id.length} characters; at most 256 are allowed`);
  switch (action) {
    case 'commit': {
      const asked = nanoseconds(commit.commit?.rollback_duration);
      // Clients that were given no duration send an empty one.
      return { kind: action, id, rollbackAfterNs: checkedDuration(asked === 0n ? defaultRollbackNs : asked) };
    }
    case 'confirm':
    case 'cancel':
      return { kind: action, id };
    case 'set_rollback_duration': {
      const asked = nanoseconds(commit.set_rollback_duration?.rollback_duration);
      if (asked === 0n) throw invalid('set_rollback_duration needs a rollback_duration above 0');
      return { kind: action, id, rollbackAfterNs: checkedDuration(asked) };
    }
    default:
      throw invalid('it has no action; set commit, confirm, cancel or set_rollback_duration');
  }
}

function nanoseconds(duration: Duration | null | undefined): bigint {
  return (duration?.seconds?.toBigInt() ?? 0n) * 1_000_000_000n + BigInt(duration?.nanos ?? 0);
}

function checkedDuration(rollbackNs: bigint): bigint {
  if (rollbackNs > 0n && rollbackNs <= longestRollbackNs) return rollbackNs;
  throw invalid(`rollback_duration is ${Number(rollbackNs) / 1e9} s; it must be above 0 and at most 366 days`);
}

/**
 * Confirms or cancels a pending commit, or gives it more time.
 * @param target that the request names; '' for any that the caller may read.
 * @throws EdgeconfError FAILED_PRECONDITION when nothing is pending there, INVALID_ARGUMENT when it has another id,
 * PERMISSION_DENIED for somebody else's commit, and for an own one that the caller might not make any more.
 */
export async function takeLaterAction(
  { datastore, access }: GnmiDeps,
  { grants, identity, via }: Caller,
  action: LaterAction,
  target: string,
): Promise<CommitResult> {
  if (target !== '') grants.requireTarget(target);
  const readable = target === '' ? grants.readableTargets() : [target];
  const { confirmedCommits } = datastore;
  const pending = confirmedCommits.pending.filter(({ targets }) => targets.some((name) => readable.includes(name)));
  if (pending.length === 0) {
    const state = target === '' ? 'no target that you may read waits' : `target '${target}' does not wait`;
    throw new EdgeconfError(
      'FAILED_PRECONDITION',
      `${action.kind} of commit '${action.id}': ${state} for a confirmation`,
    );
  }
  const [commit, ...others] = pending.filter(({ id }) => id === action.id);
  if (commit === undefined) {
    const ids = pending.map(({ id }) => `'${id}'`).join(', ');
    throw invalid(`${action.kind} has id '${action.id}', but what waits for a confirmation is ${ids}`);
  }
  if (others.length > 0) {
    const places = [commit, ...others]
      .map(({ targets }) => targets.filter((name) => readable.includes(name)).join(' and '))
      .join('; ');
    throw invalid(`several commits '${action.id}' wait for a confirmation; name a target in the prefix: ${places}`);
  }
  const count = access.budgets.request();
  for (const target of commit.targets) if (readable.includes(target)) count(target);
  await checkOwner(datastore, { grants, identity }, commit, action.kind);
  if (action.kind === 'set_rollback_duration') {
    return confirmedCommits.extend(commit, identity.name, action.rollbackAfterNs, via);
  }
  if (action.kind === 'confirm') return confirmedCommits.confirm(commit, identity.name, via);
  return confirmedCommits.rollBack(commit, `${identity.name} cancelled it`, via);
}

/**
 * Its author has a say as long as the author might still make that commit, and so has whoever may write all of the targets,
 * since the author may be gone. The targets are not named: not all of them need be known to the caller.
 */
async function checkOwner(
  { history, snapshot }: GnmiDeps['datastore'],
  { grants, identity }: Pick<Caller, 'grants' | 'identity'>,
  commit: PendingCommit,
  verb: string,
): Promise<void> {
  const actions = ['create', 'update', 'delete'] as const;
  const all = commit.targets.every((target) => actions.every((action) => grants.covers(target, action, []) === true));
  if (all) return;
  if (commit.author !== identity.name) {
    throw new EdgeconfError(
      'PERMISSION_DENIED',
      `user '${identity.name}' may not ${verb.replaceAll('_', ' ')} for commit '${commit.id}': it is by '${commit.author}'; ` +
        'only its author and users who may write all of its targets may do that',
    );
  }
  for (const target of commit.targets) requireWriter(grants, identity.name, target);
  const { commits } = await history.entry(commit.revision);
  for (const { target, changes } of commits) {
    // A target that waits keeps its model, so that of today says what was changed then.
    const root = snapshot(target)?.model.root;
    if (root !== undefined && changes.every((change) => mayStillMake(grants, target, root, change))) continue;
    throw new EdgeconfError(
      'PERMISSION_DENIED',
      `user '${identity.name}' may not ${verb.replaceAll('_', ' ')} for commit '${commit.id}' any more: the rights for what it changed are gone`,
    );
  }
}

function mayStillMake(grants: Grants, target: string, root: SchemaNode, { key, before, after }: Change): boolean {
  const action = before === undefined ? 'create' : after === undefined ? 'delete' : 'update';
  return grants.decide(target, action, decodeKey(root, key));
}

function invalid(reason: string): EdgeconfError {
  return new EdgeconfError('INVALID_ARGUMENT', `extension commit: ${reason}`);
}
