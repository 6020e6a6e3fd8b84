// What engine tests stand on: intent in memory with a feed, a store on disk, a clock that only the test moves.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Level } from 'level';
import { adapter as sdCore } from '../../adapters/sd-core/index.ts';
import type { Snapshot } from '../../src/datastore/snapshot.ts';
import type { CommitRequest, FeedEvent } from '../../src/datastore/transaction.ts';
import type { Model } from '../../src/schema/model.ts';
import type { Adapter } from '../../src/southbound/adapter.ts';
import { levelAckStore } from '../../src/southbound/device/ack-store.ts';
import type { Clock } from '../../src/southbound/device/clock.ts';
import type { DocumentEvent } from '../../src/southbound/device/device-worker.ts';
import { type IntentSource, Reconciler, type ReconcilerOptions } from '../../src/southbound/reconciler.ts';
import { candidateTo, type Plain, snapshotOf } from './intent.ts';
import { aether, platform } from './schemas.ts';

const request = (): CommitRequest => ({ author: 'test', edits: [], authorize: () => {} });

/** A datastore without validation and disk: plans, applies, tells. */
export class Intent implements IntentSource {
  readonly #snapshots = new Map<string, Snapshot>();
  readonly #listeners = new Set<(event: FeedEvent) => void>();
  plan: Reconciler['plan'] = async () => [];
  head = { revision: 0 };

  constructor(targets: readonly string[], model: Model) {
    this.#add('platform', platform);
    for (const target of targets) this.#add(target, model);
  }

