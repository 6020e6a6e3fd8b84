// How applications of SD-RAN are reached: addresses and parameters that make sense, TLS, and what they are shown.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'mocha';
import { checkAddress } from '../../../adapters/sd-ran/address.ts';
import { mlb } from '../../../adapters/sd-ran/mlb.ts';
import { type SdRanSimulator, startSdRanSimulator } from '../../../adapters/sd-ran/simulator/simulator.ts';
import type { EdgeconfError } from '../../../src/errors.ts';
import type { Device, DeviceClient } from '../../../src/southbound/adapter.ts';
import { type Authority, authority } from '../../northbound/authority.ts';
import { ranDevice } from './fixture.ts';

const ref = { kind: 'load-balancing', id: 'load-balancing/parameters', source: [], dependsOn: [] };
const defaults = { interval: 10, overload_threshold: 100, target_threshold: 0, delta_ocn: 3 };

describe('SD-RAN addresses', () => {
  it('are of gRPC, with or without TLS', () => {
    for (const address of ['grpc://rsm:5150', 'grpc://rsm', 'grpcs://10.0.0.1:443/', 'grpc://[::1]:5150']) {
      checkAddress(ranDevice({ address }));
    }
    checkAddress(ranDevice({ address: 'grpcs://rsm', parameters: { 'ca-file': '/etc/ca.pem', 'server-name': 'rsm' } }));
  });

  const refused: [string, Partial<Device>, string][] = [
    [
      'another scheme',
      { address: 'http://rsm:5150' },
      'address http://rsm:5150: give grpc://host:port, or grpcs://host:port for TLS, without a path',
    ],
    [
      'a path',
      { address: 'grpc://rsm:5150/v1' },
      'address grpc://rsm:5150/v1: give grpc://host:port, or grpcs://host:port for TLS, without a path',
    ],
    [
      'a user in it',
      { address: 'grpc://me:secret@rsm' },
      'address grpc://me:secret@rsm: give grpc://host:port, or grpcs://host:port for TLS, without a path',
    ],
    [
      'an unknown parameter',
      { address: 'grpcs://rsm', parameters: { names: 'plain' } },
      'parameter names means nothing to applications of SD-RAN: they have ca-file, server-name',
    ],
    [
      'a parameter of TLS without TLS',
      { address: 'grpc://rsm', parameters: { 'server-name': 'rsm' } },
      'parameter server-name is about TLS: make the address grpcs://...',
    ],
    [
      'a relative file',
      { address: 'grpcs://rsm', parameters: { 'ca-file': 'ca.pem' } },
      "parameter ca-file 'ca.pem': give the absolute path of a PEM file",
    ],
  ];
  for (const [what, over, message] of refused) {
    it(`are refused with ${what}`, () => {
      assert.throws(
        () => checkAddress(ranDevice(over)),
        (error: EdgeconfError) => {
          assert.deepEqual([error.code, error.message], ['FAILED_PRECONDITION', message]);
          return true;
        },
      );
    });
  }
});

describe('SD-RAN connections', () => {
  let folder: string;
  let ours: Authority;
  let caFile: string;
  let simulator: SdRanSimulator;
  let client: DeviceClient;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'edgeconf-sd-ran-'));
    ours = await authority('radio');
    caFile = join(folder, 'ca.pem');
    await writeFile(caFile, ours.ca);
  });
  afterEach(async () => {
    await client.close();
    await simulator.close();
  });
  after(() => rm(folder, { recursive: true }));

  const read = async (parameters: Record<string, string> = {}, secret?: string): Promise<unknown> => {
    client = mlb.connect(ranDevice({ kind: 'onos-mlb', address: simulator.address, parameters }), secret);
    return client.read(ref, AbortSignal.timeout(10_000));
  };

  it('show a secret as bearer token', async () => {
    simulator = await startSdRanSimulator();
    assert.deepEqual(await read({}, 'abc'), defaults);
    assert.equal(simulator.requests[0]?.authorization, 'Bearer abc');
  });

  it('believe a server of the given authority', async () => {
    simulator = await startSdRanSimulator({ tls: await ours.issue('onos') });
    assert.deepEqual(await read({ 'ca-file': caFile }), defaults);
  });

  it('do not believe any other', async () => {
    const theirs = await authority('somebody');
    simulator = await startSdRanSimulator({ tls: await theirs.issue('onos') });
    await assert.rejects(read({ 'ca-file': caFile }), { reason: 'unavailable' });
    assert.equal(simulator.requests.length, 0);
  });

  it('believe a server under the name that its certificate has', async () => {
    simulator = await startSdRanSimulator({ tls: await ours.issue('onos', 10, [{ type: 'dns', value: 'onos-mlb' }]) });
    await assert.rejects(read({ 'ca-file': caFile }), { reason: 'unavailable' });
    await client.close();
    assert.deepEqual(await read({ 'ca-file': caFile, 'server-name': 'onos-mlb' }), defaults);
  });

  it('show a client certificate', async () => {
    simulator = await startSdRanSimulator({ tls: { ...(await ours.issue('onos')), clients: ours.ca } });
    await assert.rejects(read({ 'ca-file': caFile }), { reason: 'unavailable' });
    await client.close();
    const { certificate, key } = await ours.issue('edgeconf');
    assert.deepEqual(await read({ 'ca-file': caFile }, `${certificate}\n${key}`), defaults);
    assert.equal(simulator.requests[0]?.authorization, undefined);
  });

  it('show a client certificate only with TLS', async () => {
    simulator = await startSdRanSimulator();
    await assert.rejects(read({}, '-----BEGIN CERTIFICATE-----'), {
      message: 'device d: a client certificate needs an address that begins with grpcs://',
    });
    client = mlb.connect(ranDevice({ kind: 'onos-mlb', address: simulator.address }), undefined);
  });
});
