// Checks which operation a device's queue offers next, and by random histories that devices always end as intent wants.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import {
  type Desired,
  DocumentQueue,
  type Held,
  type Operation,
} from '../../../src/southbound/device/document-queue.ts';

function desired(id: string, content: string, ...dependsOn: string[]): Desired {
  const text = JSON.stringify(content);
  return { ref: { kind: 'thing', id, source: ['thing', id], dependsOn }, body: content, text };
}

function held(id: string, content: string, ...dependsOn: string[]): [string, Held] {
  const { ref, text } = desired(id, content, ...dependsOn);
  return [id, { ref, text, confirmed: true }];
}

function queueOf(...documents: [string, Held][]): DocumentQueue {
  return new DocumentQueue(new Map(documents), 1);
}

/** Does everything that is offered; the device takes all of it. */
function drain(queue: DocumentQueue): string[] {
  const done: string[] = [];
  for (let operation = queue.next(); operation !== undefined; operation = queue.next()) {
    done.push(words(operation));
    queue.started(operation);
    queue.succeeded(operation);
  }
  return done;
}

function words(operation: Operation): string {
  return operation.op === 'put' ? `put ${operation.ref.id} ${operation.desired.body}` : `remove ${operation.ref.id}`;
}

function take(queue: DocumentQueue): Operation {
  const operation = queue.next();
  assert.ok(operation);
  queue.started(operation);
  return operation;
}

