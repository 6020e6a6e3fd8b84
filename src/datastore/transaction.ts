// What goes into a commit and what comes out of it: the words that northbound, access and southbound share with it.

import type { Path, PathQuery } from '../schema/path.ts';
import type { RowKey } from '../schema/row-key.ts';
import type { Note } from './notes.ts';
import type { Change } from './row.ts';
import type { Snapshot } from './snapshot.ts';

/**
 * One edit of a target. `json` is the RFC 7951 fragment that libyang reads: an object with one member, named like the
 * last path element's `segment`... with its module when it is a top-level node or the module changes; for a list entry an
 * array of one object with all keys; for the root the whole top-level object. Bytes are what `encodeJson` made of the text.
 */
export type Edit =
  | { readonly op: 'update' | 'replace'; readonly path: Path; readonly json: string | Uint8Array }
  | { readonly op: 'delete'; readonly query: PathQuery };

/** Edits of one target, applied in order. */
export interface TargetEdits {
  readonly target: string;
  readonly edits: readonly Edit[];
}

/**
 * A staged, valid transaction of one target before it is appended. Until then the revision of `after` is a guess, since
 * other targets' transactions may be appended first; in results and feed events it is the final one.
 */
export interface Candidate {
  readonly target: string;
  readonly before: Snapshot;
  readonly after: Snapshot;
  /** In key order; implied changes included. */
  readonly changes: readonly Change[];
}

/** Edits of one target that a transaction has to make as well, found out when it is planned. */
export interface Amendment extends TargetEdits {
  /** Exactly the rows that the edits write, with their texts. */
  readonly rows: ReadonlyMap<RowKey, string>;
}

/**
 * Looks at staged candidates and refuses by throwing an EdgeconfError; nothing is kept then. It may be asked again for the
 * same candidates, when the platform configuration changed before the append.
 */
export type Check = (candidates: readonly Candidate[]) => void | Promise<void>;

/**
 * A check that is told of which transaction they are: the same object, however often that is staged. When it answers with
 * amendments, the transaction is staged anew with them, and planned again.
 */
export type Plan = (
  candidates: readonly Candidate[],
  request: CommitRequest,
) => void | Promise<void> | Promise<readonly Amendment[]>;

/** How far a transaction is. */
export interface CommitProgress {
  readonly phase: 'validation' | 'plan' | 'storage';
  /** In validation: percent of the input that was read. */
  readonly done: number | undefined;
}

/** The RPC that asks for a transaction; recorded in the journal with the revision of the policy that allowed it. */
export interface CommitVia {
  /** Full name, such as `/gnmi.gNMI/Set`. */
  readonly method: string;
  /** The client's address. */
  readonly peer: string;
  /** Groups that a token or certificate gave the author. */
  readonly groups: readonly string[];
}

/** One transaction, on one or several targets. */
export interface CommitRequest {
  /** Who is answerable, e.g. a user's name; recorded in the journal. */
  readonly author: string;
  /** Absent when the service itself is the author. */
  readonly via?: CommitVia;
  readonly comment?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly edits: readonly TargetEdits[];
  /** Authorizes every change, implied ones too. */
  readonly authorize: Check;
  /** Told how far it is: only of transactions that take long. */
  readonly onProgress?: (progress: CommitProgress) => void;
  /** Stop after the plan: nothing is appended. */
  readonly dryRun?: boolean;
  /** A repeat with the same id by the same author answers with the first result and commits nothing. */
  readonly idempotencyId?: string;
  /** What is to be recorded beside the changes. */
  readonly note?: Note;
  /** Whose writer this is: refused when the role has seen a higher id in one of the targets. [gnmi-master-arbitration] */
  readonly election?: { readonly role: string; readonly id: bigint };
}

/**
 * What a commit did. Without any change there is no journal entry and `revision` is the journal's head. The answer to a
 * repeated idempotency id has the first result's revision and time, and no candidates.
 */
export interface CommitResult {
  readonly revision: number;
  /** Commit time, ns since the epoch. */
  readonly timeNs: bigint;
  readonly candidates: readonly Candidate[];
}

/**
 * What the change feed tells: a committed transaction, whose `revision` is strictly increasing, or changed state, whose
 * `revision` is that of the last transaction.
 */
export interface FeedEvent {
  /** There when it is state that changed; no transaction stands behind the event. */
  readonly state?: true;
  readonly revision: number;
  readonly timeNs: bigint;
  readonly author: string;
  /** The labels of the journal entry, see notes.ts; a transaction that only notes something has no commits. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly commits: readonly Candidate[];
}
