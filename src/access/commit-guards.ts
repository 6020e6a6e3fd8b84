// What every transaction of a caller passes beside the rights: budgets and guard rails.

import type { Candidate, Edit } from '../datastore/transaction.ts';
import { Budgets } from './budgets.ts';
import { checkDeletes, checkFreezes } from './guard-rails.ts';
import { type LimitSource, TenantLimits } from './tenant-limits.ts';

export interface CommitGuardOptions {
  /** A clock that does not run backwards, ms. */
  readonly nowMs: () => number;
  /** The wall clock, ms since the epoch. */
  readonly wallMs: () => number;
}

/** One for the service; asked by the grants, so that no face of the service can forget it. */
export class CommitGuards {
  readonly budgets: Budgets;
  readonly #limits: TenantLimits;
  readonly #wallMs: () => number;

  constructor(source: LimitSource, { nowMs, wallMs }: CommitGuardOptions) {
    this.#limits = new TenantLimits(source);
    this.budgets = new Budgets(this.#limits, source, nowMs);
    this.#wallMs = wallMs;
  }

  /** Before anything is staged. @throws EdgeconfError RESOURCE_EXHAUSTED. */
  checkEdits(target: string, edits: readonly Edit[]): void {
    this.budgets.checkEdits(target, edits);
  }

  /**
   * @param confirmedDeletes see `checkDeletes`.
   * @throws EdgeconfError FAILED_PRECONDITION for what the guard rails forbid, RESOURCE_EXHAUSTED for too many leaves.
   */
  *checkInSteps(candidates: readonly Candidate[], confirmedDeletes: number | undefined): Generator<void, void> {
    checkFreezes(candidates, this.#limits, this.#wallMs());
    yield* checkDeletes(candidates, this.#limits, confirmedDeletes);
    this.budgets.checkGrowth(candidates);
  }
}
