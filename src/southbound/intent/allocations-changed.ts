// The numbers that a transaction gives entries of intent on devices, and takes back from them.

import type { Candidate } from '../../datastore/transaction.ts';
import { formatPath, type Path } from '../../schema/path.ts';
import { decodeKey, isRankKey } from '../../schema/row-key.ts';

/** The list, in entries that devices know by a number, and the leaf in it. See the module edgeconf-southbound. */
const LIST = 'allocation';
const LEAF = 'number';

/** One number of one entry. */
export interface AllocationChange {
  readonly target: string;
  /** Of the number. */
  readonly path: Path;
  /** Path of the entry that has it. */
  readonly entry: string;
  readonly device: string;
  readonly pool: string;
  /** Undefined: none. */
  readonly before: number | undefined;
  readonly after: number | undefined;
}

/** In the order of intent. O(changes) */
export function allocationsChanged(candidates: readonly Candidate[]): AllocationChange[] {
  return candidates.flatMap(({ target, after: { model }, changes }) =>
    changes.flatMap(({ key, before, after }): AllocationChange[] => {
      // Most keys need not be taken apart.
      if (isRankKey(key) || !key.endsWith(`${LEAF}\0`)) return [];
      const path = decodeKey(model.root, key);
      const [list, leaf] = path.slice(-2);
      if (list?.node.name !== LIST || leaf?.node.name !== LEAF) return [];
      const [device = '', pool = ''] = list.keys ?? [];
      const entry = formatPath(path.slice(0, -2));
      return [{ target, path, entry, device, pool, before: numberOf(before), after: numberOf(after) }];
    }),
  );
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}
