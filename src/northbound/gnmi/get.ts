// Get: values of one moment, one Notification for each requested path. [gNMI 3.3]

import type { Grants } from '../../access/grants.ts';
import type { Snapshot } from '../../datastore/snapshot.ts';
import { type Code, EdgeconfError } from '../../errors.ts';
import type { GetRequest, GetResponse, Notification, Update } from '../../proto/gnmi.ts';
import type { Path, PathQuery } from '../../schema/path.ts';
import { printSubtree } from '../../schema/print-json.ts';
import { decodeKey } from '../../schema/row-key.ts';
import { Slices } from '../../slices.ts';
import { depthBase, depthOf, withinDepth } from './depth.ts';
import { checkExtensions } from './extensions.ts';
import type { GnmiDeps } from './gnmi-deps.ts';
import { checkModels } from './model-overrides.ts';
import { isPrefixConcrete, PathStyle } from './path-style.ts';
import { joinPaths, type RequestPath } from './request-path.ts';
import { resolveQueries } from './resolve.ts';
import { annotated, withoutMetadata } from './root-annotation.ts';
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
import { strategyOf, waitForDevices } from './strategy.ts';
import { type Place, Targets } from './targets.ts';
import { dataTimeNs, toTimestamp } from './timestamp.ts';
import { jsonValue, leafValue, type ServedEncoding, servedEncoding } from './value-encoding.ts';

/** The targets whose devices a synchronous Get waits for: of those that may be read. */
function targetsOf(paths: readonly RequestPath[], grants: Grants): string[] {
  const named = new Set(paths.map(({ target }) => target));
  return grants.readableTargets().filter((name) => named.has('') || named.has('*') || named.has(name));
}

/** What all paths of a Get have in common. */
interface Asked {
  readonly config: Wanted['config'];
  readonly encoding: ServedEncoding;
  readonly models: GetRequest['use_models'];
  readonly depth: number;
  /** One for the whole request, however many paths it has. */
  readonly slices: Slices;
}

/**
 * @param signal aborts the waiting for devices that a client asks for.
 * @throws EdgeconfError NOT_FOUND naming the paths without any value; nothing is answered then. [gNMI 3.3.4]
 */
export async function get(
  deps: GnmiDeps,
  grants: Grants,
  request: GetRequest,
  signal: AbortSignal,
): Promise<GetResponse> {
  checkExtensions('Get', request.extension, ['depth']);
  const asked: Asked = {
    slices: new Slices(),
    config: wantedConfig(request.type),
    encoding: servedEncoding(request.encoding),
    models: request.use_models,
    depth: depthOf(request.extension),
  };
  const paths = requestPaths(deps, request);
  const { revision } = deps.datastore.head;
  await waitForDevices(deps, strategyOf(request.extension), { revision, targets: targetsOf(paths, grants) }, signal);
  const targets = new Targets(deps.datastore, grants, deps.access.budgets.request());
  const timestamp = toTimestamp(dataTimeNs(deps));
  const notification: Notification[] = [];
  const missing: string[] = [];
  // All snapshots are taken at once, so that the values of all paths are of one moment.
  const wanted = paths.map((path) => ({ path, places: targets.places(path) }));
  checkModels(
    wanted.flatMap(({ places }) => places.map(({ snapshot }) => snapshot)),
    request.extension,
  );
  for (const { path, places } of wanted) {
    const answers = await valuesIn(places, grants, asked);
    if (answers.length === 0) missing.push(path.text);
    for (const { prefix, update } of answers) {
      notification.push({ timestamp, ...(prefix === undefined ? {} : { prefix }), update });
    }
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

/** What a path, an origin or a module that a model does not have is answered with. */
const modelFaults: readonly Code[] = ['INVALID_ARGUMENT', 'UNIMPLEMENTED'];

interface Values {
  readonly prefix: PathStyle['prefix'];
  readonly update: Update[];
}

/**
 * The values of one path in each of its places, as far as there are any. Models differ from target to target, so with
 * target `*` a path is wrong only when no target knows it.
 */
async function valuesIn(places: readonly Place[], grants: Grants, asked: Asked): Promise<Values[]> {
  const answers: Values[] = [];
  const faults: unknown[] = [];
  for (const { path, snapshot } of places) {
    try {
      const values = await valuesAt(snapshot, grants, path, asked);
      if (values.update.length > 0) answers.push(values);
    } catch (thrown) {
      if (!(thrown instanceof EdgeconfError) || !modelFaults.includes(thrown.code)) throw thrown;
      faults.push(thrown);
    }
  }
  if (faults.length === places.length) throw faults[0];
  return answers;
}

async function valuesAt(
  snapshot: Snapshot,
  grants: Grants,
  request: RequestPath,
  { config, encoding, models, depth, slices }: Asked,
): Promise<Values> {
  const wanted = { config, modules: wantedModules(snapshot.model, models) };
  const queries = resolveQueries(snapshot.model, request);
  const [first = []] = queries;
  const keepPrefix = isPrefixConcrete(request, first);
  const style = new PathStyle(request, keepPrefix);
  // A path that names one node comes back exactly as it was written; the root of a module is read as its nodes. [gNMI 3.3.2]
  const asWritten =
    keepPrefix && queries.length === 1 && first.length === request.elems.length && isConcrete(request, first);
  const update: Update[] = [];
  for (const query of queries) {
    const whole = sightOf(grants, snapshot.target, query, wanted);
    if (whole === 'nothing') continue;
    for (const path of instancesOf(snapshot, query)) {
      await slices.next();
      const sight = withinDepth(whole, depth, depthBase(request, path.length));
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
  const { root } = snapshot.model;
  const options = { style, defaults: false } as const;
  if (path.length > 0) return printSubtree(root, path, seenRows(snapshot, path, sight), options);
  const { rows, metadata } = withoutMetadata(root, seenRows(snapshot, path, sight));
  return annotated(printSubtree(root, path, rows, options), metadata);
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
