// How much memory this process holds, and in what: the V8 heap, buffers beside it, and WebAssembly's linear memory.

import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

/** All in bytes that are in RAM. */
export interface ProcessMemory {
  readonly rss: number;
  /** Live objects of the main thread. */
  readonly heap: number;
  /** Buffers outside of the heap. */
  readonly external: number;
  /** Linear memories of WebAssembly, in all threads; undefined where /proc does not tell. */
  readonly linear: number | undefined;
}

/** V8 keeps so much address space behind each 32-bit linear memory; nothing else of a process does. */
const guardBytes = 2 ** 32;
const rounds = 20;

/** Collects garbage until the process gets no smaller. */
export async function settledMemory(): Promise<ProcessMemory> {
  let rss = Number.POSITIVE_INFINITY;
  for (let i = 0; i < rounds; i++) {
    globalThis.gc?.();
    // Pages go back to the system in the background.
    await setTimeout(100);
    const now = process.memoryUsage.rss();
    if (now > rss * 0.995) break;
    rss = now;
  }
  const { rss: all, heapUsed, external } = process.memoryUsage();
  return { rss: all, heap: heapUsed, external, linear: linearMemory() };
}

interface Mapping {
  readonly start: number;
  readonly end: number;
  readonly open: boolean;
  rss: number;
}

/** The resident parts of mappings that are followed by a guard of gigabytes. */
function linearMemory(): number | undefined {
  const mappings: Mapping[] = [];
  let text: string;
  try {
    text = readFileSync('/proc/self/smaps', 'utf8');
  } catch {
    return undefined;
  }
  for (const line of text.split('\n')) {
    const [, start, end, access] = /^([0-9a-f]+)-([0-9a-f]+) (\S{4}) /.exec(line) ?? [];
    if (start !== undefined && end !== undefined) {
      mappings.push({ start: parseInt(start, 16), end: parseInt(end, 16), open: access?.[0] === 'r', rss: 0 });
    }
    const [, kilobytes] = /^Rss: +(\d+) kB/.exec(line) ?? [];
    const last = mappings.at(-1);
    if (kilobytes !== undefined && last !== undefined) last.rss = Number(kilobytes) * 1024;
  }
  let bytes = 0;
  for (const [i, { start, end, open }] of mappings.entries()) {
    const before = mappings[i - 1];
    if (!open && end - start >= guardBytes && before?.open === true && before.end === start) bytes += before.rss;
  }
  return bytes;
}
