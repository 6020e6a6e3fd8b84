// A trap, in a worker thread and here: the process survives, the instance says so, a new one works.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { LibyangTrap, loadLibyang } from 'libyang-wasm';
import { sources } from './model.ts';

/** Nesting that no caller lets through: it uses up the stack. */
const bomb = `{"m:c":{"any":${'{"x":'.repeat(100_000)}1${'}'.repeat(100_000)}}}`;

describe('a trap', function () {
  this.timeout(60_000);

  it('makes every later call throw LibyangTrap, and a new instance works', async () => {
    const libyang = await loadLibyang();
    const context = libyang.createContext({ sources, implement: ['m'] });
    const tree = context.createTree();
    assert.throws(() => tree.load(bomb), LibyangTrap);
    assert.throws(() => tree.print(), LibyangTrap);
    assert.throws(() => libyang.createContext({ sources, implement: ['m'] }), LibyangTrap);
    const next = (await loadLibyang()).createContext({ sources, implement: ['m'] }).createTree();
    assert.deepEqual(next.load('{"m:top":"alive"}'), []);
  });

  it('is survived in a worker thread, which can load a new instance', async () => {
    const worker = new Worker(new URL('./trap-worker.js', import.meta.url), { workerData: { sources, bomb } });
    const [answer] = await once(worker, 'message');
    assert.deepEqual(answer, { error: 'LibyangTrap', printed: '{"m:top":"alive"}' });
    await worker.terminate();
  });

  it('is what a packed buffer that ends early comes to', async () => {
    const tree = (await loadLibyang()).createContext({ sources, implement: ['m'] }).createTree();
    assert.throws(() => tree.stage(new Uint8Array([1, 0, 0, 0, 0, 9, 0, 0, 0])), LibyangTrap);
  });
});
