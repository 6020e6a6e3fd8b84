// Checks by random histories that order across devices leaves nothing behind, and never lets go of the old before the new is there.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import type { Device, DocumentRef } from '../../../src/southbound/adapter.ts';
import { DocumentQueue, type Operation } from '../../../src/southbound/device/document-queue.ts';
import { Elsewhere } from '../../../src/southbound/device/elsewhere.ts';

const names = ['a', 'b', 'core'] as const;
type Name = (typeof names)[number];

function device(name: string): Device {
  return {
    name,
    kind: 'k',
    address: 'x:',
    endpoints: [name],
    version: undefined,
    enabled: true,
    credentials: undefined,
    parameters: {},
  };
}

/** Slices `s` and `t` have a document on the core, which needs one on the user plane that carries them. */
class World {
  readonly devices = new Map(names.map((name) => [name as string, device(name)]));
  readonly queues = new Map<string, DocumentQueue>();
  readonly elsewhere: Elsewhere;
  /** What devices hold: of which slice, and for the core on which user plane. */
  readonly holds = new Map<string, Map<string, string>>(names.map((name) => [name, new Map()]));
  readonly planes = new Map<string, Name>();
  revision = 1;

  constructor() {
    this.elsewhere = new Elsewhere({
      device: (name) => this.devices.get(name),
      queue: (name) => this.queues.get(name),
      released: (name, key) => this.queues.get(name)?.released(key),
    });
    for (const name of names)
      this.queues.set(
        name,
        new DocumentQueue(
          new Map(),
          1,
          this.elsewhere.of(name, () => false),
        ),
      );
    this.elsewhere.devicesChanged(names);
  }

  /** A slice is carried by a user plane, of which each takes one; or it is not there. */
  move(slice: string, plane: Name | undefined): void {
    const rival = [...this.planes].find(([other, taken]) => other !== slice && taken === plane);
    if (rival !== undefined) return;
    this.revision += 1;
    if (plane === undefined) this.planes.delete(slice);
    else this.planes.set(slice, plane);
    for (const each of ['a', 'b'] as const) {
      const [carried] = [...this.planes].find(([, taken]) => taken === each) ?? [];
      this.#want(each, 'plane', carried, []);
    }
    for (const each of ['s', 't']) {
      const at = this.planes.get(each);
      this.#want(
        'core',
        each,
        at === undefined ? undefined : each,
        at === undefined ? [] : [{ endpoint: at, id: 'plane' }],
      );
    }
  }

  #want(
    name: Name,
    id: string,
    slice: string | undefined,
    dependsOnElsewhere: NonNullable<DocumentRef['dependsOnElsewhere']>,
  ): void {
    const ref: DocumentRef = {
      kind: id === 'plane' ? 'plane' : 'slice',
      id,
      source: [slice ?? ''],
      dependsOn: [],
      dependsOnElsewhere,
    };
    const body = `${slice} ${dependsOnElsewhere.map(({ endpoint }) => endpoint)}`;
    const desired = slice === undefined ? undefined : { ref, body, text: body };
    this.queues.get(name)?.want(id, desired, this.revision, { target: 'x' });
  }

  call(name: Name, isLost: boolean): boolean {
    const queue = this.queues.get(name);
    const operation = queue?.next();
    if (queue === undefined || operation === undefined) return false;
    this.#check(name, operation);
    queue.started(operation);
    const holds = this.holds.get(name);
    if (operation.op === 'put') holds?.set(operation.ref.id, String(operation.desired.body));
    else holds?.delete(operation.ref.id);
    if (isLost) queue.failed(operation);
    else queue.succeeded(operation);
    return true;
  }

  #check(name: Name, operation: Operation): void {
    if (name === 'core' && operation.op === 'put') {
      const plane = this.planes.get(operation.ref.id);
      const carried = this.holds.get(plane ?? '')?.get('plane');
      assert.equal(carried, `${operation.ref.id} `, 'the core is told of a user plane that has the slice not yet');
    }
    if (name !== 'core' && operation.op === 'remove') {
      for (const body of this.holds.get('core')?.values() ?? []) assert.ok(!body.endsWith(` ${name}`), 'still needed');
    }
  }
}

describe('order across devices, whatever happens', () => {
  it('ends as intent wants, tells the core late and lets go of the old last', () => {
    const step = fc.oneof(
      fc.record({
        slice: fc.constantFrom('s', 't'),
        plane: fc.constantFrom<(Name | undefined)[]>('a', 'b', undefined),
      }),
      fc.record({ name: fc.constantFrom(...names), isLost: fc.boolean() }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const world = new World();
        for (const each of steps) {
          if ('slice' in each) world.move(each.slice, each.plane);
          else world.call(each.name, each.isLost);
        }
        while (names.some((name) => world.call(name, false))) {}
        const wanted = (name: Name) =>
          [...world.planes].filter(([, plane]) => plane === name).map(([slice]) => `${slice} `);
        assert.deepEqual([...(world.holds.get('a')?.values() ?? [])], wanted('a'));
        assert.deepEqual([...(world.holds.get('b')?.values() ?? [])], wanted('b'));
        const onCore = [...(world.holds.get('core')?.values() ?? [])].sort();
        assert.deepEqual(onCore, [...world.planes].map(([slice, plane]) => `${slice} ${plane}`).sort());
        for (const queue of world.queues.values())
          assert.deepEqual([queue.pendingCount, queue.isSettled(99)], [0, true]);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a document that waits for one that waits', () => {
  it('is looked at again when the last in the row is refused: whoever waits for it need not wait longer', () => {
    const devices = new Map(names.map((name) => [name as string, device(name)]));
    const queues = new Map<string, DocumentQueue>();
    const released: string[] = [];
    const elsewhere = new Elsewhere({
      device: (name) => devices.get(name),
      queue: (name) => queues.get(name),
      released: (name, key) => {
        released.push(name);
        queues.get(name)?.released(key);
      },
    });
    for (const name of names)
      queues.set(
        name,
        new DocumentQueue(
          new Map(),
          1,
          elsewhere.of(name, () => false),
        ),
      );
    elsewhere.devicesChanged(names);
    const [first, second, third] = names.map((name) => queues.get(name));
    const ref = (id: string, needs: DocumentRef['dependsOnElsewhere'] = []): DocumentRef => ({
      ...{ kind: id, id, source: [id], dependsOn: [] },
      dependsOnElsewhere: needs,
    });
    const refs = [ref('x'), ref('y', [{ endpoint: 'a', id: 'x' }]), ref('z', [{ endpoint: 'b', id: 'y' }])];
    for (const [i, queue] of [first, second, third].entries()) {
      const own = refs[i];
      if (own !== undefined) queue?.want(own.id, { ref: own, body: 1, text: '1' }, 1, { target: 't' });
    }
    const operation = first?.next();
    assert.ok(operation !== undefined);
    first?.started(operation);
    assert.deepEqual([second?.next(), third?.next(), third?.isSettled(1)], [undefined, undefined, false]);
    released.length = 0;
    first?.refused(operation, 'no');
    assert.deepEqual(released.sort(), ['b', 'core']);
    assert.deepEqual([second?.isSettled(1), third?.isSettled(1)], [true, true]);
  });
});
