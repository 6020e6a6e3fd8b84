// Turns of one validator thread: counted in slices, so that a large stage of one target does not hold up the small ones of others.

import assert from 'node:assert/strict';
import { decodeChanges, encodeEdits } from 'libyang-wasm';
import { editParts } from '../../src/datastore/validator-edits.ts';
import type { WorkerAnswers } from '../../src/datastore/validator-protocol.ts';
import { ValidatorThread } from '../../src/datastore/validator-thread.ts';
import { Turns } from '../../src/datastore/validator-turns.ts';
import { testModels } from './edge.ts';

const limits = { waitUntilMs: Number.POSITIVE_INFINITY, runMs: 60_000 };

/** A work of so many slices; the log gets its name at each. */
function* work(name: string, slices: number, log: string[]): Generator<void, string, number> {
  for (let slice = 1; slice < slices; slice++) {
    log.push(name);
    yield;
  }
  log.push(name);
  return name;
}

function run(turns: Turns, name: string, slices: number, log: string[]): Promise<string> {
  return new Promise((onEnd, onError) => {
    turns.add(work(name, slices, log), { onSlice: () => {}, onEnd, onError });
  });
}

const packed = (json: unknown) => encodeEdits([{ op: 'update', path: [], json: JSON.stringify(json) }]);
const sites = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ name: `s${i}`, size: i % 100, limit: 200 }));

describe('turns of works in one thread', () => {
  it('go round: each waits for one slice of every other, however large that is', async () => {
    const log: string[] = [];
    const turns = new Turns();
    await Promise.all([run(turns, 'large', 6, log), run(turns, 'a', 1, log), run(turns, 'b', 3, log)]);
    assert.deepEqual(log.join(' '), 'large a b large b large b large large large');
  });

  it('let one that comes later begin after one slice of each that is on', async () => {
    const log: string[] = [];
    const turns = new Turns();
    const large = [run(turns, 'x', 50, log), run(turns, 'y', 50, log)];
    let before = 0;
    await new Promise<void>((resolve) => {
      const wait = () => {
        if (log.length < 20) return void setImmediate(wait);
        before = log.length;
        void run(turns, 'late', 1, log).then(() => resolve());
      };
      wait();
    });
    assert(log.indexOf('late') - before <= 2, log.join(' '));
    await Promise.all(large);
    assert.equal(log.length, 101);
  });

  it('go on when one of them fails', async () => {
    const turns = new Turns();
    const failing = new Promise((_, onError) => {
      // biome-ignore lint/correctness/useYield: it fails in its first slice
      const fails = function* (): Generator<void, void, number> {
        throw new Error('no');
      };
      turns.add(fails(), { onSlice: () => {}, onEnd: () => {}, onError });
    });
    const other = run(turns, 'other', 3, []);
    await assert.rejects(failing, /^Error: no$/);
    assert.equal(await other, 'other');
  });
});

describe('packed edits on their way to a worker', () => {
  it('are cut, and joined to what one buffer of all edits is', () => {
    const long = 'x'.repeat(700_000);
    const edits = ['a', long, 'b', long, long].map((name) => ({
      op: 'update' as const,
      path: [],
      json: JSON.stringify({ 'test-edge:system': { name } }),
    }));
    const whole = encodeEdits(edits);
    for (const buffers of [[whole], [encodeEdits(edits.slice(0, 2)), encodeEdits([]), encodeEdits(edits.slice(2))]]) {
      const parts = [...editParts(buffers)];
      assert.deepEqual(
        parts.map(({ first, last }) => [first, last]),
        [
          [true, false],
          [false, false],
          [false, true],
        ],
      );
      assert(Buffer.concat(parts.map(({ bytes }) => bytes)).equals(whole));
    }
    assert.deepEqual(
      [...editParts([encodeEdits([])])].map(({ first, last }) => [first, last]),
      [[true, true]],
    );
  });
});

