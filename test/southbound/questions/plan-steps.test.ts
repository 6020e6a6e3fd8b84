// Steps of a plan: their kinds, what they wait for, and an order in which they can be made.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import type { Device, DocumentRef } from '../../../src/southbound/adapter.ts';
import { noReads } from '../../../src/southbound/intent/intent-view.ts';
import { type DocumentChange, planSteps } from '../../../src/southbound/questions/plan-steps.ts';
import { core } from '../../adapters/sd-core/fixture.ts';

const adapter: DocumentChange['adapter'] = {
  documentKinds: { thing: { readable: true, removal: 'remove' }, base: { readable: false, removal: 'reset' } },
  neutral: (_device, ref) => ({ neutral: ref.id }),
  interruption: (ref, before, after) => (before !== undefined && after === undefined ? `${ref.id} stops` : undefined),
};

interface Given extends Partial<DocumentRef> {
  readonly on?: Device;
  readonly before?: boolean;
  readonly after?: boolean;
}

const a = core({ name: 'a', endpoints: ['http://a'] });
const b = core({ name: 'b', endpoints: ['http://b'] });

/** A change of one document; `before` and `after` say whether intent wants it then. */
function change(id: string, { on = a, before = false, after = true, ...ref }: Given = {}): DocumentChange {
  const full = { kind: 'thing', source: ['entry', id], dependsOn: [], ...ref, id };
  const desired = (body: string) => ({ ref: full, body, text: JSON.stringify(body) });
  return {
    ...{ device: on, adapter, target: 'acme', reads: noReads() },
    before: before ? desired('old') : undefined,
    after: after ? desired('new') : undefined,
  };
}

function told(changes: readonly DocumentChange[]): string[] {
  return planSteps(changes).map(
    ({ device, op, ref, after }, i) =>
      `${i} ${device} ${op} ${ref.id}${after.length > 0 ? ` after ${after.join(',')}` : ''}`,
  );
}

describe('steps of a plan', () => {
  it('create, change, remove and reset, with what is sent and what users notice', () => {
    const steps = planSteps([
      change('gone', { before: true, after: false }),
      change('neutral', { kind: 'base', before: true, after: false }),
      change('new'),
      change('other', { before: true }),
    ]);
    assert.deepEqual(
      steps.map(({ op, ref, before, body, interruption }) => [op, ref.id, before, body, interruption]),
      [
        ['create', 'new', undefined, 'new', undefined],
        ['change', 'other', 'old', 'new', undefined],
        ['remove', 'gone', 'old', undefined, 'gone stops'],
        ['reset', 'neutral', 'old', { neutral: 'neutral' }, 'neutral stops'],
      ],
    );
  });

  it('put dependencies first and take them away last', () => {
    const group = { dependsOn: [] };
    const slice = { dependsOn: ['z-group'] };
    assert.deepEqual(told([change('a-slice', slice), change('z-group', group)]), [
      '0 a create z-group',
      '1 a create a-slice after 0',
    ]);
    const go = { before: true, after: false };
    assert.deepEqual(told([change('a-group', go), change('z-slice', { ...go, dependsOn: ['a-group'] })]), [
      '0 a remove z-slice',
      '1 a remove a-group after 0',
    ]);
    assert.deepEqual(told([change('group', go), change('slice', { before: true, dependsOn: ['group'] })]), [
      '0 a change slice',
      '1 a remove group after 0',
    ]);
  });

  it('make the new before they break the old, when an entry moves to another device', () => {
    const entry = { source: ['slice', 'robots'] };
    assert.deepEqual(
      told([change('s', { ...entry, on: a, before: true, after: false }), change('s', { ...entry, on: b })]),
      ['0 b create s', '1 a remove s after 0'],
    );
  });

  it('wait for documents of other devices that must be there first', () => {
    const upf = change('upf', { on: b });
    const slice = change('slice', { dependsOnElsewhere: [{ endpoint: 'http://b', id: 'upf' }] });
    assert.deepEqual(told([slice, upf]), ['0 b create upf', '1 a create slice after 0']);
    assert.deepEqual(told([slice]), ['0 a create slice']);
  });

  it('let go of a document on another device once what needed it needs another', () => {
    const slice = change('slice', { before: true, dependsOnElsewhere: [{ endpoint: 'http://b', id: 'upf' }] });
    const old = change('upf', { on: b, before: true, after: false, kind: 'base', source: ['entry', 'slice'] });
    assert.deepEqual(told([old, slice]), ['0 a change slice', '1 b reset upf after 0']);
  });

  it('make the new before they break the old on one device, where documents overlap', () => {
    const entry = { source: ['slice', 'robots'] };
    const changes = [change('b-old', { ...entry, before: true, after: false }), change('c-new', entry)];
    assert.deepEqual(told(changes), ['0 a create c-new', '1 a remove b-old']);
    const thing = { readable: true, removal: 'remove', overlaps: true } as const;
    const overlapping = changes.map((each) => ({ ...each, adapter: { ...adapter, documentKinds: { thing } } }));
    assert.deepEqual(told(overlapping), ['0 a create c-new', '1 a remove b-old after 0']);
  });

  it('say why a device that is not enabled gets nothing at once', () => {
    const [step] = planSteps([change('x', { on: core({ name: 'off', enabled: false }) })]);
    assert.equal(step?.waits, 'device off is not enabled; it is told when it is');
  });

  it('come in the same order whatever the order of the changes, each behind what it waits for', () => {
    const node = fc.record({
      deps: fc.array(fc.nat(9), { maxLength: 3 }),
      before: fc.boolean(),
      after: fc.boolean(),
      onB: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(node, { minLength: 1, maxLength: 10 }), fc.infiniteStream(fc.nat()), (nodes, random) => {
        const changes = nodes.map(({ deps, before, after, onB }, i) =>
          change(`d${i}`, {
            // Only on lower numbers, so that there is no circle.
            dependsOn: [...new Set(deps.filter((dep) => dep < i).map((dep) => `d${dep}`))],
            ...{ before: before || !after, after, on: onB ? b : a },
          }),
        );
        const steps = planSteps(changes);
        assert.equal(steps.length, changes.length);
        for (const [i, { after }] of steps.entries()) assert.ok(after.every((earlier) => earlier < i));
        const shuffled = changes
          .map((each) => ({ each, at: random.next().value }))
          .sort((x, y) => x.at - y.at)
          .map(({ each }) => each);
        assert.deepEqual(planSteps(shuffled), steps);
      }),
    );
  });

  it('go on where documents wait for each other in a circle', () => {
    const steps = told([change('x', { dependsOn: ['y'] }), change('y', { dependsOn: ['x'] })]);
    assert.deepEqual(steps, ['0 a create x', '1 a create y after 0']);
  });
});
