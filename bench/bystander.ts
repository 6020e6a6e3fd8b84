// Another tenant at work: it sets one leaf, reads one, and sees its own changes in a stream, over and over, until it is told to end.

import { setTimeout } from 'node:timers/promises';
import { ListMode, type SubscribeResponse, SubscriptionMode } from '../src/proto/gnmi.ts';
import { parsePath } from '../src/proto/path-text.ts';
import { editedLeaf, editedValue } from './aether-data.ts';
import { percentiles } from './percentiles.ts';
import type { BenchService } from './service.ts';

/** What it met; stream latency is from a commit's being applied to its message here. */
export interface Bystander {
  readonly setP50Ms: number;
  readonly setP99Ms: number;
  readonly readP99Ms: number;
  readonly streamP99Ms: number;
  readonly sets: number;
  readonly reads: number;
}

/** A Set is due this often, and a Get: seldom enough that one client that waits for each answer can keep the pace. */
const setEveryMs = 100;
const readEveryMs = 50;

/** Works until `ended` says so, and has done everything at least once then. Needs `watchCommits` of the service's process. */
export async function bystand(
  service: BenchService,
  target: string,
  ended: (sets: number, reads: number) => boolean,
): Promise<Bystander> {
  const { client } = service;
  const setsMs: number[] = [];
  const readsMs: number[] = [];
  const streamsMs: number[] = [];
  let edits = 0;
  const stream = client.gnmi.subscribe();
  let told = (_atNs: bigint): void => {};
  const synced = new Promise<void>((resolve, reject) => {
    stream.on('error', reject);
    stream.on('data', ({ response }: SubscribeResponse) => {
      if (response === 'sync_response') resolve();
      else told(process.hrtime.bigint());
    });
  });
  stream.write({
    subscribe: {
      prefix: { target },
      mode: ListMode.STREAM,
      updates_only: true,
      subscription: [{ path: parsePath(editedLeaf(0)), mode: SubscriptionMode.ON_CHANGE }],
    },
  });
  await synced;
  const done = (): boolean => setsMs.length > 0 && readsMs.length > 0 && ended(setsMs.length, readsMs.length);

  await Promise.all([
    paced(setEveryMs, done, async (sinceMs) => {
      const arrived = new Promise<bigint>((resolve) => {
        told = resolve;
      });
      const revision = await client.setLeaf(target, editedLeaf(0), editedValue(0, 0, edits++));
      setsMs.push(performance.now() - sinceMs);
      const appliedNs = await service.process.ask('appliedAt', revision);
      streamsMs.push(Number((await arrived) - appliedNs) / 1e6);
    }),
    paced(readEveryMs, done, async (sinceMs) => {
      await client.get(target, editedLeaf(1));
      readsMs.push(performance.now() - sinceMs);
    }),
  ]);
  stream.cancel();
  // Left as it was found, so that the first edit of the next call changes something.
  if (edits % 2 === 1) await client.setLeaf(target, editedLeaf(0), editedValue(0, 0, edits));
  const { p50Ms: setP50Ms, p99Ms: setP99Ms } = percentiles(setsMs);
  return {
    setP50Ms,
    setP99Ms,
    readP99Ms: percentiles(readsMs).p99Ms,
    streamP99Ms: percentiles(streamsMs).p99Ms,
    sets: setsMs.length,
    reads: readsMs.length,
  };
}

/**
 * Calls at a fixed pace, with the time at which each call was due: what had to wait for a slow one before it counts as
 * late, so that one long stop of the service does not hide behind the many calls that were never made meanwhile.
 */
async function paced(everyMs: number, done: () => boolean, call: (sinceMs: number) => Promise<void>): Promise<void> {
  let dueMs = performance.now();
  while (!done()) {
    const waitMs = dueMs - performance.now();
    if (waitMs > 0) await setTimeout(waitMs);
    // A timer that fires late is no fault of the service.
    await call(waitMs > 0 ? performance.now() : dueMs);
    dueMs += everyMs;
  }
}
