// One worker thread seen from the main thread: calls in order, one in flight, each with a limit of time.

import { Worker } from 'node:worker_threads';
import { EdgeconfError } from '../errors.ts';
import type { WorkerAnswers, WorkerCall, WorkerInput, WorkerReply } from './validator-protocol.ts';

/** How long a call may wait for its turn and how long it may run. */
export interface CallLimits {
  /** Time by `performance.now()` after which a call that waits is given up. */
  readonly waitUntilMs: number;
  readonly runMs: number;
}

interface Waiting {
  readonly call: WorkerCall;
  readonly limits: CallLimits;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: EdgeconfError) => void;
  timer?: NodeJS.Timeout;
}

/** The thread ended while a call waited for its turn: the call was never begun and can be made on another thread. */
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
  readonly #queue: Waiting[] = [];
  readonly #onEnd: (reason: string) => void;
  #running: Waiting | undefined;
  #ended = false;

  /** @param onEnd called once when the thread can no longer be used, before any call is failed for it. */
  constructor(input: WorkerInput, onEnd: (reason: string) => void) {
    this.#onEnd = onEnd;
    this.#worker = new Worker(new URL('./validator-worker.js', import.meta.url), { workerData: input });
    this.#worker.on('message', (reply: WorkerReply) => this.#answered(reply));
    this.#worker.on('error', (error) => this.#fail(error instanceof Error ? error.message : String(error)));
    this.#worker.on('exit', (code) => this.#fail(`the worker exited with code ${code}`));
  }

  /**
   * @throws EdgeconfError DEADLINE_EXCEEDED when a limit is over (the thread is ended if the call was running), INTERNAL
   *   when the worker did not survive the call, ThreadLost when it ended while the call waited, INVALID_ARGUMENT when
   *   libyang refused the call itself.
   */
  call<K extends WorkerCall['kind']>(
    call: WorkerCall & { readonly kind: K },
    limits: CallLimits,
  ): Promise<WorkerAnswers[K]> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { call, limits, resolve: resolve as (answer: unknown) => void, reject };
      if (this.#ended) {
        reject(new ThreadLost());
        return;
      }
      this.#queue.push(waiting);
      if (this.#running !== undefined && Number.isFinite(limits.waitUntilMs)) {
        waiting.timer = setTimeout(() => this.#giveUp(waiting), Math.max(0, limits.waitUntilMs - performance.now()));
      }
      this.#next();
    });
  }

  /** Ends the thread; calls fail with ThreadLost. */
  async close(): Promise<void> {
    this.#ended = true;
    this.#rejectAll(new ThreadLost(), new ThreadLost());
    await this.#worker.terminate();
  }

  #next(): void {
    if (this.#running !== undefined) return;
    const next = this.#queue.shift();
    if (next === undefined) return;
    clearTimeout(next.timer);
    this.#running = next;
    if (Number.isFinite(next.limits.runMs)) {
      next.timer = setTimeout(() => this.#overran(next), next.limits.runMs);
    }
    // Edits are made for this call alone, so their buffer can move instead of being copied.
    this.#worker.postMessage(next.call, next.call.kind === 'stage' ? ownBuffer(next.call.edits) : []);
  }

  #answered(reply: WorkerReply): void {
    const running = this.#running;
    if (running === undefined || this.#ended) return;
    if (reply.kind === 'trap') {
      this.#fail(reply.message);
      return;
    }
    clearTimeout(running.timer);
    this.#running = undefined;
    if (reply.kind === 'answer') running.resolve(reply.answer);
    else running.reject(new EdgeconfError('INVALID_ARGUMENT', reply.message));
    this.#next();
  }

  #giveUp(waiting: Waiting): void {
    const at = this.#queue.indexOf(waiting);
    if (at < 0) return;
    this.#queue.splice(at, 1);
    waiting.reject(
      new EdgeconfError('DEADLINE_EXCEEDED', 'the commit waited too long for the validator, which is busy; try again'),
    );
  }

  #overran(running: Waiting): void {
    this.#end(
      `a call took longer than ${running.limits.runMs} ms`,
      new EdgeconfError(
        'DEADLINE_EXCEEDED',
        `validation was stopped after ${running.limits.runMs} ms: this input, or a rule of the model that it touches, is ` +
          'too costly to check. Nothing was changed; split the request or simplify the rule',
      ),
    );
  }

  #fail(reason: string): void {
    this.#end(
      reason,
      new EdgeconfError('INTERNAL', 'the validator failed on this input; nothing was changed', { cause: reason }),
    );
  }

  #end(reason: string, error: EdgeconfError): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#onEnd(reason);
    this.#rejectAll(error, new ThreadLost());
    void this.#worker.terminate();
  }

  #rejectAll(running: EdgeconfError, waiting: EdgeconfError): void {
    clearTimeout(this.#running?.timer);
    this.#running?.reject(running);
    this.#running = undefined;
    for (const call of this.#queue.splice(0)) {
      clearTimeout(call.timer);
      call.reject(waiting);
    }
  }
}

function ownBuffer(bytes: Uint8Array): ArrayBuffer[] {
  const { buffer } = bytes;
  return buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength ? [buffer] : [];
}
