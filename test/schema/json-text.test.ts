// The JSON reader and printer.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type JsonValue, printJson, readJson } from '../../src/schema/json-text.ts';
import { refusal } from './fixture.ts';

function refused(text: string, ...parts: string[]): void {
  assert.throws(() => readJson(text), refusal('INVALID_ARGUMENT', ...parts), text);
}

describe('reading JSON', () => {
  it('keeps numbers as they were written', () => {
    for (const text of ['0', '-0', '18446744073709551616', '1.50', '1e400', '-1.5E-3', '1.0000000000000000000001']) {
      assert.deepEqual(readJson(text), { kind: 'number', text });
    }
  });

  it('keeps the order of members', () => {
    assert.deepEqual(
      [...(readJson('{"b":1,"10":2,"a":3,"2":4}') as Map<string, JsonValue>).keys()],
      ['b', '10', 'a', '2'],
    );
  });

  it('takes a member named __proto__ like any other', () => {
    assert.deepEqual(readJson('{"__proto__":{"x":true}}'), new Map([['__proto__', new Map([['x', true]])]]));
  });

  it('reads escapes, surrogate pairs and raw Unicode', () => {
    assert.equal(readJson('"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00 é 😀"'), '"\\/\b\f\n\r\té😀 é 😀');
    assert.equal(readJson('"\\u0000"'), '\x00');
  });

  it('skips white space around everything and a byte order mark at the start', () => {
    const text = '\u{feff} \r\n\t{ "a" : [ 1 , true , null ] , "b" : { } , "c" : [ ] } \n';
    assert.equal(printJson(readJson(text)), '{"a":[1,true,null],"b":{},"c":[]}');
  });

  it('agrees with the runtime on every JSON text', () => {
    fc.assert(
      fc.property(fc.json({ noUnicodeString: false }), (text) => {
        assert.deepEqual(plain(readJson(text)), JSON.parse(text));
      }),
    );
  });

  it('refuses every text that the runtime refuses', () => {
    const scrap = fc.string({ unit: fc.constantFrom(...'{}[]",:0123456789.-+eEtruefalsn\\u \n\x01') });
    fc.assert(
      fc.property(scrap, (text) => {
        assert.equal(
          accepts(() => readJson(text)),
          accepts(() => JSON.parse(text)) && !hasTwice(text),
        );
      }),
      { numRuns: 3000 },
    );
  });

  it('gives back what it read when printed', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const value = readJson(text);
        assert.deepEqual(readJson(printJson(value)), value);
      }),
    );
  });

  it('refuses a member that stands twice and says where', () => {
    refused('{"a":1,\n "b":2, "a":3}', 'line 2, column 9', "member 'a' stands twice");
    refused('{"\\u0061":1,"a":3}', "member 'a' stands twice");
  });

  it('refuses text after the value', () => {
    refused('{} x', 'line 1, column 4', 'text after the end');
    refused('1 2', 'text after the end');
  });

  it('refuses lone surrogates, escaped or raw', () => {
    for (const text of ['"\\ud800"', '"\\udc00x"', '"\\ud800\\ud800"', '"\ud800"', '"\udc00"', '"\\ud83d\ude00"']) {
      refused(text, 'lone surrogate U+D');
    }
  });

  it('refuses control characters in strings', () => {
    refused('"a\tb"', 'column 3', 'U+0009');
    refused('"\x00"', 'U+0000');
  });

  it('refuses numbers that JSON does not have', () => {
    for (const text of ['01', '-01', '00', '1.', '.5', '+1', '1e', '1e+', '-', 'NaN', 'Infinity', '0x10'])
      refused(text);
    refused('01', 'leading zeros');
  });

  it('refuses what is cut off', () => {
    refused('', 'found the end of the text');
    refused('"abc', 'not closed');
    refused('[1,', 'found the end of the text');
    refused('{"a"', "expected ':'");
    refused('{"a":1', "expected ',' or '}'");
  });

  it('refuses trailing commas, comments and single quotes', () => {
    for (const text of ['[1,]', '{"a":1,}', '[1 // x\n]', "{'a':1}", '{a:1}', '"\\x41"', '"\\u12g4"']) refused(text);
  });

  it('goes one hundred levels deep and no further unless told', () => {
    const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
    assert.equal(printJson(readJson(nested(100))), nested(100));
    refused(nested(101), 'more than 100 levels');
    refused('{"a":'.repeat(100_000), 'more than 100 levels');
    assert.throws(() => readJson('[[[]]]', { maxDepth: 2 }), refusal('INVALID_ARGUMENT', 'more than 2 levels'));
  });

  it('shortens what it shows of a long name', () => {
    refused(`{"${'x'.repeat(5000)}" 1}`, "…', found '1'");
  });
});

describe('printing JSON', () => {
  it('is compact and escapes what must be', () => {
    const value = new Map<string, JsonValue>([
      ['a"b', ['\n\x01\\', null, false, { kind: 'number', text: '1.50' }]],
      ['e', new Map()],
    ]);
    assert.equal(printJson(value), '{"a\\"b":["\\n\\u0001\\\\",null,false,1.50],"e":{}}');
  });
});

function plain(value: JsonValue): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) return Object.fromEntries([...value].map(([name, member]) => [name, plain(member)]));
  return value !== null && typeof value === 'object' ? Number(value.text) : value;
}

function accepts(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}

function hasTwice(text: string): boolean {
  try {
    readJson(text);
    return false;
  } catch (error) {
    return String(error).includes('stands twice');
  }
}
