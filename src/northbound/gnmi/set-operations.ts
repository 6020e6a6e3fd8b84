// The operations of a Set in the order in which they are applied, and the edits that they come to in each target. [gNMI 3.4.3]

import type { Grants } from '../../access/grants.ts';
import type { Snapshot } from '../../datastore/snapshot.ts';
import type { Edit, TargetEdits } from '../../datastore/transaction.ts';
import { EdgeconfError } from '../../errors.ts';
import type { Operation, Path, SetRequest, Update } from '../../proto/gnmi.ts';
import { Slices } from '../../slices.ts';
import type { GnmiDeps } from './gnmi-deps.ts';
import { LargeValues } from './large-values.ts';
import { joinPaths, type RequestPath } from './request-path.ts';
import { clearEdits, deleteEdits, writeEdits } from './set-edits.ts';
import { Targets } from './targets.ts';

/** What it takes to make edits of a request. */
export type EditDeps = Pick<GnmiDeps, 'access' | 'datastore' | 'limits' | 'leafListUpdate' | 'largeValues'>;

export interface SetOperation {
  readonly op: Exclude<keyof typeof Operation, 'INVALID'>;
  readonly path: Path;
  readonly update?: Update;
}

/**
 * In the order in which they are applied, whatever the order in the message.
 * @throws EdgeconfError INVALID_ARGUMENT for too many, and for union_replace beside others.
 */
export function operationsOf(request: SetRequest, { limits }: Pick<GnmiDeps, 'limits'>): SetOperation[] {
  const write = (op: SetOperation['op']) => (update: Update) => ({ op, path: update.path ?? {}, update });
  const union = (request.union_replace ?? []).map(write('UNION_REPLACE'));
  const others = [
    ...(request.delete ?? []).map((path): SetOperation => ({ op: 'DELETE', path })),
    ...(request.replace ?? []).map(write('REPLACE')),
    ...(request.update ?? []).map(write('UPDATE')),
  ];
  if (union.length > 0 && others.length > 0) {
    throw invalid('union_replace cannot go with delete, replace or update; put all of the configuration into it');
  }
  const count = union.length + others.length;
  if (count > limits.operationsPerSet) {
    throw invalid(`the Set has ${count} operations; at most ${limits.operationsPerSet} are allowed`);
  }
  return [...union, ...others];
}

/**
 * The edits of each target, and the snapshots that they were made for.
 * @throws EdgeconfError for the first operation that is wrong, with its path in the status details too.
 */
export async function editsOf(
  deps: EditDeps,
  grants: Grants,
  request: SetRequest,
  operations: readonly SetOperation[],
): Promise<{ edits: TargetEdits[]; snapshots: Snapshot[] }> {
  const paths = joinPaths(
    request.prefix,
    operations.map(({ path }) => path),
    deps.limits,
  );
  const targets = new Targets(deps.datastore, grants, deps.access.budgets.request());
  const byTarget = new Map<Snapshot, Edit[]>();
  const emptied = new Set<string>();
  const slices = new Slices();
  for (const [i, operation] of operations.entries()) {
    const path = paths[i] as RequestPath;
    const snapshot = await withDetails(path, () => targets.snapshot(path));
    const edits = byTarget.get(snapshot) ?? [];
    // All origins of a union are emptied before the first of its parts is written.
    const place = JSON.stringify([snapshot.target, path.origin]);
    if (operation.op === 'UNION_REPLACE' && !emptied.has(place)) {
      edits.unshift(...(await withDetails(path, () => clearEdits(snapshot.model, path))));
      emptied.add(place);
    }
    for (const edit of await toEdits(snapshot, operation, path, deps)) edits.push(edit);
    byTarget.set(snapshot, edits);
    await slices.next();
  }
  return {
    edits: [...byTarget].map(([{ target }, edits]) => ({ target, edits })).filter(({ edits }) => edits.length > 0),
    snapshots: [...byTarget.keys()],
  };
}

function toEdits(
  { model }: Snapshot,
  { op, update = {} }: SetOperation,
  path: RequestPath,
  { limits, leafListUpdate, largeValues }: EditDeps,
): Promise<Edit[]> {
  return withDetails(path, () => {
    if (op === 'DELETE') return deleteEdits(model, path);
    const write = op === 'REPLACE' ? 'replace' : 'update';
    const options = { limits, leafListUpdate };
    if (LargeValues.isLarge(update)) return largeValues.edits(write, model, path, update, options);
    return writeEdits(write, model, path, update, options);
  });
}

/** A client finds the path of the operation that is wrong in the status details, without reading the message. */
async function withDetails<T>(path: RequestPath, make: () => T | Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (thrown) {
    if (!(thrown instanceof EdgeconfError) || thrown.violations.length > 0) throw thrown;
    const errorTag = errorTags[thrown.code] ?? 'operation-failed';
    throw new EdgeconfError(thrown.code, thrown.message, {
      violations: [{ path: path.text, errorTag, message: thrown.message }],
    });
  }
}

/** [RFC 6241 A] */
const errorTags: Readonly<Record<string, string>> = {
  INVALID_ARGUMENT: 'invalid-value',
  NOT_FOUND: 'unknown-element',
  UNIMPLEMENTED: 'operation-not-supported',
  PERMISSION_DENIED: 'access-denied',
};

function invalid(message: string): EdgeconfError {
  return new EdgeconfError('INVALID_ARGUMENT', message);
}
