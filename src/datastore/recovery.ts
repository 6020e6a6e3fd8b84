// Brings the rows up to the journal's head at start and after an append of unknown result.

import { EdgeconfError } from '../errors.ts';
import type { Journal } from './journal.ts';
import { genesis, type JournalEntry, type JournalHead } from './journal-entry.ts';
import type { RowStore } from './row-store.ts';

/**
 * Applies every journal entry that the rows lack; each is proven before.
 * @param onEntry told each entry after it was applied, oldest first.
 * @throws EdgeconfError DATA_LOSS when the journal ends before the rows, or is another journal than the rows come from.
 */
export async function replay(
  journal: Journal,
  rows: RowStore,
  onEntry: (entry: JournalEntry) => void = () => {},
): Promise<void> {
  const applied = await rows.applied();
  if (applied.revision > journal.head.revision) {
    throw new EdgeconfError(
      'DATA_LOSS',
      `the journal ends at revision ${journal.head.revision}, but revision ${applied.revision} was applied: ` +
        'entries are missing at its end. Nothing was overwritten; restore the data folder from a backup',
    );
  }
  const found = await headAt(journal, applied.revision);
  if (found.hash !== applied.hash) {
    throw new EdgeconfError(
      'DATA_LOSS',
      `journal revision ${applied.revision} is not the one that the rows were made from (its hash differs). ` +
        'Nothing was overwritten; restore the data folder from a backup',
    );
  }
  for await (const entry of journal.entries(applied.revision + 1)) {
    await rows.apply([entry]);
    onEntry(entry);
  }
}

async function headAt(journal: Journal, revision: number): Promise<JournalHead> {
  if (revision === 0) return genesis;
  if (revision === journal.head.revision) return journal.head;
  for await (const entry of journal.entries(revision)) return entry;
  return genesis;
}
