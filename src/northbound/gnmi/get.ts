// Get: values of one moment, one Notification for each requested path. [gNMI 3.3]

import type { Grants } from '../../access/grants.ts';
import type { Snapshot } from '../../datastore/snapshot.ts';
import { EdgeconfError } from '../../errors.ts';
import type { GetRequest, GetResponse, Notification, Update } from '../../proto/gnmi.ts';
import type { Path, PathQuery } from '../../schema/path.ts';
import { printSubtree } from '../../schema/print-json.ts';
import { decodeKey } from '../../schema/row-key.ts';
import { checkExtensions } from './extensions.ts';
import type { GnmiDeps } from './gnmi-deps.ts';
import { isPrefixConcrete, PathStyle } from './path-style.ts';
import { joinPaths, type RequestPath } from './request-path.ts';
import { resolveQueries } from './resolve.ts';
import {
  instancesOf,
  type Sight,
  seenLeaves,
  seenRows,
  sightOf,
  type Wanted,
  wantedConfig,
  wantedModules,
} from './sight.ts';
import { Slices } from './slices.ts';
import { Targets } from './targets.ts';
import { dataTimeNs, toTimestamp } from './timestamp.ts';
import { jsonValue, leafValue, type ServedEncoding, servedEncoding } from './value-encoding.ts';

/** @throws EdgeconfError NOT_FOUND naming the paths without any value; nothing is answered then. [gNMI 3.3.4] */
export async function get(deps: GnmiDeps, grants: Grants, request: GetRequest): Promise<GetResponse> {
  checkExtensions('Get', request.extension);
  const encoding = servedEncoding(request.encoding);
  const config = wantedConfig(request.type);
  const targets = new Targets(deps.datastore, grants);
  const timestamp = toTimestamp(dataTimeNs(deps));
  const notification: Notification[] = [];
  const missing: string[] = [];
  // All snapshots are taken at once, so that the values of all paths are of one moment.
  const places = requestPaths(deps, request).map((path) => ({ path, snapshot: targets.snapshot(path) }));
  for (const { path, snapshot } of places) {
    const wanted = { config, modules: wantedModules(snapshot.model, request.use_models) };
    const { prefix, update } = await valuesAt(snapshot, grants, path, wanted, encoding);
    if (update.length === 0) missing.push(path.text);
    notification.push({ timestamp, ...(prefix === undefined ? {} : { prefix }), update });
  }
  if (missing.length > 0) throw notFound(missing);
  return { notification };
}

/** Without any path the prefix is the path. */
function requestPaths({ limits }: GnmiDeps, { prefix, path = [] }: GetRequest): RequestPath[] {
  if (path.length > limits.pathsPerGet) {
    throw new EdgeconfError(
      'INVALID_ARGUMENT',
      `the Get has ${path.length} paths; at most ${limits.pathsPerGet} are allowed`,
    );
  }
  return joinPaths(prefix, path.length === 0 ? [{}] : path, limits);
}

async function valuesAt(
  snapshot: Snapshot,
  grants: Grants,
  request: RequestPath,
  wanted: Wanted,
  encoding: ServedEncoding,
): Promise<{ prefix: PathStyle['prefix']; update: Update[] }> {
  const queries = resolveQueries(snapshot.model, request);
  const [first = []] = queries;
  const keepPrefix = isPrefixConcrete(request, first);
  const style = new PathStyle(request, keepPrefix);
  // A path that names one node comes back exactly as it was written. [gNMI 3.3.2]
  const asWritten = keepPrefix && queries.length === 1 && isConcrete(request, first);
  const update: Update[] = [];
  const slices = new Slices();
  for (const query of queries) {
    const sight = sightOf(grants, snapshot.target, query, wanted);
    if (sight === 'nothing') continue;
    for (const path of instancesOf(snapshot, query)) {
      await slices.next();
      if (encoding === 'PROTO') {
        for (const leaf of leafUpdates(snapshot, path, sight, style)) update.push(leaf);
        continue;
      }
      const text = subtreeText(snapshot, path, sight, encoding);
      if (text === undefined) continue;
      update.push({ path: asWritten ? request.path : style.print(path), val: jsonValue(text, encoding) });
    }
  }
  return { prefix: style.prefix, update };
}

function isConcrete({ elems }: RequestPath, query: PathQuery): boolean {
  return (
    elems.every(({ name }) => name !== '*' && name !== '...') &&
    query.every(({ keys }) => keys.every((key) => key !== undefined))
  );
}

function subtreeText(snapshot: Snapshot, path: Path, sight: Sight, encoding: 'JSON' | 'JSON_IETF'): string | undefined {
  const style = encoding === 'JSON' ? 'json' : 'json-ietf';
  const rows = seenRows(snapshot, path, sight);
  return printSubtree(snapshot.model.root, path, rows, { style, defaults: false });
}

/** A scalar has no place for a subtree, so each leaf is an update of its own. [gNMI 2.3.3] */
function* leafUpdates(snapshot: Snapshot, path: Path, sight: Sight, style: PathStyle): Iterable<Update> {
  for (const row of seenLeaves(snapshot, path, sight)) {
    const leaf = decodeKey(snapshot.model.root, row.key);
    const node = leaf.at(-1)?.node;
    const val = node === undefined ? undefined : leafValue(node, row.value, 'PROTO');
    if (val !== undefined) yield { path: style.print(leaf), val };
  }
}

function notFound(missing: readonly string[]): EdgeconfError {
  const shown = missing.slice(0, 10).join(', ');
  const more = missing.length > 10 ? ` and ${missing.length - 10} more` : '';
  return new EdgeconfError('NOT_FOUND', `no value at ${shown}${more}`);
}
