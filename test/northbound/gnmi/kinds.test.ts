// Get and Set over a real socket for each type of YANG, keys of several kinds, and nodes of two modules.

import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import Long from 'long';
import { DataType, Encoding, type GetRequest, type SetRequest, type TypedValue } from '../../../src/proto/gnmi.ts';
import { startService, type TestService } from '../../service.ts';
import { json, jsonText, path, plain, refused, update, valuesOf } from './messages.ts';

const models = [fileURLToPath(new URL('../../../../test/northbound/models', import.meta.url))];

/** A value of each type, as RFC 7951 writes it. */
const all = {
  i8: -8,
  i64: '-9007199254740993',
  u8: 8,
  u64: '18446744073709551615',
  ratio: '1.125',
  raw: 'AQID',
  flags: 'up down',
  speed: 'test-kinds-more:fast',
  mode: 'quiet',
  set: [null],
  text: 'words',
  on: true,
  number: ['1', '9007199254740993'],
  name: ['a', 'b'],
};

describe('gNMI values of each type', () => {
  let service: TestService;
  before(async () => {
    service = await startService({ models });
    await service.merge('platform', {
      target: [{ name: 'kinds', tenant: 'acme', model: 'kinds', 'model-version': '1' }],
    });
  });
  after(() => service.close());
  beforeEach(() => service.reset('kinds', { all }));

  const prefix = { target: 'kinds' };
  const set = (request: SetRequest) => service.client().set({ prefix, ...request });
  const rpc = (text: string, more: Partial<GetRequest> = {}) =>
    service.client().get({ prefix, path: [path(text)], ...more });

  async function values(text: string, more: Partial<GetRequest> = {}): Promise<Record<string, unknown>> {
    const { notification = [] } = await rpc(text, more);
    return valuesOf(notification[0] ?? {});
  }

  async function text(of: string, encoding: number): Promise<string> {
    const { notification = [] } = await rpc(of, { encoding });
    const val = notification[0]?.update?.[0]?.val;
    return Buffer.from((encoding === Encoding.JSON ? val?.json_val : val?.json_ietf_val) ?? []).toString();
  }

  describe('go out', () => {
    it('in PROTO as the scalar of their type', async () => {
      const { notification = [] } = await rpc('/all', { encoding: Encoding.PROTO });
      const found = (notification[0]?.update ?? []).map(({ path: leaf, val }) => {
        const value = val?.value === 'bytes_val' ? Buffer.from(val.bytes_val ?? []).toString('hex') : plain(val);
        return [leaf?.elem?.at(-1)?.name, val?.value, value];
      });
      assert.deepEqual(found.sort(), [
        ['flags', 'string_val', 'up down'],
        ['i64', 'int_val', '-9007199254740993'],
        ['i8', 'int_val', '-8'],
        ['mode', 'string_val', 'quiet'],
        ['name', 'leaflist_val', ['a', 'b']],
        ['number', 'leaflist_val', ['1', '9007199254740993']],
        ['on', 'bool_val', true],
        ['ratio', 'double_val', 1.125],
        ['raw', 'bytes_val', '010203'],
        ['set', 'bool_val', true],
        ['speed', 'string_val', 'test-kinds-more:fast'],
        ['text', 'string_val', 'words'],
        ['u64', 'uint_val', '18446744073709551615'],
        ['u8', 'uint_val', '8'],
      ]);
    });

    it('in JSON_IETF with module names at the top of the value and where the module changes, 64 bits as strings', async () => {
      await set({ update: [update('/settings', { mtu: 9000, more: { depth: 3 } })] });
      assert.equal(
        await text('/settings', Encoding.JSON_IETF),
        '{"test-kinds:mtu":9000,"test-kinds-more:more":{"depth":3}}',
      );
      assert.equal(await text('/all/number', Encoding.JSON_IETF), '["1","9007199254740993"]');
      const whole = JSON.parse(await text('/', Encoding.JSON_IETF));
      assert.deepEqual(Object.keys(whole).sort(), ['test-kinds:all', 'test-kinds:settings']);
      assert.deepEqual(whole['test-kinds:all'], all);
      assert.deepEqual(whole['test-kinds:settings'], { mtu: 9000, 'test-kinds-more:more': { depth: 3 } });
    });

    it('in JSON with bare names, and with a module where two nodes differ in nothing else', async () => {
      await set({ update: [update('/settings', { mtu: 9000, more: { depth: 3 } })] });
      assert.equal(await text('/settings', Encoding.JSON), '{"mtu":9000,"more":{"depth":3}}');
      const twins = { 'test-kinds:twin': { one: '1' }, 'test-kinds-more:twin': { one: '2' } };
      await set({ replace: [update('/', twins)] });
      assert.deepEqual(JSON.parse(await text('/', Encoding.JSON)), { settings: { mtu: 1500 }, ...twins });
    });
  });

  describe('come in', () => {
    const element = [{ uint_val: Long.fromString('9007199254740995', true) }, { int_val: Long.fromNumber(2) }];
    const cases: [leaf: string, val: TypedValue, stored: unknown][] = [
      ['i8', { int_val: Long.fromNumber(-128) }, -128],
      ['i8', { uint_val: Long.fromNumber(127) }, 127],
      ['u8', { int_val: Long.fromNumber(255) }, 255],
      ['i64', { int_val: Long.MIN_VALUE }, '-9223372036854775808'],
      ['i64', { uint_val: Long.fromString('9223372036854775807', true) }, '9223372036854775807'],
      ['u64', { uint_val: Long.MAX_UNSIGNED_VALUE }, '18446744073709551615'],
      ['u64', jsonText('9007199254740993'), '9007199254740993'],
      ['ratio', { double_val: 0.1 }, '0.1'],
      ['ratio', { float_val: 1.1 }, '1.1'],
      ['fine', { float_val: 1.1 }, '1.1'],
      ['ratio', { decimal_val: { digits: Long.fromNumber(-2500), precision: 3 } }, '-2.5'],
      ['ratio', { int_val: Long.fromNumber(3) }, '3.0'],
      ['ratio', jsonText('2.5'), '2.5'],
      ['raw', { bytes_val: Buffer.from([255, 0]) }, '/wA='],
      ['flags', { string_val: 'down up' }, 'up down'],
      ['speed', { string_val: 'fast' }, 'test-kinds-more:fast'],
      ['speed', json('slow'), 'test-kinds:slow'],
      ['speed', json('fast'), 'test-kinds-more:fast'],
      ['speed', jsonText('"test-kinds-more:fast"'), 'test-kinds-more:fast'],
      ['mode', { string_val: 'normal' }, 'normal'],
      ['mode', { ascii_val: 'normal' }, 'normal'],
      ['set', { bool_val: true }, [null]],
      ['on', { ascii_val: 'false' }, false],
      ['number', { leaflist_val: { element } }, ['2', '9007199254740995']],
    ];
    for (const [leaf, val, stored] of cases) {
      it(`as ${Object.keys(val)[0]} for ${leaf}, kept as ${JSON.stringify(stored)}`, async () => {
        await set({ replace: [{ path: path(`/all/${leaf}`), val }] });
        assert.deepEqual(await values(`/all/${leaf}`), { [`/all/${leaf}`]: stored });
      });
    }
  });

  describe('that do not fit are refused, naming the path and what would be right', () => {
    const cases: [title: string, leaf: string, val: TypedValue, ...parts: string[]][] = [
      ['uint_val above a signed type', 'i8', { uint_val: Long.fromNumber(128) }, '128', 'int8', '-128'],
      ['int_val below an unsigned type', 'u64', { int_val: Long.fromNumber(-1) }, '-1', 'uint64', '0'],
      ['string_val for a number', 'u8', { string_val: '8' }, 'string_val "8"', 'send uint_val'],
      ['int_val for text', 'text', { int_val: Long.fromNumber(5) }, 'int_val 5', 'send string_val'],
      ['bool_val for a number', 'i8', { bool_val: true }, 'bool_val true', 'send int_val'],
      ['bytes_val for text', 'text', { bytes_val: Buffer.from('x') }, 'bytes_val', 'send string_val'],
      ['too many fraction digits', 'ratio', { double_val: 1.2345 }, '1.2345', 'up to 3 fraction digits'],
      ['a number that is none', 'ratio', { double_val: Number.NaN }, 'double_val NaN', 'send double_val'],
      ['leaflist_val for a leaf', 'u8', { leaflist_val: { element: [] } }, 'leaflist_val is for leaf-lists'],
      ['one scalar for a leaf-list', 'name', { string_val: 'a' }, 'string_val "a"', 'send leaflist_val'],
      ['JSON in a leaflist_val', 'name', { leaflist_val: { element: [json('a')] } }, 'one JSON array instead'],
      ['an element without a value', 'name', { leaflist_val: { element: [{}] } }, 'must be one scalar'],
      ['a bare JSON value for a leaf-list', 'name', json('a'), '"a" is a string', 'write ["a"]'],
      ['a value that stands twice', 'name', json(['a', 'a']), '"a" stands twice'],
      ['an identity that nobody knows', 'speed', json('warp'), '"warp"', 'test-kinds:slow'],
      ['an enum that is not there', 'mode', { string_val: 'loud' }, '"loud"', 'normal, quiet'],
      ['bits that are not there', 'flags', json('left'), '"left"', 'up, down'],
      ['text that is not base64', 'raw', json('***'), '"***"', 'base64'],
      ['false for the type empty', 'set', { bool_val: false }, 'bool_val false', 'bool_val true'],
      ['a string for a boolean', 'on', json('true'), '"true" is a string', 'true or false without quotes'],
      ['a JSON number with a fraction', 'u8', jsonText('1.5'), '1.5', 'uint8'],
      ['text that is not UTF-8', 'text', { string_val: 'a\u{fffd}' }, 'not UTF-8'],
    ];
    for (const [title, leaf, val, ...parts] of cases) {
      it(title, async () => {
        const { head } = service.datastore;
        const request = { update: [{ path: path(`/all/${leaf}`), val }] };
        await refused(set(request), 'INVALID_ARGUMENT', `/all/${leaf}`, ...parts);
        assert.deepEqual(service.datastore.head, head);
      });
    }

    it('kinds that are not served, with UNIMPLEMENTED', async () => {
      const one = (more: object) => set({ update: [{ path: path('/all/text'), ...more }] });
      const any = one({ val: { any_val: { type_url: 'x' } } });
      await refused(any, 'UNIMPLEMENTED', '/all/text', 'any_val', 'use JSON or a scalar');
      const bytes = one({ val: { proto_bytes: Buffer.from('x') } });
      await refused(bytes, 'UNIMPLEMENTED', '/all/text', 'proto_bytes', 'use JSON or a scalar');
      const old = one({ value: { value: Buffer.from('x'), type: Encoding.BYTES } });
      await refused(old, 'UNIMPLEMENTED', '/all/text', "encoding 1 of the deprecated field 'value'", "set 'val'");
    });
  });

  describe('in lists with several keys', () => {
    const port = (number: number, protocol: string, use: string) => ({ number, protocol, use });
    const ports = [port(80, 'tcp', 'web'), port(80, 'udp', 'quic'), port(443, 'tcp', 'tls')];
    beforeEach(() => service.reset('kinds', { port: ports }));

    it('are read with some keys left out or open, at concrete paths', async () => {
      const expected = {
        '/port[number=80][protocol=tcp]/use': 'web',
        '/port[number=80][protocol=udp]/use': 'quic',
      };
      assert.deepEqual(await values('/port[number=80]/use'), expected);
      assert.deepEqual(await values('/port[number=80][protocol=*]/use'), expected);
      assert.deepEqual(Object.keys(await values('/port[protocol=tcp]/use')), [
        '/port[number=80][protocol=tcp]/use',
        '/port[number=443][protocol=tcp]/use',
      ]);
    });

    it('are deleted with some keys left out', async () => {
      await set({ delete: [path('/port[protocol=tcp]')] });
      assert.deepEqual(Object.keys(await values('/port')), ['/port[number=80][protocol=udp]']);
    });

    it('are not written with some keys left out', async () => {
      const { head } = service.datastore;
      const entry = '/port[number=80]';
      for (const value of [ports, port(80, 'tcp', 'x')]) {
        const parts = [entry, 'needs its key protocol'];
        await refused(set({ replace: [update(entry, value)] }), 'INVALID_ARGUMENT', ...parts);
        await refused(set({ update: [update(entry, value)] }), 'INVALID_ARGUMENT', ...parts);
      }
      assert.deepEqual(service.datastore.head, head);
    });

    it('have keys of their own type in JSON, and text in paths', async () => {
      const entry = '/port[number=443][protocol=tcp]';
      assert.deepEqual(await values(entry), { [entry]: port(443, 'tcp', 'tls') });
      await set({ update: [update(entry, { number: 443, use: 'https' })] });
      assert.deepEqual(await values(entry), { [entry]: port(443, 'tcp', 'https') });
      await set({ replace: [update(entry, { use: 'web' })] });
      assert.deepEqual(await values(entry), { [entry]: port(443, 'tcp', 'web') });
      await refused(set({ update: [update(entry, { number: '443' })] }), 'INVALID_ARGUMENT', entry, '"443"', 'quotes');
      await refused(set({ update: [update(entry, { number: 80 })] }), 'INVALID_ARGUMENT', entry, '"80"', '"443"');
      const wrong = update('/port[number=x][protocol=tcp]', { use: 'x' });
      await refused(set({ update: [wrong] }), 'INVALID_ARGUMENT', '/port[number=x][protocol=tcp]', '"x"', 'uint16');
    });
  });

  describe('with a default', () => {
    it('are there for the leaf, its container, a wildcard and the root, until they are set', async () => {
      assert.deepEqual(await values('/settings/mtu'), { '/settings/mtu': 1500 });
      assert.deepEqual(await values('/settings'), { '/settings': { mtu: 1500 } });
      assert.deepEqual(await values('/*/mtu'), { '/settings/mtu': 1500 });
      assert.deepEqual(await values('/settings', { encoding: Encoding.PROTO }), { '/settings/mtu': '1500' });
      assert.deepEqual((await values('/', { type: DataType.CONFIG }))['/'], { all, settings: { mtu: 1500 } });
    });

    it('come back when the root is deleted, or a replace leaves them out', async () => {
      for (const gone of [{ delete: [path('/')] }, { replace: [update('/', {})] }]) {
        await set({ update: [update('/settings/mtu', 9000)] });
        assert.deepEqual(await values('/settings/mtu'), { '/settings/mtu': 9000 });
        await set(gone);
        assert.deepEqual(await values('/'), { '/': { settings: { mtu: 1500 } } });
      }
    });
  });

  describe('of two modules', () => {
    it('are asked for by module where the bare name is that of two', async () => {
      await set({ update: [update('/test-kinds-more:twin/one', '2'), update('test-kinds:/twin/one', '1')] });
      assert.deepEqual(await values('/test-kinds-more:twin/one'), { '/test-kinds-more:twin/one': '2' });
      assert.deepEqual(await values('test-kinds:/twin/one'), { 'test-kinds:/twin/one': '1' });
      const parts = ["'twin' is in several modules", 'test-kinds:twin or test-kinds-more:twin'];
      await refused(rpc('/twin/one'), 'INVALID_ARGUMENT', '/twin', ...parts);
      await refused(set({ update: [update('/twin/one', 'x')] }), 'INVALID_ARGUMENT', '/twin/one', ...parts);
      const member = set({ update: [update('/', { twin: {} })] });
      await refused(member, 'INVALID_ARGUMENT', 'member "twin" is in several modules', ...parts.slice(1));
    });

    it('are written with the module where it changes when the request writes modules', async () => {
      await set({ update: [update('/settings/more/depth', 3)] });
      const found = await values('/test-kinds:settings/...', { encoding: Encoding.PROTO });
      assert.deepEqual(Object.keys(found).sort(), [
        '/test-kinds:settings/mtu',
        '/test-kinds:settings/test-kinds-more:more/depth',
      ]);
    });

    it('are narrowed by use_models, with its version if it names one', async () => {
      await set({ update: [update('/settings/more/depth', 3)] });
      const model = { name: 'test-kinds', version: '2026-01-01' };
      assert.deepEqual(await values('/settings', { use_models: [model] }), { '/settings': { mtu: 1500 } });
      const old = { name: 'test-kinds', version: '2020-01-01' };
      const parts = ["no 'test-kinds' version 2020-01-01", 'it has version 2026-01-01'];
      await refused(rpc('/settings', { use_models: [old] }), 'INVALID_ARGUMENT', ...parts);
    });
  });
});
