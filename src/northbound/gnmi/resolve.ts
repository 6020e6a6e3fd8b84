// Request paths resolved against a target's schema: queries for reads and deletes, one concrete path for writes.

import { EdgeconfError } from '../../errors.ts';
import type { Model } from '../../schema/model.ts';
import { concretePath, type Path, type PathQuery, resolveQuery, type TextElem } from '../../schema/path.ts';
import { findChild, type SchemaNode, schemaPath } from '../../schema/schema-node.ts';
import type { RequestPath } from './request-path.ts';

/**
 * The queries that a path of a Get, a Subscribe or a delete stands for; none covers another.
 * @throws EdgeconfError INVALID_ARGUMENT for what no module knows, UNIMPLEMENTED for an origin that is not served.
 */
export function resolveQueries(model: Model, request: RequestPath): PathQuery[] {
  const module = originModule(model, request);
  const elems = oneWildcardInARow(inModule(model, request, module, 'INVALID_ARGUMENT'));
  const queries = withPath(request, () => resolveQuery(model.root, elems));
  return withoutCovered(module === undefined ? queries : ofModule(model, queries, module));
}

/**
 * The concrete path that an update or replace writes to; a list without keys at the end is the whole list.
 * @throws EdgeconfError NOT_FOUND when the schema has no such node [gNMI 3.4.7]; INVALID_ARGUMENT for wildcards,
 * missing or unknown keys and nodes that are not configuration; UNIMPLEMENTED for an origin that is not served.
 */
export function resolveWrite(model: Model, request: RequestPath): Path {
  const module = originModule(model, request);
  if (module !== undefined && request.elems.length === 0) {
    throw invalid(`path /: with origin '${module}' the root cannot be written; leave the origin out`);
  }
  for (const { name, key } of request.elems) {
    if (name === '*' || name === '...' || Object.values(key).includes('*')) {
      throw invalid(`path ${request.text}: wildcards are for reads and deletes only; name one node`);
    }
  }
  const elems = inModule(model, request, module, 'NOT_FOUND');
  const unknown = firstUnknown(model.root, elems);
  const [query = []] = withPath(
    request,
    () => resolveQuery(model.root, elems),
    (error) => (unknown ? new EdgeconfError('NOT_FOUND', error.message) : error),
  );
  const path = concretePath(query);
  if (path === undefined) throw invalid(`path ${request.text}: ${missingKeys(query)}`);
  const node = path.at(-1)?.node;
  if (node !== undefined && !node.config) {
    throw invalid(`path ${request.text}: '${node.name}' is state (config false) and cannot be written`);
  }
  return path;
}

/**
 * The module that the request's origin names; undefined for the default origin, which is the whole tree.
 * Clients turn `/module:name` into origin `module`, so every module's name is an origin too. [gNMI 2.7.1]
 */
function originModule(model: Model, { origin, text }: RequestPath): string | undefined {
  if (origin === '' || origin === 'openconfig') return undefined;
  if (model.modules.some(({ name }) => name === origin)) return origin;
  const cli = origin === 'cli' || origin.endsWith('_cli');
  throw new EdgeconfError(
    'UNIMPLEMENTED',
    cli
      ? `path ${text}: origin '${origin}' is command line text, which is not served; use paths of the model ${model.id}`
      : `path ${text}: no origin '${origin}'; leave the origin out or name a module of ${model.id}`,
  );
}

/** The elements with the module that is the origin: origin and path together say which node is meant. [gNMI 2.7] */
function inModule(
  model: Model,
  { elems, text }: RequestPath,
  module: string | undefined,
  unknown: 'INVALID_ARGUMENT' | 'NOT_FOUND',
): readonly TextElem[] {
  const [first, ...rest] = elems;
  if (first === undefined || module === undefined || first.name === '*' || first.name === '...') return elems;
  const name = first.name.includes(':') ? first.name : `${module}:${first.name}`;
  const top = [...model.root.children.values()].filter((node) => node.module === module);
  if (top.some(({ segment }) => segment === name)) return [{ name, key: first.key }, ...rest];
  const known = top.length === 0 ? 'it has no nodes' : `known there: ${top.map((node) => node.name).join(', ')}`;
  throw new EdgeconfError(unknown, `path ${text}: no such node '${first.name}' in origin '${module}'; ${known}`);
}

/** An origin that is a module reads and deletes only what is in that module. [gNMI 2.7.3] */
function ofModule(model: Model, queries: readonly PathQuery[], module: string): PathQuery[] {
  return queries.flatMap((query): PathQuery[] => {
    const [first] = query;
    if (first !== undefined) return first.node.module === module ? [query] : [];
    const top = [...model.root.children.values()].filter((node) => node.module === module);
    return top.map((node) => [{ node, keys: node.keys.map(() => undefined) }]);
  });
}

/** `.../...` means the same as `...` and would only multiply the ways to match. */
function oneWildcardInARow(elems: readonly TextElem[]): readonly TextElem[] {
  return elems.filter(({ name }, i) => name !== '...' || elems[i - 1]?.name !== '...');
}

/** A query covers all below it, so what another query covers already would only come twice. */
function withoutCovered(queries: readonly PathQuery[]): PathQuery[] {
  return queries.filter((query) => !queries.some((other) => other.length < query.length && covers(other, query)));
}

function covers(outer: PathQuery, inner: PathQuery): boolean {
  return outer.every(({ node, keys }, i) => {
    const other = inner[i];
    return other?.node === node && keys.every((key, k) => key === undefined || key === other.keys[k]);
  });
}

/** Whether an element names a node that the schema does not have. */
function firstUnknown(root: SchemaNode, elems: readonly TextElem[]): boolean {
  let node = root;
  for (const { name } of elems) {
    const child = findChild(node, name);
    if (child === undefined) return true;
    if (child === 'ambiguous') return false;
    node = child;
  }
  return false;
}

function missingKeys(query: PathQuery): string {
  for (const { node, keys } of query) {
    const missing = node.keys.filter((_, i) => keys[i] === undefined).map(({ name }) => name);
    if (missing.length > 0) return `list ${schemaPath(node)} needs its key ${missing.join(' and ')} in the path`;
  }
  return 'it names more than one node';
}

function withPath<T>(
  request: RequestPath,
  resolve: () => T,
  change: (error: EdgeconfError) => EdgeconfError = (error) => error,
): T {
  try {
    return resolve();
  } catch (thrown) {
    if (!(thrown instanceof EdgeconfError)) throw thrown;
    const message = thrown.message.includes(request.text) ? thrown.message : `path ${request.text}: ${thrown.message}`;
    throw change(new EdgeconfError(thrown.code, message));
  }
}

function invalid(message: string): EdgeconfError {
  return new EdgeconfError('INVALID_ARGUMENT', message);
}
