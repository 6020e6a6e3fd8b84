// One STREAM as it goes on: its part of the change feed, its samples, targets that come and go, and the rights behind it.

import type { Identity } from '../../access/identity.ts';
import { platformTarget } from '../../datastore/targets.ts';
import { commitMarker, syncResponse } from './bundle.ts';
import { currentValues } from './current-values.ts';
import { feedsOf, snapshotsOf, type TargetFeeds } from './feeds.ts';
import type { GnmiDeps } from './gnmi-deps.ts';
import { type Held, Outbox } from './outbox.ts';
import { changesSince, checkStartRevision } from './resume.ts';
import { checkProof, lookAgain } from './same-rights.ts';
import { Sampler } from './sampler.ts';
import type { Line, Subscriptions } from './subscriptions.ts';
import { Targets } from './targets.ts';
import { dataTimeNs } from './timestamp.ts';

export interface LiveStreamEvents {
  /** There is something to take. */
  readonly wake: () => void;
  /** The stream cannot go on. */
  readonly fail: (error: unknown) => void;
}

/** One line's sampler, with what it samples. */
interface Sampled {
  readonly line: Line;
  readonly sampler: Sampler;
}

/**
 * With target `*` the stream follows the targets: one that appears, or that the caller comes to read, joins with its values;
 * one that is gone or may no longer be read as before ends the stream, as the client holds what it cannot be told to forget.
 */
export class LiveStream {
  readonly #deps: GnmiDeps;
  readonly #identity: Identity;
  readonly #subscriptions: Subscriptions;
  readonly #fail: (error: unknown) => void;
  readonly #outbox: Outbox;
  readonly #samplers: readonly Sampled[];
  readonly #stops: (() => void)[] = [];
  /** Of all lines, by target. */
  #all: TargetFeeds[] = [];
  /** A sample under way, or the values of a target that joined: sent to its end before anything else. */
  readonly #values: Iterator<Buffer>[] = [];
  /** Whose turn it is when both have something. */
  #samplesTurn = false;

