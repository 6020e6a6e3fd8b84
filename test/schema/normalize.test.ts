// Client JSON and scalars to the fragments that libyang reads.

import assert from 'node:assert/strict';
import { readJson } from '../../src/schema/json-text.ts';
import { fragmentFromJson } from '../../src/schema/normalize.ts';
import { linkSchema } from '../../src/schema/schema-node.ts';
import { at, container, leaf, refusal, root } from './fixture.ts';

function fragment(path: string, json: string): string {
  return fragmentFromJson(root, at(path), readJson(json));
}

function refused(path: string, json: string, ...parts: string[]): void {
  assert.throws(() => fragment(path, json), refusal('INVALID_ARGUMENT', ...parts), `${path} ${json}`);
}

/** The text that a value of `/values` becomes. */
function value(name: string, json: string): string {
  const text = fragment(`/values/${name}`, json);
  const start = `{"edge:${name}":`;
  assert.ok(text.startsWith(start));
  return text.slice(start.length, -1);
}

describe('fragment from JSON', () => {
  it('names the node with its module at the top', () => {
    assert.equal(fragment('/system/mtu', '9000'), '{"edge:mtu":9000}');
    assert.equal(fragment('/system/extra:name', '"x"'), '{"extra:name":"x"}');
    assert.equal(fragment('/tools/x', '"y"'), '{"extra:x":"y"}');
  });

  it('qualifies members where the module changes, however the client wrote them', () => {
    const wanted = '{"edge:system":{"mtu":9000,"extra:color":"red","clock":{"zone":"CET"}}}';
    assert.equal(fragment('/system', '{"mtu":9000,"color":"red","clock":{"zone":"CET"}}'), wanted);
    assert.equal(fragment('/system', '{"edge:mtu":9000,"extra:color":"red","edge:clock":{"edge:zone":"CET"}}'), wanted);
  });

  it('takes the top-level object for the root', () => {
    assert.equal(
      fragment('/', '{"banner":"hi","tools":{"x":"y"},"edge:device":[{"id":"a"}]}'),
      '{"edge:banner":"hi","extra:tools":{"x":"y"},"edge:device":[{"id":"a"}]}',
    );
    assert.equal(fragment('/', '{}'), '{}');
    refused('/', '[]', '/: [] is an array, not an object');
  });

  it('allows an empty container', () => {
    assert.equal(fragment('/system', '{}'), '{"edge:system":{}}');
    assert.equal(fragment('/system', '{"ntp":{}}'), '{"edge:system":{"ntp":{}}}');
  });

  it('refuses unknown members and says which are known', () => {
    refused('/system', '{"clock":{"zonne":"x"}}', '/system/clock: unknown member "zonne"', 'known here: zone, source');
    refused('/system', '{"extra:mtu":1}', 'unknown member "extra:mtu"');
  });

  it('refuses a bare name of several modules and says how to write it', () => {
    const inner = [leaf('x', 'string', { module: 'm1' }), leaf('x', 'string', { module: 'm2' })];
    const top = linkSchema([container('c', inner)]);
    assert.throws(
      () => fragmentFromJson(top, [], readJson('{"c":{"x":"1"}}')),
      refusal('INVALID_ARGUMENT', 'm1:x or m2:x'),
    );
  });

  it('refuses one node under two names', () => {
    refused('/system', '{"mtu":1,"edge:mtu":2}', '"mtu"', '"edge:mtu"', 'same node');
    refused('/system', '{"color":"a","extra:color":"b"}', 'same node');
    assert.equal(fragment('/system', '{"name":"a","extra:name":"b"}'), '{"edge:system":{"name":"a","extra:name":"b"}}');
  });

  it('refuses state', () => {
    refused('/system', '{"state":{"uptime":"1"}}', '/system/state', 'config false');
    refused('/system/state/uptime', '"1"', '/system/state/uptime', 'config false');
    refused('/', '{"event":[]}', '/event', 'config false');
  });

  it('refuses annotations', () => {
    refused('/system', '{"@mtu":{"x:y":1}}', '/system: annotation "@mtu"');
  });

  it('refuses values of the wrong shape', () => {
    refused('/system', 'null', 'null is no value, not an object');
    refused('/system', '{"clock":[]}', '/system/clock: [] is an array, not an object');
    refused('/system', '{"mtu":null}', '/system/mtu: null is not a value', 'delete');
    refused('/system/mtu', 'null', '/system/mtu: null is not a value');
    refused('/system/mtu', '{}', '/system/mtu', 'an object');
  });
});

