// How entries of intent stand on the systems that they span, from the documents that are made from them: pure, kept at O(change).

import type { DocumentStatus } from '../document-status.ts';

/** Names one entry of one target. */
export type EntryId = string;

/** What is known of one document, as far as entries are concerned. */
export type Delivered = Pick<DocumentStatus, 'status' | 'verified'> & {
  /** Why it is not in effect, in words that the entries' tenant may read. */
  readonly reason: string | undefined;
};

/** A device has no way to do something. */
export interface Lack {
  readonly device: string;
  readonly reason: string;
}

/** How an entry stands on one system. */
export interface SystemStatus {
  readonly device: string;
  readonly status: DocumentStatus['status'] | 'not-offered';
  /** Undefined while it is not there. */
  readonly verified: DocumentStatus['verified'] | undefined;
  readonly reason: string | undefined;
}

/** How an entry stands: the worst that is true of its systems. */
export interface EntryStatus {
  readonly status: DocumentStatus['status'] | 'not-served';
  readonly systems: readonly SystemStatus[];
}

/** Best first. What a system does not offer is nothing that will come: it makes the whole no worse. */
const ranks = ['in-effect', 'drifted', 'pending', 'failed'] as const;
const proofs = ['verified', 'not-verifiable', 'unverified'] as const;
/** Of more documents than this the reasons are not told one by one. */
const MOST_REASONS = 3;

interface Piece {
  readonly device: string;
  readonly document: string;
  readonly entries: readonly EntryId[];
  delivered: Delivered;
}

export class Delivery {
  /** By device, then by document. */
  readonly #pieces = new Map<string, Map<string, Piece>>();
  readonly #byEntry = new Map<EntryId, Set<Piece>>();
  /** What is not offered of each place in intent that asks for it. */
  readonly #lacks = new Map<string, { readonly entries: readonly EntryId[]; readonly lacks: readonly Lack[] }>();
  /** Places by the entries that they are in. */
  readonly #lacking = new Map<EntryId, Set<string>>();

