// Checks how entries stand: the worst of their documents by system, what is not offered, and that nothing is forgotten or kept.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { type Delivered, Delivery, type EntryStatus } from '../../../src/southbound/state/delivery.ts';

const there: Delivered = { status: 'in-effect', verified: 'verified', reason: undefined };
const pending: Delivered = { status: 'pending', verified: 'unverified', reason: undefined };
const failed = (reason: string): Delivered => ({ status: 'failed', verified: 'unverified', reason });

describe('Delivery', () => {
  it('has no system for an entry that no document is made from', () => {
    assert.deepEqual(new Delivery().entry('e'), { status: 'not-served', systems: [] });
  });

  it('tells the worst of all documents, and of each system its own', () => {
    const delivery = new Delivery();
    assert.deepEqual(delivery.document('core', 'group', there, ['e']), ['e']);
    delivery.document('core', 'slice', { ...there, verified: 'not-verifiable' }, ['e']);
    delivery.document('ran', 'slice', { status: 'drifted', verified: 'verified', reason: '/a differs' }, ['e', 'f']);
    assert.deepEqual(delivery.entry('e'), {
      status: 'drifted',
      systems: [
        { device: 'core', status: 'in-effect', verified: 'not-verifiable', reason: undefined },
        { device: 'ran', status: 'drifted', verified: undefined, reason: '/a differs' },
      ],
    });
    delivery.document('core', 'group', pending, ['e']);
    assert.equal(delivery.entry('e').status, 'pending');
    delivery.document('core', 'slice', failed('400 no'), ['e']);
    assert.equal(delivery.entry('e').status, 'failed');
    assert.equal(delivery.entry('f').status, 'drifted');
    assert.deepEqual(delivery.entry('e').systems[0], {
      device: 'core',
      status: 'failed',
      verified: undefined,
      reason: '400 no',
    });
  });

  it('says what is not offered without making the whole worse, and keeps what is worse', () => {
    const delivery = new Delivery();
    delivery.document('core', 'slice', there, ['e']);
    assert.deepEqual(delivery.lacks('p', ['e'], [{ device: 'ran', reason: 'no UE id' }]), ['e']);
    assert.deepEqual(delivery.entry('e'), {
      status: 'in-effect',
      systems: [
        { device: 'core', status: 'in-effect', verified: 'verified', reason: undefined },
        { device: 'ran', status: 'not-offered', verified: undefined, reason: 'no UE id' },
      ],
    });
    delivery.lacks('q', ['e'], [{ device: 'core', reason: 'no rules' }]);
    const core = { device: 'core', status: 'not-offered', verified: 'verified', reason: 'no rules' };
    assert.deepEqual(delivery.entry('e').systems[0], core);
    delivery.document('core', 'slice', failed('400 no'), ['e']);
    const reason = '400 no; no rules';
    assert.deepEqual(delivery.entry('e').systems[0], { device: 'core', status: 'failed', verified: undefined, reason });
    assert.deepEqual(delivery.lacks('p', ['e'], []), ['e']);
    assert.equal(delivery.entry('e').systems.length, 1);
  });

  it('says the same words once, names the documents of different ones, and not too many', () => {
    const delivery = new Delivery();
    for (const id of ['a', 'b']) delivery.document('core', id, failed('400 no'), ['e']);
    assert.equal(delivery.entry('e').systems[0]?.reason, '400 no');
    delivery.document('core', 'c', failed('409 taken'), ['e']);
    assert.equal(delivery.entry('e').systems[0]?.reason, '400 no; c: 409 taken');
    for (const id of ['d', 'f', 'g']) delivery.document('core', id, failed(`${id} is wrong`), ['e']);
    assert.equal(delivery.entry('e').systems[0]?.reason, '400 no; c: 409 taken; d: d is wrong; and 2 more');
  });

  it('stands as what was said last says, and names every entry that moved', () => {
    const words = fc.option(fc.constantFrom('no', 'never'), { nil: undefined });
    const delivered = fc.record({
      status: fc.constantFrom('in-effect', 'pending', 'failed', 'drifted'),
      verified: fc.constantFrom('verified', 'unverified', 'not-verifiable'),
      reason: words,
    });
    const entries = fc.uniqueArray(fc.constantFrom('e', 'f', 'g'));
    const device = fc.constantFrom('core', 'ran');
    const document = fc.record({
      device,
      id: fc.constantFrom('1', '2', '3'),
      delivered: fc.option(delivered, { nil: undefined }),
      entries,
    });
    const lacking = fc.uniqueArray(device).map((names) => names.map((name) => ({ device: name, reason: 'no' })));
    const lacks = fc.record({ place: fc.constantFrom('p', 'q'), entries, lacking });
    const all = ['e', 'f', 'g'];
    const view = (delivery: Delivery): EntryStatus[] => all.map((entry) => delivery.entry(entry));
    fc.assert(
      fc.property(fc.array(fc.oneof(document, lacks), { maxLength: 20 }), (steps) => {
        const delivery = new Delivery();
        const last = new Map<string, (typeof steps)[number]>();
        const say = (to: Delivery, step: (typeof steps)[number]) =>
          'id' in step
            ? to.document(step.device, step.id, step.delivered as Delivered | undefined, step.entries)
            : to.lacks(step.place, step.entries, step.lacking);
        for (const step of steps) {
          const before = view(delivery);
          const moved = say(delivery, step);
          const after = view(delivery);
          for (const [i, entry] of all.entries()) {
            if (!moved.includes(entry)) assert.deepEqual(after[i], before[i]);
          }
          last.set('id' in step ? `${step.device} ${step.id}` : step.place, step);
        }
        const fresh = new Delivery();
        for (const step of last.values()) say(fresh, step);
        assert.deepEqual(view(delivery), view(fresh));
      }),
    );
  });
});
