// What every adapter must do, shown with a simulated device on a real socket: one suite, run by each adapter's own test.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { Model } from '../../src/schema/model.ts';
import { type Adapter, type Device, type DocumentRef, documentText } from '../../src/southbound/adapter.ts';
import { intentView, noReads } from '../../src/southbound/intent/intent-view.ts';
import { partitionOf } from '../../src/southbound/intent/partition.ts';
import { plainly } from '../../src/southbound/questions/because.ts';
import { type Plain, snapshotOf } from '../southbound/intent.ts';
import { Stage } from '../southbound/stage.ts';
import { readBackSuite } from './read-back-suite.ts';

/**
 * How a call can go wrong though it is answered: `error` is a 5xx or the like and no effect, `half` takes effect and its
 * answer breaks off, `garbage` and `no effect` look like success while nothing was done.
 */
export type Spoilt = 'error' | 'half' | 'garbage' | 'no effect';

/** A simulated device as the suite sees it. */
export interface SimulatedDevice {
  readonly address: string;
  /** All that it holds, in a form that `deepEqual` can compare. */
  contents(): unknown;
  /** How many calls that could change something it has got. */
  changes(): number;
  /** Loses the answer of the n-th of the next changing calls, before or after the call took effect. */
  loseAnswer(n: number, when: 'before' | 'after'): void;
  /** Keeps the n-th of the next changing calls waiting; `reached` resolves when it has come in, `release` does it. */
  hold(n: number): { reached: Promise<void>; release(): void };
  /** Spoils the n-th of the next changing calls; the suite does that where the device can. */
  spoil?(n: number, how: Spoilt): void;
  /** Somebody else changes a leaf of a document of a readable kind. Devices with readable kinds must have it. */
  tamper?(documentId: string): Promise<void>;
  /** Restarts, and holds nothing any more. Devices with readable kinds must have it. */
  forget?(): Promise<void>;
  close(): Promise<void>;
}

export interface AdapterSubject {
  readonly adapter: Adapter;
  readonly model: Model;
  /** Leaves of the platform's device entry besides name, kind and address. */
  readonly device: Readonly<Record<string, Plain>>;
  start(): Promise<SimulatedDevice>;
  /** An intent that needs several documents, some of which depend on others. */
  readonly intent: Plain;
  /** The same but for one leaf, which is in `changedDocument` alone. */
  readonly changedIntent: Plain;
  readonly changedDocument: string;
  /** An intent whose documents share no id with `intent`; without it the device has but one document. */
  readonly otherIntent?: Plain;
  /** How many calls it takes to remove the documents of `intent`; without it as many as there are documents. */
  readonly removingCalls?: number;
  /** Ids that documents depend on and that are another target's to have. */
  readonly foundations?: readonly string[];
}

