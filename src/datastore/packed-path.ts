// Paths between us and libyang: names and keys on its side, schema nodes and row keys on ours.

import type { PathElem as LibyangElem } from 'libyang-wasm';
import { EdgeconfError } from '../errors.ts';
import type { Path } from '../schema/path.ts';
import { encodeKeyValue, encodeName, type RowKey } from '../schema/row-key.ts';
import type { SchemaNode } from '../schema/schema-node.ts';

/** Our path as libyang wants it: names with their module where it changes. */
export function toLibyangPath(path: Path): LibyangElem[] {
  return path.map(({ node, keys }) => (keys === undefined ? { name: node.segment } : { name: node.segment, keys }));
}

/** Finds the schema nodes and row keys of paths from libyang; elements that are the same objects are looked up once. */
export class RowFinder {
  readonly #root: SchemaNode;
  readonly #found: { elem: LibyangElem; node: SchemaNode; key: RowKey }[] = [];

  constructor(root: SchemaNode) {
    this.#root = root;
  }

  /** @throws EdgeconfError INTERNAL for a node that the schema lacks. */
  find(path: readonly LibyangElem[]): { node: SchemaNode; key: RowKey } {
    let at = 0;
    while (at < path.length && this.#found[at]?.elem === path[at]) at++;
    this.#found.length = at;
    let { node, key } = this.#found[at - 1] ?? { node: this.#root, key: '' };
    for (; at < path.length; at++) {
      const elem = path[at] as LibyangElem;
      const child = node.children.get(elem.name);
      if (child === undefined) {
        throw new EdgeconfError(
          'INTERNAL',
          `libyang named '${elem.name}' under '${node.segment}', which the schema lacks`,
        );
      }
      node = child;
      key += encodeName(node);
      for (const [i, leaf] of (elem.keys === undefined ? [] : node.keys).entries()) {
        key += encodeKeyValue(leaf, elem.keys?.[i] ?? '');
      }
      this.#found.push({ elem, node, key });
    }
    return { node, key };
  }
}
