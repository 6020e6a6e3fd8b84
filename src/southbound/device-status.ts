// How a device stands, and what happened to documents on the wire, as told to those who ask or listen.

import type { Device, DocumentRef, Json } from './adapter.ts';
import type { Refusal } from './device/held-document.ts';
import type { DriftLeaf } from './document-status.ts';

/** What happened to one document on the wire. */
export interface DocumentEvent {
  readonly device: string;
  readonly op: 'put' | 'remove';
  readonly ref: DocumentRef;
  /** What was put. */
  readonly body: Json | undefined;
  readonly ok: boolean;
  /** Why not, in the device's own words. */
  readonly error: string | undefined;
  /** Whether it will be tried again. */
  readonly retried: boolean;
  readonly revision: number;
}

/** Whether calls are sent: `open` while a pause after failures lasts, `half-open` while one call tries whether it is over. */
export type Circuit = 'closed' | 'open' | 'half-open';

/** Times from a commit to its last document on the device, over the last 1000 commits that reached it. */
export interface Latency {
  readonly lastMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** How one device stands. */
export interface DeviceStatus {
  readonly device: string;
  readonly enabled: boolean;
  /** Whether the last call was answered; undefined before the first one. */
  readonly connected: boolean | undefined;
  readonly circuit: Circuit;
  /** Found out by asking; undefined when the platform names a version, or the device tells none. */
  readonly foundVersion: string | undefined;
  readonly lastContactMs: number | undefined;
  /** Why the device could not be asked, since it last could. */
  readonly trouble: string | undefined;
  /** Documents that differ from intent, refused ones included. */
  readonly pending: number;
  readonly refused: readonly Refusal[];
  /** Everything up to this revision is in effect. */
  readonly appliedRevision: number;
  /** The revision that the engine last looked at. */
  readonly intentRevision: number;
  /** When everything that can be read was last read back. */
  readonly lastVerifiedMs: number | undefined;
  /** Documents on the device of kinds that it gives nothing back of. */
  readonly notVerifiable: number;
  /** Documents that the device lists and nobody wanted here. */
  readonly foreign: number;
  /** At most 1000. */
  readonly drift: readonly DriftLeaf[];
  readonly latency: Latency | undefined;
}

/** How a device stands that nothing drives, or not yet. @param trouble why it cannot be driven */
export function idleStatus({ name, enabled }: Device, intentRevision: number, trouble?: string): DeviceStatus {
  return {
    device: name,
    enabled,
    connected: undefined,
    circuit: 'closed',
    foundVersion: undefined,
    lastContactMs: undefined,
    trouble,
    pending: 0,
    refused: [],
    appliedRevision: 0,
    intentRevision,
    lastVerifiedMs: undefined,
    notVerifiable: 0,
    foreign: 0,
    drift: [],
    latency: undefined,
  };
}
