// The crash run: starts a process under load, kills it with SIGKILL at a random moment, checks what it left, again and again.

import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { ModelSource } from '../src/datastore/model-folder.ts';
import { type Acknowledged, checkFolder } from './crash-check.ts';

/** How to run. */
export interface CrashOptions {
  readonly rounds: number;
  readonly folder: string;
  readonly models: readonly ModelSource[];
  /**
   * The process to kill: it opens the folder, writes as fast as it can, and prints `acknowledged <writer> <n> <revision>`
   * on its standard output for each transaction that it was told is durable.
   */
  readonly command: (folder: string) => { readonly file: string; readonly args: readonly string[] };
  /** 0 <= random() < 1; decides when to kill. */
  readonly random: () => number;
  readonly onRound?: (line: string) => void;
}

/** Totals of a run. */
export interface CrashResult {
  readonly kills: number;
  readonly acknowledged: number;
  readonly lost: number;
  readonly torn: number;
  readonly faults: readonly string[];
}

/** The longest time under load before a kill. */
const loadMs = 400;

/** Runs all rounds on one data folder, so that every round also starts on what the last crash left. */
export async function runCrash(options: CrashOptions): Promise<CrashResult> {
  const last = new Map<string, number>();
  let revision = 0;
  let total = 0;
  let lost = 0;
  let torn = 0;
  const faults: string[] = [];
  for (let round = 1; round <= options.rounds; round++) {
    const acknowledgements = await killUnderLoad(options, (writer, n, at) => {
      last.set(writer, n);
      revision = Math.max(revision, at);
    });
    total += acknowledgements;
    const acknowledged: Acknowledged = { last, revision };
    const found = await checkFolder(options.folder, options.models, acknowledged);
    // The last transaction may have become durable just before the kill, without its answer; the next round goes on there.
    for (const [writer, n] of found.shown) last.set(writer, n);
    lost += found.lost;
    torn += found.torn;
    faults.push(...found.faults.map((fault) => `round ${round}: ${fault}`));
    options.onRound?.(
      `round ${round}: killed after ${acknowledgements} acknowledged transactions; head is revision ${found.revision}, ` +
        `${found.faults.length === 0 ? 'all there' : found.faults.join('; ')}`,
    );
  }
  return { kills: options.rounds, acknowledged: total, lost, torn, faults };
}

/** One round; counts acknowledgements, and gives what was printed up to the kill. */
async function killUnderLoad(
  options: CrashOptions,
  onAcknowledged: (writer: string, n: number, revision: number) => void,
): Promise<number> {
  const { file, args } = options.command(options.folder);
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let count = 0;
  let killed = false;
  for await (const line of createInterface({ input: child.stdout })) {
    const match = /^acknowledged (\S+) ([0-9]+) ([0-9]+)$/.exec(line);
    if (match === null) continue;
    onAcknowledged(match[1] ?? '', Number(match[2]), Number(match[3]));
    count++;
    if (!killed) {
      // Counted from the first acknowledgement, so that every kill falls into the load.
      killed = true;
      setTimeout(() => child.kill('SIGKILL'), Math.floor(options.random() * loadMs));
    }
  }
  const { code, signal } = await ended(child);
  if (signal !== 'SIGKILL') throw new Error(`the process under load ended by itself, with ${signal ?? `code ${code}`}`);
  return count;
}

function ended(child: ChildProcess): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return Promise.resolve({ code: child.exitCode, signal: child.signalCode });
  }
  return new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
}