describe('list entries', () => {
  it('name their keys first, in schema order, wherever the client put them', () => {
    assert.equal(
      fragment('/device[id=a]', '{"port":[{"speed":10,"gain":1.50,"slot":2}],"enabled":true,"id":"a"}'),
      '{"edge:device":[{"id":"a","port":[{"slot":2,"gain":"1.5","speed":10}],"enabled":true}]}',
    );
  });

  it('get the keys that the value leaves out from the path', () => {
    assert.equal(
      fragment('/device[id=a]/port[slot=-3][gain=2]', '{"speed":10}'),
      '{"edge:port":[{"slot":-3,"gain":"2.0","speed":10}]}',
    );
    assert.equal(fragment('/kind[media=fibre]', '{"note":"x"}'), '{"edge:kind":[{"media":"extra:fibre","note":"x"}]}');
  });

  it('may repeat the keys of the path in any form of the same value', () => {
    assert.equal(
      fragment('/device[id=a]/port[slot=7][gain=1.5]', '{"edge:slot":7.0,"gain":"1.500"}'),
      '{"edge:port":[{"slot":7,"gain":"1.5"}]}',
    );
    assert.equal(fragment('/kind[media=extra:fibre]', '{"media":"fibre"}'), '{"edge:kind":[{"media":"extra:fibre"}]}');
  });

  it('are refused when a key differs from the path', () => {
    refused('/device[id=a]', '{"id":"b"}', '/device[id=a]', 'key \'id\' is "b" in the value but "a" in the path');
    refused('/device[id=a]/port[slot=7][gain=1.5]', '{"slot":8}', "key 'slot'", '"8"', '"7"');
    refused('/device[id=a]/id', '"b"', 'a key cannot change');
    assert.equal(fragment('/device[id=a]/id', '"a"'), '{"edge:id":"a"}');
  });

  it('are refused when a key of the path does not fit its type', () => {
    refused('/device[id=a]/port[slot=x][gain=1]', '{"speed":1}', 'slot', '"x"', 'int16');
    refused('/device[id=a]/port[slot=99999][gain=1]', '{"speed":1}', 'outside int16');
    refused('/device[id=a]/port[slot=1][gain=1.555]', '{"speed":1}', 'fraction digits');
  });

  it('are refused as null, {} or array at a path with keys', () => {
    refused('/device[id=a]', '{}', '{} for a list entry', '{"id":"a"}');
    refused('/device[id=a]', 'null', 'null');
    refused('/device[id=a]', '[{"id":"a"}]', 'an array', 'is an object');
  });

  it('are refused inside an array when a key is missing or null', () => {
    refused('/device', '[{"enabled":true}]', '/device: an entry lacks its key');
    refused('/device', '[{"id":null}]', 'null is not a value');
    refused('/device', '[null]', 'entry null is no value');
  });

  it('are refused when two have the same keys, however these are written', () => {
    refused('/device', '[{"id":"a"},{"id":"b"},{"id":"a"}]', '/device[id=a]: duplicate key');
    refused(
      '/device[id=a]',
      '{"port":[{"slot":1,"gain":1},{"slot":1,"gain":"1.00"}]}',
      '/device[id=a]/port[slot=1][gain=1.0]: duplicate key',
    );
  });

  it('keep their order', () => {
    assert.equal(
      fragment('/system/ntp', '{"server":[{"address":"z"},{"address":"a"}]}'),
      '{"edge:ntp":{"server":[{"address":"z"},{"address":"a"}]}}',
    );
  });

  it('are an array for a whole list, which may be empty', () => {
    assert.equal(fragment('/device', '[{"id":"a"},{"id":"b"}]'), '{"edge:device":[{"id":"a"},{"id":"b"}]}');
    assert.equal(fragment('/device', '[]'), '{"edge:device":[]}');
    refused('/device', '{"id":"a"}', '/device', 'not an array of entries', 'into the path');
    refused('/system/ntp', '{"server":{"address":"a"}}', '/system/ntp/server', 'not an array');
  });

  it('are named in a refusal that is deep inside them', () => {
    refused(
      '/',
      '{"device":[{"id":"a"},{"id":"b","radio":{"power":300}}]}',
      '/device[id=b]/radio/power: 300',
      'int8, -128..127',
    );
  });

  it('leave out an empty list or leaf-list inside', () => {
    assert.equal(fragment('/device[id=a]', '{"port":[]}'), '{"edge:device":[{"id":"a"}]}');
    assert.equal(fragment('/values', '{"dns":[],"text":"x"}'), '{"edge:values":{"text":"x"}}');
  });
});

