// Row keys: order, ranges and the way back to paths.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Path } from '../../src/schema/path.ts';
import {
  decodeKey,
  encodeKey,
  encodeKeyValue,
  fromBinary,
  isRankKey,
  rangeEnd,
  rankKey,
  segments,
  toBinary,
} from '../../src/schema/row-key.ts';
import { linkSchema, type SchemaNode } from '../../src/schema/schema-node.ts';
import { at, leaf, list, refusal, root } from './fixture.ts';

function keyLeaf(...args: Parameters<typeof leaf>): SchemaNode {
  const top = linkSchema([list('l', [args[0]], [leaf(...args)])]);
  return top.children.get('edge:l')?.keys[0] as SchemaNode;
}

const decimalKey = keyLeaf('k', { base: 'decimal64', fractionDigits: 2 });
const int64Key = keyLeaf('k', 'int64');
const stringKey = keyLeaf('k', 'string');

/** Any text that is valid Unicode, with much of what keys must escape. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('\x00', '\x01', '\x02', '\x03', '\x05', 'a', 'ÿ', '😀') }),
);
const hundredths = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

function decimal(scaled: bigint): string {
  const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(3, '0');
  const decimals = digits.slice(-2).replace(/0+$/, '');
  return `${scaled < 0n ? '-' : ''}${digits.slice(0, -2)}.${decimals === '' ? '0' : decimals}`;
}

describe('row key', () => {
  it('is the segments with their module where it changes, each ended by a zero byte', () => {
    assert.equal(encodeKey(at('/system/mtu')), 'edge:system\x00mtu\x00');
    assert.equal(encodeKey(at('/system/extra:name')), 'edge:system\x00extra:name\x00');
    assert.equal(encodeKey(at('/device[id=a]/enabled')), 'edge:device\x00\x02a\x00enabled\x00');
    assert.equal(encodeKey(at('/device')), 'edge:device\x00');
    assert.equal(encodeKey([]), '');
  });

  it('puts a subtree into one range that holds nothing else', () => {
    const inside = ['/device', '/device[id=a]', '/device[id=a]/enabled', '/device[id=~]/id'].map((p) =>
      encodeKey(at(p)),
    );
    const end = rangeEnd(encodeKey(at('/device')));
    for (const key of inside) assert.ok(key >= encodeKey(at('/device')) && key < end, JSON.stringify(key));
    for (const path of ['/device-group', '/device-group/size', '/banner', '/system']) {
      const key = encodeKey(at(path));
      assert.ok(key < encodeKey(at('/device')) || key >= end, path);
    }
  });

  it('keeps every entry apart from those whose key begins alike', () => {
    fc.assert(
      fc.property(text, text, (one, other) => {
        fc.pre(one !== other);
        const prefix = encodeKey([elem('edge:device', one)]);
        const row = encodeKey([elem('edge:device', other), ...at('/device[id=a]/enabled').slice(1)]);
        assert.ok(row < prefix || row >= rangeEnd(prefix));
      }),
    );
  });

  it('holds everything in the range of the root', () => {
    fc.assert(fc.property(text, (id) => encodeKey([elem('edge:device', id)]) < rangeEnd('')));
  });

  it('orders text keys by their UTF-8 bytes', () => {
    fc.assert(
      fc.property(text, text, (one, other) => {
        const bytes = Math.sign(Buffer.compare(Buffer.from(one), Buffer.from(other)));
        assert.equal(sign(encodeKeyValue(stringKey, one), encodeKeyValue(stringKey, other)), bytes);
      }),
    );
  });

  it('orders 64-bit integer keys as numbers, negative ones too', () => {
    fc.assert(
      fc.property(hundredths, hundredths, (one, other) => {
        const order = one < other ? -1 : one > other ? 1 : 0;
        assert.equal(sign(encodeKeyValue(int64Key, `${one}`), encodeKeyValue(int64Key, `${other}`)), order);
      }),
    );
    const sorted = ['-100', '-99', '-10', '-9', '-1', '0', '1', '9', '10', '99', '100'];
    assert.deepEqual(sortedBy(sorted, int64Key), sorted);
  });

  it('orders decimal64 keys as numbers whatever their digits', () => {
    fc.assert(
      fc.property(hundredths, hundredths, (one, other) => {
        const order = one < other ? -1 : one > other ? 1 : 0;
        const keys = [one, other].map((value) => encodeKeyValue(decimalKey, decimal(value)));
        assert.equal(sign(keys[0] ?? '', keys[1] ?? ''), order);
      }),
    );
    const sorted = ['-10.5', '-1.55', '-1.5', '-0.01', '0.0', '0.05', '0.5', '1.0', '9.99', '10.0'];
    assert.deepEqual(sortedBy(sorted, decimalKey), sorted);
  });

  it('does not take a decimal with too many fraction digits for another number', () => {
    assert.notEqual(encodeKeyValue(decimalKey, '1.555'), encodeKeyValue(decimalKey, '15.55'));
  });

  it('stays one byte a char for a number that no type can hold', () => {
    const key = encodeKeyValue(int64Key, '1'.repeat(300));
    assert.ok([...key].every((char) => char.charCodeAt(0) < 0x100));
    assert.equal(Buffer.from(key, 'latin1').toString('latin1'), key);
  });

  it('gives back the path that it was made of, for any text and number in its keys', () => {
    const slots = fc.integer({ min: -32768, max: 32767 });
    fc.assert(
      fc.property(text, slots, hundredths, (id, slot, gain) => {
        const path: Path = [elem('edge:device', id), elem2(`${slot}`, decimal(gain))];
        const speed = path[1]?.node.children.get('speed') as SchemaNode;
        const leafPath = [...path, { node: speed }];
        assert.deepEqual(decodeKey(root, encodeKey(leafPath)), leafPath);
        assert.deepEqual(decodeKey(root, encodeKey(path)), path);
      }),
    );
  });

  it('decodes the prefix of a list to the whole list', () => {
    assert.deepEqual(decodeKey(root, encodeKey(at('/device'))), at('/device'));
  });

  it('is refused as lost data where the schema has no such node or key', () => {
    assert.throws(() => decodeKey(root, 'edge:nothing\x00'), refusal('DATA_LOSS', 'offset 0'));
    assert.throws(() => decodeKey(root, 'edge:system\x00mtu'), refusal('DATA_LOSS', 'offset 12'));
    assert.throws(
      () => decodeKey(root, 'edge:device\x00\x02a\x00port\x00\x03\x811\x00x'),
      refusal('DATA_LOSS', 'list key'),
    );
  });

  it('has a hidden rank row before the rows of its entry, with the path of the entry', () => {
    const entry = encodeKey(at('/system/ntp/server[address=a]'));
    const rank = rankKey(entry);
    assert.ok(isRankKey(rank));
    assert.ok(!isRankKey(entry));
    assert.ok(rank > entry && rank < encodeKey(at('/system/ntp/server[address=a]/address')));
    assert.deepEqual(decodeKey(root, rank), at('/system/ntp/server[address=a]'));
  });

  it('keeps any Unicode text in one char per byte', () => {
    fc.assert(
      fc.property(text, (value) => {
        const binary = toBinary(value);
        assert.equal(binary.length, Buffer.byteLength(value));
        assert.equal(fromBinary(binary), value);
      }),
    );
  });

  it('tells its segments', () => {
    assert.deepEqual(segments(encodeKey(at('/device[id=a]/enabled'))), ['edge:device', '\x02a', 'enabled']);
  });
});

function elem(segment: string, ...keys: string[]): Path[number] {
  return { node: root.children.get(segment) as SchemaNode, keys };
}

function elem2(...keys: string[]): Path[number] {
  return { node: root.children.get('edge:device')?.children.get('port') as SchemaNode, keys };
}

function sign(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function sortedBy(values: readonly string[], node: SchemaNode): string[] {
  const encode = (value: string): string => encodeKeyValue(node, value);
  return [...values].reverse().sort((a, b) => sign(encode(a), encode(b)));
}
