// A note beside the store of how far the journal went: shows at start when its end is gone, which the store itself cannot see.

import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EdgeconfError } from '../errors.ts';
import { datastoreLog } from '../log.ts';
import type { JournalHead } from './journal-entry.ts';

const FILE = 'head.json';
/** Notes are taken at most this often: taking one costs more than a commit. */
const everyMs = 250;

/** Written a while behind durable appends, without a sync of its own: it may lag behind the journal, and is never ahead of it. */
export class HeadAnchor {
  readonly #file: string;
  #next: JournalHead | undefined;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(folder: string) {
    this.#file = join(folder, FILE);
  }

  /** @throws EdgeconfError DATA_LOSS when the journal ends before the note. */
  async check(head: JournalHead): Promise<void> {
    const text = await readFile(this.#file, 'utf8').catch(() => undefined);
    const noted = /^\{"revision":(\d+),"hash":"[0-9a-f]+"\}\n$/.exec(text ?? '')?.[1];
    if (text !== undefined && noted === undefined)
      datastoreLog.warn({ file: this.#file }, 'the note of the head is unreadable');
    if (noted === undefined || Number(noted) <= head.revision) return;
    throw new EdgeconfError(
      'DATA_LOSS',
      `the journal ends at revision ${head.revision}, but revision ${noted} was written before (${this.#file}): its end is lost; ` +
        `restore the data folder from a backup, or remove ${FILE} to go on without what is lost`,
    );
  }

  /** To be told each new head. */
  note(head: JournalHead): void {
    this.#next = head;
    this.#timer ??= setTimeout(() => this.#take(), everyMs).unref();
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#take();
    await this.#writing;
  }

  #take(): void {
    const head = this.#next;
    this.#timer = undefined;
    this.#next = undefined;
    if (head !== undefined) this.#writing = this.#writing.then(() => this.#write(head));
  }

  async #write({ revision, hash }: JournalHead): Promise<void> {
    try {
      await writeFile(`${this.#file}.new`, `${JSON.stringify({ revision, hash })}\n`);
      await rename(`${this.#file}.new`, this.#file);
    } catch (error) {
      datastoreLog.warn({ err: error }, 'cannot note the head of the journal beside the store');
    }
  }
}
