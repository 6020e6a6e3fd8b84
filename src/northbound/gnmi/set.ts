// Set: deletes, then replaces, then updates, as one transaction over all targets that the paths name. [gNMI 3.4]

import type { CommitResult, TargetEdits } from '../../datastore/transaction.ts';
import { EdgeconfError } from '../../errors.ts';
import { Operation, type SetRequest, type SetResponse, type UpdateResult } from '../../proto/gnmi.ts';
import { transactionInfo } from '../../proto/transaction-info.ts';
import { inSlices } from '../../slices.ts';
import type { Caller } from '../caller.ts';
import { asksForCertificate, certificate } from './certificate.ts';
import { type CommitAction, commitActionOf, takeLaterAction } from './commit-extension.ts';
import { delivered } from './delivered.ts';
import { checkExtensions } from './extensions.ts';
import type { GnmiDeps } from './gnmi-deps.ts';
import { arbitrate, type Election, electionOf, requireWriter } from './master-arbitration.ts';
import { checkModels } from './model-overrides.ts';
import { setProgress } from './progress.ts';
import { readableViolations } from './readable-violations.ts';
import { joinPaths } from './request-path.ts';
import { editsOf, operationsOf } from './set-operations.ts';
import { strategyOf, waitForDevices } from './strategy.ts';
import { Targets } from './targets.ts';
import { dataTimeNs, toTimestamp } from './timestamp.ts';

/**
 * @throws EdgeconfError; nothing has changed then. NOT_FOUND for a path that the schema does not have, INVALID_ARGUMENT
 * for a value or result that is not valid, PERMISSION_DENIED for what the caller may not do, FAILED_PRECONDITION while a
 * target waits for the confirmation of a commit.
 */
export async function set(deps: GnmiDeps, caller: Caller, request: SetRequest): Promise<SetResponse> {
  checkExtensions('Set', request.extension, ['master_arbitration', 'commit']);
  const strategy = strategyOf(request.extension);
  const election = electionOf(request.extension);
  const action = commitActionOf(request.extension);
  const operations = operationsOf(request, deps);
  const { edits, snapshots } = await editsOf(deps, caller.grants, request, operations);
  checkModels(snapshots, request.extension);
  // Without operations the extensions are about the target that the prefix names, or the only one.
  const empty = election === undefined && action?.kind !== 'commit';
  const targets =
    snapshots.length > 0 ? snapshots.map(({ target }) => target) : empty ? [] : [targetOf(deps, caller, request)];
  if (election !== undefined) await arbitrate(deps, caller, election, targets);
  const certifies = asksForCertificate(request.extension);
  const result = await carryOut(deps, caller, { request, edits, targets, action, election });
  const { timeNs, revision, candidates } = result;
  const settled = await waitForDevices(deps, strategy, { revision, targets }, caller.signal);
  return {
    ...(request.prefix ? { prefix: request.prefix } : {}),
    response: operations.map(({ path, op }): UpdateResult => ({ path, op: Operation[op] })),
    timestamp: toTimestamp(timeNs > 0n ? timeNs : dataTimeNs(deps)),
    extension: [
      transactionInfo(revision),
      ...(certifies ? [certificate(deps, caller, targets, result)] : []),
      ...(settled === undefined ? [] : [delivered(deps, caller, settled, candidates)]),
    ],
  };
}

interface Work {
  readonly request: SetRequest;
  readonly edits: readonly TargetEdits[];
  /** All targets that the request names. */
  readonly targets: readonly string[];
  readonly action: CommitAction | undefined;
  readonly election: Election | undefined;
}

async function carryOut(deps: GnmiDeps, caller: Caller, work: Work): Promise<CommitResult> {
  const { request, edits, targets, action } = work;
  if (action !== undefined && action.kind !== 'commit') {
    if (edits.length > 0) {
      throw new EdgeconfError(
        'INVALID_ARGUMENT',
        `extension commit: a ${action.kind} cannot go with operations; a commit is not amended once it is made`,
      );
    }
    return takeLaterAction(deps, caller, action, request.prefix?.target ?? '');
  }
  if (edits.length === 0 && action === undefined) return { ...deps.datastore.head, candidates: [] };
  // A confirmed commit without changes still holds its targets until it is confirmed.
  const missing = targets.filter((target) => edits.every((each) => each.target !== target));
  const held = action === undefined ? [] : missing;
  for (const target of held) requireWriter(caller.grants, caller.identity.name, target);
  return commit(deps, caller, [...edits, ...held.map((target) => ({ target, edits: [] }))], work);
}

function targetOf({ datastore, access, limits }: GnmiDeps, { grants }: Caller, { prefix }: SetRequest): string {
  const [path] = joinPaths(prefix, [{}], limits);
  if (path === undefined) throw new Error('one path was joined');
  return new Targets(datastore, grants, access.budgets.request()).snapshot(path).target;
}

/** Proof and rights are asked for again when the changes are known: the policy may have moved by then. */
async function commit(
  deps: GnmiDeps,
  { identity, grants, via, consent }: Caller,
  edits: readonly TargetEdits[],
  { action, election }: Work,
): Promise<CommitResult> {
  for (const each of edits) grants.checkEdits(each.target, each.edits);
  const progress = setProgress(deps, identity.name, edits);
  try {
    return await deps.datastore.commit({
      author: identity.name,
      via,
      edits,
      ...(progress && { onProgress: progress.onProgress }),
      authorize: (candidates) => {
        deps.access.requireProof(identity);
        return inSlices(deps.access.grants(identity).checkInSteps(candidates, consent));
      },
      ...(action?.kind === 'commit' ? { note: action } : {}),
      ...(election === undefined ? {} : { election }),
    });
  } catch (thrown) {
    const snapshots = edits.flatMap(({ target }) => deps.datastore.snapshot(target) ?? []);
    throw readableViolations(EdgeconfError.from(thrown), deps.access.grants(identity), snapshots);
  } finally {
    progress?.end();
  }
}
