// The validator: a pool of worker threads in which libyang holds one tree for each target and judges every edit.

import { EdgeconfError, type Violation } from '../errors.ts';
import { datastoreLog } from '../log.ts';
import type { Model } from '../schema/model.ts';
import { linkSchema, type SchemaDump } from '../schema/schema-node.ts';
import { fixedLeaves } from './fixed-leaves.ts';
import type { ModelSource } from './model-folder.ts';
import type { Snapshot } from './snapshot.ts';
import { editParts } from './validator-edits.ts';
import type { ValidatorProgress } from './validator-protocol.ts';
import { type CallLimits, ThreadLost, ValidatorThread } from './validator-thread.ts';

/** What the pool is made of. */
export interface ValidatorOptions {
  readonly models: readonly ModelSource[];
  /** Number of threads. */
  readonly workers: number;
  /** How long a call may wait, and how long it may run without getting on. */
  readonly deadlineMs: number;
}

/** Told of a stage as it goes on. */
export interface StageEvents {
  /** The stage begins, maybe not for the first time: chunks of changes that were told before are void. */
  readonly onBegin: () => void;
  /** A chunk of packed changes; they are told only when there is no violation. */
  readonly onChanges: (chunk: Uint8Array) => void;
  readonly onProgress?: (progress: ValidatorProgress) => void;
}

/** The rows that a tree is being made of. */
interface Load {
  readonly rows: Snapshot['rows'];
  readonly done: Promise<void>;
}

/** Rows that go to a worker at once: few enough that neither side is held up for long. */
const rowsPerSlice = 4000;
/** A load checks the whole tree, so it may take longer than any edit of it. */
const loadFactor = 10;

/**
 * Trees are loaded from a snapshot when a target is first staged. A thread that traps, exits or overruns is replaced and
 * its trees are loaded again when they are next needed: what was staged there is valid, and is in the snapshot by then.
 */
export class Validator {
  readonly models: ReadonlyMap<string, Model>;
  readonly #options: ValidatorOptions;
  /** Started when they are first needed, so that a thread that cannot start fails its caller and not in a loop. */
  readonly #threads: (ValidatorThread | undefined)[];
  readonly #homes = new Map<string, number>();
  readonly #schemas = new Map<string, SchemaDump>();
  /** Trees that are being loaded. */
  readonly #loads = new Map<string, Load>();
  /** Targets whose worker is yet to be told that what is staged is kept. */
  readonly #toKeep = new Set<string>();
  #replaced = 0;
  #closed = false;

  private constructor(options: ValidatorOptions, models: ReadonlyMap<string, Model>) {
    this.#options = options;
    this.#threads = new Array(Math.max(1, options.workers)).fill(undefined);
    this.models = models;
  }

