// `edgeconf set` and `edgeconf delete`: one atomic transaction of updates, replaces and deletes.

import { EdgeconfError } from '../errors.ts';
import type { SetRequest, SetResponse, Update } from '../proto/gnmi.ts';
import { parsePath } from '../proto/path-text.ts';
import { revisionOf } from '../proto/transaction-info.ts';
import type { Connection } from './connection.ts';
import { jsonValue, typedValue } from './value.ts';

/** What one `set` sends: pairs of path and value, and whole JSON texts to be put at a path. */
export interface Edits {
  readonly pairs: readonly string[];
  readonly files: readonly { readonly path: string; readonly json: string }[];
  readonly deletes: readonly string[];
  /** Replace instead of update: what is at the paths and not in the values goes away. */
  readonly replace: boolean;
  /** How many list entries this may delete, when the service asks for the number. */
  readonly confirmDeletes?: string | undefined;
}

/** @returns one line that says which revision the service answered with. */
export async function set(connection: Connection, edits: Edits): Promise<string> {
  if (edits.pairs.length % 2 !== 0) {
    throw new EdgeconfError('INVALID_ARGUMENT', `no value for ${edits.pairs.at(-1)}; write pairs: <path> <value> ...`);
  }
  const updates: Update[] = edits.files.map(({ path, json }) => ({
    path: parsePath(path),
    val: jsonValue(json, 'the file is not JSON'),
  }));
  for (let i = 0; i < edits.pairs.length; i += 2) {
    updates.push({ path: parsePath(edits.pairs[i] ?? ''), val: typedValue(edits.pairs[i + 1] ?? '') });
  }
  const request: SetRequest = {
    prefix: connection.prefix,
    delete: edits.deletes.map(parsePath),
    ...(edits.replace ? { replace: updates } : { update: updates }),
  };
  if (updates.length === 0 && edits.deletes.length === 0) {
    throw new EdgeconfError('INVALID_ARGUMENT', 'nothing to do: give <path> <value> pairs, --file or --delete');
  }
  const { confirmDeletes } = edits;
  const headers = confirmDeletes === undefined ? {} : { 'edgeconf-confirm-deletes': confirmDeletes };
  return accepted(await connection.client.set(request, headers));
}

function accepted(response: SetResponse): string {
  const revision = revisionOf(response);
  return revision === undefined ? 'accepted' : `accepted as revision ${revision}`;
}
