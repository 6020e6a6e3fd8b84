// What the gNMI service is made of; handed to every verb.

import type { Access } from '../../access/access.ts';
import type { Datastore } from '../../datastore/datastore.ts';
import type { Candidate } from '../../datastore/transaction.ts';
import type { Delivery } from '../../proto/delivery.ts';
import type { ChangedDocument } from '../../southbound/intent/documents-changed.ts';
import type { ChangeHub } from './change-hub.ts';
import type { LargeValues } from './large-values.ts';
import type { GnmiLimits } from './limits.ts';
import type { Timers } from './timers.ts';

export interface GnmiDeps {
  readonly datastore: Datastore;
  readonly access: Access;
  readonly limits: GnmiLimits;
  /** The clock, ns since the epoch. */
  readonly nowNs: () => bigint;
  /** What an update does to a leaf-list that has values. */
  readonly leafListUpdate: LeafListUpdate;
  /** Resolves when devices have taken everything up to a revision; undefined when there are no devices. */
  readonly settled: Settled | undefined;
  /** Which documents a planned transaction changes on devices; undefined when there are no devices. */
  readonly documentsOf: DocumentsOf | undefined;
  /** Whether samples tell what went since the one before. */
  readonly sampleDeletes: boolean;
  /** Tells streams when samples are due. */
  readonly timers: Timers;
  /** Reads values that are too large for the main thread. */
  readonly largeValues: LargeValues;
  /** The change feed, shared by all streams. */
  readonly hub: ChangeHub;
}

/** `merge` adds values that are not there yet, as RFC 7950 merges; `replace` keeps those of the update only. */
export type LeafListUpdate = 'merge' | 'replace';

/** @param candidates those of a transaction's result. */
export type DocumentsOf = (candidates: readonly Candidate[]) => readonly ChangedDocument[];

/** Rejects with the signal's reason on abort. */
export type Settled = (options: {
  readonly revision: number;
  /** Whose documents are waited for, on all devices; with the platform target, everybody's. */
  readonly targets: readonly string[];
  readonly signal: AbortSignal;
}) => Promise<SettledDocuments>;

/** How waiting for a revision ended; may be about documents of other targets on these devices, too. */
export interface SettledDocuments {
  readonly revision: number;
  readonly superseded: Delivery['superseded'];
  readonly refused: Delivery['refused'];
}
