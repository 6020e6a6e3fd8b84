// Set: deletes, then replaces, then updates, as one transaction over all targets that the paths name. [gNMI 3.4]

import type { Grants } from '../../access/grants.ts';
import type { Identity } from '../../access/identity.ts';
import type { Snapshot } from '../../datastore/snapshot.ts';
import type { CommitResult, Edit, TargetEdits } from '../../datastore/transaction.ts';
import { EdgeconfError } from '../../errors.ts';
import {
  Operation,
  type Path,
  type SetRequest,
  type SetResponse,
  type Update,
  type UpdateResult,
} from '../../proto/gnmi.ts';
import { transactionInfo } from '../../proto/transaction-info.ts';
import { checkExtensions } from './extensions.ts';
import type { GnmiDeps } from './gnmi-deps.ts';
import { readableViolations } from './readable-violations.ts';
import { joinPaths, type RequestPath } from './request-path.ts';
import { deleteEdits, writeEdit } from './set-edits.ts';
import { Slices } from './slices.ts';
import { Targets } from './targets.ts';
import { dataTimeNs, toTimestamp } from './timestamp.ts';

/**
 * @throws EdgeconfError; nothing has changed then. NOT_FOUND for a path that the schema does not have, INVALID_ARGUMENT
 * for a value or result that is not valid, PERMISSION_DENIED for what the caller may not do.
 */
export async function set(
  deps: GnmiDeps,
  identity: Identity,
  grants: Grants,
  request: SetRequest,
): Promise<SetResponse> {
  checkExtensions('Set', request.extension);
  const operations = operationsOf(request);
  checkCount(operations.length, deps);
  const edits = await editsOf(deps, grants, request, operations);
  const { timeNs, revision } = edits.length === 0 ? deps.datastore.head : await commit(deps, identity, grants, edits);
  return {
    ...(request.prefix ? { prefix: request.prefix } : {}),
    response: operations.map(({ path, op }): UpdateResult => ({ path, op: Operation[op] })),
    timestamp: toTimestamp(timeNs > 0n ? timeNs : dataTimeNs(deps)),
    extension: [transactionInfo(revision)],
  };
}

interface SetOperation {
  readonly op: 'DELETE' | 'REPLACE' | 'UPDATE';
  readonly path: Path;
  readonly update?: Update;
}

/** In the order in which they are applied, whatever the order in the message. */
function operationsOf(request: SetRequest): SetOperation[] {
  if ((request.union_replace ?? []).length > 0) {
    const others = [request.delete, request.replace, request.update].some((list) => (list ?? []).length > 0);
    if (others) throw new EdgeconfError('INVALID_ARGUMENT', 'union_replace cannot go with delete, replace or update');
    throw new EdgeconfError('UNIMPLEMENTED', 'union_replace is not served; use replace');
  }
  const write = (op: 'REPLACE' | 'UPDATE') => (update: Update) => ({ op, path: update.path ?? {}, update });
  return [
    ...(request.delete ?? []).map((path): SetOperation => ({ op: 'DELETE', path })),
    ...(request.replace ?? []).map(write('REPLACE')),
    ...(request.update ?? []).map(write('UPDATE')),
  ];
}

function checkCount(count: number, { limits }: GnmiDeps): void {
  if (count <= limits.operationsPerSet) return;
  throw new EdgeconfError(
    'INVALID_ARGUMENT',
    `the Set has ${count} operations; at most ${limits.operationsPerSet} are allowed`,
  );
}

async function editsOf(
  { datastore, limits }: GnmiDeps,
  grants: Grants,
  request: SetRequest,
  operations: readonly SetOperation[],
): Promise<TargetEdits[]> {
  const paths = joinPaths(
    request.prefix,
    operations.map(({ path }) => path),
    limits,
  );
  const targets = new Targets(datastore, grants);
  const byTarget = new Map<string, Edit[]>();
  const slices = new Slices();
  for (const [i, operation] of operations.entries()) {
    const path = paths[i] as RequestPath;
    const snapshot = targets.snapshot(path);
    const edits = byTarget.get(snapshot.target) ?? [];
    for (const edit of toEdits(snapshot, operation, path, limits)) edits.push(edit);
    byTarget.set(snapshot.target, edits);
    await slices.next();
  }
  return [...byTarget].map(([target, edits]) => ({ target, edits })).filter(({ edits }) => edits.length > 0);
}

function toEdits(
  { model }: Snapshot,
  { op, update }: SetOperation,
  path: RequestPath,
  limits: GnmiDeps['limits'],
): Edit[] {
  if (op === 'DELETE') return deleteEdits(model, path);
  return [writeEdit(op === 'REPLACE' ? 'replace' : 'update', model, path, update ?? {}, limits)];
}

/** Rights are asked for again when the changes are known: the policy may have moved by then. */
async function commit(
  deps: GnmiDeps,
  identity: Identity,
  grants: Grants,
  edits: readonly TargetEdits[],
): Promise<CommitResult> {
  for (const each of edits) grants.checkEdits(each.target, each.edits);
  try {
    return await deps.datastore.commit({
      author: identity.name,
      edits,
      authorize: (candidates) => deps.access.grants(identity).check(candidates),
    });
  } catch (thrown) {
    const snapshots = edits.flatMap(({ target }) => deps.datastore.snapshot(target) ?? []);
    throw readableViolations(EdgeconfError.from(thrown), deps.access.grants(identity), snapshots);
  }
}
