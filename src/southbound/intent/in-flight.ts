// Transactions that were planned and may be on their way to the journal.

import type { Snapshot } from '../../datastore/snapshot.ts';
import type { Numbers } from './numbers.ts';
import type { Overlay } from './rendering.ts';

/** How long one is remembered of which nothing more is heard: its result may never be known. */
const FORGOTTEN_MS = 60_000;

/** One planned transaction. */
export interface Started {
  /** Tells it from others: the same however often it is planned. */
  readonly request: object;
  readonly targets: readonly { readonly target: string; readonly rows: Snapshot['rows'] }[];
  readonly overlay: Overlay;
  /** The devices that it was planned for. */
  readonly generation: number;
  /** The numbers that it takes. */
  readonly numbers: Numbers;
}

/** Oldest first. */
export class InFlight {
  readonly #nowMs: () => number;
  readonly #byTarget = new Map<string, (Started & { readonly untilMs: number })[]>();
  /** Requests that have been planned and not released. */
  readonly #open = new WeakSet<object>();
  /** The last plan of each request: only that can still come to the journal. */
  readonly #last = new WeakMap<object, Started>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** The request is being planned; only what is added before it is released counts. */
  begin(request: object): void {
    this.#open.add(request);
  }

  add(started: Started): void {
    if (!this.#open.has(started.request)) return;
    const nowMs = this.#nowMs();
    const until = { ...started, untilMs: nowMs + FORGOTTEN_MS };
    this.#last.set(started.request, until);
    for (const { target } of started.targets) {
      this.#set(target, [...this.#of(target).filter(({ untilMs }) => nowMs < untilMs), until]);
    }
  }

  /** The last plan that gives the target these rows. */
  giving(target: string, rows: Snapshot['rows']): Started | undefined {
    return this.#of(target).findLast((started) => started.targets.some((each) => each.rows === rows));
  }

  /** Those that may come before a transaction, of whatever target, each as it was planned last. */
  others(request: object): Started[] {
    const nowMs = this.#nowMs();
    const found = new Set<Started>();
    for (const started of this.#byTarget.values()) {
      for (const each of started) {
        const isLast = this.#last.get(each.request) === each;
        if (isLast && each.request !== request && nowMs < each.untilMs) found.add(each);
      }
    }
    return [...found];
  }

  /** The transaction that gives the target these rows is in the journal. */
  land(target: string, rows: Snapshot['rows']): void {
    const started = this.#of(target);
    const at = started.findLastIndex((each) => each.targets.some((own) => own.target === target && own.rows === rows));
    // Those before it came first, or will never come.
    for (const { overlay } of started.slice(0, at + 1)) overlay.merged();
    this.#set(target, started.slice(at + 1));
  }

  /** Nothing of the transaction was kept. */
  release(request: object): void {
    this.#open.delete(request);
    for (const target of [...this.#byTarget.keys()]) {
      this.#set(
        target,
        this.#of(target).filter((each) => each.request !== request),
      );
    }
  }

  #of(target: string): (Started & { readonly untilMs: number })[] {
    return this.#byTarget.get(target) ?? [];
  }

  #set(target: string, started: (Started & { readonly untilMs: number })[]): void {
    if (started.length === 0) this.#byTarget.delete(target);
    else this.#byTarget.set(target, started);
  }
}
