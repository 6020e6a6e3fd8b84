// How far a large Set is, as state in its targets: who sent it, and operators, can watch it.

import type { CommitProgress, TargetEdits } from '../../datastore/transaction.ts';
import { type TransactionState, transactionRows } from '../../schema/root-metadata.ts';
import type { GnmiDeps } from './gnmi-deps.ts';

/** Smaller Sets are over before anybody could read about them. */
const largeBytes = 1024 * 1024;

/** What is told of one Set; `end` takes it away again. */
export interface SetProgress {
  readonly onProgress: (progress: CommitProgress) => void;
  end(): void;
}

/** undefined for a Set that is not large. */
export function setProgress(deps: GnmiDeps, author: string, edits: readonly TargetEdits[]): SetProgress | undefined {
  const large = edits.filter((each) => sizeOf(each) > largeBytes).map(({ target }) => target);
  if (large.length === 0) return undefined;
  const tell = (state: TransactionState | undefined): void => {
    for (const target of large) {
      const root = deps.datastore.snapshot(target)?.model.root;
      if (root === undefined) continue;
      deps.datastore.report(
        target,
        [...transactionRows(root, state)].map(([key, value]) => ({ key, value })),
      );
    }
  };
  tell({ author, phase: 'validation', done: 0 });
  return { onProgress: (progress) => tell({ author, ...progress }), end: () => tell(undefined) };
}

function sizeOf({ edits }: TargetEdits): number {
  return edits.reduce((sum, edit) => sum + (edit.op === 'delete' ? 0 : edit.json.length), 0);
}
