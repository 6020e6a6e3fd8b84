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

/** The schema node and row key that a path from libyang stands for. @throws EdgeconfError INTERNAL if it is unknown. */
export function rowOf(root: SchemaNode, path: readonly LibyangElem[]): { node: SchemaNode; key: RowKey } {
  let node = root;
  let key = '';
  for (const { name, keys } of path) {
    const child = node.children.get(name);
    if (child === undefined) {
      throw new EdgeconfError('INTERNAL', `libyang named '${name}' under '${node.segment}', which the schema lacks`);
    }
    node = child;
    key += encodeName(node);
    if (keys !== undefined) {
      for (const [i, leaf] of node.keys.entries()) key += encodeKeyValue(leaf, keys[i] ?? '');
    }
  }
  return { node, key };
}
