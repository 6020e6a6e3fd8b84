// Which list divides a target's intent for an adapter; a model without that list is not divided.

import type { SchemaNode } from '../../schema/schema-node.ts';
import type { Adapter } from '../adapter.ts';

/** The adapter's partition, where the model has such a list at its top; otherwise the intent is one part, the root. */
export function partitionOf({ partition }: Adapter, root: SchemaNode): string | undefined {
  if (partition === undefined) return undefined;
  for (const child of root.children.values()) {
    if (child.kind === 'list' && child.name === partition) return partition;
  }
  return undefined;
}
