// The verifier: random commits, slow readers and reconnects; at each marked revision a reader holds exactly what there was.

import assert from 'node:assert/strict';
import type { Snapshot } from '../../../src/datastore/snapshot.ts';
import { startRevision } from '../../../src/northbound/gnmi/start-revision.ts';
import type { SubscribeResponse } from '../../../src/proto/gnmi.ts';
import { printPath } from '../../../src/proto/path-text.ts';
import { effectiveRows } from '../../../src/schema/defaults.ts';
import { formatPath } from '../../../src/schema/path.ts';
import { decodeKey, isRankKey } from '../../../src/schema/row-key.ts';
import { startService, type TestService } from '../../service.ts';
import { acme, list } from './messages.ts';

/** Numbers that look random and are the same in every run. */
function chance(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** All effective leaves with their values, as a client would hold them. */
function treeOf(snapshot: Snapshot): string {
  const { root } = snapshot.model;
  const rows = effectiveRows(root, [], snapshot.subtree(''), snapshot);
  const tree = rows
    .filter(({ key }) => !isRankKey(key))
    .map(({ key, value }) => `${formatPath(decodeKey(root, key))} ${value}`);
  return tree.sort().join('\n');
}

/** A client that keeps a copy of the target, stops reading now and then, and comes back from its last marker. */
class Replica {
  readonly #service: TestService;
  readonly #expected: ReadonlyMap<number, string>;
  readonly #random: (below: number) => number;
  readonly #tree = new Map<string, string>();
  #stream: ReturnType<ReturnType<TestService['client']>['subscribe']> | undefined;
  marked = 0;
  verified = 0;
  reconnects = 0;
  failure: unknown;

  constructor(service: TestService, expected: ReadonlyMap<number, string>, seed: number) {
    this.#service = service;
    this.#expected = expected;
    this.#random = chance(seed);
  }

  connect(): void {
    const stream = this.#service.client('acme-admin').subscribe();
    this.#stream = stream;
    stream.on('error', () => {});
    stream.on('data', (message: SubscribeResponse) => {
      if (this.#stream !== stream || this.failure !== undefined) return;
      try {
        this.#take(message);
      } catch (error) {
        this.failure = error;
      }
    });
    const since = this.marked === 0 ? [] : [startRevision(this.marked)];
    stream.write({ subscribe: list('STREAM', ['/']), extension: [{ config_subscription: { start: {} } }, ...since] });
  }

  /** What was applied behind the last marker stays: the changes since then bring the latest value of each leaf again. */
  step(): void {
    const what = this.#random(12);
    if (what < 1) this.#stream?.pause();
    else if (what < 5) this.#stream?.resume();
    else if (what === 5 && this.marked > 0) {
      this.reconnects++;
      this.close();
      this.connect();
    }
  }

  resume(): void {
    this.#stream?.resume();
  }

  close(): void {
    const stream = this.#stream;
    this.#stream = undefined;
    stream?.cancel();
  }

  #take({ update, extension }: SubscribeResponse): void {
    for (const gone of update?.delete ?? []) {
      const text = printPath(gone);
      for (const held of [...this.#tree.keys()]) {
        if (held === text || held.startsWith(`${text}/`)) this.#tree.delete(held);
      }
    }
    for (const { path, val } of update?.update ?? []) {
      this.#tree.set(printPath(path ?? {}), Buffer.from(val?.json_val ?? []).toString());
    }
    const id = extension?.[0]?.config_subscription?.sync_done?.server_commit_id;
    if (id === undefined) return;
    this.marked = Number(id);
    const tree = [...this.#tree].map(([text, value]) => `${text} ${value}`).sort();
    assert.equal(tree.join('\n'), this.#expected.get(this.marked), `revision ${id}`);
    this.verified++;
  }
}

describe('gNMI Subscribe without a gap', () => {
  it('brings slow and reconnecting readers to exactly what there was at every revision that it marks', async function () {
    this.timeout(120_000);
    const service = await startService({ limits: { commitsBehind: 3, messagesAhead: 4, updatesPerNotification: 5 } });
    const expected = new Map<number, string>();
    const stop = service.datastore.listen(({ revision, commits }) => {
      for (const { target, after } of commits) if (target === 'acme') expected.set(revision, treeOf(after));
    });
    await service.reset('acme', acme);
    const replicas = [1, 2, 3, 4].map((seed) => new Replica(service, expected, seed));
    for (const replica of replicas) replica.connect();
    const random = chance(7);
    const text = () => 'x'.repeat(1 + random(1_000));
    for (let i = 0; i < 300; i++) {
      const id = `t${random(6)}`;
      if (random(10) === 0) await service.reset('acme', acme);
      else if (random(3) === 0) {
        const keep = Array.from({ length: random(6) }, (_, n) => ({ 'traffic-class-id': `t${n}`, qci: 1 + random(9) }));
        await service.reset('acme', { 'traffic-class': keep });
      } else {
        const entry = { 'traffic-class-id': id, description: text(), arp: 1 + random(15) };
        await service.merge('acme', { 'traffic-class': [entry] });
      }
      for (const replica of replicas) replica.step();
      // Readers get a few turns between two commits.
      for (let turn = random(6); turn > 0; turn--) await new Promise((go) => setImmediate(go));
      const failed = replicas.find(({ failure }) => failure !== undefined);
      if (failed !== undefined) throw failed.failure;
    }
    const last = Math.max(...expected.keys());
    for (const replica of replicas) replica.resume();
    for (const replica of replicas) {
      while (replica.marked !== last && replica.failure === undefined) await new Promise((go) => setImmediate(go));
      if (replica.failure !== undefined) throw replica.failure;
    }
    const verified = replicas.reduce((sum, replica) => sum + replica.verified, 0);
    const reconnects = replicas.reduce((sum, replica) => sum + replica.reconnects, 0);
    assert.ok(verified > 100, `only ${verified} revisions were verified`);
    assert.ok(reconnects > 20, `only ${reconnects} reconnects`);
    if (process.env.EDGECONF_FIGURES !== undefined) {
      console.log(`${verified} marked revisions verified of ${expected.size} commits, ${reconnects} reconnects`);
    }
    for (const replica of replicas) replica.close();
    stop();
    await service.close();
  });
});
