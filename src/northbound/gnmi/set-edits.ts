// One operation of a Set as edits of a target: what may be written where, and in which form. [gNMI 3.4]

import type { Edit } from '../../datastore/transaction.ts';
import { EdgeconfError } from '../../errors.ts';
import type { Update } from '../../proto/gnmi.ts';
import { type JsonValue, readJson } from '../../schema/json-text.ts';
import type { Model } from '../../schema/model.ts';
import { fragmentFromJson, fragmentFromScalar } from '../../schema/normalize.ts';
import type { Path, PathQuery } from '../../schema/path.ts';
import type { LeafListUpdate } from './gnmi-deps.ts';
import { leafListReplaces } from './leaf-list-replaces.ts';
import type { GnmiLimits } from './limits.ts';
import type { RequestPath } from './request-path.ts';
import { resolveQueries, resolveWrite } from './resolve.ts';
import { splitAnnotation } from './root-annotation.ts';
import { type ClientValue, clientValue } from './value-decoding.ts';

/** @throws EdgeconfError INVALID_ARGUMENT for unknown names, for state, and for the key of an entry that stays. */
export function deleteEdits(model: Model, request: RequestPath): Edit[] {
  const last = request.elems.at(-1)?.name;
  const queries = resolveQueries(model, request);
  // A wildcard at the end means what can be deleted there; a name means that node.
  const wildcard = last === '*' || last === '...';
  return queries
    .filter((query) => !wildcard || obstacle(query) === undefined)
    .map((query): Edit => {
      const reason = obstacle(query);
      if (reason !== undefined) throw invalid(reason, request.text);
      return { op: 'delete', query };
    });
}

function obstacle(query: PathQuery): string | undefined {
  const node = query.at(-1)?.node;
  if (node?.config === false) return `'${node.name}' is state (config false) and cannot be deleted`;
  if (node?.isKey === true) return `'${node.name}' is a key; delete the list entry instead`;
  return undefined;
}

/**
 * The deletes with which a union_replace begins: all that is in the origin, since what its parts do not say shall go.
 * [gnmi-union_replace 5.2.2]
 */
export function clearEdits(model: Model, request: RequestPath): Edit[] {
  return deleteEdits(model, { ...request, elems: [{ name: '...', key: {} }], prefixLength: 0 });
}

/** How values are taken. */
export interface WriteOptions {
  readonly limits: GnmiLimits;
  readonly leafListUpdate: LeafListUpdate;
}

/**
 * One edit; several when an update replaces the leaf-lists in its value.
 * @throws EdgeconfError naming the path and the rule; see resolveWrite and clientValue for the codes.
 */
export function writeEdits(
  op: 'replace' | 'update',
  model: Model,
  request: RequestPath,
  update: Update,
  { limits, leafListUpdate }: WriteOptions,
): Edit[] {
  const edits = plainEdits(op, model, request, update, limits);
  if (leafListUpdate === 'merge') return edits;
  return edits.flatMap((edit) =>
    edit.op === 'update' && typeof edit.json === 'string'
      ? [edit, ...leafListReplaces(model.root, edit.path, edit.json)]
      : [edit],
  );
}

function plainEdits(
  op: 'replace' | 'update',
  model: Model,
  request: RequestPath,
  update: Update,
  limits: GnmiLimits,
): Edit[] {
  const path = resolveWrite(model, request);
  try {
    const value = clientValue(update, limits);
    if (path.length === 0 && value.kind === 'json') return rootEdits(op, model, value.json, limits);
    // An update by {} says only that the entry shall exist; a replace by {} is refused. [gNMI 3.4.4]
    if (op === 'update' && path.at(-1)?.keys !== undefined && isEmptyObject(value)) {
      return [{ op, path, json: entryFragment(model, path) }];
    }
    const json = fragmentOf(model, path, value, limits);
    // A key has the value that its path says, so to write it is to say that the entry shall exist.
    if (path.at(-1)?.node.isKey === true) {
      const entry = path.slice(0, -1);
      return [{ op: 'update', path: entry, json: entryFragment(model, entry) }];
    }
    return [{ op, path, json }];
  } catch (thrown) {
    if (!(thrown instanceof EdgeconfError) || thrown.message.startsWith(request.text)) throw thrown;
    throw new EdgeconfError(thrown.code, `path ${request.text}: ${thrown.message}`, { violations: thrown.violations });
  }
}

/** The root's value may carry an annotation beside its members. */
function rootEdits(op: 'replace' | 'update', model: Model, json: JsonValue, limits: GnmiLimits): Edit[] {
  const { value, edits } = splitAnnotation(model.root, json, limits.metadataBytes);
  return [{ op, path: [], json: fragmentOf(model, [], { kind: 'json', json: value }, limits) }, ...edits];
}

function fragmentOf(model: Model, path: Path, value: ClientValue, { leafBytes }: GnmiLimits): string {
  const limits = { maxLeafBytes: leafBytes };
  if (value.kind === 'scalar') return fragmentFromScalar(path, value.scalar, limits);
  return fragmentFromJson(model.root, path, value.json, limits);
}

function isEmptyObject(value: ClientValue): boolean {
  return value.kind === 'json' && value.json instanceof Map && value.json.size === 0;
}

/** A list entry with its keys and nothing else. */
function entryFragment(model: Model, entry: Path): string {
  const { node, keys = [] } = entry.at(-1) ?? {};
  const members = new Map<string, JsonValue>();
  for (const [i, leaf] of (node?.keys ?? []).entries()) {
    const json = readJson(fragmentFromScalar([...entry, { node: leaf }], { kind: 'ascii', value: keys[i] ?? '' }));
    for (const value of json instanceof Map ? json.values() : []) members.set(leaf.segment, value);
  }
  return fragmentFromJson(model.root, entry, members);
}

function invalid(message: string, path?: string): EdgeconfError {
  return new EdgeconfError('INVALID_ARGUMENT', path === undefined ? message : `path ${path}: ${message}`);
}
