// Locks of targets: one holder, in the order of asking, never in a circle.

import assert from 'node:assert/strict';
import { TargetLocks } from '../../src/datastore/target-locks.ts';

describe('target locks', () => {
  const soon = () => performance.now() + 20;

  it('one target has one holder, and the next in line gets it', async () => {
    const locks = new TargetLocks();
    const order: string[] = [];
    const release = await locks.acquire(['a'], soon());
    const second = locks.acquire(['a'], performance.now() + 10_000).then((free) => {
      order.push('second');
      free();
    });
    const third = locks.acquire(['a'], performance.now() + 10_000).then((free) => {
      order.push('third');
      free();
    });
    order.push('first');
    release();
    await Promise.all([second, third]);
    assert.deepEqual(order, ['first', 'second', 'third']);
    assert.ok(locks.tryAcquire('a'));
  });

  it('different targets do not wait for each other', async () => {
    const locks = new TargetLocks();
    await locks.acquire(['a'], soon());
    await locks.acquire(['b'], soon());
  });

  it('who waits too long gives up, holds nothing and does not hold up the next', async () => {
    const locks = new TargetLocks();
    const release = await locks.acquire(['b'], soon());
    await assert.rejects(locks.acquire(['a', 'b'], performance.now() + 5), {
      code: 'DEADLINE_EXCEEDED',
      message: /target b is busy/,
    });
    const free = locks.tryAcquire('a');
    assert.ok(free);
    const waiting = locks.acquire(['b'], performance.now() + 10_000);
    release();
    (await waiting)();
  });

  it('two that want the same targets in another order both get them', async () => {
    const locks = new TargetLocks();
    const until = performance.now() + 10_000;
    const work = async (targets: string[]) => {
      const release = await locks.acquire(targets, until);
      await new Promise((resolve) => setImmediate(resolve));
      release();
    };
    await Promise.all(Array.from({ length: 20 }, (_, i) => work(i % 2 === 0 ? ['x', 'y', 'z'] : ['z', 'y', 'x'])));
    assert.ok(locks.tryAcquire('x'));
  });

  it('a target that is named twice is locked once', async () => {
    const locks = new TargetLocks();
    const release = await locks.acquire(['a', 'a'], soon());
    release();
    assert.ok(locks.tryAcquire('a'));
  });

  it('releasing twice does not free the lock of the next holder', async () => {
    const locks = new TargetLocks();
    const release = await locks.acquire(['a'], soon());
    const next = locks.acquire(['a'], performance.now() + 10_000);
    release();
    await next;
    release();
    assert.equal(locks.tryAcquire('a'), undefined);
  });
});
