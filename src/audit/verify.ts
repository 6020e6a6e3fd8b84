// Proves a data folder's two chains, the journal and the audit log, and that each names the other as it is.

import { HeadAnchor } from '../datastore/head-anchor.ts';
import { genesis, type JournalEntry, lost } from '../datastore/journal-entry.ts';
import { auditLabel } from '../datastore/request-label.ts';
import { EdgeconfError } from '../errors.ts';
import { type AuditEntry, type AuditHead, type AuditKind, auditKinds, emptyLog, notWhole } from './audit-entry.ts';
import { type FolderCopy, withFolderCopy } from './folder-copy.ts';
import { auditFile, endCutOff, readEntries } from './log-file.ts';

/** What to prove. */
export interface AuditVerifyOptions {
  /** The data folder, or a copy of one; a service may run on it. Not a byte of it is changed. */
  readonly folder: string;
  /**
   * Hash of a transaction or an audit entry that was noted elsewhere, alone or behind its number as in `17:ab...`: it must
   * be in its chain.
   */
  readonly head?: string | undefined;
  /** Told a sentence for each part that holds. */
  readonly tell: (line: string) => void;
}

/**
 * Reads both chains from their beginnings and proves every entry, every link, and every name that one has of the other.
 * O(journal + log).
 * @throws EdgeconfError DATA_LOSS naming the first place that does not hold, or saying that `head` is in no chain;
 *   INVALID_ARGUMENT for a head that is no hash; see also `withFolderCopy`.
 */
export async function verifyAudit({ folder, head, tell }: AuditVerifyOptions): Promise<void> {
  const noted = head === undefined ? undefined : /^(?:\d+:)?([0-9a-f]{64})$/.exec(head)?.[1];
  if (noted === undefined && head !== undefined) {
    throw new EdgeconfError(
      'INVALID_ARGUMENT',
      `'${head}' is no head; it is 64 digits 0-9 a-f, or a number, a colon and these, as it was printed`,
    );
  }
  await withFolderCopy(folder, async (copy) => {
    await new HeadAnchor(copy.folder).check(copy.journal.head);
    await new Walk(copy, noted, tell).run(auditFile(folder));
  });
}

const count = (n: number): string => n.toLocaleString('en-US');

/** Goes through both chains side by side, in the order in which one names the other. */
class Walk {
  readonly #copy: FolderCopy;
  readonly #wanted: string | undefined;
  readonly #tell: (line: string) => void;
  readonly #transactions: AsyncIterator<JournalEntry>;
  /** The last transaction that was reached. */
  #journal: { readonly revision: number; readonly hash: string } = genesis;
  #audit: AuditHead = emptyLog;
  /** Hashes of the audit entries that the journal may still name. */
  readonly #hashes = new Map<number, string>();
  #named = 0;
  #namesInJournal = 0;
  /** Entries made while the journal was being copied, and about what came too late for that. */
  #younger = 0;
  readonly #kinds = new Map<AuditKind, number>();
  #isFound = false;

  constructor(copy: FolderCopy, wanted: string | undefined, tell: (line: string) => void) {
    this.#copy = copy;
    this.#wanted = wanted;
    this.#tell = tell;
    this.#transactions = copy.journal.entries(1)[Symbol.asyncIterator]();
  }

  async run(file: string): Promise<void> {
    const { journal, noted, bytesBefore, bytesAfter } = this.#copy;
    let bytes = 0;
    for await (const { entry, end } of readEntries(file, bytesAfter)) {
      await this.#entry(entry, end <= bytesBefore);
      bytes = end;
    }
    await this.#transactionsUpTo(Number.POSITIVE_INFINITY);
    if (noted !== undefined && noted.sequence > this.#audit.sequence) throw endCutOff(this.#audit, noted);
    const kinds = auditKinds.flatMap((kind) =>
      this.#kinds.has(kind) ? `${count(this.#kinds.get(kind) ?? 0)} ${kind}` : [],
    );
    const list = kinds.length === 0 ? '' : ` (${kinds.join(', ')})`;
    this.#tell(`journal: ${count(journal.head.revision)} transactions, all changes and the hash chain are whole`);
    this.#tell(`audit log: ${count(this.#audit.sequence)} entries${list}, the hash chain is whole`);
    this.#tell(
      `links: entries that name the journal: ${count(this.#audit.sequence - this.#younger)}, transactions that name the log: ${count(this.#namesInJournal)}, all as they are`,
    );
    if (bytes < bytesAfter)
      this.#tell(`behind that, ${count(bytesAfter - bytes)} bytes of an entry that was not finished`);
    if (this.#wanted !== undefined && !this.#isFound) {
      throw new EdgeconfError(
        'DATA_LOSS',
        `no transaction and no audit entry has the hash ${this.#wanted}: what it was noted for was cut off or replaced`,
      );
    }
    this.#tell(`whole; head of the journal ${journal.head.revision}:${journal.head.hash}`);
    this.#tell(`       head of the audit log ${this.#audit.sequence}:${this.#audit.hash}`);
  }

  /** @param isOld whether the entry was there before the journal was copied */
  async #entry(entry: AuditEntry, isOld: boolean): Promise<void> {
    const { sequence, revision, journal, hash, kind } = entry;
    if (revision < this.#named)
      throw notWhole(sequence, `it names revision ${revision}, and one before it a later one`);
    this.#named = revision;
    await this.#transactionsUpTo(revision);
    if (this.#journal.revision < revision) {
      const { revision: end } = this.#copy.journal.head;
      if (isOld) throw notWhole(sequence, `it names revision ${revision}, and the journal ends at revision ${end}`);
      this.#younger++;
    } else if (this.#journal.hash !== journal) {
      throw notWhole(sequence, `it names revision ${revision} of the journal with another hash than that has`);
    }
    this.#hashes.set(sequence, hash);
    this.#audit = entry;
    this.#kinds.set(kind, (this.#kinds.get(kind) ?? 0) + 1);
    this.#look(hash, `audit entry ${count(sequence)}`);
  }

  async #transactionsUpTo(revision: number): Promise<void> {
    while (this.#journal.revision < revision) {
      const next = await this.#transactions.next();
      if (next.done) return;
      this.#journal = next.value;
      this.#checkName(next.value);
      this.#look(next.value.hash, `revision ${count(next.value.revision)}`);
    }
  }

  /** Entries that a transaction names were made before it, so they were reached before. */
  #checkName({ revision, labels }: JournalEntry): void {
    const mark = labels[auditLabel];
    if (mark === undefined) return;
    const [, text = '', hash = ''] = /^(\d+):([0-9a-f]{64})$/.exec(mark) ?? [];
    const sequence = Number(text);
    const found = this.#hashes.get(sequence);
    if (hash === '') throw lost(revision, `what it names of the audit log is '${mark}'`);
    if (found === undefined) {
      throw lost(
        revision,
        `it names audit entry ${sequence}, which is missing; the log goes up to ${this.#audit.sequence} there`,
      );
    }
    if (found !== hash) throw lost(revision, `it names audit entry ${sequence} with another hash than that has`);
    this.#namesInJournal++;
    for (const old of this.#hashes.keys()) {
      if (old >= sequence) break;
      this.#hashes.delete(old);
    }
  }

  #look(hash: string, place: string): void {
    if (hash !== this.#wanted) return;
    this.#isFound = true;
    this.#tell(`the noted head is ${place}: it is in its chain, and all before it is whole`);
  }
}