  /** @throws EdgeconfError FAILED_PRECONDITION naming the model that does not compile, and why. */
  static async start(options: ValidatorOptions): Promise<Validator> {
    const models = new Map<string, Model>();
    const validator = new Validator(options, models);
    try {
      for (const source of options.models) models.set(source.id, await validator.#compile(source));
    } catch (error) {
      await validator.close();
      throw error;
    }
    return validator;
  }

  /** A model's schema as libyang dumped it. */
  schema(modelId: string): SchemaDump | undefined {
    return this.#schemas.get(modelId);
  }

  /** How many threads had to be replaced since the start. */
  get replaced(): number {
    return this.#replaced;
  }

  /**
   * Loads the tree of the snapshot's target, unless that is done, so that the first stage finds it.
   * @throws EdgeconfError as `stage` does
   */
  async warm(snapshot: Snapshot): Promise<void> {
    const thread = this.#threadOf(snapshot.target);
    if (!thread.loaded.has(snapshot.target)) await this.#loaded(thread, snapshot, Number.POSITIVE_INFINITY);
  }

  /**
   * Applies edits to the tree of the snapshot's target and validates it. What is staged must be kept or undone before the
   * target is staged again. Large stages of other targets of the same thread go on in turns with it.
   * @param edits packed edits, in one or several buffers; an edit's index counts through all of them
   * @returns what is not valid; then nothing is staged
   * @throws EdgeconfError DEADLINE_EXCEEDED, INTERNAL, UNAVAILABLE as `ValidatorThread.call`; FAILED_PRECONDITION when the
   *   stored rows themselves are not valid.
   */
  async stage(
    snapshot: Snapshot,
    edits: Uint8Array | readonly Uint8Array[],
    waitUntilMs: number,
    events: StageEvents,
  ): Promise<readonly Violation[]> {
    const packed = edits instanceof Uint8Array ? [edits] : edits;
    for (;;) {
      try {
        return await this.#stageOnce(snapshot, packed, waitUntilMs, events);
      } catch (error) {
        // Another target's input cost the thread: this one has no part in it and goes on in the next thread.
        if (!(error instanceof ThreadLost) || this.#closed || performance.now() > waitUntilMs) throw error;
      }
    }
  }

  async #stageOnce(
    snapshot: Snapshot,
    packed: readonly Uint8Array[],
    waitUntilMs: number,
    events: StageEvents,
  ): Promise<readonly Violation[]> {
    const { target } = snapshot;
    const thread = this.#threadOf(target);
    if (!thread.loaded.has(target)) {
      this.#toKeep.delete(target);
      await this.#loaded(thread, snapshot, waitUntilMs);
    }
    const limits: CallLimits = { waitUntilMs, runMs: this.#options.deadlineMs };
    events.onBegin();
    for (const { bytes, first, last } of editParts(packed)) {
      if (!last) {
        await thread.call({ kind: 'edits', target, first, bytes }, limits);
        continue;
      }
      const keep = this.#toKeep.delete(target) && thread.loaded.has(target);
      const answer = await thread.call({ kind: 'stage', target, keep, bytes }, limits, events);
      const { violations, lastChunk } = answer;
      if (lastChunk !== undefined) events.onChanges(lastChunk);
      return violations.map(plainViolation);
    }
    throw new TypeError('there is always a last part');
  }

  /** Makes what is staged the tree's content. Cannot fail: a thread that is lost loads the tree again from rows. */
  keep(target: string): void {
    // The next stage takes the word with it, if it comes at once.
    this.#toKeep.add(target);
    setImmediate(() => {
      if (this.#toKeep.delete(target)) this.#tell('keep', target);
    });
  }

  /** Takes back what is staged. Cannot fail, as `keep`. */
  undo(target: string): void {
    this.#tell('undo', target);
  }

  /** Forgets a target's tree: the target is gone, or its rows changed by other means than `stage`. */
  drop(target: string): void {
    this.#toKeep.delete(target);
    this.#loads.delete(target);
    this.#tell('drop', target);
    if (!this.#closed) this.#threadOf(target).loaded.delete(target);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#threads.map((thread) => thread?.close()));
  }

  #tell(kind: 'keep' | 'undo' | 'drop', target: string): void {
    const thread = this.#closed ? undefined : this.#threadOf(target);
    if (thread?.loaded.has(target) !== true) return;
    const limits = { waitUntilMs: Number.POSITIVE_INFINITY, runMs: this.#options.deadlineMs };
    thread.call({ kind, target }, limits).catch(() => {
      // The thread was lost, and its successor has no trees yet.
    });
  }

  /** Targets are spread over the threads in the order in which they are first used, and stay where they are. */
  #threadOf(target: string): ValidatorThread {
    let home = this.#homes.get(target);
    if (home === undefined) {
      home = this.#homes.size % this.#threads.length;
      this.#homes.set(target, home);
    }
    return this.#thread(home);
  }

  #thread(at: number): ValidatorThread {
    if (this.#closed) throw new EdgeconfError('UNAVAILABLE', 'the datastore is closed');
    const running = this.#threads[at];
    if (running !== undefined) return running;
    const started = new ValidatorThread(this.#options.models, (reason) => {
      this.#replaced++;
      this.#threads[at] = undefined;
      datastoreLog.error({ reason }, 'a validator thread was lost; another takes its place');
    });
    this.#threads[at] = started;
    return started;
  }

  /** Loads a tree once, whoever asks for it meanwhile. */
  async #loaded(thread: ValidatorThread, snapshot: Snapshot, waitUntilMs: number): Promise<void> {
    const { target } = snapshot;
    for (let running = this.#loads.get(target); running !== undefined; running = this.#loads.get(target)) {
      const { rows, done } = running;
      await done.catch(() => {});
      if (this.#loads.get(target) === running) this.#loads.delete(target);
      if (rows === snapshot.rows && thread.loaded.has(target)) return;
    }
    const load: Load = { rows: snapshot.rows, done: this.#load(thread, snapshot, waitUntilMs) };
    this.#loads.set(target, load);
    try {
      await load.done;
      // Unless the tree was dropped meanwhile: then what was loaded is not what is there.
      if (this.#loads.get(target) !== load) throw new ThreadLost();
      thread.loaded.add(target);
    } finally {
      if (this.#loads.get(target) === load) this.#loads.delete(target);
    }
  }

  async #load(thread: ValidatorThread, snapshot: Snapshot, waitUntilMs: number): Promise<void> {
    const { target, model } = snapshot;
    const limits = { waitUntilMs, runMs: this.#options.deadlineMs * loadFactor };
    let slice: string[] = [];
    let sent: Promise<unknown> | undefined;
    const send = async (): Promise<void> => {
      const call = thread.call(
        { kind: 'rows', target, model: model.id, first: sent === undefined, rows: slice },
        limits,
      );
      // A failure is told by whoever waits for it, and that is the next slice.
      call.catch(() => {});
      slice = [];
      await sent;
      sent = call;
    };
    for (const row of snapshot.withoutState().subtree('')) {
      slice.push(row.key, row.value);
      // One slice is made while the one before is being read.
      if (slice.length >= rowsPerSlice * 2) await send();
    }
    await send();
    const { violations } = await thread.call({ kind: 'load', target, model: model.id }, limits);
    if (violations.length > 0) {
      throw new EdgeconfError(
        'FAILED_PRECONDITION',
        `the stored rows of target ${target} are not valid by model ${model.id}, which must have changed since: ` +
          describeViolations(violations.map(plainViolation)),
      );
    }
  }

  async #compile(source: ModelSource): Promise<Model> {
    const limits = { waitUntilMs: Number.POSITIVE_INFINITY, runMs: this.#options.deadlineMs * loadFactor };
    try {
      const { schema, modules } = await this.#thread(0).call({ kind: 'schema', model: source.id }, limits);
      this.#schemas.set(source.id, schema);
      const root = linkSchema(schema);
      const fixed = fixedLeaves(source.id, root, source.fixed ?? []);
      return { id: source.id, name: source.name, version: source.version, root, modules, fixed };
    } catch (error) {
      if (error instanceof EdgeconfError && error.code === 'FAILED_PRECONDITION') throw error;
      const known = EdgeconfError.from(error);
      const reason =
        known.code === 'INVALID_ARGUMENT'
          ? `does not compile: ${known.message}`
          : `could not be compiled, the validator was lost: ${String(known.cause ?? known.message)}`;
      throw new EdgeconfError('FAILED_PRECONDITION', `model ${source.id} ${reason}`, { cause: error });
    }
  }
}

/** The first violations as one sentence: `2 violations: /a/b: too long; /c: missing`. */
export function describeViolations(violations: readonly Violation[], atMost = 5): string {
  const shown = violations.slice(0, atMost).map(({ path, message }) => `${path}: ${message}`);
  const more = violations.length > atMost ? `; and ${violations.length - atMost} more` : '';
  return `${violations.length} ${violations.length === 1 ? 'violation' : 'violations'}: ${shown.join('; ')}${more}`;
}

function plainViolation(violation: Violation): Violation {
  const { path, errorTag, errorAppTag, message } = violation;
  return errorAppTag === undefined ? { path, errorTag, message } : { path, errorTag, errorAppTag, message };
}
