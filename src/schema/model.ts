// A loaded model: its id, its modules and the schema tree that everything resolves paths against.

import type { ModuleInfo } from 'libyang-wasm';
import type { SchemaNode } from './schema-node.ts';

/** A model as the service uses it: `id` is `name@version`. */
export interface Model {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly root: SchemaNode;
  readonly modules: readonly ModuleInfo[];
  /** Leaves of list entries that stay as they are as long as the entry is there. */
  readonly fixed?: readonly SchemaNode[];
}
