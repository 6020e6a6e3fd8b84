// How fast changes reach many subscribers, and what a Get costs, next to a unary RPC that does nothing and to encoding for each.

import { setImmediate } from 'node:timers/promises';
import { ListMode, type SubscribeResponse, subscribeResponseType } from '../src/proto/gnmi.ts';
import type { SubscribeStream } from '../src/proto/gnmi-client.ts';
import { parsePath } from '../src/proto/path-text.ts';
import { startService, type TestService } from '../test/service.ts';
import { aetherIntent } from './aether-data.ts';
import { percentiles, timed } from './percentiles.ts';

const leaf = '/traffic-class[traffic-class-id=class-1]/description';

interface FanOut {
  readonly subscribers: number;
  /** From the commit's being applied to the last subscriber's message, in this process, clients included. */
  readonly lastP50Ms: number;
  readonly lastP99Ms: number;
  readonly updatesPerSecond: number;
  /** The same message encoded once for each subscriber instead of once. */
  readonly encodeEachMs: number;
}

async function fanOut(service: TestService, subscribers: number, commits: number): Promise<FanOut> {
  let left = 0;
  let done = (): void => {};
  let sample: SubscribeResponse = {};
  const streams: SubscribeStream[] = [];
  const synced: Promise<void>[] = [];
  for (let i = 0; i < subscribers; i++) {
    const stream = service.client('acme-admin').subscribe();
    streams.push(stream);
    stream.on('error', () => {});
    synced.push(
      new Promise((resolve) => {
        stream.on('data', (message: SubscribeResponse) => {
          if (message.response === 'sync_response') return resolve();
          if (left === 0) return;
          sample = message;
          if (--left === 0) done();
        });
      }),
    );
    stream.write({
      subscribe: { mode: ListMode.STREAM, updates_only: true, subscription: [{ path: parsePath(leaf) }] },
    });
  }
  await Promise.all(synced);
  const timesMs: number[] = [];
  for (let i = 0; i < commits; i++) {
    left = subscribers;
    const all = new Promise<void>((resolve) => {
      done = resolve;
    });
    let start = 0;
    const stop = service.datastore.listen(() => {
      start = performance.now();
    });
    await service.merge('acme', { 'traffic-class': [{ 'traffic-class-id': 'class-1', description: `value ${i}` }] });
    await all;
    stop();
    timesMs.push(performance.now() - start);
  }
  // Not all at once: node takes many resets of one connection for an attack.
  for (const stream of streams) {
    stream.cancel();
    await setImmediate();
  }
  const { p50Ms, p99Ms } = percentiles(timesMs);
  const start = performance.now();
  for (let i = 0; i < subscribers; i++) subscribeResponseType.encode(sample);
  const encodeEachMs = performance.now() - start;
  const total = timesMs.reduce((sum, ms) => sum + ms, 0);
  return {
    subscribers,
    lastP50Ms: p50Ms,
    lastP99Ms: p99Ms,
    updatesPerSecond: Math.round((subscribers * commits * 1000) / total),
    encodeEachMs,
  };
}

/** Prints what a Get costs and how fast one commit reaches 1, 100 and 1,000 subscribers. */
export async function benchSubscribe(): Promise<void> {
  const service = await startService();
  await service.reset('acme', JSON.parse(aetherIntent(1_000)));
  const client = service.client('acme-admin');
  const noop = percentiles(await timed(200, () => client.capabilities())).p50Ms;
  for (const [what, text] of [
    ['leaf', '/traffic-class[traffic-class-id=class-1]/qci'],
    ['subtree of 5 leaves', '/traffic-class[traffic-class-id=class-1]'],
    ['subtree of 100 devices', '/site[site-id=bench]/device-group[device-group-id=group-0]'],
  ] as const) {
    const get = percentiles(
      await timed(200, () => client.get({ prefix: { target: 'acme' }, path: [parsePath(text)] })),
    ).p50Ms;
    console.log(
      `Get of a ${what}: ${get} ms, ${(get / noop).toFixed(2)} times a unary RPC that reads nothing (${noop} ms)`,
    );
  }
  console.log('subscribers   last p50 ms   last p99 ms   updates/s   encoding for each, ms');
  for (const subscribers of [1, 100, 1_000]) {
    const row = await fanOut(service, subscribers, subscribers > 100 ? 10 : 30);
    const cells = [row.lastP50Ms, row.lastP99Ms, row.updatesPerSecond, row.encodeEachMs.toFixed(2)];
    console.log(`${String(subscribers).padStart(11)}${cells.map((cell) => String(cell).padStart(14)).join('')}`);
  }
  await service.close();
}
