// One piece of a measurement with a deadline: what it started is ended with it, and what it did not reach is said.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Answers, Child } from './child.ts';

/** Owns what a piece of work starts; all of it ends, the last started first, when the work does. */
export class Scope {
  readonly #ends: (() => unknown)[] = [];
  #ended = false;

  /** @param end called when the scope ends, or at once when it has. */
  onEnd(end: () => unknown): void {
    if (this.#ended) void end();
    else this.#ends.push(end);
  }

  /** An empty folder on the disk that is measured. */
  async folder(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'edgeconf-bench-'));
    this.onEnd(() => rm(folder, { recursive: true, force: true }));
    return folder;
  }

  /** A process of the bench. @param script its file in this folder, without extension. */
  child<A extends Answers>(script: string): Child<A> {
    const child = new Child<A>(script);
    this.onEnd(() => child.kill());
    return child;
  }

  async end(): Promise<void> {
    this.#ended = true;
    for (const end of this.#ends.splice(0).reverse()) await end();
  }
}

/** Where a bench says what it does. */
export type Say = (line: string) => void;

/**
 * Runs the work. When it fails, or takes longer than the deadline, a line `not reached: ...` says so and the result is
 * null: other measurements go on.
 */
export async function attempt<T>(
  say: Say,
  what: string,
  deadlineMs: number,
  work: (scope: Scope) => Promise<T>,
): Promise<T | null> {
  const scope = new Scope();
  let timer: NodeJS.Timeout | undefined;
  const overran = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it takes longer than ${deadlineMs / 1000} s`)), deadlineMs);
  });
  try {
    return await Promise.race([work(scope), overran]);
  } catch (error) {
    say(`not reached: ${what}: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  } finally {
    clearTimeout(timer);
    await scope.end();
  }
}
