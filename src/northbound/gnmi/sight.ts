// What a caller sees of a snapshot: rows and defaults in use, less what may not be read or was not asked for.

import type { Grants } from '../../access/grants.ts';
import { entriesOf } from '../../datastore/scan.ts';
import type { Snapshot } from '../../datastore/snapshot.ts';
import { EdgeconfError } from '../../errors.ts';
import { DataType, type ModelData } from '../../proto/gnmi.ts';
import { effectiveRows, effectiveValue } from '../../schema/defaults.ts';
import type { Model } from '../../schema/model.ts';
import type { Path, PathQuery } from '../../schema/path.ts';
import { decodeKey, encodeKey, isRankKey, type RowKey } from '../../schema/row-key.ts';
import type { SchemaNode } from '../../schema/schema-node.ts';

/** Which nodes a request asks for beside its paths. */
export interface Wanted {
  /** Only configuration, or only state; undefined for both. */
  readonly config?: boolean | undefined;
  /** Only nodes of these modules; undefined for all. */
  readonly modules?: ReadonlySet<string> | undefined;
}

/** Says of a path whether the caller sees it; 'all' and 'nothing' spare the question. */
export type Sight = 'all' | 'nothing' | ((path: Path) => boolean);

/** A leaf, leaf-list, presence container or anydata with its effective value, RFC 7951 text. */
export interface SeenRow {
  readonly key: RowKey;
  readonly value: string;
}

/** What of the nodes under the query the caller sees. */
export function sightOf(grants: Grants, target: string, query: PathQuery, { config, modules }: Wanted): Sight {
  const covered = grants.covers(target, 'read', query);
  if (covered === false) return 'nothing';
  if (covered === true && config === undefined && modules === undefined) return 'all';
  return (path) =>
    (config === undefined || path.at(-1)?.node.config === config) &&
    (modules === undefined || path.every(({ node }) => modules.has(node.module))) &&
    (covered === true || grants.decide(target, 'read', path));
}

export function isSeen(sight: Sight, path: () => Path): boolean {
  return sight === 'all' || (sight !== 'nothing' && sight(path()));
}

/**
 * The concrete paths that a query stands for and that may have values: where list entries and presence containers exist.
 * A leaf or container behind them may still be without any value.
 */
export function instancesOf(snapshot: Snapshot, query: PathQuery): Path[] {
  const last = query.findLastIndex(({ node }) => node.keys.length > 0 || node.presence);
  const tail = query.slice(last + 1).map(({ node }) => ({ node }));
  return entriesOf(snapshot, query.slice(0, last + 1)).map((path) => (tail.length === 0 ? path : [...path, ...tail]));
}

/**
 * The query in parts: lists, presence containers and leaves instead of the root and the containers around them, so that
 * rows can be read entry by entry.
 */
export function* partsOf(root: SchemaNode, query: PathQuery): Iterable<PathQuery> {
  const node = query.at(-1)?.node ?? root;
  const isAround = node.kind === 'root' || (node.kind === 'container' && !node.presence);
  if (!isAround) yield query;
  else for (const child of node.children.values()) yield* partsOf(root, [...query, openElem(child)]);
}

function openElem(node: SchemaNode): PathQuery[number] {
  return { node, keys: node.keys.map(() => undefined) };
}

/** The effective leaves at and below a path, in key order, as far as they are seen. */
export function* seenLeaves(snapshot: Snapshot, path: Path, sight: Sight): Iterable<SeenRow> {
  for (const row of seenRows(snapshot, path, sight)) if (!isRankKey(row.key)) yield row;
}

/** The same with the hidden rows that hold the order of entries, for printing. */
export function* seenRows(snapshot: Snapshot, path: Path, sight: Sight): Iterable<SeenRow> {
  if (sight === 'nothing') return;
  const root = snapshot.model.root;
  const key = encodeKey(path);
  const kind = path.at(-1)?.node.kind;
  if (kind === 'leaf' || kind === 'leaf-list') {
    const value = effectiveValue(root, snapshot, path);
    if (value !== undefined && isSeen(sight, () => path)) yield { key, value };
    return;
  }
  for (const row of effectiveRows(root, path, snapshot.subtree(key), snapshot)) {
    if (isSeen(sight, () => decodeKey(root, row.key))) yield row;
  }
}

/**
 * The modules that `use_models` asks for; undefined when it asks for none in particular. [gNMI 2.6]
 * @throws EdgeconfError INVALID_ARGUMENT naming a model that the target does not have.
 */
export function wantedModules(model: Model, models: readonly ModelData[] | undefined): ReadonlySet<string> | undefined {
  if (models === undefined || models.length === 0) return undefined;
  const known = new Map(moduleData(model).map((data) => [data.name, data]));
  for (const { name = '', version = '' } of models) {
    const found = known.get(name);
    if (found !== undefined && (version === '' || version === found.version)) continue;
    const right =
      found === undefined ? `it has ${[...known.keys()].join(', ')}` : `it has version ${found.version} of this one`;
    throw new EdgeconfError(
      'INVALID_ARGUMENT',
      `use_models: model ${model.id} has no '${name}'${version === '' ? '' : ` version ${version}`}; ${right}`,
    );
  }
  return new Set(models.map(({ name }) => name ?? ''));
}

/** The modules of a model as Capabilities lists them. [gNMI 2.6.1] */
export function moduleData(model: Model): Required<ModelData>[] {
  return model.modules.map(({ name, organization, revision }) => ({
    name,
    organization: organization ?? '',
    version: revision ?? model.version,
  }));
}

/** CONFIG is config true; STATE is config false, and so is OPERATIONAL as nothing is annotated. [gNMI 3.3.1] */
export function wantedConfig(type: number | undefined): boolean | undefined {
  if (type === undefined || type === DataType.ALL) return undefined;
  if (type === DataType.CONFIG) return true;
  if (type === DataType.STATE || type === DataType.OPERATIONAL) return false;
  throw new EdgeconfError('INVALID_ARGUMENT', `type ${type} is not known; use ALL, CONFIG, STATE or OPERATIONAL`);
}
