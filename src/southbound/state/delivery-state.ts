// Tells each tenant's tree which of its entries are in effect: the leaves `status` and `system` of slices, groups and the like.

import { setImmediate as turn } from 'node:timers/promises';
import type { Snapshot } from '../../datastore/snapshot.ts';
import type { StateReport } from '../../datastore/state-rows.ts';
import type { FeedEvent } from '../../datastore/transaction.ts';
import { southboundLog } from '../../log.ts';
import type { RowKey } from '../../schema/row-key.ts';
import { Slices } from '../../slices.ts';
import type { DocumentRef } from '../adapter.ts';
import type { DocumentStatus } from '../document-status.ts';
import type { Reconciler } from '../reconciler.ts';
import { Delivery, type EntryId, type EntryStatus } from './delivery.ts';
import { allEntries, deliveryListOf, deliveryLists, entriesAt, entryCreated, isConfigured } from './delivery-lists.ts';
import { Due } from './due.ts';
import { reportsFor, StateTree, shortened } from './state-tree.ts';

/** Where reports go; a Datastore fits. */
export interface DeliverySink {
  targets(): readonly { readonly name: string }[];
  snapshot(target: string): Snapshot | undefined;
  report(target: string, reports: readonly StateReport[]): void;
  listen(listener: (event: FeedEvent) => void): () => void;
}

/** More entries than this do not wait to be looked at. */
const MOST_WAITING = 4_096;

/**
 * Follows the reconciler and the feed. Each change of a document reports the entries that it is about, at most once a turn of
 * the event loop; an entry without documents is reported once its transaction has been taken in.
 * @returns ends the reporting.
 */
export function reportDelivery(reconciler: Reconciler, sink: DeliverySink): () => void {
  const reporter = new Reporter(reconciler, sink);
  return () => reporter.end();
}

class Reporter {
  readonly #reconciler: Reconciler;
  readonly #sink: DeliverySink;
  readonly #delivery = new Delivery();
  readonly #ended = new AbortController();
  readonly #ends: (() => void)[];
  readonly #documents: Due<string>;
  /** Looked at after the documents that they may be made from. */
  readonly #entries: Due<EntryId>;
  /** Devices that nothing can be sent to: all their pending documents say so. */
  readonly #silent = new Set<string>();
  readonly #entriesOf = new WeakMap<DocumentRef, { target: string; entries: readonly EntryId[] }>();
  /** Places of intent whose gaps have moved. */
  readonly #places = new Map<string, { readonly target: string; readonly source: readonly string[] }>();
  /** What the feed told, one after the other. */
  #incoming: Promise<void>;

