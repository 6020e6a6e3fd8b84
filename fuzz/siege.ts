// A siege: a service in this process under attacks for a number of rounds or a time, with what is checked while and after.

import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { credentials } from '@grpc/grpc-js';
import fc from 'fast-check';
import { FrontDoor } from '../src/northbound/front-door.ts';
import { gnmiService, grpcServerOptions } from '../src/northbound/gnmi/gnmi-service.ts';
import { serveGrpc } from '../src/northbound/grpc-server.ts';
import { gnmiClient } from '../src/proto/gnmi-client.ts';
import { parsePath } from '../src/proto/path-text.ts';
import { acme } from '../test/northbound/gnmi/messages.ts';
import { startService } from '../test/service.ts';
import { attack, type Victim } from './attacks.ts';

export interface SiegeOptions {
  readonly seed: number;
  /** Attacks at the least. */
  readonly rounds: number;
  /** Goes on until this is over. */
  readonly minutes?: number;
  /** Told after each hundred attacks. */
  readonly progress?: (line: string) => void;
}

export interface SiegeReport {
  readonly attacks: number;
  /** How often each kind was answered how: `set INVALID_ARGUMENT`. */
  readonly answers: ReadonlyMap<string, number>;
  readonly heapGrowthBytes: number;
  readonly rssGrowthBytes: number;
}

const batch = 200;
/** What a service may keep of its past, caches above all; a leak of a few kB for each attack is far above it in a long siege. */
const allowedGrowthBytes = 64 * 1024 * 1024;

/** @throws AssertionError for an unhandled rejection, an uncaught exception, an INTERNAL answer, growth, or a service that is not as before. */
export async function siege({ seed, rounds, minutes = 0, progress }: SiegeOptions): Promise<SiegeReport> {
  const broken: unknown[] = [];
  const hear = (reason: unknown): void => {
    broken.push(reason);
  };
  process.on('unhandledRejection', hear);
  process.on('uncaughtException', hear);
  const service = await startService();
  await service.reset('acme', acme);
  const gnmi = gnmiService({ datastore: service.datastore, door: new FrontDoor({ access: service.access }) });
  const server = await serveGrpc({
    host: '127.0.0.1',
    port: 0,
    services: [gnmi],
    channelOptions: grpcServerOptions(),
    keepalive: { intervalMs: 60_000, timeoutMs: 20_000 },
  });
  const client = gnmiClient({
    address: `127.0.0.1:${server.port}`,
    channel: credentials.createInsecure(),
    username: 'acme-admin',
    password: 'acme-admin-secret',
    timeoutMs: 30_000,
  });
  const victim: Victim = { host: '127.0.0.1', port: server.port, client };
  const answers = new Map<string, number>();
  let attacks = 0;

  async function assault(): Promise<void> {
    for (const { kind, run } of fc.sample(attack, { seed: seed + attacks, numRuns: batch })) {
      const answer = await run(victim);
      const key = `${kind} ${answer}`;
      answers.set(key, (answers.get(key) ?? 0) + 1);
      attacks += 1;
    }
    assert.deepEqual(broken, [], `after ${attacks} attacks, seed ${seed}`);
    await serves();
  }

  /** A Set and a Get of a known leaf are answered as if nothing had happened. */
  async function serves(): Promise<void> {
    const template = '/template[template-id=fuzz]';
    const text = `after ${attacks}`;
    const prefix = { target: 'acme' };
    const value = JSON.stringify({ 'display-name': text, 'default-behavior': 'DENY-ALL' });
    await client.set({ prefix, replace: [{ path: parsePath(template), val: { json_ietf_val: Buffer.from(value) } }] });
    const path = parsePath(`${template}/display-name`);
    const { notification = [] } = await client.get({ prefix, path: [path] });
    assert.equal(Buffer.from(notification[0]?.update?.[0]?.val?.json_val ?? []).toString(), JSON.stringify(text));
  }

  try {
    await assault(); // Loads and compiles everything, so that growth is measured from a warm service.
    await service.reset('acme', acme);
    const before = await memory();
    const endMs = performance.now() + minutes * 60_000;
    while (attacks < rounds || performance.now() < endMs) {
      await assault();
      // What was set by chance is no leak.
      await service.reset('acme', acme);
      const { heap, rss } = await memory();
      progress?.(`${attacks} attacks, heap ${mebi(heap)} MiB, RSS ${mebi(rss)} MiB`);
    }
    const after = await memory();
    const report = {
      attacks,
      answers,
      heapGrowthBytes: after.heap - before.heap,
      rssGrowthBytes: after.rss - before.rss,
    };
    assert.ok(report.heapGrowthBytes < allowedGrowthBytes, `the heap grew by ${mebi(report.heapGrowthBytes)} MiB`);
    // Node gives memory back to the system late.
    assert.ok(report.rssGrowthBytes < 4 * allowedGrowthBytes, `RSS grew by ${mebi(report.rssGrowthBytes)} MiB`);
    const internal = [...answers].filter(
      ([key]) => /INTERNAL|UNKNOWN|DATA_LOSS|no status/.test(key) && !key.startsWith('body'),
    );
    assert.deepEqual(internal, [], `seed ${seed}`);
    return report;
  } finally {
    client.close();
    gnmi.endStreams();
    await server.close();
    await service.close();
    process.off('unhandledRejection', hear);
    process.off('uncaughtException', hear);
  }
}

async function memory(): Promise<{ heap: number; rss: number }> {
  // Sockets and streams let go of what they hold in later turns.
  await pause(20);
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: heapUsed + external, rss };
}

function mebi(bytes: number): number {
  return Math.round(bytes / 1024 / 1024);
}
