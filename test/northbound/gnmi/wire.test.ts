// Requests whose bytes are not those of our own client: text that is not UTF-8, fields of other versions, compression.

import assert from 'node:assert/strict';
import { Client, compressionAlgorithms, credentials, Metadata } from '@grpc/grpc-js';
import { type GetResponse, gnmiDefinition, type SubscribeResponse } from '../../../src/proto/gnmi.ts';
import { startService, type TestService } from '../../service.ts';
import { acme, json, list, path, refused, update, valuesOf } from './messages.ts';

const dallas = '/site[site-id=dallas]';
const name = `${dallas}/display-name`;

describe('gNMI on the wire', () => {
  let service: TestService;
  before(async () => {
    service = await startService();
  });
  beforeEach(() => service.reset('acme', acme));
  after(() => service.close());

  const credentialsOf = (user: string): Metadata => {
    const metadata = new Metadata();
    metadata.set('username', user);
    metadata.set('password', `${user}-secret`);
    return metadata;
  };

  function encoded(method: 'Get' | 'Set' | 'Subscribe', request: object): Buffer {
    return gnmiDefinition[method]?.requestSerialize(request) ?? assert.fail(method);
  }

  /** A unary call with the bytes as they are. */
  function call(method: 'Get' | 'Set', bytes: Buffer, options: object = {}): Promise<unknown> {
    const client = new Client(service.address, credentials.createInsecure(), options);
    const decode = gnmiDefinition[method]?.responseDeserialize ?? assert.fail(method);
    return new Promise((resolve, reject) => {
      client.makeUnaryRequest(
        `/gnmi.gNMI/${method}`,
        (body: Buffer) => body,
        decode,
        bytes,
        credentialsOf('acme-admin'),
        (error, answer) => (error === null ? resolve(answer) : reject(error)),
      );
    }).finally(() => client.close());
  }

  /** The request with one letter X made a byte that no UTF-8 text has. */
  function broken(bytes: Buffer): Buffer {
    const at = bytes.indexOf('X');
    assert.ok(at >= 0 && bytes.indexOf('X', at + 1) < 0);
    bytes[at] = 0xff;
    return bytes;
  }

  describe('text that is not UTF-8 is refused', () => {
    const refusedGet = (request: object, ...parts: string[]) =>
      refused(call('Get', broken(encoded('Get', request))), 'INVALID_ARGUMENT', ...parts, 'not UTF-8');

    it('in the name of an element', () =>
      refusedGet({ path: [{ elem: [{ name: 'site' }, { name: 'X' }] }] }, 'path /site/'));

    it('in the name and the value of a key', async () => {
      await refusedGet({ path: [{ elem: [{ name: 'site', key: { X: 'a' } }] }] }, 'path /site[');
      await refusedGet({ path: [{ elem: [{ name: 'site', key: { 'site-id': 'X' } }] }] }, 'path /site[site-id=');
    });

    it('in origin and target', async () => {
      await refusedGet({ path: [{ ...path('/site'), origin: 'X' }] }, 'path /site');
      await refusedGet({ prefix: { ...path('/site'), target: 'X' } }, 'prefix /site');
    });

    it('in a string and in JSON', async () => {
      for (const val of [{ string_val: 'X' }, { ascii_val: 'X' }, json('X')]) {
        const bytes = broken(encoded('Set', { update: [{ path: path(name), val }] }));
        await refused(call('Set', bytes), 'INVALID_ARGUMENT', `path ${name}`, 'not UTF-8');
      }
    });
  });

  describe('fields that this version does not have are ignored', () => {
    it('at the end of a Get', async () => {
      // Field 100, two bytes.
      const bytes = Buffer.concat([encoded('Get', { path: [path(name)] }), Buffer.from([0xa2, 0x06, 2, 1, 2])]);
      const { notification = [] } = (await call('Get', bytes)) as GetResponse;
      assert.deepEqual(notification.map(valuesOf), [{ [name]: 'Dallas' }]);
    });

    it('in a list of subscriptions, where clients of version 0.8 say whether they use aliases', async () => {
      const bytes = encoded('Subscribe', { subscribe: list('ONCE', [name]) });
      const [tag, length = 0] = bytes;
      assert.ok(tag === 0x0a && length < 126 && bytes.length === length + 2);
      // use_aliases, field 3: true.
      const withAliases = Buffer.concat([Buffer.from([tag, length + 2]), bytes.subarray(2), Buffer.from([0x18, 1])]);
      const client = new Client(service.address, credentials.createInsecure());
      const stream = client.makeBidiStreamRequest(
        '/gnmi.gNMI/Subscribe',
        (body: Buffer) => body,
        (answer) => gnmiDefinition.Subscribe?.responseDeserialize(answer) as SubscribeResponse,
        credentialsOf('acme-admin'),
      );
      stream.end(withAliases);
      const answers: SubscribeResponse[] = [];
      for await (const answer of stream) answers.push(answer as SubscribeResponse);
      assert.deepEqual(
        answers.map((answer) => (answer.update ? valuesOf(answer.update) : answer.sync_response)),
        [{ [name]: 'Dallas' }, true],
      );
      client.close();
    });
  });

  it('takes requests that are compressed with gzip', async () => {
    const gzip = compressionAlgorithms.gzip;
    const description = `${dallas}/description`;
    const bytes = encoded('Set', { update: [update(description, 'Big D'.repeat(200))] });
    await call('Set', bytes, { 'grpc.default_compression_algorithm': gzip });
    const { notification = [] } = (await call('Get', encoded('Get', { path: [path(description)] }))) as GetResponse;
    assert.deepEqual(notification.map(valuesOf), [{ [description]: 'Big D'.repeat(200) }]);
  });
});
