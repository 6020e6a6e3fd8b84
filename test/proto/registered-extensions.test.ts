// The messages of registered extensions: written and read back, and what cannot be read.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decodeTargetVersionOverrides, targetVersionOverrides } from '../../src/proto/target-version-overrides.ts';
import { decodeTransactionStrategy, transactionStrategy } from '../../src/proto/transaction-strategy.ts';

const messageOf = ({ registered_ext }: { registered_ext?: { msg?: Uint8Array } }) =>
  registered_ext?.msg ?? new Uint8Array();

describe('TransactionStrategy', () => {
  it('is read as it was written, and without anything is asynchronous', () => {
    for (const synchronous of [true, false]) {
      assert.deepEqual(decodeTransactionStrategy(messageOf(transactionStrategy({ synchronous }))), { synchronous });
    }
    assert.deepEqual([...messageOf(transactionStrategy({ synchronous: true }))], [8, 1]);
  });

  it('skips fields that it does not know', () => {
    assert.deepEqual(decodeTransactionStrategy(Buffer.from([0x1a, 1, 0, 8, 1])), { synchronous: true });
  });
});

describe('TargetVersionOverrides', () => {
  it('are read as they were written', () => {
    const name = fc.string({ unit: 'grapheme' });
    const entry = fc.tuple(name, fc.record({ type: name, version: name }, { noNullPrototype: true }));
    fc.assert(
      fc.property(fc.uniqueArray(entry, { selector: ([target]) => target }), (entries) => {
        const msg = messageOf(targetVersionOverrides(Object.fromEntries(entries)));
        assert.deepEqual(decodeTargetVersionOverrides(msg), new Map(entries));
      }),
    );
  });

  it('have empty texts where an entry leaves something out', () => {
    assert.deepEqual(
      [...decodeTargetVersionOverrides(Buffer.from([10, 3, 10, 1, 0x61]))],
      [['a', { type: '', version: '' }]],
    );
  });

  it('of any bytes are read or refused, never anything else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        for (const decode of [decodeTargetVersionOverrides, decodeTransactionStrategy]) {
          try {
            decode(bytes);
          } catch (error) {
            assert.equal((error as { code?: string }).code, 'INVALID_ARGUMENT');
          }
        }
      }),
    );
  });
});