  #add(target: string, model: Model): void {
    this.#snapshots.set(target, snapshotOf(target, model, 0, {}));
  }

  targets(): { name: string }[] {
    return [...this.#snapshots.keys()].map((name) => ({ name }));
  }

  snapshot(target: string): Snapshot | undefined {
    return this.#snapshots.get(target);
  }

  listen(listener: (event: FeedEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Makes each target's whole tree what is given. @returns the revision */
  async commit(trees: Readonly<Record<string, Plain>>): Promise<number> {
    const candidates = this.#stage(trees);
    await this.plan(candidates, request());
    return this.#apply(candidates);
  }

  /** As `commit`, with something that happens between the plan and the append. */
  async commitAfter(trees: Readonly<Record<string, Plain>>, meanwhile: () => Promise<unknown>): Promise<number> {
    const candidates = this.#stage(trees);
    await this.plan(candidates, request());
    await meanwhile();
    return this.#apply(candidates);
  }

  /** As `commit`, but nothing is kept. */
  async dryRun(trees: Readonly<Record<string, Plain>>): Promise<void> {
    await this.plan(this.#stage(trees), request());
  }

  /** As `commit`, without a plan: what a transaction is that was planned before something else came first. */
  force(trees: Readonly<Record<string, Plain>>): number {
    return this.#apply(this.#stage(trees));
  }

  #stage(trees: Readonly<Record<string, Plain>>): ReturnType<typeof candidateTo>[] {
    return Object.entries(trees).map(([target, tree]) => {
      const before = this.#snapshots.get(target);
      if (before === undefined) throw new Error(`no target ${target}`);
      return candidateTo(before, this.head.revision + 1, tree);
    });
  }

  #apply(candidates: ReturnType<typeof candidateTo>[]): number {
    const commits = candidates.filter(({ changes }) => changes.length > 0);
    if (commits.length === 0) return this.head.revision;
    this.head = { revision: this.head.revision + 1 };
    for (const { target, after } of commits) this.#snapshots.set(target, after);
    const event = { revision: this.head.revision, timeNs: 0n, author: 'test', commits };
    for (const listener of this.#listeners) listener(event);
    return this.head.revision;
  }
}

/** Time stands still until the test moves it. */
export class ManualClock implements Clock {
  #nowMs = 1_000_000;
  #sleepers: { untilMs: number; wake: () => void }[] = [];
  #watchers: (() => void)[] = [];
  readonly #alarms = new Set<{ readonly dueMs: number; readonly ring: () => void }>();
  /** Lengths of all pauses begun so far. */
  readonly pauses: number[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  sleep(durationMs: number, signal: AbortSignal): Promise<void> {
    this.pauses.push(durationMs);
    return new Promise((resolve) => {
      this.#sleepers.push({ untilMs: this.#nowMs + durationMs, wake: resolve });
      signal.addEventListener('abort', () => resolve());
      for (const watcher of this.#watchers.splice(0)) watcher();
    });
  }

  /** Resolves once this many pauses have begun since the test started. */
  async begun(count: number): Promise<void> {
    while (this.pauses.length < count) {
      await new Promise<void>((resolve) => {
        this.#watchers.push(resolve);
      });
    }
  }

  alarm(durationMs: number, ring: () => void): () => void {
    const alarm = { dueMs: this.#nowMs + durationMs, ring };
    this.#alarms.add(alarm);
    return () => this.#alarms.delete(alarm);
  }

  advance(durationMs: number): void {
    this.#nowMs += durationMs;
    for (const alarm of this.#alarms) {
      if (alarm.dueMs > this.#nowMs) continue;
      this.#alarms.delete(alarm);
      alarm.ring();
    }
    const due = this.#sleepers.filter(({ untilMs }) => untilMs <= this.#nowMs);
    this.#sleepers = this.#sleepers.filter(({ untilMs }) => untilMs > this.#nowMs);
    for (const { wake } of due) wake();
  }
}

export interface StageOptions {
  readonly targets?: readonly string[];
  /** Of all targets; aether by default. */
  readonly model?: Model;
  readonly adapters?: readonly Adapter[];
  readonly options?: Pick<ReconcilerOptions, 'adopt' | 'causesOf' | 'resolveSecret'>;
}

/** One engine with its surroundings, which outlive it so that it can be started again. */
export class Stage {
  readonly intent: Intent;
  readonly clock = new ManualClock();
  readonly events: DocumentEvent[] = [];
  readonly #folder: string;
  readonly #adapters: readonly Adapter[];
  readonly #options: StageOptions['options'];
  #db: Level<string, string> | undefined;
  #reconciler: Reconciler | undefined;

  private constructor(folder: string, options: StageOptions) {
    this.#folder = folder;
    this.#adapters = options.adapters ?? [sdCore];
    this.#options = options.options;
    this.intent = new Intent(options.targets ?? ['acme'], options.model ?? aether);
  }

  static async open(options: StageOptions = {}): Promise<Stage> {
    return new Stage(await mkdtemp(join(tmpdir(), 'edgeconf-southbound-')), options);
  }

  get reconciler(): Reconciler {
    if (this.#reconciler === undefined) throw new Error('the engine is not running');
    return this.#reconciler;
  }

  async start(): Promise<void> {
    this.#db = new Level<string, string>(join(this.#folder, 'southbound'));
    await this.#db.open();
    this.#reconciler = new Reconciler({
      adapters: this.#adapters,
      store: levelAckStore(this.#db),
      clock: this.clock,
      random: () => 1,
      backoff: { firstMs: 100, longestMs: 1_000 },
      resolveSecret: async (reference) => `secret of ${reference}`,
      ...this.#options,
    });
    this.#reconciler.listen((event) => this.events.push(event));
    this.intent.plan = this.#reconciler.plan;
    await this.#reconciler.start(this.intent);
  }

  async stop(): Promise<void> {
    await this.#reconciler?.close();
    await this.#db?.close();
    this.#reconciler = undefined;
    this.intent.plan = async () => [];
  }

  /** Commits, and lets time pass whenever the engine pauses, until the devices are at rest and have everything. */
  async settle(trees: Readonly<Record<string, Plain>>): Promise<void> {
    await this.intent.commit(trees);
    await this.rest();
  }

  /** As `settle`, without a commit. */
  async rest(): Promise<void> {
    await this.passing(this.reconciler.settled());
    for (const { pending, refused, faults } of this.reconciler.status()) {
      assert.deepEqual([pending, refused, faults], [0, [], []]);
    }
  }

  /** Lets time pass whenever the engine pauses, until the promise is kept. */
  async passing<T>(promise: Promise<T>): Promise<T> {
    let isOver = false;
    const over = promise.finally(() => {
      isOver = true;
    });
    // Who waits gets to know of a failure below.
    over.catch(() => {});
    for (let pauses = this.clock.pauses.length; !isOver; pauses += 1) {
      this.clock.advance(1_000);
      await Promise.race([over.catch(() => {}), this.clock.begun(pauses + 1)]);
    }
    return await promise;
  }

  /** Forgets all that devices acknowledged, as if the service were new. The engine must not run. */
  async forgetDevices(): Promise<void> {
    await rm(join(this.#folder, 'southbound'), { recursive: true, force: true });
  }

  /** Spoils a record of what a device acknowledged. The engine must not run. */
  async damage(device: string): Promise<void> {
    const db = new Level<string, string>(join(this.#folder, 'southbound'));
    await db.open();
    await db.put(`d\0${device}\0damaged`, '{');
    await db.close();
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  async close(): Promise<void> {
    await this.stop();
    await rm(this.#folder, { recursive: true });
  }

  /** `put <id>` and `remove <id>` as the device took them, since the last call. */
  taken(device?: string): string[] {
    const events = this.events.splice(0);
    return events
      .filter((event) => event.ok && (device === undefined || event.device === device))
      .map(({ op, ref }) => `${op} ${ref.id}`);
  }
}
