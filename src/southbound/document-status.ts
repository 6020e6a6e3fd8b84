// How a document, and what was found on a device, is told to those who ask: status, drift leaf by leaf, how a wait ended.

import type { DocumentRef, Json } from './adapter.ts';
import type { Standing } from './device/other-devices.ts';

/** What is done about drift. */
export type DriftPolicy = 'report' | 'revert' | 'adopt';

/** How one document of a device stands. */
export interface DocumentStatus {
  readonly ref: DocumentRef;
  /** The target that it is made from; undefined for what was remembered before targets were noted. */
  readonly target: string | undefined;
  /**
   * `in-effect`: the device acknowledged what intent says. `pending`: it has not yet. `failed`: it refused, or nothing could
   * be rendered. `drifted`: it acknowledged what intent says, holds something else, and is left so for now.
   */
  readonly status: 'in-effect' | 'pending' | 'failed' | 'drifted';
  /** Whether it was read back since it was acknowledged. */
  readonly verified: 'verified' | 'unverified' | 'not-verifiable';
  /** Why it is not in effect. */
  readonly reason: string | undefined;
  /** The intent revision that is in effect, or is to come into effect. */
  readonly revision: number;
  /** The intent revision of the version that the device took last; undefined: none, or that was not noted. */
  readonly takenRevision: number | undefined;
}

/** One leaf in which a device differs from what it was told. */
export interface DriftLeaf {
  readonly document: string;
  /** The leaf within the document, e.g. `/slice-id/sst` or `/gNodeBs/0/tac`; `/` when all of it is missing. */
  readonly path: string;
  /** JSON; undefined: it should not be there. */
  readonly expected: string | undefined;
  /** JSON; undefined: it is not there. */
  readonly actual: string | undefined;
  readonly target: string | undefined;
  readonly source: readonly string[];
  readonly policy: DriftPolicy;
}

/** A leaf in which two documents differ; JSON texts, undefined where a document has no such leaf. */
export interface LeafDifference {
  readonly path: string;
  readonly expected: string | undefined;
  readonly actual: string | undefined;
}

/** What one reading back of a whole device found. */
export interface Verification {
  /** Documents that were read, or found to be missing. */
  readonly checked: number;
  readonly notVerifiable: number;
  readonly foreign: number;
  /** Differences as they were found, those included that are being put right. */
  readonly drift: readonly DriftLeaf[];
}

/** One document as the device holds it now. */
export interface ActualDocument {
  readonly status: DocumentStatus;
  readonly desired: Json | undefined;
  /** What the device acknowledged last. */
  readonly acknowledged: Json | undefined;
  /** Undefined: the device has none, or gives nothing of this kind back (`status.verified` says which). */
  readonly actual: Json | undefined;
  /** Where the device differs from what intent wants; empty for kinds that cannot be read. */
  readonly differences: readonly LeafDifference[];
}

/** How waiting for a revision ended. */
export interface Settled {
  /** The revision that was waited for; it or a later one is in effect, but for what is refused. */
  readonly revision: number;
  /** Documents that the revision wanted and that got a newer content before they were sent. */
  readonly superseded: readonly { readonly device: string; readonly document: string; readonly by: number }[];
  /** What devices refuse of it, or of what came in its place. */
  readonly refused: readonly RefusedDocument[];
}

/** A document that a device refuses to take. */
export interface RefusedDocument {
  readonly device: string;
  readonly document: string;
  readonly target: string | undefined;
  /** The device's own words. */
  readonly message: string;
  readonly cause: readonly string[];
  readonly revision: number;
}

/**
 * @param drift why the device is left with something else than it acknowledged; undefined: it is not known to have it
 * @param wait why a pending document is not sent
 */
export function statusOf(
  { ref, target, held, isPending, refusal, revision }: Standing,
  verified: DocumentStatus['verified'],
  drift: string | undefined,
  wait: string | undefined,
): DocumentStatus {
  const about = { ref, target, revision, takenRevision: held?.revision };
  if (refusal !== undefined) return { ...about, status: 'failed', verified: 'unverified', reason: refusal.message };
  if (isPending) return { ...about, status: 'pending', verified: 'unverified', reason: wait };
  if (drift !== undefined) return { ...about, status: 'drifted', verified, reason: drift };
  return { ...about, status: 'in-effect', verified, reason: undefined };
}
