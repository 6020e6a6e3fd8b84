// A process of its own that answers questions: the two ends of the line between it and the process that measures.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What a process can be asked, by name. Questions and answers may hold whatever structured clones can, bigint included. */
// biome-ignore lint/suspicious/noExplicitAny: parameters of functions cannot be bounded otherwise
export type Answers = Readonly<Record<string, (question: any) => unknown>>;

interface Question {
  readonly id: number;
  readonly kind: string;
  readonly question: unknown;
}
interface Answer {
  readonly id: number;
  readonly answer?: unknown;
  readonly error?: string;
}

/** A child process as its parent sees it. */
export class Child<A extends Answers> {
  readonly #script: string;
  readonly #process: ChildProcess;
  readonly #closed: Promise<unknown>;
  readonly #waiting = new Map<number, { resolve: (answer: unknown) => void; reject: (error: Error) => void }>();
  #next = 0;
  #errorText = '';

  /** @param script file name in this folder, without extension. */
  constructor(script: string) {
    this.#script = script;
    this.#process = fork(fileURLToPath(new URL(`./${script}.js`, import.meta.url)), {
      execArgv: ['--expose-gc'],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#closed = once(this.#process, 'close');
    this.#process.stderr?.on('data', (chunk) => {
      this.#errorText = `${this.#errorText}${chunk}`.slice(-2_000);
    });
    this.#process.on('message', ({ id, answer, error }: Answer) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) waiting?.resolve(answer);
      else waiting?.reject(new Error(error));
    });
    this.#process.on('close', (code, signal) => {
      const reason = `${script} ended with ${signal ?? `code ${code}`}: ${this.#errorText.trim() || 'it said nothing'}`;
      for (const { reject } of this.#waiting.values()) reject(new Error(reason));
      this.#waiting.clear();
    });
  }

  /** @throws Error with the child's reason, also when it ends before it answers. */
  ask<K extends keyof A & string>(kind: K, question: Parameters<A[K]>[0]): Promise<Awaited<ReturnType<A[K]>>> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      if (!this.#process.connected) {
        reject(new Error(`${this.#script} has ended and cannot ${kind}`));
        return;
      }
      this.#waiting.set(id, { resolve: resolve as (answer: unknown) => void, reject });
      this.#process.send({ id, kind, question } satisfies Question);
    });
  }

  /** Kills it, whatever it does, and resolves when it is gone. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#closed;
  }
}

/** In the child: answers the parent until it is gone. */
export function answerParent(answers: Answers): void {
  process.on('message', async ({ id, kind, question }: Question) => {
    const reply = (answer: Answer): void => void process.send?.(answer);
    try {
      const answer = await answers[kind]?.(question);
      reply({ id, answer });
    } catch (error) {
      reply({ id, error: error instanceof Error ? error.message : String(error) });
    }
  });
  process.on('disconnect', () => process.exit());
}