  constructor(deps: GnmiDeps, identity: Identity, subscriptions: Subscriptions, { wake, fail }: LiveStreamEvents) {
    const { encoding, config, updatesOnly, lines } = subscriptions;
    const { sampleDeletes } = deps;
    this.#deps = deps;
    this.#identity = identity;
    this.#subscriptions = subscriptions;
    this.#fail = fail;
    this.#outbox = new Outbox(encoding, deps.limits, config, wake);
    this.#samplers = lines
      .filter(({ delivery }) => delivery.sampleMs !== undefined || delivery.heartbeatMs !== undefined)
      .map((line) => ({
        line,
        sampler: new Sampler(line.delivery, !updatesOnly || line.delivery.onChange, sampleDeletes),
      }));
    for (const { sampler } of this.#samplers) this.#stops.push(sampler.start(deps.timers, wake));
  }

  /** What comes first: values, or what the client missed, then the sync. To be called once. */
  begin(): Iterable<Buffer> | AsyncIterable<Buffer> {
    const { datastore, hub, limits } = this.#deps;
    const { encoding, updatesOnly, startRevision, config, lines } = this.#subscriptions;
    // No await between the snapshots and joining the feed: no commit falls in between or comes twice.
    this.#all = this.#feeds(lines);
    if (startRevision !== undefined) checkStartRevision(startRevision, datastore.head.revision, limits);
    const snapshots = snapshotsOf(this.#all, datastore);
    const { revision } = datastore.head;
    const timeNs = dataTimeNs(this.#deps);
    for (const { target } of this.#all) this.#join(target);
    this.#stops.push(hub.watchPlatform(() => this.#platformChanged()));
    const marker =
      config && lines.some(({ delivery }) => delivery.onChange) ? commitMarker(revision, undefined) : undefined;
    const end = marker === undefined ? [syncResponse] : [syncResponse, marker];
    const feeds = this.#all.flatMap((each) => each.feeds);
    if (startRevision !== undefined) {
      const platform = datastore.snapshot(platformTarget);
      if (platform !== undefined) snapshots.set(platformTarget, platform);
      const present = { revision, timeNs, snapshots, targets: this.#all, everywhere: this.#everywhere };
      const who = { identity: this.#identity, grants: this.#deps.access.grants(this.#identity) };
      return concat(changesSince(datastore, startRevision, present, who, encoding, limits), end);
    }
    if (updatesOnly) return end;
    return concat(currentValues(feeds, snapshots, { encoding, limits, timeNs }), end);
  }

  /** The next message; undefined when there is none. */
  take(): Buffer | undefined {
    for (;;) {
      const [values] = this.#values;
      if (values !== undefined) {
        const next = values.next();
        if (next.done !== true) return next.value;
        this.#values.shift();
        continue;
      }
      this.#samplesTurn = !this.#samplesTurn;
      if (this.#samplesTurn && this.#beginSample(({ isHeartbeat }) => !isHeartbeat)) continue;
      const message = this.#outbox.take(this.#samplers.some(({ sampler }) => sampler.isHeartbeat && sampler.isDue));
      if (message !== undefined) return message;
      if (!this.#beginSample()) return undefined;
    }
  }

  stop(): void {
    for (const stop of this.#stops.splice(0)) stop();
  }

  get #everywhere(): boolean {
    return this.#subscriptions.lines.some(({ path }) => path.target === '*');
  }

  #feeds(lines: readonly Line[]): TargetFeeds[] {
    const grants = this.#deps.access.grants(this.#identity);
    const targets = new Targets(this.#deps.datastore, grants);
    return feedsOf(
      this.#subscriptions,
      lines.map(({ path }) => targets.places(path)),
      grants,
    );
  }

  /** Takes part in the feed of one target. */
  #join(target: string): void {
    const { hub } = this.#deps;
    const { encoding, lines } = this.#subscriptions;
    const live = this.#feeds(lines.filter(({ delivery }) => delivery.onChange)).find((each) => each.target === target);
    if (live !== undefined) this.#stops.push(hub.join(live, encoding, this.#outbox));
    for (const { line, sampler } of this.#samplers) {
      const feeds = this.#feeds([line]).find((each) => each.target === target);
      if (feeds === undefined) continue;
      sampler.add(feeds);
      this.#stops.push(hub.join(feeds, encoding, sampler));
    }
  }

  /** A heartbeat only between two commits: it says again what the client holds, and nothing that is told behind it. */
  #beginSample(may: (sampler: Sampler) => boolean = () => true): boolean {
    const due = this.#samplers.find(({ sampler }) => sampler.isDue && may(sampler))?.sampler;
    if (due === undefined) return false;
    const { datastore, limits, nowNs } = this.#deps;
    const now = nowNs();
    const { timeNs: headNs } = datastore.head;
    const { snapshots, untilNs } = due.isHeartbeat ? this.#outbox.held : nothingWaits;
    const timeNs = untilNs !== undefined ? untilNs - 1n : now > headNs ? now : headNs;
    const form = { encoding: this.#subscriptions.encoding, limits, timeNs };
    const collected = new Map([...snapshotsOf(this.#all, datastore), ...snapshots]);
    this.#values.push(due.take(collected, form)[Symbol.iterator]());
    return true;
  }

  /** With other rights the client holds what it may not see, or lacks what it may: only a new subscription sets it right. */
  #platformChanged(): void {
    try {
      checkProof(this.#identity);
      const former = this.#all;
      const now = lookAgain(former, () => this.#feeds(this.#subscriptions.lines));
      this.#all = now;
      for (const joined of now.filter(({ target }) => !former.some((each) => each.target === target))) {
        this.#join(joined.target);
        if (this.#subscriptions.updatesOnly) continue;
        const { encoding } = this.#subscriptions;
        const form = { encoding, limits: this.#deps.limits, timeNs: dataTimeNs(this.#deps) };
        this.#values.push(
          currentValues(joined.feeds, snapshotsOf([joined], this.#deps.datastore), form)[Symbol.iterator](),
        );
      }
    } catch (error) {
      this.#fail(error);
    }
  }
}

const nothingWaits: Held = { snapshots: new Map(), untilNs: undefined };

async function* concat(first: Iterable<Buffer> | AsyncIterable<Buffer>, last: Iterable<Buffer>): AsyncIterable<Buffer> {
  yield* first;
  yield* last;
}