  /**
   * Says how a document stands and which entries it delivers, each once; undefined: it is neither wanted nor there.
   * @returns the entries that may stand otherwise now. O(entries of the document), O(1) when nothing changed
   */
  document(
    device: string,
    document: string,
    delivered: Delivered | undefined,
    entries: readonly EntryId[],
  ): readonly EntryId[] {
    const before = this.#pieces.get(device)?.get(document);
    if (before !== undefined && delivered !== undefined && sameItems(before.entries, entries)) {
      const stays = sameDelivered(before.delivered, delivered);
      before.delivered = delivered;
      return stays ? [] : entries;
    }
    const after = delivered === undefined ? undefined : { device, document, entries, delivered };
    for (const entry of before?.entries ?? []) takeFrom(this.#byEntry, entry, before);
    for (const entry of after?.entries ?? []) addTo(this.#byEntry, entry, after);
    this.#keep(device, document, after);
    return distinct([...(before?.entries ?? []), ...(after?.entries ?? [])]);
  }

  /**
   * Says all that devices do not offer of what one place in intent asks for, and in which entries it is, each once.
   * @returns the entries that may stand otherwise now.
   */
  lacks(place: string, entries: readonly EntryId[], lacks: readonly Lack[]): EntryId[] {
    const before = this.#lacks.get(place);
    for (const entry of before?.entries ?? []) takeFrom(this.#lacking, entry, place);
    this.#lacks.delete(place);
    if (lacks.length > 0) {
      this.#lacks.set(place, { entries, lacks });
      for (const entry of entries) addTo(this.#lacking, entry, place);
    }
    return distinct([...(before?.entries ?? []), ...entries]);
  }

  /** Documents of a device that are known here. */
  documentsOf(device: string): string[] {
    return [...(this.#pieces.get(device)?.keys() ?? [])];
  }

  /** How an entry stands now, systems by name. O(its documents) */
  entry(entry: EntryId): EntryStatus {
    const pieces = [...(this.#byEntry.get(entry) ?? [])];
    const devices = new Map<string, { pieces: Piece[]; lacks: string[] }>();
    const at = (device: string) => {
      const known = devices.get(device) ?? { pieces: [], lacks: [] };
      devices.set(device, known);
      return known;
    };
    for (const piece of pieces) at(piece.device).pieces.push(piece);
    for (const place of this.#lacking.get(entry) ?? []) {
      for (const { device, reason } of this.#lacks.get(place)?.lacks ?? []) at(device).lacks.push(reason);
    }
    return {
      status: pieces.length === 0 ? 'not-served' : worst(ranks, pieces.map(statusOf)),
      systems: [...devices]
        .map(([device, known]) => systemStatus(device, known.pieces, known.lacks))
        .sort((a, b) => (a.device < b.device ? -1 : 1)),
    };
  }

  #keep(device: string, document: string, piece: Piece | undefined): void {
    const ofDevice = this.#pieces.get(device) ?? new Map<string, Piece>();
    if (piece === undefined) ofDevice.delete(document);
    else ofDevice.set(document, piece);
    if (ofDevice.size === 0) this.#pieces.delete(device);
    else this.#pieces.set(device, ofDevice);
  }
}

function systemStatus(device: string, pieces: readonly Piece[], lacks: readonly string[]): SystemStatus {
  const status = worst(ranks, pieces.map(statusOf));
  const isThere = pieces.length > 0 && status === 'in-effect';
  const reasons = status === 'in-effect' ? [] : reasonsOf(pieces.filter((piece) => statusOf(piece) === status));
  return {
    device,
    status: status === 'in-effect' && lacks.length > 0 ? 'not-offered' : status,
    verified: isThere
      ? worst(
          proofs,
          pieces.map(({ delivered }) => delivered.verified),
        )
      : undefined,
    reason: [...reasons, ...few(distinct(lacks).sort())].join('; ') || undefined,
  };
}

/** The same words of several documents are said once; else it is said which document they are about. */
function reasonsOf(pieces: readonly Piece[]): string[] {
  const documents = new Map<string, string[]>();
  for (const { document, delivered } of pieces) {
    const { reason } = delivered;
    if (reason !== undefined) documents.set(reason, [...(documents.get(reason) ?? []), document]);
  }
  const told = [...documents].map(([reason, [first, ...others]]) =>
    pieces.length === 1 || others.length > 0 ? reason : `${first}: ${reason}`,
  );
  return few(told.sort());
}

function statusOf({ delivered }: Piece): DocumentStatus['status'] {
  return delivered.status;
}

function few(texts: readonly string[]): string[] {
  if (texts.length <= MOST_REASONS) return [...texts];
  return [...texts.slice(0, MOST_REASONS), `and ${texts.length - MOST_REASONS} more`];
}

function worst<T>(order: readonly [T, ...T[]], found: readonly T[]): T {
  return found.reduce((a, b) => (order.indexOf(a) < order.indexOf(b) ? b : a), order[0]);
}

function sameDelivered(a: Delivered, b: Delivered): boolean {
  return a.status === b.status && a.verified === b.verified && a.reason === b.reason;
}

function sameItems<T>(a: readonly T[], b: readonly T[]): boolean {
  return a === b || (a.length === b.length && a.every((item, i) => item === b[i]));
}

function distinct<T>(items: readonly T[]): T[] {
  return [...new Set(items)];
}

function addTo<T>(sets: Map<string, Set<T>>, name: string, item: T | undefined): void {
  if (item === undefined) return;
  const set = sets.get(name);
  if (set === undefined) sets.set(name, new Set([item]));
  else set.add(item);
}

function takeFrom<T>(sets: Map<string, Set<T>>, name: string, item: T | undefined): void {
  const set = sets.get(name);
  if (item !== undefined && set?.delete(item) === true && set.size === 0) sets.delete(name);
}
