// The other way to take an update of leaf-lists: the values of the update are the leaf-list's only ones afterwards.

import type { Edit } from '../../datastore/transaction.ts';
import { fragmentValues } from '../../schema/fragment-values.ts';
import { printJson } from '../../schema/json-text.ts';
import type { Path } from '../../schema/path.ts';
import type { SchemaNode } from '../../schema/schema-node.ts';

/** One replace for each leaf-list in the fragment of an update. @param json see `Edit.json`. */
export function leafListReplaces(root: SchemaNode, path: Path, json: string): Edit[] {
  const edits: Edit[] = [];
  for (const { path: at, value } of fragmentValues(root, path, json)) {
    const node = at.at(-1)?.node;
    if (node?.kind !== 'leaf-list') continue;
    edits.push({ op: 'replace', path: at, json: printJson(new Map([[`${node.module}:${node.name}`, value]])) });
  }
  return edits;
}
