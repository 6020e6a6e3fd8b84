// How one device and its documents stand, put together from what drives it.

import type { Adapter, Device } from '../adapter.ts';
import type { DeviceStatus } from '../device-status.ts';
import { type DocumentStatus, type RefusedDocument, statusOf } from '../document-status.ts';
import type { CheckRounds } from './check-rounds.ts';
import type { DeviceCheck } from './device-check.ts';
import type { DeviceLine } from './device-line.ts';
import type { DocumentQueue } from './document-queue.ts';
import type { DriftBook } from './drift-book.ts';
import type { LatencyMeter } from './latency.ts';
import { ELSEWHERE, type Standing } from './other-devices.ts';

/** What drives a device. */
export interface ViewParts {
  readonly adapter: Adapter;
  readonly device: () => Device;
  readonly foundVersion: () => string | undefined;
  readonly queue: DocumentQueue;
  readonly line: DeviceLine;
  readonly check: DeviceCheck;
  readonly rounds: CheckRounds;
  readonly drift: DriftBook;
  readonly latency: LatencyMeter;
  readonly intentRevision: () => number;
}

export class DeviceView {
  readonly #parts: ViewParts;

  constructor(parts: ViewParts) {
    this.#parts = parts;
  }

  status(): DeviceStatus {
    const { adapter, device, foundVersion, queue, line, check, rounds, drift, latency, intentRevision } = this.#parts;
    const { name, enabled } = device();
    return {
      device: name,
      enabled,
      connected: line.connected,
      circuit: line.circuit,
      foundVersion: foundVersion(),
      lastContactMs: line.lastContactMs,
      trouble: line.trouble,
      pending: queue.pendingCount,
      refused: queue.refusals,
      appliedRevision: queue.inEffect(intentRevision()),
      intentRevision: intentRevision(),
      lastVerifiedMs: Object.values(adapter.documentKinds).some(({ readable }) => readable) ? rounds.lastMs : undefined,
      notVerifiable: check.notVerifiable,
      foreign: check.foreign,
      drift: drift.leaves,
      latency: latency.latency,
    };
  }

  /** Whether nothing can be sent: all pending documents say so. O(1) */
  isSilent(): boolean {
    return !this.#parts.device().enabled || this.#parts.line.trouble !== undefined;
  }

  /** How all documents stand that are wanted or may be there. */
  documents(): DocumentStatus[] {
    return [...this.#parts.queue.ids()].flatMap((id) => this.document(id) ?? []);
  }

  /** How one document stands; undefined when it is neither wanted nor there. */
  document(id: string): DocumentStatus | undefined {
    const { queue, check, drift } = this.#parts;
    const standing = queue.standing(id);
    if (standing === undefined) return undefined;
    return statusOf(standing, check.verified(standing.ref), drift.reasonOf(id), this.#waitOf(id, standing));
  }

  /** What the device refuses of what intent wanted up to a revision. */
  refused(revision: number): RefusedDocument[] {
    const { queue, device } = this.#parts;
    return queue.refusals.flatMap(({ ref, ...refusal }) => {
      if (queue.since(ref.id) > revision) return [];
      const { target, message, cause } = refusal;
      return [{ device: device().name, document: ref.id, target, message, cause, revision: refusal.revision }];
    });
  }

  /** Why a pending document is not in effect yet, in words. */
  #waitOf(id: string, standing: Standing): string | undefined {
    if (!standing.isPending) return undefined;
    const { device, line, queue } = this.#parts;
    if (!device().enabled) return 'the device is disabled';
    // Not its words: they may be about another tenant's document, or tell where the device is.
    if (line.trouble !== undefined) return 'the device does not answer';
    const key = queue.waitsFor(id);
    if (key === undefined) return undefined;
    if (!key.startsWith(ELSEWHERE)) return `waits for document '${key}'`;
    const [, kind, name, other] = key.split('\0');
    if (kind === 'document') return `waits for document '${other}' on device '${name}'`;
    return 'stays until the document that takes its place is there on the other device';
  }
}
