// The journal as an interface: where transactions become durable, whatever store is behind it.

import {
  type EntryHeader,
  genesis,
  type JournalEntry,
  type JournalHead,
  proveLink,
  type SealedEntry,
} from './journal-entry.ts';

/** A header with the names of the targets that the transaction changed. */
export interface Outline {
  readonly header: EntryHeader;
  readonly targets: readonly string[];
}

/** An ordered, hash-chained log of transactions; revisions are 1, 2, 3, ... without a gap. */
export interface Journal {
  /** The last entry known to be durable. */
  readonly head: JournalHead;
  /**
   * Makes entries durable, all or none; they must follow the head in order.
   * @throws any error when it is not known whether they were written; call `reread` before the next append.
   */
  append(entries: readonly SealedEntry[]): Promise<void>;
  /** The entries from a revision on, in order, each with hash and digest proven and linked to the one before. */
  entries(fromRevision: number): AsyncIterable<JournalEntry>;
  /** Like `entries`, without what they changed: only their headers are read and proven. */
  headers(fromRevision: number): AsyncIterable<EntryHeader>;
  /** Like `headers`, with the targets; of what was changed nothing else is read. */
  outlines(fromRevision: number): AsyncIterable<Outline>;
  /** Reads the head from the store again. @throws when the store cannot be read or written. */
  reread(): Promise<JournalHead>;
  close(): Promise<void>;
}

/**
 * Proves the whole chain from the first entry on, bodies included. O(journal).
 * @returns the head that was reached.
 * @throws EdgeconfError DATA_LOSS naming the first revision that does not hold.
 */
export async function verifyJournal(journal: Journal): Promise<JournalHead> {
  let head: JournalHead = genesis;
  for await (const entry of journal.entries(1)) {
    proveLink(head, entry);
    head = { revision: entry.revision, timeNs: entry.timeNs, hash: entry.hash };
  }
  return head;
}
