// One worker thread seen from the main thread: calls of one target in order, those of different targets side by side, with limits.

import { Worker } from 'node:worker_threads';
import { EdgeconfError } from '../errors.ts';
import type { ModelSource } from './model-folder.ts';
import type { NumberedCall, ValidatorProgress, WorkerAnswers, WorkerCall, WorkerReply } from './validator-protocol.ts';

/** How long a call may wait for its turn and how long it may run. */
export interface CallLimits {
  /** Time by `performance.now()` after which a call that waits for an earlier one of its target is given up. */
  readonly waitUntilMs: number;
  /** How long one slice of the work may take. All slices together may take much longer, see {@link longestRun}. */
  readonly runMs: number;
}

/** What comes while a call runs. */
export interface CallEvents {
  readonly onChanges?: (chunk: Uint8Array) => void;
  readonly onProgress?: (progress: ValidatorProgress) => void;
}

/** A call may run this many times its `runMs` as long as it gets on, what other targets do meanwhile included. */
export const longestRun = 20;

interface Waiting {
  readonly id: number;
  readonly call: WorkerCall;
  readonly limits: CallLimits;
  readonly events: CallEvents;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: EdgeconfError) => void;
  timer?: NodeJS.Timeout;
}

/** The first call of a lane is in the worker, the others wait for it. */
type Lane = Waiting[];

/** The thread ended and the call was not the reason: nothing came of it, and it can be made on another thread. */
export class ThreadLost extends EdgeconfError {
  constructor() {
    super('UNAVAILABLE', 'the validator is being restarted; nothing was changed, try again');
  }
}

/** A thread that ended stays ended; the pool starts another. */
export class ValidatorThread {
  /** Targets whose tree is loaded in this thread. */
  readonly loaded = new Set<string>();
  readonly #worker: Worker;
  readonly #lanes = new Map<string, Lane>();
  readonly #running = new Map<number, Waiting>();
  readonly #onEnd: (reason: string) => void;
  readonly #pulse = new Int32Array(new SharedArrayBuffer(8));
  #beats = 0;
  #beatMs = 0;
  #watch: NodeJS.Timeout | undefined;
  #calls = 0;
  #ended = false;

  /** @param onEnd called once when the thread can no longer be used, before any call is failed for it. */
  constructor(models: readonly ModelSource[], onEnd: (reason: string) => void) {
    this.#onEnd = onEnd;
    const workerData = { models, pulse: this.#pulse.buffer };
    this.#worker = new Worker(new URL('./validator-worker.js', import.meta.url), { workerData });
    this.#worker.on('message', (reply: WorkerReply) => this.#replied(reply));
    this.#worker.on('error', (error) =>
      this.#fail(this.#pulse[1], error instanceof Error ? error.message : String(error)),
    );
    this.#worker.on('exit', (code) => this.#fail(this.#pulse[1], `the worker exited with code ${code}`));
  }

