// The real `edgeconf` command in processes of its own, for tests that start, kill and ask it.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { packageRoot } from '../../src/package-root.ts';

const command = join(packageRoot, 'bin/edgeconf.js');

/** What a command printed and how it ended. */
export interface Finished {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs `edgeconf ...args` to its end in `folder`. */
export async function edgeconf(
  folder: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Finished> {
  const child = start(folder, args, env);
  let out = '';
  let err = '';
  child.stdout?.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    err += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, out: out.trimEnd(), err: err.trimEnd() };
}

/** A process that goes on until it is killed. */
export interface Running {
  readonly child: ChildProcess;
  /** All lines of standard output so far. */
  readonly lines: readonly string[];
  /** Resolves with the first line, past or to come, that matches; rejects when the process ends before. */
  line(pattern: RegExp): Promise<string>;
  /** Ends it and resolves when it is gone. */
  kill(signal: NodeJS.Signals): Promise<void>;
}

/** Starts `edgeconf ...args` in `folder`. */
export function running(folder: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  const child = start(folder, args, env);
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  let ended = false;
  let err = '';
  const wake = (): void => {
    for (const look of waiting) look();
  };
  child.stderr?.on('data', (chunk) => {
    err += chunk;
  });
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line);
      wake();
    });
  }
  const gone = once(child, 'close').then(() => {
    ended = true;
    wake();
  });
  return {
    child,
    lines,
    line: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = lines.find((line) => pattern.test(line));
          if (found === undefined && !ended) return;
          waiting.delete(look);
          if (found !== undefined) resolve(found);
          else reject(new Error(`the process ended before it printed ${pattern}:\n${lines.join('\n')}\n${err}`));
        };
        waiting.add(look);
        look();
      }),
    kill: async (signal) => {
      child.kill(signal);
      await gone;
    },
  };
}

function start(folder: string, args: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
  return spawn(process.execPath, [command, ...args], { cwd: folder, env: { PATH: process.env.PATH, ...env } });
}