describe('leaf values', () => {
  it('of 64-bit integers become strings without loss', () => {
    assert.equal(value('wide', '18446744073709551615'), '"18446744073709551615"');
    assert.equal(value('wide', '"18446744073709551615"'), '"18446744073709551615"');
    assert.equal(value('offset', '-9223372036854775808'), '"-9223372036854775808"');
    assert.equal(value('wide', '1e3'), '"1000"');
    assert.equal(value('offset', '"-0"'), '"0"');
  });

  it('of 64-bit integers are refused beyond 64 bits', () => {
    refused('/values/wide', '18446744073709551616', '/values/wide', 'outside uint64, 0..18446744073709551615');
    refused('/values/offset', '"9223372036854775808"', 'outside int64');
    refused('/values/wide', '1e999999999', 'not uint64');
    for (const text of ['"0x10"', '"010"', '"1.5"', '""', '1.5', 'true']) refused('/values/wide', text, 'uint64');
  });

  it('of shorter integers are numbers', () => {
    assert.equal(value('small', '255'), '255');
    assert.equal(value('tiny', '-128'), '-128');
    assert.equal(value('small', '15.0'), '15');
    assert.equal(value('small', '1.5e1'), '15');
    refused('/values/small', '256', '256 is outside uint8, 0..255');
    refused('/values/tiny', '1.5', '1.5 is not int8');
    refused('/values/small', '"5"', '"5" is a string', 'uint8', 'write 5 without quotes');
  });

  it('of decimal64 are exact, from a number or a string', () => {
    assert.equal(value('ratio', '1.5'), '"1.5"');
    assert.equal(value('ratio', '"1.50"'), '"1.5"');
    assert.equal(value('ratio', '92233720368547758.07'), '"92233720368547758.07"');
    assert.equal(value('ratio', '25e-2'), '"0.25"');
    assert.equal(value('ratio', '-3'), '"-3.0"');
    refused('/values/ratio', '1.555', '1.555 has 3 fraction digits', '2 fraction digits');
    refused('/values/ratio', '92233720368547758.08', 'too large');
    refused('/values/ratio', '"x"', 'not a decimal number');
    refused('/values/ratio', 'true', 'not a decimal number');
  });

  it('of strings must be JSON strings', () => {
    assert.equal(value('text', '"é\\n\\ud83d\\ude00"'), '"é\\n😀"');
    refused('/values/text', '5', '5 is a number, not a string', 'write "5"');
    refused('/values/text', 'true', 'write "true"');
  });

  it('of strings have only characters that YANG has', () => {
    refused('/values/text', '"a\\u0000"', '/values/text', 'U+0000');
    refused('/values/text', '"\\u001b"', 'U+001B');
    refused('/values/text', '"\\ufffe"', 'U+FFFE');
    refused('/values/text', '"\\ud83f\\udffe"', 'U+1FFFE');
    refused('/values', '{"dns":["a\\u0007"]}', '/values/dns', 'U+0007');
    assert.equal(value('text', '"\\t\\r\\n\\ufffd"'), '"\\t\\r\\n\ufffd"');
  });

  it('of booleans are true and false only', () => {
    assert.equal(value('flag', 'true'), 'true');
    refused('/values/flag', '"true"', '"true" is a string, not a boolean', 'without quotes');
    refused('/values/flag', '1', 'not a boolean');
  });

  it('of type empty are [null]', () => {
    assert.equal(value('marker', '[null]'), '[null]');
    for (const json of ['null', 'true', '[]', '[null,null]', '""']) refused('/values/marker', json, '[null]');
  });

  it('of enumerations are one of the names', () => {
    assert.equal(value('color', '"dark blue"'), '"dark blue"');
    refused('/values/color', '"blue"', '"blue" is none of red, green, dark blue');
    refused('/values/color', '1', 'not the name of an enum');
  });

  it('of bits are put into the order of the type', () => {
    assert.equal(value('caps', '"run  read"'), '"read run"');
    assert.equal(value('caps', '""'), '""');
    refused('/values/caps', '"read fly"', 'read, write, run');
    refused('/values/caps', '"read read"', 'different bits');
    refused('/values/caps', '["read"]', 'in one string');
  });

  it('of binary are base64', () => {
    assert.equal(value('blob', '"aGk="'), '"aGk="');
    assert.equal(value('blob', '""'), '""');
    refused('/values/blob', '"a b"', 'not base64');
    refused('/values/blob', '"aGk"', 'not base64');
    refused('/values/blob', '[1]', 'base64');
  });

  it('of identities get their module', () => {
    assert.equal(value('media', '"fibre"'), '"extra:fibre"');
    assert.equal(value('media', '"copper"'), '"edge:copper"');
    assert.equal(value('media', '"other:radio"'), '"other:radio"');
    refused('/values/media', '"radio"', 'write extra:radio or other:radio');
    refused('/values/media', '"edge:fibre"', 'no identity known here', 'extra:fibre');
    refused('/values/media', '7', 'not the name of an identity');
  });

  it('of leafrefs are those of the leaf that they refer to', () => {
    assert.equal(value('ref', '80'), '80');
    refused('/values/ref', '"80"', 'uint16');
    assert.equal(value('loose', '"x"'), '"x"');
    assert.equal(value('loose', '1.50'), '1.50');
    refused('/values/loose', '{}', 'write a string, number or boolean');
  });

  it('of unions take the form of the first member that fits', () => {
    assert.equal(value('either', '5'), '5');
    assert.equal(value('either', '200'), '"200"');
    assert.equal(value('either', '"5"'), '"5"');
    assert.equal(value('guarded', '5'), '5');
    assert.equal(value('guarded', '"fibre"'), '"extra:fibre"');
    assert.equal(value('guarded', '"abc"'), '"abc"');
    assert.equal(value('guarded', 'false'), 'false');
    refused('/values/guarded', '300', '300 is a number', 'string, uint8, identityref, boolean', 'write "300"');
    refused('/values/either', 'true', 'fits none of uint8, uint64, string');
  });

  it('of leaf-lists are arrays without repetition', () => {
    assert.equal(value('dns', '["b","a"]'), '["b","a"]');
    assert.equal(value('dns', '[]'), '[]');
    assert.equal(value('ports', '[80,443]'), '[80,443]');
    refused('/values/dns', '"a"', 'takes an array', 'write ["a"]');
    refused('/values/ports', '[80,8e1]', 'stands twice');
    refused('/values/ports', '[80,null]', 'null is not a value');
  });

  it('of anydata are kept as they are, but for what libyang would change', () => {
    assert.equal(value('notes', '{"b":[1,2.50,{"x":"y"}],"a":true}'), '{"b":[1,2.50,{"x":"y"}],"a":true}');
    assert.equal(value('raw', '[1,"x"]'), '[1,"x"]');
    refused('/values/notes', '[1]', 'anydata takes an object');
    refused('/values/notes', '{"a":[{"b":null}]}', '/values/notes', 'cannot keep a null');
    refused('/values/raw', 'null', 'cannot keep a null');
  });

  it('are bounded in bytes', () => {
    const small = { maxLeafBytes: 8 };
    const send = (json: string): string => fragmentFromJson(root, at('/values/text'), readJson(json), small);
    assert.equal(send('"12345678"'), '{"edge:text":"12345678"}');
    assert.throws(() => send('"ééééé"'), refusal('INVALID_ARGUMENT', '/values/text', '10 bytes', 'at most 8'));
    refused('/values/text', `"${'x'.repeat(1024 * 1024 + 1)}"`, 'at most 1048576');
    refused('/values/notes', `{"a":"${'x'.repeat(1024 * 1024)}"}`, 'at most 1048576');
  });

  it('are shortened in a refusal', () => {
    assert.throws(
      () => fragment('/values/small', `"${'x'.repeat(1000)}"`),
      (error: Error) => error.message.length < 250 && error.message.includes('xxx…'),
    );
  });
});
