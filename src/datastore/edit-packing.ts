// Edits as libyang takes them: concrete paths, in order, packed into one transferable buffer.

import { encodeEdits, type Edit as LibyangEdit } from 'libyang-wasm';
import { concretePath } from '../schema/path.ts';
import { toLibyangPath } from './packed-path.ts';
import { entriesOf } from './scan.ts';
import type { Snapshot } from './snapshot.ts';
import type { Edit } from './transaction.ts';

/**
 * Packs edits. A delete that leaves keys open stands for what exists in the snapshot before the first edit; gNMI puts
 * deletes first, so nothing that a later edit makes can be meant [gNMI 3.4.3].
 */
export function packEdits(snapshot: Snapshot, edits: readonly Edit[]): Uint8Array {
  const packed: LibyangEdit[] = [];
  for (const edit of edits) {
    if (edit.op !== 'delete') {
      packed.push({ op: edit.op, path: toLibyangPath(edit.path), json: edit.json });
      continue;
    }
    const path = concretePath(edit.query);
    const paths = path === undefined ? entriesOf(snapshot.withoutState(), edit.query) : [path];
    for (const each of paths) packed.push({ op: 'delete', path: toLibyangPath(each) });
  }
  return encodeEdits(packed);
}
