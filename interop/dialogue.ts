// A client's command as a process: what it prints is awaited piece by piece, and something is done in between.

import { type ChildProcess, spawn } from 'node:child_process';

/** Waits for `sees` in the output behind what the last step saw, then does something. */
export interface Step {
  readonly sees: RegExp;
  readonly next?: () => Promise<unknown>;
  /** Typed into the command. */
  readonly types?: string;
}

const patienceMs = 15_000;

/** Walks through the steps and ends the command. @throws Error with the output when a step does not see what it waits for. */
export async function dialogue(
  command: string,
  args: readonly string[],
  steps: readonly Step[],
  env: Record<string, string> = {},
): Promise<void> {
  const child = started(command, args, env);
  try {
    let from = 0;
    for (const { sees, next, types } of steps) {
      from = await seen(child, sees, from);
      await next?.();
      if (types !== undefined) child.process.stdin?.write(types);
    }
  } finally {
    child.process.kill('SIGKILL');
  }
}

/** Runs a command to its end. */
export async function finished(
  command: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ code: number | null; output: string }> {
  const child = started(command, args, env);
  child.process.stdin?.end();
  const timer = setTimeout(() => child.process.kill('SIGKILL'), patienceMs);
  while (!child.over) await child.next();
  clearTimeout(timer);
  return { code: child.process.exitCode, output: child.output };
}

/** The command line that gives another command a terminal. */
export function inTerminal(command: string, args: readonly string[]): [string, string[]] {
  const quoted = [command, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  return ['script', ['-qefc', quoted, '/dev/null']];
}

interface Child {
  readonly process: ChildProcess;
  output: string;
  over: boolean;
  /** Resolves when more was printed or the command ended. */
  next(): Promise<void>;
}

function started(command: string, args: readonly string[], env: Record<string, string>): Child {
  const settings = Object.entries(env).map(([key, value]) => `${key}=${value}`);
  const running = spawn('env', [...settings, command, ...args], { stdio: 'pipe' });
  let wake: () => void = () => {};
  const child: Child = {
    process: running,
    output: '',
    over: false,
    next: () =>
      new Promise((resolve) => {
        wake = resolve;
      }),
  };
  const hear = (chunk: Buffer): void => {
    child.output += chunk.toString('utf8');
    wake();
  };
  running.stdout?.on('data', hear);
  running.stderr?.on('data', hear);
  running.stdin?.on('error', () => {});
  const end = (): void => {
    child.over = true;
    wake();
  };
  running.on('close', end);
  running.on('error', end);
  return child;
}

async function seen(child: Child, pattern: RegExp, from: number): Promise<number> {
  let late = false;
  let wake = (): void => {};
  const timer = setTimeout(() => {
    late = true;
    wake();
  }, patienceMs);
  try {
    for (;;) {
      const match = pattern.exec(child.output.slice(from));
      if (match !== null) return from + match.index + match[0].length;
      if (child.over || late) {
        const end = late ? `in ${patienceMs} ms` : 'before it ended';
        throw new Error(`did not print ${pattern} ${end}; it printed: ${child.output.slice(-400).trim()}`);
      }
      await Promise.race([
        child.next(),
        new Promise<void>((resolve) => {
          wake = resolve;
        }),
      ]);
    }
  } finally {
    clearTimeout(timer);
  }
}
