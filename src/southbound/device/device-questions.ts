// What people ask a device beside its work: each question goes step by step, one call a step, so that work goes on between.

import { EdgeconfError } from '../../errors.ts';
import type { Adapter, DocumentRef, FoundDocument, Json } from '../adapter.ts';
import type { Call } from './device-line.ts';

/** How many questions may wait for one device. */
const MOST = 100;

/** Calls one after the other; the result is known when they are through. */
export type Question<T> = Generator<Call<void>, T, void>;

interface Asked {
  /** The next call; undefined: the question is answered. */
  next(): Call<void> | undefined;
  fail(error: EdgeconfError): void;
}

export class DeviceQuestions {
  readonly #asked: Asked[] = [];
  readonly #device: string;

  constructor(device: string) {
    this.#device = device;
  }

  /** @throws EdgeconfError UNAVAILABLE when the device does not answer, RESOURCE_EXHAUSTED when too many wait; the signal's reason. */
  ask<T>(question: Question<T>, signal: AbortSignal | undefined): Promise<T> {
    if (this.#asked.length >= MOST) {
      const message = `${MOST} questions wait for device '${this.#device}' already: ask again later`;
      return Promise.reject(new EdgeconfError('RESOURCE_EXHAUSTED', message));
    }
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const asked: Asked = {
        next: () => {
          try {
            const step = question.next();
            if (step.done !== true) return step.value;
            resolve(step.value);
          } catch (error) {
            reject(error);
          }
          leave();
          return undefined;
        },
        fail: (error) => {
          leave();
          reject(error);
        },
      };
      const abort = (): void => {
        leave();
        reject(signal?.reason);
      };
      const leave = (): void => {
        signal?.removeEventListener('abort', abort);
        const at = this.#asked.indexOf(asked);
        if (at >= 0) this.#asked.splice(at, 1);
      };
      signal?.addEventListener('abort', abort);
      this.#asked.push(asked);
    });
  }

  /** The next call of who asked first; undefined when nobody waits. `failed` is to be told when it does not succeed. */
  next(): { readonly call: Call<void>; readonly failed: (words: string) => void } | undefined {
    for (let asked = this.#asked[0]; asked !== undefined; asked = this.#asked[0]) {
      const call = asked.next();
      const { fail } = asked;
      if (call === undefined) continue;
      return {
        call,
        failed: (words) => fail(new EdgeconfError('UNAVAILABLE', `device '${this.#device}' cannot be asked: ${words}`)),
      };
    }
    return undefined;
  }

  get isEmpty(): boolean {
    return this.#asked.length === 0;
  }

  /** Nobody will be answered any more. */
  close(reason: string): void {
    for (const { fail } of [...this.#asked]) fail(new EdgeconfError('UNAVAILABLE', reason));
  }
}

/** What the device holds of one document. */
export function* actualDocument(ref: DocumentRef): Question<Json | undefined> {
  let actual: Json | undefined;
  yield async (client, signal) => {
    actual = await client.read(ref, signal);
  };
  return actual;
}

/** All documents that the device lists. @throws EdgeconfError FAILED_PRECONDITION when it lists nothing of any kind */
export function* foundDocuments({ kind: deviceKind, documentKinds, inverse }: Adapter): Question<FoundDocument[]> {
  const refs: DocumentRef[] = [];
  let lists = false;
  for (const [kind, { readable }] of Object.entries(documentKinds)) {
    if (!readable) continue;
    yield async (client, signal) => {
      const ids = await client.list?.(kind, signal);
      lists ||= ids !== undefined;
      for (const id of ids ?? []) refs.push({ kind, id, source: [], dependsOn: [] });
    };
  }
  if (!lists) {
    const message = `devices of kind '${deviceKind}' do not list what they hold: there is nothing to import from`;
    throw new EdgeconfError('FAILED_PRECONDITION', message);
  }
  const found: FoundDocument[] = [];
  for (const kind of inverse?.alsoLists ?? []) {
    yield async (client, signal) => {
      for (const id of (await client.list?.(kind, signal)) ?? []) found.push({ kind, id, body: null });
    };
  }
  for (const ref of refs) {
    yield async (client, signal) => {
      const body = await client.read(ref, signal);
      if (body !== undefined) found.push({ kind: ref.kind, id: ref.id, body });
    };
  }
  return found;
}