  constructor(reconciler: Reconciler, sink: DeliverySink) {
    this.#reconciler = reconciler;
    this.#sink = sink;
    this.#documents = new Due((ids) => {
      for (const id of ids) this.#lookAtDocument(id);
    });
    this.#entries = new Due((ids) => this.#report(ids), this.#documents);
    const devices = new Due<string>((names) => {
      for (const name of names) this.#lookAtDevice(name);
    });
    this.#incoming = this.#guarded(() => this.#begin());
    this.#ends = [
      reconciler.onDocument((device, document) => this.#documents.add(documentId(device, document))),
      reconciler.onStatus((device) => devices.add(device)),
      reconciler.gaps.listen((target, source) => this.#gapsMoved(target, source)),
      sink.listen((event) => {
        if (event.state === true || event.commits.length === 0) return;
        this.#incoming = this.#incoming.then(() => this.#guarded(() => this.#takeIn(event)));
      }),
      () => devices.end(),
    ];
  }

  end(): void {
    this.#ended.abort();
    for (const end of [...this.#ends]) end();
    this.#documents.end();
    this.#entries.end();
  }

  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      if (!this.#ended.signal.aborted) await work();
    } catch (err) {
      if (this.#ended.signal.aborted) return;
      southboundLog.error({ err }, 'it cannot be told what is in effect; status leaves may be out of date');
    }
  }

  /** Everything that there is at the start. */
  async #begin(): Promise<void> {
    await this.#reconciler.settled({ devices: [], signal: this.#ended.signal });
    const slices = new Slices();
    for (const { device } of this.#reconciler.status()) {
      this.#lookAtDevice(device);
      for (const { ref } of this.#reconciler.documents(device)) {
        this.#documents.add(documentId(device, ref.id));
        await slices.next();
      }
    }
    for (const { target, source } of this.#reconciler.gaps.entries()) {
      this.#lookAtGaps(target, source);
      await slices.next();
    }
    for (const { name } of this.#sink.targets()) {
      const snapshot = this.#sink.snapshot(name);
      for (const entry of snapshot === undefined ? [] : allEntries(snapshot)) {
        await this.#room();
        this.#entries.add(entryId(name, entry));
        await slices.next();
      }
    }
  }

  async #takeIn({ revision, commits }: FeedEvent): Promise<void> {
    const slices = new Slices();
    let hasWaited = false;
    for (const { target, after, changes } of commits) {
      if (deliveryLists(after.model.root).size === 0) continue;
      for (const change of changes) {
        const entry = entryCreated(after.model.root, change);
        if (entry !== undefined) {
          // Until then nothing is known of its documents, and it would be told that it has none.
          if (!hasWaited) await this.#reconciler.settled({ revision, devices: [], signal: this.#ended.signal });
          hasWaited = true;
          await this.#room();
          this.#entries.add(entryId(target, entry));
        }
        await slices.next();
      }
    }
  }

  async #room(): Promise<void> {
    while (this.#entries.size > MOST_WAITING && !this.#ended.signal.aborted) await turn();
  }

  #lookAtDevice(device: string): void {
    const isSilent = this.#reconciler.isSilent(device);
    if (this.#silent.has(device) === isSilent) return;
    if (isSilent) this.#silent.add(device);
    else this.#silent.delete(device);
    for (const document of this.#delivery.documentsOf(device)) this.#documents.add(documentId(device, document));
  }

  #lookAtDocument(id: string): void {
    const at = id.indexOf('\0');
    const [device, document] = [id.slice(0, at), id.slice(at + 1)];
    const status = this.#reconciler.document(device, document);
    const delivered = status === undefined ? undefined : { ...status, reason: shortened(status.reason) };
    const entries = status === undefined ? [] : this.#entriesServed(status);
    for (const entry of this.#delivery.document(device, document, delivered, entries)) this.#entries.add(entry);
  }

  /** Gaps are told of while a transaction is taken in: before the documents that come with them. */
  #gapsMoved(target: string, source: readonly string[]): void {
    this.#places.set([target, ...source].join('\0'), { target, source });
    if (this.#places.size > 1) return;
    void this.#guarded(async () => {
      await this.#reconciler.settled({ devices: [], signal: this.#ended.signal });
      const places = [...this.#places.values()];
      this.#places.clear();
      for (const place of places) this.#lookAtGaps(place.target, place.source);
    });
  }

  #lookAtGaps(target: string, source: readonly string[]): void {
    const root = this.#sink.snapshot(target)?.model.root;
    const entries = root === undefined ? [] : entriesAt(root, source).map((key) => entryId(target, key));
    const lacks = this.#reconciler.gaps.of(target, source);
    for (const entry of this.#delivery.lacks([target, ...source].join('\0'), entries, lacks)) this.#entries.add(entry);
  }

  #entriesServed({ ref, target }: DocumentStatus): readonly EntryId[] {
    if (target === undefined) return [];
    const known = this.#entriesOf.get(ref);
    if (known?.target === target) return known.entries;
    const root = this.#sink.snapshot(target)?.model.root;
    if (root === undefined) return [];
    const sources = [ref.source, ...(ref.serves ?? [])];
    const keys = new Set(sources.flatMap((source) => entriesAt(root, source)));
    const entries = [...keys].map((key) => entryId(target, key));
    this.#entriesOf.set(ref, { target, entries });
    return entries;
  }

  #report(ids: readonly EntryId[]): void {
    const reports = new Map<string, StateReport[]>();
    for (const id of ids) {
      const at = id.indexOf('\0');
      const [target, entry] = [id.slice(0, at), id.slice(at + 1)];
      const snapshot = this.#sink.snapshot(target);
      const found = snapshot === undefined ? [] : entryReports(snapshot, entry, this.#delivery.entry(id));
      if (found.length > 0) reports.set(target, [...(reports.get(target) ?? []), ...found]);
    }
    for (const [target, found] of reports) this.#sink.report(target, found);
  }
}

/** What must be reported of one entry; nothing when it is not configured. */
function entryReports(snapshot: Snapshot, entry: RowKey, { status, systems }: EntryStatus): StateReport[] {
  const list = deliveryListOf(snapshot.model.root, entry);
  if (list === undefined || !isConfigured(snapshot, list, entry)) return [];
  const state = new StateTree(list.list, entry).container('state');
  state.leaf('status', status);
  for (const system of systems) {
    const row = state.newEntry('system', system.device);
    row.leaf('status', system.status);
    row.leaf('verified', system.verified);
    row.leaf('reason', system.reason);
  }
  return reportsFor(snapshot, [entry + list.status, entry + list.systems], state.rows);
}

function documentId(device: string, document: string): string {
  return `${device}\0${document}`;
}

function entryId(target: string, entry: RowKey): EntryId {
  return `${target}\0${entry}`;
}
