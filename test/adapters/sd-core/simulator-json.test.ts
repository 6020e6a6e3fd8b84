// Tests that the simulated SD-Core reads JSON as Go's encoding/json does.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type JsonValue, readFirstValue } from '../../../adapters/sd-core/simulator/go-json.ts';
import { type SdCoreSimulator, startSdCoreSimulator } from '../../../adapters/sd-core/simulator/simulator.ts';

function plain(value: JsonValue): unknown {
  switch (value.type) {
    case 'null':
      return null;
    case 'number':
      return Number(value.token);
    case 'array':
      return value.items.map(plain);
    case 'object':
      return Object.fromEntries(value.members.map(([name, member]) => [name, plain(member)]));
    default:
      return value.value;
  }
}

describe('sd-core simulator reading JSON', () => {
  let simulator: SdCoreSimulator;

  async function put(body: string): Promise<number> {
    const response = await fetch(`${simulator.url}/config/v1/network-slice/slice-1`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    });
    await response.text();
    return response.status;
  }
  const slice = () => simulator.networkSlices.get('slice-1');

  beforeEach(async () => {
    simulator = await startSdCoreSimulator();
  });
  afterEach(() => simulator.close());

  it('reads any JSON text to the value that JSON.parse gives', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(0, 1), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        assert.deepEqual(plain(readFirstValue(text)), JSON.parse(text));
      }),
    );
  });

  it('refuses what JSON.parse refuses', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), fc.constantFrom(',', ':', '\u0001', '-', '.'), (json, at, char) => {
        const text = `[${json}]`;
        const cut = 1 + (at % (text.length - 1));
        const broken = text.slice(0, cut) + char + text.slice(cut);
        let expected: unknown;
        try {
          expected = JSON.parse(broken);
        } catch {
          assert.throws(() => readFirstValue(broken), /^Error: JSON: /);
          return;
        }
        assert.deepEqual(plain(readFirstValue(broken)), expected);
      }),
    );
  });

  it('takes member names in any case', async () => {
    assert.equal(
      await put('{"SLICE-ID":{"Sst":"1","sD":"01"},"Site-Info":{"GNODEBS":[{"NAME":"cell-1","tac":1}]}}'),
      200,
    );
    assert.deepEqual(slice(), {
      'slice-name': 'slice-1',
      'slice-id': { sst: '1', sd: '01' },
      'site-device-group': null,
      'site-info': { plmn: {}, gNodeBs: [{ name: 'cell-1', tac: 1 }] },
    });
  });

  it('takes the last of repeated members and merges repeated objects', async () => {
    assert.equal(await put('{"slice-id":{"sst":"x","sst":"2","SST":"3"},"slice-id":{"sd":"0F"}}'), 200);
    assert.deepEqual(slice()?.['slice-id'], { sst: '3', sd: '0F' });
  });

  it('ignores what follows the first value', async () => {
    assert.equal(await put('{"slice-id":{"sst":"1"}} and so on'), 200);
    assert.deepEqual(slice()?.['slice-id'], { sst: '1' });
  });

  it('treats null as absent, for the whole body too', async () => {
    assert.equal(await put('{"slice-id":{"sst":"1","sd":null},"site-info":null,"site-device-group":null}'), 200);
    assert.equal(await put('null'), 400);
    assert.deepEqual(slice(), {
      'slice-name': 'slice-1',
      'slice-id': {},
      'site-device-group': null,
      'site-info': { plmn: {}, gNodeBs: null },
    });
  });

  it('refuses a value of another type with 400', async () => {
    for (const body of [
      '[]',
      '"slice"',
      '{"slice-id":"1"}',
      '{"slice-id":{"sst":1}}',
      '{"site-device-group":"cameras"}',
      '{"site-device-group":[1]}',
      '{"site-info":{"upf":[]}}',
      '{"site-info":{"gNodeBs":[{"name":"cell-1","tac":"1"}]}}',
      '{"site-info":{"gNodeBs":[{"name":"cell-1","tac":true}]}}',
    ]) {
      assert.equal(await put(body), 400, body);
    }
    assert.equal(slice(), undefined);
  });

  it('refuses fractions and exponents for integers with 400, even where the value is whole', async () => {
    for (const tac of ['1.0', '1e3', '1.5']) {
      assert.equal(
        await put(`{"slice-id":{"sst":"1"},"site-info":{"gNodeBs":[{"name":"cell-1","tac":${tac}}]}}`),
        400,
        tac,
      );
    }
    assert.equal(slice(), undefined);
  });

  it('keeps any members of the UPF, numbers as doubles', async () => {
    assert.equal(
      await put('{"slice-id":{"sst":"1"},"site-info":{"upf":{"upf-name":"u","upf-port":8805,"x":[null,1e2]}}}'),
      200,
    );
    assert.deepEqual(slice()?.['site-info'].upf, { 'upf-name': 'u', 'upf-port': 8805, x: [null, 100] });
    assert.equal(await put('{"slice-id":{"sst":"1"},"site-info":{"upf":{"upf-port":1e999}}}'), 400);
  });

  it('replaces half surrogates, and survives ten thousand levels and more', async () => {
    assert.equal(await put(String.raw`{"slice-id":{"sst":"1","sd":"\ud800\u0041\n"}}`), 200);
    assert.equal(slice()?.['slice-id'].sd, '\ufffdA\n');
    const deep = (levels: number): string => `{"slice-id":{"sst":"1"},"x":${'['.repeat(levels)}${']'.repeat(levels)}}`;
    assert.equal(await put(deep(9_999)), 200);
    assert.equal(await put(deep(10_000)), 400);
  });
});
