// Checks that a document's causes are the changed rows that were read for it, and no others.

import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { IntentNode } from '../../../src/southbound/adapter.ts';
import { Causes } from '../../../src/southbound/intent/causes.ts';
import { intentView, noReads } from '../../../src/southbound/intent/intent-view.ts';
import { candidateTo, type Plain, snapshotOf } from '../intent.ts';
import { odd } from '../schemas.ts';

const pairs = (count: number): Plain[] => Array.from({ length: count }, (_, i) => ({ name: `p${i}`, number: i }));

/** What is told of a document that was made after a change. */
function causesOf(before: Plain, after: Plain, ...read: ((intent: IntentNode) => void)[]): string[] {
  const candidate = candidateTo(snapshotOf('t', odd, 1, before), 2, after);
  const readers = read.map((each) => {
    const reads = noReads();
    each(intentView(candidate.after, odd.root, reads));
    return { target: 't', reads };
  });
  return new Causes([candidate]).of(readers);
}

describe('Causes', () => {
  const box = (intent: IntentNode) => {
    intent.leaf('box', 'small');
    intent.leaf('box', 'text');
  };

  it('are the changed leaves that were read', () => {
    assert.deepEqual(causesOf({ box: { small: 1, big: '1' } }, { box: { small: 2, big: '2' } }, box), ['/box/small']);
  });

  it('are leaves that went, too', () => {
    assert.deepEqual(causesOf({ box: { text: 'a' } }, {}, box), ['/box/text']);
  });

  it('are entries that came into a list that was walked, five at most', () => {
    assert.deepEqual(
      causesOf({}, { pair: pairs(7) }, (intent) => intent.list('pair')),
      [
        '/pair[name=p0][number=0]/name',
        '/pair[name=p0][number=0]/number',
        '/pair[name=p1][number=1]/name',
        '/pair[name=p1][number=1]/number',
        '/pair[name=p2][number=2]/name',
      ],
    );
  });

  it('are rows of a choice that was looked into', () => {
    assert.deepEqual(
      causesOf({}, { box: { 'udp-port': 1 } }, (intent) => intent.leaf('box', 'tcp-port')),
      ['/box/udp-port'],
    );
  });

  it('come in the order of the readers, each once', () => {
    const after = { box: { small: 2, text: 'b' } };
    assert.deepEqual(
      causesOf({}, after, (intent) => intent.leaf('box', 'text'), box),
      ['/box/text', '/box/small'],
    );
  });

  it('are none of a target that the transaction leaves alone', () => {
    const reads = noReads();
    const candidate = candidateTo(snapshotOf('t', odd, 1, {}), 2, { box: { small: 2 } });
    box(intentView(candidate.after, odd.root, reads));
    assert.deepEqual(new Causes([candidate]).of([{ target: 'other', reads }]), []);
  });
});