describe('a validator thread', () => {
  let thread: ValidatorThread;
  const load = async (target: string): Promise<void> => {
    await thread.call({ kind: 'rows', target, model: 'edge@1', first: true, rows: [] }, limits);
    const { violations } = await thread.call({ kind: 'load', target, model: 'edge@1' }, limits);
    assert.deepEqual(violations, []);
  };
  const stage = async (target: string, json: unknown, chunks: Uint8Array[] = []): Promise<WorkerAnswers['stage']> => {
    const answer = await thread.call({ kind: 'stage', target, keep: false, bytes: packed(json) }, limits, {
      onChanges: (chunk) => void chunks.push(chunk),
    });
    if (answer.lastChunk !== undefined) chunks.push(answer.lastChunk);
    return answer;
  };
  const system = (name: string) => ({ 'test-edge:system': { name } });

  beforeEach(async () => {
    thread = new ValidatorThread(await testModels(), (reason) => assert.fail(reason));
    await load('large');
    await load('small');
  });
  afterEach(() => thread.close());

  it('answers small stages of one target while it is on a large one of another', async () => {
    let largeIsDone = false;
    const chunks: Uint8Array[] = [];
    const large = stage('large', { 'test-edge:site': sites(20_000) }, chunks).then(({ violations }) => {
      largeIsDone = true;
      assert.deepEqual(violations, []);
    });
    for (let i = 0; i < 3; i++) {
      const small: Uint8Array[] = [];
      assert.deepEqual((await stage('small', system(`n${i}`), small)).violations, []);
      await thread.call({ kind: 'keep', target: 'small' }, limits);
      const [change, ...others] = small.flatMap((chunk) => decodeChanges(chunk));
      assert.deepEqual(others, []);
      assert(change?.kind === 'leaf');
      assert.deepEqual([change.before, change.after], [i === 0 ? undefined : `"n${i - 1}"`, `"n${i}"`]);
      assert.equal(largeIsDone, false, `after ${i} small stages`);
    }
    await large;
    const counts = chunks.map((chunk) => decodeChanges(chunk).length);
    assert(counts.every((count) => count <= 4000) && counts.length > 10, counts.join(' '));
    assert.equal(
      counts.reduce((sum, count) => sum + count, 0),
      3 * 20_000,
    );
  });

  it('makes the calls of one target in their order, whatever others do meanwhile', async () => {
    const large = stage('large', { 'test-edge:site': sites(3000) });
    const log: string[] = [];
    const note = (what: string) => () => void log.push(what);
    const chunks: Uint8Array[] = [];
    await Promise.all([
      stage('small', system('first')).then(note('stage 1')),
      thread.call({ kind: 'keep', target: 'small' }, limits).then(note('keep 1')),
      stage('small', system('second')).then(note('stage 2')),
      thread.call({ kind: 'undo', target: 'small' }, limits).then(note('undo 2')),
      stage('small', system('')).then(({ violations }) => log.push(`refused: ${violations.length}`)),
      stage('small', system('third'), chunks).then(note('stage 3')),
      thread.call({ kind: 'keep', target: 'small' }, limits).then(note('keep 3')),
    ]);
    assert.deepEqual(log, ['stage 1', 'keep 1', 'stage 2', 'undo 2', 'refused: 1', 'stage 3', 'keep 3']);
    const [change] = chunks.flatMap((chunk) => decodeChanges(chunk));
    assert(change?.kind === 'leaf');
    assert.deepEqual([change.before, change.after], ['"first"', '"third"']);
    assert.deepEqual((await large).violations, []);
  });

  it('tells the violations of a large stage, and the target is as before', async () => {
    const wrong = [...sites(5000), { name: 'wrong', size: 9, limit: 3 }];
    const chunks: Uint8Array[] = [];
    const [{ violations }] = await Promise.all([
      stage('large', { 'test-edge:site': wrong }, chunks),
      stage('small', system('meanwhile')),
    ]);
    assert.deepEqual(
      violations.map(({ path, message }) => [path, message]),
      [["/test-edge:site[name='wrong']", 'a site is not larger than its limit']],
    );
    assert.deepEqual(chunks, []);
    assert.deepEqual((await stage('large', { 'test-edge:site': sites(1) })).violations, []);
  });
});
