// Checks the wire of the sd-core adapter: verbs, paths and bodies as they arrive, and what becomes of every kind of answer.

import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { WebconsoleClient } from '../../../adapters/sd-core/client.ts';
import { startSdCoreSimulator } from '../../../adapters/sd-core/simulator/simulator.ts';
import { DeviceError, type DocumentRef } from '../../../src/southbound/adapter.ts';

const group: DocumentRef = { kind: 'device-group', id: 'device-group/robots', source: [], dependsOn: [] };

describe('sd-core client', () => {
  let server: Server;
  let origin: string;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  let seen: { method?: string | undefined; url?: string | undefined; type?: string | undefined; body: string }[];
  const clients: WebconsoleClient[] = [];

  const connect = (base = origin, timeoutMs?: number): WebconsoleClient => {
    const client = new WebconsoleClient(`${base}/config`, undefined, timeoutMs);
    clients.push(client);
    return client;
  };
  const signal = () => AbortSignal.timeout(20_000);
  const failure = async (work: Promise<unknown>): Promise<DeviceError> => {
    try {
      await work;
    } catch (error) {
      assert.ok(error instanceof DeviceError);
      return error;
    }
    return assert.fail('the device took it');
  };
  const reply = (status: number, body: string) => (_: IncomingMessage, response: ServerResponse) => {
    response.writeHead(status).end(body);
  };

  beforeEach(async () => {
    seen = [];
    answer = reply(200, '{}');
    server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (part: string) => {
        body += part;
      });
      request.on('end', () => {
        seen.push({ method: request.method, url: request.url, type: request.headers['content-type'], body });
        answer(request, response);
      });
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });

  it('posts a document as JSON with whole 64-bit integers', async () => {
    await connect().put(group, { rate: 18446744073709551615n, imsis: [] }, signal());
    assert.deepEqual(seen, [
      {
        method: 'POST',
        url: '/config/v1/device-group/robots',
        type: 'application/json',
        body: '{"imsis":[],"rate":18446744073709551615}',
      },
    ]);
  });

  it('deletes a document without a body', async () => {
    await connect().remove(group, signal());
    assert.deepEqual(seen, [{ method: 'DELETE', url: '/config/v1/device-group/robots', type: undefined, body: '' }]);
  });

  it('keeps an id from changing the path', async () => {
    await connect().remove({ ...group, id: 'device-group/../a b' }, signal());
    assert.equal(seen[0]?.url, '/config/v1/device-group/..%2Fa%20b');
  });

  it('takes an address with and without a slash at its end, and without a path', async () => {
    for (const address of [`${origin}/config/`, `${origin}/config`, origin]) {
      const client = new WebconsoleClient(address, undefined);
      clients.push(client);
      await client.remove(group, signal());
    }
    assert.deepEqual(
      seen.map(({ url }) => url),
      ['/config/v1/device-group/robots', '/config/v1/device-group/robots', '/v1/device-group/robots'],
    );
  });

  for (const [status, reason] of [
    [400, 'refused'],
    [404, 'refused'],
    [409, 'refused'],
    [302, 'refused'],
    [401, 'unavailable'],
    [403, 'unavailable'],
    [408, 'unavailable'],
    [429, 'unavailable'],
    [500, 'unavailable'],
    [503, 'unavailable'],
  ] as const) {
    it(`calls a put answered ${status} ${reason}, with the words of the core`, async () => {
      answer = reply(status, '{"error":"invalid gNB name"}');
      const error = await failure(connect().put(group, {}, signal()));
      assert.equal(error.reason, reason);
      assert.equal(error.message, `POST ${origin}/config/v1/device-group/robots: ${status} invalid gNB name`);
    });
  }

  it('takes 404 for a removal as done', async () => {
    answer = reply(404, 'null');
    await connect().remove(group, signal());
  });

  it('reads a document with whole 64-bit integers, and nothing for 404 and null', async () => {
    answer = reply(200, '{"rate":18446744073709551615}');
    assert.deepEqual(await connect().read(group, signal()), { rate: 18446744073709551615n });
    answer = reply(404, 'null');
    assert.equal(await connect().read(group, signal()), undefined);
    answer = reply(200, 'null');
    assert.equal(await connect().read(group, signal()), undefined);
  });

  it('calls a core that answers a read with no JSON unavailable', async () => {
    answer = reply(200, '<html>\n\u0007hello</html>');
    const error = await failure(connect().read(group, signal()));
    assert.equal(error.reason, 'unavailable');
    assert.match(error.message, /the answer is no JSON: <html> hello<\/html>$/);
  });

  it('passes on no more than the beginning of long words, in one printable line', async () => {
    answer = reply(400, `first\r\nsecond\u001b[31m${'x'.repeat(5_000)}`);
    const { message } = await failure(connect().put(group, {}, signal()));
    assert.ok(message.length < 400);
    assert.match(message, /400 first second \[31mx+\.\.\.$/);
  });

  it('calls a core unavailable that breaks off, says nothing in time, or is not there', async () => {
    answer = (_, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{');
      response.destroy();
    };
    assert.equal((await failure(connect().put(group, {}, signal()))).reason, 'unavailable');
    answer = () => {};
    const late = await failure(connect(origin, 30).put(group, {}, signal()));
    assert.equal(late.reason, 'unavailable');
    assert.match(late.message, /no answer within 30 ms$/);
    const simulator = await startSdCoreSimulator();
    await simulator.close();
    assert.equal((await failure(connect(simulator.url).put(group, {}, signal()))).reason, 'unavailable');
  });

  it('does not keep an endless answer', async () => {
    answer = (_, response) => {
      response.writeHead(200);
      const block = Buffer.alloc(1024 * 1024, 'x');
      const more = (): void => {
        if (!response.destroyed) response.write(block, more);
      };
      more();
    };
    const error = await failure(connect().read(group, signal()));
    assert.match(error.message, /the answer is longer than 16777216 bytes/);
  });

  it('stops as soon as it is told to', async () => {
    answer = () => stop.abort();
    const stop = new AbortController();
    assert.equal((await failure(connect().put(group, {}, stop.signal))).reason, 'unavailable');
  });
});
