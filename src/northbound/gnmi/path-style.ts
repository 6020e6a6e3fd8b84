// How data paths are written in answers to one request path: prefix, origin and module names as the client wrote them.

import type { Path as GnmiPath, PathElem as GnmiPathElem } from '../../proto/gnmi.ts';
import type { Path, PathElem, PathQuery } from '../../schema/path.ts';
import { findChild, type SchemaNode } from '../../schema/schema-node.ts';
import type { RequestPath } from './request-path.ts';

/** Whether the elements that came from the prefix name one node, so that answers can carry the same prefix. */
export function isPrefixConcrete({ elems, prefixLength }: RequestPath, query: PathQuery): boolean {
  const inPrefix = elems.slice(0, prefixLength);
  return (
    inPrefix.every(({ name }) => name !== '*' && name !== '...') &&
    query.slice(0, prefixLength).every(({ keys }) => keys.every((key) => key !== undefined))
  );
}

export class PathStyle {
  /** The prefix of answers; undefined when the request has none. Target and origin are those of the request. [gNMI 2.2.2.1] */
  readonly prefix: GnmiPath | undefined;
  /** The prefix's elements are not repeated in paths. */
  readonly #skip: number;
  /** The client's own names by depth; undefined where it wrote a wildcard. */
  readonly #given: readonly (string | undefined)[];
  /** Whether the client writes module names, so that answers do it too. */
  readonly #qualified: boolean;
  readonly #path: GnmiPath;

  /** @param keepPrefix see isPrefixConcrete; else elements of the prefix go into each path. */
  constructor({ prefix, path, elems, prefixLength }: RequestPath, keepPrefix: boolean) {
    this.#skip = keepPrefix ? prefixLength : 0;
    this.prefix = keepPrefix || prefix === undefined ? prefix : { ...headOf(prefix), elem: [] };
    const aligned = elems.every(({ name }) => name !== '...');
    this.#given = aligned ? elems.map(({ name }) => (name === '*' ? undefined : name)) : [];
    this.#qualified = elems.some(({ name }) => name.includes(':'));
    this.#path = headOf(path);
  }

  /** A concrete path, relative to the prefix. */
  print(path: Path): GnmiPath {
    const elem: GnmiPathElem[] = [];
    for (let i = this.#skip; i < path.length; i++) elem.push(this.#elem(path[i] as PathElem, i));
    return { ...this.#path, elem };
  }

  #elem({ node, keys }: PathElem, depth: number): GnmiPathElem {
    const name = this.#given[depth] ?? (this.#qualified ? node.segment : plainName(node));
    if (keys === undefined) return { name };
    const key: Record<string, string> = {};
    for (const [i, leaf] of node.keys.entries()) key[leaf.name] = keys[i] ?? '';
    return { name, key };
  }
}

function headOf({ origin, target }: GnmiPath): GnmiPath {
  return {
    ...(origin === undefined || origin === '' ? {} : { origin }),
    ...(target === undefined || target === '' ? {} : { target }),
  };
}

const plainNames = new WeakMap<SchemaNode, string>();

/** The bare name, but with its module where siblings of other modules have the same name. */
function plainName(node: SchemaNode): string {
  let name = plainNames.get(node);
  if (name === undefined) {
    const shared = node.parent !== undefined && findChild(node.parent, node.name) === 'ambiguous';
    name = shared ? `${node.module}:${node.name}` : node.name;
    plainNames.set(node, name);
  }
  return name;
}
