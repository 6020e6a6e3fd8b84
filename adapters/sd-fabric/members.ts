// Members of documents that are there only when intent says them, each with the reason for its value.

import type { Because, IntentNode, Json, LeafValue } from '../../src/southbound/adapter.ts';

/** A part of a document. */
export type Members = { [name: string]: Json };

/** A member made from one leaf, or nothing when the leaf has no value. */
export function fromLeaf(
  because: Because,
  name: string,
  rule: string,
  node: IntentNode,
  path: readonly string[],
  convert: (value: LeafValue) => Json = (value) => value,
): Members {
  if (node.leaf(...path) === undefined) return {};
  return { [name]: because(rule, () => convert(node.leaf(...path) ?? '')) };
}

/** A list made from one leaf-list, in the order of intent, or nothing when it is empty. */
export function fromLeafList(
  because: Because,
  name: string,
  rule: string,
  node: IntentNode,
  path: readonly string[],
): Members {
  if (node.leafList(...path).length === 0) return {};
  return { [name]: because(rule, () => [...node.leafList(...path)]) };
}

/** Where the controller draws an object. */
export function gridMembers(because: Because, node: IntentNode): Members {
  if (node.leaf('location', 'grid-x') === undefined) return {};
  return {
    locType: because('a place that is given is one on the grid', () => {
      node.leaf('location', 'grid-x');
      return 'grid';
    }),
    ...fromLeaf(because, 'gridX', 'place in the picture', node, ['location', 'grid-x']),
    ...fromLeaf(because, 'gridY', 'place in the picture', node, ['location', 'grid-y']),
  };
}
