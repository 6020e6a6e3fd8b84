// What one user may do under one policy: the decisions that every face of the service asks for.

import type { Candidate, Edit } from '../datastore/transaction.ts';
import type { Path, PathQuery } from '../schema/path.ts';
import type { Action } from './action.ts';

/** Immutable but for the targets: a target belongs to the tenant that owns it at the time of the question. */
export interface Grants {
  readonly user: string;
  /**
   * The revision of the platform target that these grants were compiled at. While a user's rights stay the same,
   * `Access.grants` answers the same object, so a stream tells a change of its rights by comparing objects.
   */
  readonly policyRevision: number;

  /** Whether a concrete path of a target may be acted on; false for a target that does not exist. */
  decide(target: string, action: Action, path: Path): boolean;

  /** true: everything at and below the query is allowed; false: nothing is; 'some': ask per row. */
  covers(target: string, action: Action, query: PathQuery): boolean | 'some';

  /** The tenant whose rights count in a target; '' for the platform, undefined when there is no such target. */
  tenantOf(target: string): string | undefined;

  /** Names of the targets in which something may be read, in the order in which the datastore lists them. */
  readableTargets(): string[];

  /**
   * Requires that the user can do anything at all in the target.
   * @throws EdgeconfError PERMISSION_DENIED, see unknown-target.ts; the same whether the target exists or not.
   */
  requireTarget(target: string): void;

  /**
   * Looks at what is requested before anything is staged: an update or replace needs a right to create or update at, above or
   * below its path, a delete one to delete. What is decided here does not depend on what is there: where the user may not
   * read everything, a delete or replace needs the right to delete all, and each value the right to be written or read.
   * `check` decides exactly afterwards.
   * @throws EdgeconfError PERMISSION_DENIED naming user, path and target; RESOURCE_EXHAUSTED when the tenant has too many
   * leaves already and the edits are not all deletes.
   */
  checkEdits(target: string, edits: readonly Edit[]): void;

  /**
   * Decides about every change of a staged transaction, implied ones too, each as create, update or delete of its row.
   * Also refuses a change of the policy after which nobody could edit it or that gives away more than the user has, what guard
   * rails forbid, and what goes beyond the
   * tenant's budget of leaves.
   * @throws EdgeconfError PERMISSION_DENIED naming user, action, path and target; a path that the user may not read is
   * not named. FAILED_PRECONDITION when nobody could edit the policy any more, in a freeze, and when more list entries go
   * than may go unasked; RESOURCE_EXHAUSTED for too many leaves.
   */
  check(candidates: readonly Candidate[], consent?: Consent): void;

  /** Like `check`, step by step: between two steps others may get the thread. */
  checkInSteps(candidates: readonly Candidate[], consent?: Consent): Generator<void, void>;
}

/** What a caller says to be aware of. */
export interface Consent {
  /** How many list entries the transaction deletes in all. */
  readonly confirmedDeletes?: number | undefined;
}

/** What grants must know about the targets; asked anew with every decision. */
export interface TargetView {
  /** In the order of the datastore. */
  names(): readonly string[];
  /** The tenant that owns a target, '' for the platform; undefined when there is no such target. */
  tenantOf(target: string): string | undefined;
}