  /**
   * @throws EdgeconfError DEADLINE_EXCEEDED when a limit is over (the thread is ended if the call was running), INTERNAL
   *   when the worker did not survive the call, ThreadLost when it ended because of another, INVALID_ARGUMENT when libyang
   *   refused the call itself.
   */
  call<K extends WorkerCall['kind']>(
    call: WorkerCall & { readonly kind: K },
    limits: CallLimits,
    events: CallEvents = {},
  ): Promise<WorkerAnswers[K]> {
    return new Promise((resolve, reject) => {
      const id = ++this.#calls;
      const waiting: Waiting = { id, call, limits, events, resolve: resolve as (answer: unknown) => void, reject };
      if (this.#ended) {
        reject(new ThreadLost());
        return;
      }
      const lane = this.#lanes.get(laneOf(call)) ?? [];
      this.#lanes.set(laneOf(call), lane);
      lane.push(waiting);
      if (lane.length === 1) this.#start(waiting);
      else if (Number.isFinite(limits.waitUntilMs)) {
        waiting.timer = setTimeout(() => this.#giveUp(waiting), Math.max(0, limits.waitUntilMs - performance.now()));
      }
    });
  }

  /** Ends the thread; calls fail with ThreadLost. */
  async close(): Promise<void> {
    this.#ended = true;
    this.#rejectAll(new ThreadLost());
    await this.#worker.terminate();
  }

  #start(waiting: Waiting): void {
    const { id, call, limits } = waiting;
    clearTimeout(waiting.timer);
    this.#running.set(id, waiting);
    if (Number.isFinite(limits.runMs)) {
      waiting.timer = setTimeout(() => this.#overran(waiting, limits.runMs * longestRun), limits.runMs * longestRun);
      this.#observe(limits.runMs);
    }
    const message: NumberedCall = { id, call };
    this.#worker.postMessage(message);
  }

  #replied(reply: WorkerReply): void {
    const running = this.#running.get(reply.id);
    if (running === undefined || this.#ended) return;
    switch (reply.kind) {
      case 'changes':
        running.events.onChanges?.(reply.chunk);
        return;
      case 'progress':
        running.events.onProgress?.(reply.progress);
        return;
      case 'trap':
        this.#fail(reply.id, reply.message);
        return;
      case 'answer':
        this.#finished(running);
        running.resolve(reply.answer);
        return;
      case 'refused':
        this.#finished(running);
        running.reject(new EdgeconfError('INVALID_ARGUMENT', reply.message));
    }
  }

  #finished(running: Waiting): void {
    clearTimeout(running.timer);
    this.#running.delete(running.id);
    if (this.#running.size === 0) {
      clearInterval(this.#watch);
      this.#watch = undefined;
    }
    const name = laneOf(running.call);
    const lane = this.#lanes.get(name);
    lane?.shift();
    if (lane?.[0] !== undefined) this.#start(lane[0]);
    else this.#lanes.delete(name);
  }

  #giveUp(waiting: Waiting): void {
    const lane = this.#lanes.get(laneOf(waiting.call));
    const at = lane?.indexOf(waiting) ?? -1;
    if (at < 1) return;
    lane?.splice(at, 1);
    waiting.reject(
      new EdgeconfError('DEADLINE_EXCEEDED', 'the commit waited too long for the validator, which is busy; try again'),
    );
  }

  /** Looks whether the slices go on; the call whose slice does not end is the one that costs the thread. */
  #observe(runMs: number): void {
    if (this.#watch !== undefined) return;
    this.#beatMs = performance.now();
    this.#watch = setInterval(
      () => {
        const beats = this.#pulse[0] ?? 0;
        if (beats !== this.#beats) {
          this.#beats = beats;
          this.#beatMs = performance.now();
        }
        const running = this.#running.get(this.#pulse[1] ?? 0);
        if (running === undefined || performance.now() - this.#beatMs < running.limits.runMs) return;
        this.#overran(running, running.limits.runMs);
      },
      Math.min(1000, Math.max(10, runMs / 10)),
    );
  }

  #overran(running: Waiting, afterMs: number): void {
    this.#end(
      `a call took longer than ${afterMs} ms`,
      running.id,
      new EdgeconfError(
        'DEADLINE_EXCEEDED',
        `validation was stopped after ${afterMs} ms: this input, or a rule of the model that it touches, is ` +
          'too costly to check. Nothing was changed; split the request or simplify the rule',
      ),
    );
  }

  #fail(id: number | undefined, reason: string): void {
    this.#end(
      reason,
      id,
      new EdgeconfError('INTERNAL', 'the validator failed on this input; nothing was changed', { cause: reason }),
    );
  }

  /** @param id of the call that is to blame; when it is not known, all that ran are. */
  #end(reason: string, id: number | undefined, error: EdgeconfError): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#onEnd(reason);
    const culprit = id === undefined ? undefined : this.#running.get(id);
    if (culprit !== undefined) culprit.reject(error);
    else for (const running of this.#running.values()) running.reject(error);
    this.#rejectAll(new ThreadLost());
    void this.#worker.terminate();
  }

  #rejectAll(error: EdgeconfError): void {
    clearInterval(this.#watch);
    for (const lane of this.#lanes.values()) {
      for (const call of lane) {
        clearTimeout(call.timer);
        call.reject(error);
      }
    }
    this.#lanes.clear();
    this.#running.clear();
  }
}

/** What must not overtake one another: the calls of one target. */
function laneOf(call: WorkerCall): string {
  return 'target' in call ? `target ${call.target}` : `model ${call.model}`;
}