describe('DocumentQueue', () => {
  it('puts what a document depends on first', () => {
    const queue = queueOf();
    queue.want('slice', desired('slice', 's', 'group'), 2);
    queue.want('group', desired('group', 'g'), 2);
    assert.deepEqual(drain(queue), ['put group g', 'put slice s']);
  });

  it('removes a document before what it depends on', () => {
    const queue = queueOf(held('group', 'g'), held('slice', 's', 'group'));
    queue.want('group', undefined, 2);
    queue.want('slice', undefined, 2);
    assert.deepEqual(drain(queue), ['remove slice', 'remove group']);
  });

  it('changes a document that leaves a dependency before that one goes', () => {
    const queue = queueOf(held('group', 'g'), held('slice', 's', 'group'));
    queue.want('group', undefined, 2);
    queue.want('slice', desired('slice', 't'), 2);
    assert.deepEqual(drain(queue), ['put slice t', 'remove group']);
  });

  it('offers nothing for what the device holds already', () => {
    const queue = queueOf(held('group', 'g'));
    queue.want('group', desired('group', 'g'), 2);
    assert.equal(queue.next(), undefined);
    assert.equal(queue.pendingCount, 0);
  });

  it('removes what it remembers and nobody wants', () => {
    assert.deepEqual(drain(queueOf(held('group', 'g'))), ['remove group']);
  });

  it('sends only the newest of several contents', () => {
    const queue = queueOf();
    queue.want('group', desired('group', 'a'), 2);
    queue.want('group', desired('group', 'b'), 3);
    assert.deepEqual(drain(queue), ['put group b']);
  });

  it('sends nothing when intent returns to what the device holds', () => {
    const queue = queueOf(held('group', 'g'));
    queue.want('group', desired('group', 'h'), 2);
    queue.want('group', desired('group', 'g'), 3);
    assert.deepEqual(drain(queue), []);
  });

  it('sends again what changed while it was under way', () => {
    const queue = queueOf();
    queue.want('group', desired('group', 'a'), 2);
    const operation = take(queue);
    queue.want('group', desired('group', 'b'), 3);
    queue.succeeded(operation);
    assert.deepEqual(drain(queue), ['put group b']);
  });

  it('sends a document again after a call of unknown outcome, even if intent went back', () => {
    const queue = queueOf(held('group', 'a'));
    queue.want('group', desired('group', 'b'), 2);
    queue.failed(take(queue));
    queue.want('group', desired('group', 'a'), 3);
    assert.deepEqual(drain(queue), ['put group a']);
  });

  it('removes a document of which it does not know whether it arrived', () => {
    const queue = queueOf();
    queue.want('group', desired('group', 'a'), 2);
    queue.failed(take(queue));
    queue.want('group', undefined, 3);
    assert.deepEqual(drain(queue), ['remove group']);
  });

  it('lets the others go first when one call failed', () => {
    const queue = queueOf();
    queue.want('a', desired('a', '1'), 2);
    queue.want('b', desired('b', '1'), 2);
    queue.failed(take(queue));
    assert.deepEqual(drain(queue), ['put b 1', 'put a 1']);
  });

  it('leaves a refused document alone until intent gives it another content', () => {
    const queue = queueOf();
    queue.want('group', desired('group', 'a'), 2);
    queue.refused(take(queue), 'no such pool');
    assert.equal(queue.next(), undefined);
    assert.deepEqual(
      queue.refusals.map(({ op, ref, message, revision }) => [op, ref.id, message, revision]),
      [['put', 'group', 'no such pool', 2]],
    );
    queue.want('group', desired('group', 'a'), 3);
    assert.equal(queue.next(), undefined);
    queue.want('group', desired('group', 'b'), 4);
    assert.deepEqual(drain(queue), ['put group b']);
    assert.deepEqual(queue.refusals, []);
  });

  it('does not blame the newer content for a refusal of the older', () => {
    const queue = queueOf();
    queue.want('group', desired('group', 'a'), 2);
    const operation = take(queue);
    queue.want('group', desired('group', 'b'), 3);
    queue.refused(operation, 'bad a');
    assert.deepEqual(queue.refusals, []);
    assert.deepEqual(drain(queue), ['put group b']);
  });

  it('removes a refused document too: the device may have kept it all the same', () => {
    const queue = queueOf();
    queue.want('group', desired('group', 'a'), 2);
    queue.refused(take(queue), 'no');
    queue.want('group', undefined, 3);
    assert.deepEqual(drain(queue), ['remove group']);
  });

  it('holds back what depends on a refused new document, and calls that settled', () => {
    const queue = queueOf();
    queue.want('slice', desired('slice', 's', 'group'), 2);
    queue.want('group', desired('group', 'a'), 2);
    queue.refused(take(queue), 'no');
    assert.equal(queue.next(), undefined);
    assert.equal(queue.isSettled(2), true);
    queue.want('group', desired('group', 'b'), 3);
    assert.equal(queue.isSettled(3), false);
    assert.deepEqual(drain(queue), ['put group b', 'put slice s']);
  });

  it('goes on with a dependent when only a change of what it needs was refused', () => {
    const queue = queueOf(held('group', 'g'));
    queue.want('group', desired('group', 'bad'), 2);
    queue.refused(take(queue), 'no');
    queue.want('slice', desired('slice', 's', 'group'), 3);
    assert.deepEqual(drain(queue), ['put slice s']);
  });

  it('keeps what a device still needs for a document whose change it refused', () => {
    const queue = queueOf(held('group', 'g'), held('slice', 's', 'group'));
    queue.want('group', desired('group', 'g'), 2);
    queue.want('slice', desired('slice', 't'), 2);
    queue.refused(take(queue), 'no');
    queue.want('group', undefined, 3);
    assert.equal(queue.next(), undefined);
    queue.want('slice', desired('slice', 'u'), 4);
    assert.deepEqual(drain(queue), ['put slice u', 'remove group']);
  });

  it('does not keep a dependency for a document that the device never took', () => {
    const queue = queueOf();
    queue.want('group', desired('group', 'g'), 2);
    drain(queue);
    queue.want('slice', desired('slice', 's', 'group'), 3);
    queue.refused(take(queue), 'no');
    queue.want('group', undefined, 4);
    assert.deepEqual(drain(queue), ['remove group']);
  });

  it('tries refused documents again when it is pardoned', () => {
    const queue = queueOf();
    queue.want('group', desired('group', 'a'), 2);
    queue.refused(take(queue), 'no');
    queue.pardon();
    assert.deepEqual(drain(queue), ['put group a']);
  });

  it('tries a refused document again when one that it needs has come, and no other', () => {
    const queue = queueOf();
    queue.want('needy', desired('needy', 'n', 'base'), 2);
    queue.want('other', desired('other', 'o'), 2);
    queue.refused(take(queue), 'no base');
    queue.refused(take(queue), 'no room');
    assert.deepEqual(drain(queue), []);
    queue.want('base', desired('base', 'b'), 3);
    assert.deepEqual(drain(queue), ['put base b', 'put needy n']);
    assert.deepEqual(
      queue.refusals.map(({ ref }) => ref.id),
      ['other'],
    );
  });

  it('does not stand still when documents depend on each other in a circle', () => {
    const queue = queueOf();
    queue.want('a', desired('a', '1', 'b'), 2);
    queue.want('b', desired('b', '1', 'a'), 2);
    assert.deepEqual(drain(queue).sort(), ['put a 1', 'put b 1']);
  });

  it('leaves what it is told to leave, until it is wanted again', () => {
    const queue = queueOf(held('group', 'g'));
    queue.leave('group', 2);
    assert.equal(queue.next(), undefined);
    assert.equal(queue.isSettled(2), true);
    queue.want('group', undefined, 3);
    assert.deepEqual(drain(queue), ['remove group']);
  });

  it('tells to remember new dependencies of a content that the device has', () => {
    const queue = queueOf(held('group', 'g'), held('pool', 'p'), held('slice', 's', 'group'));
    for (const id of ['group', 'pool']) queue.want(id, undefined, 2);
    const relinked = queue.want('slice', desired('slice', 's', 'pool'), 2);
    assert.deepEqual(relinked?.ref.dependsOn, ['pool']);
    queue.want('slice', undefined, 3);
    const order = drain(queue);
    assert.ok(order.indexOf('remove slice') < order.indexOf('remove pool'), order.join());
  });

  it('knows up to which revision everything is in effect', () => {
    const queue = queueOf();
    queue.want('a', desired('a', '1'), 5);
    queue.want('b', desired('b', '1'), 7);
    assert.equal(queue.inEffect(9), 4);
    queue.want('a', desired('a', '3'), 6);
    assert.equal(queue.inEffect(9), 4);
    const operation = take(queue);
    queue.want('a', desired('a', '2'), 8);
    queue.succeeded(operation);
    assert.equal(queue.inEffect(9), 6);
    drain(queue);
    assert.equal(queue.inEffect(9), 9);
  });

  it('orders ten thousand documents and the one that needs them all without looking at each again and again', () => {
    const queue = queueOf();
    const ids = Array.from({ length: 10_000 }, (_, i) => `group-${i}`);
    queue.want('all', desired('all', 's', ...ids), 2);
    for (const id of ids) queue.want(id, desired(id, 'g'), 2);
    const order = drain(queue);
    assert.equal(order.length, 10_001);
    assert.equal(order.at(-1), 'put all s');
  });
});

