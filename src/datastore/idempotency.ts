// Requests with an idempotency id: a repeat by the same author answers with the first result and commits nothing.

import { EdgeconfError } from '../errors.ts';
import type { RowStore } from './row-store.ts';
import type { CommitRequest, CommitResult } from './transaction.ts';

const idLimit = 256;

/** Results are found in an index that the store makes from the journal. */
export class Idempotency {
  readonly #rows: RowStore;
  readonly #settle: () => Promise<void>;
  readonly #running = new Map<string, Promise<CommitResult>>();

  /** @param settle resolves when the index tells of everything that is durable, a write of unknown result included. */
  constructor(rows: RowStore, settle: () => Promise<void>) {
    this.#rows = rows;
    this.#settle = settle;
  }

  /**
   * Runs the commit, or answers with the result of an earlier one; that has no candidates.
   * @throws EdgeconfError INVALID_ARGUMENT for an empty or very long id.
   */
  async once(request: CommitRequest, id: string, commit: () => Promise<CommitResult>): Promise<CommitResult> {
    if (id === '' || id.length > idLimit) {
      throw new EdgeconfError('INVALID_ARGUMENT', `an idempotency id has 1 to ${idLimit} characters, got ${id.length}`);
    }
    const key = JSON.stringify([request.author, id]);
    for (let running = this.#running.get(key); running !== undefined; running = this.#running.get(key)) {
      const first = await running.catch(() => undefined);
      if (first !== undefined) return { revision: first.revision, timeNs: first.timeNs, candidates: [] };
    }
    const attempt = this.#attempt(request, id, commit).finally(() => this.#running.delete(key));
    this.#running.set(key, attempt);
    return attempt;
  }

  async #attempt(request: CommitRequest, id: string, commit: () => Promise<CommitResult>): Promise<CommitResult> {
    await this.#settle();
    const known = await this.#rows.request(request.author, id);
    if (known !== undefined) return { revision: known.revision, timeNs: known.timeNs, candidates: [] };
    const result = await commit();
    // Without changes there is no journal entry that would bring the id back after a restart.
    if (result.candidates.length === 0) {
      await this.#rows.rememberRequest(request.author, id, { revision: result.revision, timeNs: result.timeNs });
    }
    return result;
  }
}
