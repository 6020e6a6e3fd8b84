// Values too large to be read between two other requests: a thread of their own makes them edits, one after the other.

import { Worker } from 'node:worker_threads';
import type { Edit } from '../../datastore/transaction.ts';
import { type Code, EdgeconfError, type Violation } from '../../errors.ts';
import type { Update } from '../../proto/gnmi.ts';
import type { Model } from '../../schema/model.ts';
import { queryOf } from '../../schema/path.ts';
import { decodeKey, type RowKey } from '../../schema/row-key.ts';
import type { SchemaDump } from '../../schema/schema-node.ts';
import type { RequestPath } from './request-path.ts';
import type { WriteOptions } from './set-edits.ts';

/** What the thread is asked. */
export interface LargeValueJob {
  readonly model: Omit<Model, 'root'>;
  /** Given with the first job about a model. */
  readonly schema: SchemaDump | undefined;
  readonly op: 'replace' | 'update';
  readonly request: RequestPath;
  readonly update: Update;
  readonly options: WriteOptions;
}

/** What it answers: edits with their paths as row keys, or what `writeEdits` threw. */
export type LargeValueReply =
  | { readonly edits: readonly { readonly op: Edit['op']; readonly key: RowKey; readonly json: Uint8Array }[] }
  | { readonly fault: { readonly code: Code; readonly message: string; readonly violations: readonly Violation[] } };

/** Larger values go to the thread: what this much takes to read is about as long as others may be held up. */
const largeBytes = 64 * 1024;
/** A thread that has read more ends, since only that gives its memory back. */
const hugeBytes = 4 * 1024 * 1024;

export class LargeValues {
  readonly #schemaOf: (modelId: string) => SchemaDump | undefined;
  #worker: Worker | undefined;
  /** Models that the thread knows. */
  readonly #known = new Set<string>();
  /** Resolves when the thread has no work. */
  #idle: Promise<unknown> = Promise.resolve();

  constructor(schemaOf: (modelId: string) => SchemaDump | undefined) {
    this.#schemaOf = schemaOf;
  }

  /** Whether the value of an update is too large for the main thread. */
  static isLarge({ val, value }: Update): boolean {
    const sizes = [val?.json_val, val?.json_ietf_val, value?.value].map((bytes) => bytes?.length ?? 0);
    return Math.max(...sizes) > largeBytes;
  }

  /** The edits that `writeEdits` makes of the update. @throws EdgeconfError as it does */
  edits(
    op: 'replace' | 'update',
    model: Model,
    request: RequestPath,
    update: Update,
    options: WriteOptions,
  ): Promise<Edit[]> {
    const edits = this.#idle.then(() => this.#read(model, { op, request, update, options }));
    this.#idle = edits.catch(() => {});
    return edits;
  }

  /** Ends the thread. */
  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  async #read(model: Model, job: Omit<LargeValueJob, 'model' | 'schema'>): Promise<Edit[]> {
    const { id, name, version, modules, root } = model;
    const schema = this.#known.has(id) ? undefined : this.#schemaOf(id);
    const { op, request, update, options } = job;
    const reply = await this.#ask({
      model: { id, name, version, modules },
      schema,
      op,
      request: { ...request, prefix: undefined, path: {} },
      update: plain(update),
      options,
    });
    if ('fault' in reply) {
      throw new EdgeconfError(reply.fault.code, reply.fault.message, { violations: reply.fault.violations });
    }
    this.#known.add(id);
    const bytes = reply.edits.reduce((sum, { json }) => sum + json.length, 0);
    if (bytes > hugeBytes) this.#renew();
    return reply.edits.map(({ op, key, json }): Edit => {
      const path = decodeKey(root, key);
      return op === 'delete' ? { op, query: queryOf(path) } : { op, path, json };
    });
  }

  #ask(job: LargeValueJob): Promise<LargeValueReply> {
    const worker = this.#start();
    return new Promise((resolve, reject) => {
      const done = (): void => {
        worker.off('message', onMessage);
        worker.off('error', onError);
        worker.off('exit', onExit);
      };
      const onMessage = (reply: LargeValueReply): void => {
        done();
        resolve(reply);
      };
      const fail = (error: EdgeconfError): void => {
        done();
        this.#forget();
        reject(error);
      };
      const onError = (error: Error & { code?: string }): void =>
        fail(
          error.code === 'ERR_WORKER_OUT_OF_MEMORY'
            ? new EdgeconfError(
                'RESOURCE_EXHAUSTED',
                `path ${job.request.text}: the value is too large to be read at once; send it in several Sets`,
              )
            : new EdgeconfError('INTERNAL', 'the value could not be read; nothing was changed', { cause: error }),
        );
      const onExit = (): void => fail(new EdgeconfError('UNAVAILABLE', 'the service is stopping'));
      worker.on('message', onMessage);
      worker.on('error', onError);
      worker.on('exit', onExit);
      worker.postMessage(job);
    });
  }

  #start(): Worker {
    if (this.#worker === undefined) {
      this.#worker = new Worker(new URL('./large-values-worker.js', import.meta.url));
      this.#worker.unref();
    }
    return this.#worker;
  }

  /** The next thread starts before it is needed. */
  #renew(): void {
    void this.#worker?.terminate();
    this.#forget();
    this.#start();
  }

  #forget(): void {
    this.#worker = undefined;
    this.#known.clear();
  }
}

/** The update without the accessors of a decoded message, which do not cross threads. */
function plain({ val, value }: Update): Update {
  return {
    ...(val ? { val: { value: val.value, json_val: val.json_val, json_ietf_val: val.json_ietf_val } } : {}),
    ...(value ? { value: { type: value.type, value: value.value } } : {}),
  } as Update;
}
