// What is known of one document of a device: as intent wants it, as the device may hold it, and what is to be done about it.

import type { DocumentRef, Json } from '../adapter.ts';

/** A document as intent wants it. */
export interface Desired {
  readonly ref: DocumentRef;
  readonly body: Json;
  /** Canonical text of `body`; equal text is equal content. */
  readonly text: string;
}

/** Whose wish it is. */
export interface Wisher {
  /** The target that the document is made from. */
  readonly target?: string | undefined;
  /** Paths of that target that changed last and that the document is made from. */
  readonly causes?: readonly string[];
}

/** What a device may hold under one id. */
export interface Held {
  /** `dependsOn`, `dependsOnElsewhere` and `uses` cover all versions that may be there. */
  readonly ref: DocumentRef;
  /** Undefined in records of old. */
  readonly target?: string | undefined;
  /** The text that the device surely holds; undefined when it has to be told again. */
  readonly text: string | undefined;
  /** The text that it acknowledged last, also while it is not known what it holds. */
  readonly acknowledged?: string | undefined;
  /** What it was found to hold when that was not what it had acknowledged. */
  readonly actual?: string | undefined;
  /** Whether the device ever acknowledged a version that was not removed since. */
  readonly confirmed: boolean;
  /** The entry of intent (see `entryOf`) that the last acknowledged version was made from. */
  readonly confirmedFor?: string | undefined;
  /** The intent revision of the last acknowledged version. */
  readonly revision?: number | undefined;
}

/** One call to the device. `revision` is the intent revision it brings into effect. */
export type Operation =
  | {
      readonly op: 'put';
      readonly ref: DocumentRef;
      readonly target: string | undefined;
      readonly desired: Desired;
      readonly revision: number;
    }
  | {
      readonly op: 'remove';
      readonly ref: DocumentRef;
      readonly target: string | undefined;
      readonly revision: number;
    };

/** A document that the device did not accept; it stays so until intent gives it another content. */
export interface Refusal {
  readonly op: Operation['op'];
  readonly ref: DocumentRef;
  readonly target: string | undefined;
  /** The device's own words. */
  readonly message: string;
  /** Paths of the target: what the device complains about, or what changed last. */
  readonly cause: readonly string[];
  readonly revision: number;
}

/** Names an entry of intent, of which one kind of document is made, among all targets. */
export function entryOf(target: string | undefined, { kind, source }: DocumentRef): string {
  return [target ?? '', kind, ...source].join('\x01');
}

/** Whether the device has had this document for this very entry of intent, and may have it still. */
export function isConfirmedFor(held: Held | undefined, target: string | undefined, ref: DocumentRef): boolean {
  if (held?.confirmed !== true) return false;
  if (held.confirmedFor === undefined) return held.ref.source.join('\x01') === ref.source.join('\x01');
  return held.confirmedFor === entryOf(target, ref);
}

/** What is remembered once the device has taken a document. */
export function acknowledged({ desired: { ref, text }, target, revision }: Extract<Operation, { op: 'put' }>): Held {
  const confirmedFor = entryOf(target, ref);
  return { ref, target, text, acknowledged: text, confirmed: true, confirmedFor, revision };
}

/** Without what only the queue knows. */
export function toRefusal({ op, ref, target, message, cause, revision }: Refusal): Refusal {
  return { op, ref, target, message, cause, revision };
}

/** The reference that covers both versions: the device may hold either. */
export function eitherVersion(before: DocumentRef | undefined, ref: DocumentRef): DocumentRef {
  if (before === undefined) return ref;
  const elsewhere = union(before.dependsOnElsewhere ?? [], ref.dependsOnElsewhere ?? []);
  const uses = union(before.uses ?? [], ref.uses ?? []);
  return {
    ...ref,
    dependsOn: union(before.dependsOn, ref.dependsOn),
    ...(elsewhere.length === 0 ? {} : { dependsOnElsewhere: elsewhere }),
    ...(uses.length === 0 ? {} : { uses }),
  };
}

/** Whether the two say the same about a document. */
export function sameReference(a: DocumentRef, b: DocumentRef): boolean {
  const words = ({ dependsOn, source, dependsOnElsewhere = [], uses = [], serves = [] }: DocumentRef) =>
    JSON.stringify([dependsOn, source, dependsOnElsewhere, uses, serves]);
  return words(a) === words(b);
}

function union<T>(a: readonly T[], b: readonly T[]): T[] {
  return [...new Map([...a, ...b].map((item) => [JSON.stringify(item), item])).values()];
}
