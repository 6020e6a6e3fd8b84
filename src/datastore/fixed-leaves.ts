// Leaves that a model declares fixed after creation: they stay as they are as long as their entry is there.

import { EdgeconfError } from '../errors.ts';
import type { Model } from '../schema/model.ts';
import { formatPath } from '../schema/path.ts';
import { decodeKey, encodeKey, encodeName } from '../schema/row-key.ts';
import { findChild, type SchemaNode } from '../schema/schema-node.ts';
import type { Candidate } from './transaction.ts';

/**
 * The leaves that `fixed-after-creation` of a model.yaml names, as paths of bare names such as `/site/slice/sst`.
 * @throws EdgeconfError FAILED_PRECONDITION for what is no leaf of a list's entries.
 */
export function fixedLeaves(modelId: string, root: SchemaNode, paths: readonly string[]): SchemaNode[] {
  return paths.map((path) => {
    let node = root;
    let inList = false;
    for (const name of path.split('/').slice(1)) {
      const child = findChild(node, name);
      if (child === undefined || child === 'ambiguous') throw wrong(modelId, path, `there is no ${name}`);
      node = child;
      inList ||= child.keys.length > 0;
    }
    if (node.kind !== 'leaf' || node.isKey || !node.config || !inList)
      throw wrong(modelId, path, 'it is no configuration leaf of entries of a list, or is a key and fixed anyway');
    return node;
  });
}

/**
 * An entry that goes and comes in the same transaction is the same entry.
 * @throws EdgeconfError FAILED_PRECONDITION naming path, old and new value, when a fixed leaf becomes another.
 */
export function checkFixed(candidates: readonly Candidate[]): void {
  for (const candidate of candidates) {
    const { fixed = [] } = candidate.after.model;
    if (fixed.length > 0) checkTarget(candidate, fixed);
  }
}

function checkTarget({ before, after, changes }: Candidate, fixed: NonNullable<Model['fixed']>): void {
  const names = [...new Set(fixed.map(encodeName))];
  for (const change of changes) {
    if (!names.some((name) => change.key.endsWith(name))) continue;
    const path = decodeKey(after.model.root, change.key);
    const node = path.at(-1)?.node;
    if (node === undefined || !fixed.includes(node)) continue;
    const [old, now] = [change.before ?? node.defaults[0], change.after ?? node.defaults[0]];
    if (old === now) continue;
    const entry = path.slice(0, path.findLastIndex(({ keys }) => keys !== undefined) + 1);
    const key = encodeKey(entry);
    // State of an entry that goes stays until the transaction is applied.
    if (!before.withoutState().has(key) || !after.withoutState().has(key)) continue;
    throw new EdgeconfError(
      'FAILED_PRECONDITION',
      `${formatPath(path)}: it is fixed once the ${entry.at(-1)?.node.name} is there, and cannot become ${now ?? 'nothing'} ` +
        `where it was ${old ?? 'nothing'}; create another ${entry.at(-1)?.node.name} under another id, and delete this one`,
    );
  }
}

function wrong(modelId: string, path: string, reason: string): EdgeconfError {
  return new EdgeconfError('FAILED_PRECONDITION', `model ${modelId}: fixed-after-creation: ${path}: ${reason}`);
}
