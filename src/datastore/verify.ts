// The full check of a data folder that no service has open: journal, rows, and what libyang says of every target.

import { EdgeconfError } from '../errors.ts';
import { withMetadataModule } from '../schema/root-metadata.ts';
import { rangeEnd } from '../schema/row-key.ts';
import { openDataFolder } from './data-folder.ts';
import { packEdits } from './edit-packing.ts';
import { HeadAnchor } from './head-anchor.ts';
import type { Journal } from './journal.ts';
import type { JournalEntry } from './journal-entry.ts';
import { LevelJournal } from './level-journal.ts';
import type { ModelSource } from './model-folder.ts';
import type { Row } from './row.ts';
import { RowStore } from './row-store.ts';
import { RowTree } from './row-tree.ts';
import type { Snapshot } from './snapshot.ts';
import { loadSnapshots } from './stored-snapshots.ts';
import { Validator } from './validator.ts';

/** What to check. */
export interface VerifyOptions {
  readonly folder: string;
  readonly models: readonly ModelSource[];
  /** Told a sentence for each part that holds. */
  readonly tell: (line: string) => void;
}

/** No edit changes anything. */
const nobody = { onBegin: () => {}, onChanges: () => {} };

/** For one slice of a check, and the tenth of what all of one may take: no tree is too large to be checked. */
const checkMs = 3_600_000;

/**
 * Reads the whole journal and proves it, makes all rows from it again and compares them with those that are stored, and
 * validates every target in full. O(journal + rows).
 * @throws EdgeconfError DATA_LOSS or FAILED_PRECONDITION saying what does not hold; all that holds was told before.
 */
export async function verifyFolder({ folder, models, tell }: VerifyOptions): Promise<void> {
  const store = await openDataFolder(folder, undefined);
  let validator: Validator | undefined;
  try {
    const journal = await LevelJournal.open(store);
    await new HeadAnchor(folder).check(journal.head);
    const rows = new RowStore(store);
    const applied = await rows.applied();
    const made = await rowsOf(journal, applied.revision);
    tell(`journal: ${journal.head.revision} revisions, the hash chain and all changes are whole`);
    validator = await Validator.start({ models: models.map(withMetadataModule), workers: 1, deadlineMs: checkMs });
    const snapshots = await loadSnapshots(rows, validator.models);
    for (const snapshot of snapshots.values()) compare(snapshot, made.get(snapshot.target) ?? RowTree.empty);
    const count = [...snapshots.values()].reduce((sum, { size }) => sum + size, 0);
    tell(`rows: ${count} in ${snapshots.size} targets, as the journal says at revision ${applied.revision}`);
    for (const snapshot of snapshots.values()) {
      await validator.stage(snapshot, packEdits(snapshot, []), Number.POSITIVE_INFINITY, nobody);
      validator.drop(snapshot.target);
      tell(`target ${snapshot.target}: ${snapshot.size} rows, valid by model ${snapshot.model.id}`);
    }
  } finally {
    await validator?.close();
    await store.close();
  }
}

/** What the journal makes of each target's rows, up to a revision; the rest of it is read and proven all the same. */
async function rowsOf(journal: Journal, upTo: number): Promise<Map<string, RowTree>> {
  const trees = new Map<string, RowTree>();
  for await (const entry of journal.entries(1)) if (entry.revision <= upTo) apply(trees, entry);
  return trees;
}

function apply(trees: Map<string, RowTree>, { revision, commits }: JournalEntry): void {
  for (const { target, changes } of commits) {
    const tree = trees.get(target) ?? RowTree.empty;
    for (const { key, before } of changes) {
      if (tree.get(key)?.value === before) continue;
      throw notAsWritten(target, `revision ${revision} says of ${readable(key)} what was not so before it`);
    }
    trees.set(target, tree.with(changes, revision));
  }
}

function compare({ target, rows }: Snapshot, made: RowTree): void {
  const stored = rows.range('', rangeEnd(''));
  const expected = made.range('', rangeEnd(''));
  for (;;) {
    const [one, two] = [stored.next(), expected.next()];
    const [row, wanted]: (Row | undefined)[] = [one.done ? undefined : one.value, two.done ? undefined : two.value];
    if (row === undefined && wanted === undefined) return;
    if (row?.key === wanted?.key && row?.value === wanted?.value && row?.revision === wanted?.revision) continue;
    const key = readable(row?.key ?? wanted?.key ?? '');
    throw notAsWritten(target, `the stored rows differ from what the journal says, first at ${key}`);
  }
}

function readable(key: string): string {
  return JSON.stringify(key);
}

function notAsWritten(target: string, what: string): EdgeconfError {
  return new EdgeconfError('DATA_LOSS', `target ${target}: ${what}; restore the data folder from a backup`);
}