const ids = ['a', 'b', 'c', 'd', 'e'] as const;

/** Dependencies always point to earlier letters, as those of real adapters never go in circles. */
const step = fc.oneof(
  fc.record({
    kind: fc.constant('want' as const),
    id: fc.nat(ids.length - 1),
    content: fc.option(fc.constantFrom('x', 'y', 'bad'), { nil: undefined }),
    needs: fc.subarray([0, 1, 2, 3]),
  }),
  fc.record({ kind: fc.constant('call' as const), outcome: fc.constantFrom('ok', 'lost before', 'lost after') }),
);

describe('DocumentQueue, whatever happens', () => {
  it('ends with the device holding what intent wants, and never sends a document before its needs or removes them under it', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const device = new Map<string, { content: string; needs: readonly string[] }>();
        const wanted = new Map<string, { content: string; needs: readonly string[] }>();
        const queue = queueOf();
        let revision = 1;
        const call = (outcome: string): boolean => {
          const operation = queue.next();
          if (operation === undefined) return false;
          queue.started(operation);
          const { id } = operation.ref;
          if (outcome === 'lost before') {
            queue.failed(operation);
            return true;
          }
          if (operation.op === 'put' && operation.desired.body === 'bad') {
            queue.refused(operation, 'bad');
            return true;
          }
          if (operation.op === 'put') {
            for (const need of operation.ref.dependsOn) {
              if (wanted.has(need)) assert.ok(device.has(need), `${id} was put before ${need}`);
            }
            device.set(id, { content: String(operation.desired.body), needs: operation.ref.dependsOn });
          } else {
            for (const [other, { needs }] of device) {
              const moved = JSON.stringify(wanted.get(other)) !== JSON.stringify(device.get(other));
              if (other !== id && needs.includes(id) && moved) {
                const stuck = wanted.get(other)?.content === 'bad';
                assert.ok(stuck, `${id} was removed under ${other}`);
              }
            }
            device.delete(id);
          }
          if (outcome === 'ok') queue.succeeded(operation);
          else queue.failed(operation);
          return true;
        };
        for (const each of steps) {
          if (each.kind === 'call') {
            call(each.outcome);
            continue;
          }
          revision += 1;
          const id = ids[each.id] ?? 'a';
          const needs = each.needs.filter((need) => need < each.id).map((need) => ids[need] ?? 'a');
          if (each.content === undefined) wanted.delete(id);
          else wanted.set(id, { content: each.content, needs });
          queue.want(id, each.content === undefined ? undefined : desired(id, each.content, ...needs), revision);
        }
        for (const [id, { content, needs }] of [...wanted]) {
          if (content !== 'bad') continue;
          wanted.set(id, { content: 'good', needs });
          queue.want(id, desired(id, 'good', ...needs), revision + 1);
        }
        while (call('ok')) {}
        assert.deepEqual(
          [...device].map(([id, { content }]) => [id, content]).sort(),
          [...wanted].map(([id, { content }]) => [id, content]).sort(),
        );
        assert.equal(queue.pendingCount, 0);
        assert.equal(queue.isSettled(revision + 1), true);
      }),
      { numRuns: 500 },
    );
  });
});