/** Declares the suite for one adapter. */
export function adapterSuite(name: string, subject: AdapterSubject): void {
  const { adapter, model, intent, changedIntent, otherIntent } = subject;

  describe(`adapter contract: ${name}`, () => {
    let stage: Stage;
    let simulated: SimulatedDevice;

    beforeEach(async () => {
      simulated = await subject.start();
      stage = await Stage.open({ targets: ['acme', 'umbrella'], model, adapters: [adapter] });
      const { address } = simulated;
      stage.intent.force({ platform: { device: [{ name: 'd', kind: adapter.kind, address, ...subject.device }] } });
      await stage.start();
    });

    afterEach(async () => {
      await stage.close();
      await simulated.close();
    });

    const settle = (trees: Record<string, Plain>) => stage.settle(trees);
    const rest = () => stage.rest();

    it('declares the kind of every document that it lists, no id twice, and dependencies that it lists', () => {
      const refs = list(subject, intent);
      const ids = refs.map(({ id }) => id);
      const shown = otherIntent === undefined || refs.some(({ dependsOn }) => dependsOn.length > 0);
      assert.ok(refs.length > 0 && shown, 'the intent shows too little');
      assert.equal(new Set(ids).size, ids.length);
      for (const { kind, dependsOn } of refs) {
        assert.ok(adapter.documentKinds[kind], kind);
        for (const id of dependsOn) assert.ok(ids.includes(id) || subject.foundations?.includes(id), id);
      }
    });

    it('renders the same from equal intent, however often and in whatever order', () => {
      const bodies = (refs: readonly DocumentRef[]) =>
        refs
          .map((ref) => [ref.id, documentText(adapter.render(view(subject, intent), device(subject), ref, plainly))])
          .sort();
      const refs = list(subject, intent);
      assert.deepEqual(list(subject, intent), refs);
      assert.deepEqual(bodies([...refs].reverse()), bodies(refs));
    });

    it('puts every document after those that it depends on, and removes it before them', async () => {
      await settle({ acme: intent });
      const refs = list(subject, intent);
      const put = stage.taken();
      assert.equal(put.length, refs.length);
      await settle({ acme: {} });
      const removed = stage.taken();
      assert.equal(removed.length, refs.length);
      for (const { id, dependsOn } of refs) {
        for (const need of dependsOn.filter((each) => !subject.foundations?.includes(each))) {
          assert.ok(put.indexOf(`put ${need}`) < put.indexOf(`put ${id}`), `${need} before ${id}`);
          assert.ok(removed.indexOf(`remove ${id}`) < removed.indexOf(`remove ${need}`), `${id} before ${need}`);
        }
      }
    });

    it('leaves the device as it was when intent goes', async () => {
      const before = simulated.contents();
      await settle({ acme: intent });
      assert.notDeepEqual(simulated.contents(), before);
      await settle({ acme: {} });
      assert.deepEqual(simulated.contents(), before);
    });

    it('sends nothing a second time, nor after a restart', async () => {
      await settle({ acme: intent });
      const changes = simulated.changes();
      await settle({ acme: intent });
      await stage.restart();
      await rest();
      assert.equal(simulated.changes(), changes);
    });

    it('touches one document when a leaf of it changes, and gives what it would have given at once', async () => {
      await settle({ acme: changedIntent });
      const wanted = simulated.contents();
      await settle({ acme: intent });
      assert.notDeepEqual(simulated.contents(), wanted);
      stage.taken();
      await settle({ acme: changedIntent });
      assert.deepEqual(stage.taken(), [`put ${subject.changedDocument}`]);
      assert.deepEqual(simulated.contents(), wanted);
    });

    it('takes the removal of what is not there for done', async () => {
      const client = adapter.connect({ ...device(subject), address: simulated.address }, undefined);
      try {
        const removable = list(subject, intent).filter(({ kind }) => adapter.documentKinds[kind]?.removal === 'remove');
        for (const ref of removable) await client.remove(ref, AbortSignal.timeout(10_000));
      } finally {
        await client.close();
      }
    });

    it('never lets one tenant disturb another on the same device', async () => {
      if (otherIntent === undefined) return;
      await settle({ umbrella: otherIntent });
      const alone = simulated.contents();
      stage.taken();
      await settle({ acme: intent });
      await settle({ acme: changedIntent });
      await settle({ acme: {} });
      const others = new Set(list(subject, otherIntent).map(({ id }) => id));
      for (const word of stage.taken()) assert.ok(!others.has(word.split(' ')[1] ?? ''), word);
      assert.deepEqual(simulated.contents(), alone);
    });

    for (const when of ['before', 'after'] as const) {
      it(`ends in the same state whichever answer is lost ${when} its call took effect`, async () => {
        const empty = simulated.contents();
        await settle({ acme: intent });
        const full = simulated.contents();
        const calls = list(subject, intent).length;
        const { removingCalls = calls } = subject;
        await settle({ acme: {} });
        for (let n = 1; n <= calls; n++) {
          simulated.loseAnswer(n, when);
          await settle({ acme: intent });
          assert.deepEqual(simulated.contents(), full, `call ${n} of creation`);
          if (n <= removingCalls) simulated.loseAnswer(n, when);
          await settle({ acme: {} });
          assert.deepEqual(simulated.contents(), empty, `call ${n} of removal`);
        }
      });
    }

    it('ends in the same state whichever call the service was stopped in', async () => {
      const empty = simulated.contents();
      await settle({ acme: intent });
      const full = simulated.contents();
      const calls = list(subject, intent).length;
      const { removingCalls = calls } = subject;
      await settle({ acme: {} });
      const stopInCall = async (n: number, tree: Plain): Promise<void> => {
        const held = simulated.hold(n);
        await stage.intent.commit({ acme: tree });
        // A device may need fewer calls than there are documents: what it holds as wanted already is left alone.
        await Promise.race([held.reached, stage.reconciler.settled().catch(() => {})]);
        await stage.stop();
        held.release();
        await stage.start();
        await rest();
      };
      for (let n = 1; n <= calls; n++) {
        await stopInCall(n, intent);
        assert.deepEqual(simulated.contents(), full, `call ${n} of creation`);
        await (n <= removingCalls ? stopInCall(n, {}) : settle({ acme: {} }));
        assert.deepEqual(simulated.contents(), empty, `call ${n} of removal`);
      }
    });
  });

  readBackSuite(name, subject);
}

/** The device of a subject as adapters see it. */
export function device({ adapter, device: leaves }: AdapterSubject): Device {
  const { endpoint = [], version } = leaves as { endpoint?: readonly string[]; version?: string };
  const name = 'd';
  return Object.freeze({
    name,
    kind: adapter.kind,
    address: 'http://127.0.0.1:1',
    endpoints: Object.freeze([...endpoint]),
    version,
    enabled: true,
    credentials: undefined,
    parameters: {},
  });
}

/** An intent as adapters see it. */
export function view({ model }: AdapterSubject, tree: Plain) {
  return intentView(snapshotOf('acme', model, 1, tree), model.root, noReads());
}

/** The documents that an intent needs on it. */
export function list(subject: AdapterSubject, tree: Plain): DocumentRef[] {
  const root = view(subject, tree);
  const { adapter, model } = subject;
  const partition = partitionOf(adapter, model.root);
  const parts = partition === undefined ? [root] : root.list(partition);
  return parts.flatMap((part) => [...adapter.list(part, device(subject))]);
}
