// The audit log as JSON lines: what the journal says of each transaction, and refusals, merged by time. No values.

import type { Journal, Outline } from '../datastore/journal.ts';
import type { JournalHead } from '../datastore/journal-entry.ts';
import { EdgeconfError } from '../errors.ts';
import { entryLine } from './audit-entry.ts';
import type { FoundEntry } from './log-file.ts';
import { timeText } from './time-text.ts';

/** What is exported. */
export interface ExportSource {
  readonly journal: Pick<Journal, 'head' | 'headers' | 'outlines'>;
  /** In order. */
  readonly entries: AsyncIterable<FoundEntry>;
}

/** Where an export begins: with a transaction, or at a time in ns since the epoch. */
export type ExportFrom = { readonly revision: number } | { readonly timeNs: bigint };

/**
 * The records from somewhere on, or all, each as JSON text without line end; both chains are proven on the way.
 * @throws EdgeconfError DATA_LOSS at the first record that does not hold.
 */
export async function* exportRecords(source: ExportSource, from?: ExportFrom): AsyncIterable<string> {
  const start = await startOf(source.journal, from);
  const outlines = source.journal.outlines(start.revision)[Symbol.asyncIterator]();
  try {
    let outline = await outlines.next();
    for await (const { entry } of source.entries) {
      if (entry.timeNs < start.timeNs) continue;
      for (; !outline.done && outline.value.header.timeNs <= entry.timeNs; outline = await outlines.next()) {
        yield transactionRecord(outline.value);
      }
      yield entryLine(entry);
    }
    for (; !outline.done; outline = await outlines.next()) yield transactionRecord(outline.value);
  } finally {
    // Whoever stops half-way must not leave the store with an iterator that is open for good.
    await outlines.return?.();
  }
}

type Start = Pick<JournalHead, 'revision' | 'timeNs'>;

async function startOf(journal: ExportSource['journal'], from: ExportFrom | undefined): Promise<Start> {
  if (from === undefined) return { revision: 1, timeNs: 0n };
  if ('timeNs' in from) return { revision: await firstSince(journal, from.timeNs), timeNs: from.timeNs };
  const revision = Math.max(1, from.revision);
  if (revision <= journal.head.revision) return { revision, timeNs: await timeOf(journal, revision) };
  throw new EdgeconfError(
    'OUT_OF_RANGE',
    `there is no revision ${from.revision} to begin with; the journal ends at revision ${journal.head.revision}`,
  );
}

/** The first revision that was committed at the time or later. O(log revisions). */
async function firstSince(journal: ExportSource['journal'], timeNs: bigint): Promise<number> {
  let low = 1;
  let high = journal.head.revision + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((await timeOf(journal, middle)) >= timeNs) high = middle;
    else low = middle + 1;
  }
  return low;
}

async function timeOf(journal: ExportSource['journal'], revision: number): Promise<bigint> {
  for await (const { timeNs } of journal.headers(revision)) return timeNs;
  return journal.head.timeNs;
}

/** All that the header's hash is made of, so that whoever takes the records can prove the chain. */
function transactionRecord({ header, targets }: Outline): string {
  const { format, revision, timeNs, author, comment, labels, digest, previous, hash } = header;
  const time = timeText(timeNs);
  const content = { revision, time, author, comment, labels, targets, format, digest, previous, hash };
  return JSON.stringify({ kind: 'transaction', ...content });
}
