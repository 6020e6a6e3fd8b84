// Tests the switches by which the simulated SD-Core misbehaves, and its command line, over real sockets.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type SdCoreSimulator, startSdCoreSimulator } from '../../../adapters/sd-core/simulator/simulator.ts';

const GROUP = { imsis: ['001010000000001'] };

describe('sd-core simulator misbehaving', () => {
  let simulator: SdCoreSimulator;

  const put = (name: string): Promise<Response> =>
    fetch(`${simulator.url}/config/v1/device-group/${name}`, {
      method: 'POST',
      body: JSON.stringify(GROUP),
      // A kept connection that a restart closes would fail the next request in its own way.
      headers: { 'content-type': 'application/json', connection: 'close' },
    });
  const statusOf = async (name: string): Promise<number> => {
    const response = await put(name);
    await response.text();
    return response.status;
  };
  const names = (): string[] => [...simulator.deviceGroups.keys()];

  beforeEach(async () => {
    simulator = await startSdCoreSimulator();
  });
  afterEach(() => simulator.close());

  it('fails the next requests with the given status and does nothing', async () => {
    simulator.faults.failNext(2, 503);
    assert.deepEqual([await statusOf('aa'), await statusOf('bb'), await statusOf('cc')], [503, 503, 200]);
    assert.deepEqual(names(), ['cc']);
    assert.deepEqual(
      simulator.requests.map(({ status, fault }) => [status, fault]),
      [
        [503, 'fail'],
        [503, 'fail'],
        [200, undefined],
      ],
    );
  });

  it('fails only what the scope names, after letting some pass', async () => {
    simulator.faults.failNext(1, 500, { method: 'POST', path: /device-group\/b/, skip: 1 });
    assert.deepEqual(
      [await statusOf('aa'), await statusOf('b1'), await statusOf('b2'), await statusOf('b3')],
      [200, 200, 500, 200],
    );
    simulator.faults.failNext(1, 500, { method: 'DELETE', path: 'cc' });
    assert.equal(await statusOf('cc'), 200);
    simulator.faults.clear();
    assert.equal((await fetch(`${simulator.url}/config/v1/device-group/cc`, { method: 'DELETE' })).status, 200);
  });

  it('holds a request until it is released, and does it only then', async () => {
    simulator.faults.hangNext(1);
    const held = statusOf('aa');
    await simulator.waitFor(({ requests }) => requests.some(({ fault }) => fault === 'hang'));
    assert.equal(await statusOf('bb'), 200);
    assert.deepEqual(names(), ['bb']);
    simulator.faults.release();
    assert.equal(await held, 200);
    assert.deepEqual(names(), ['bb', 'aa']);
  });

  it('closes the connection without an answer, before or after the effect', async () => {
    simulator.faults.closeNext(1);
    simulator.faults.closeNext(1, { effect: true });
    await assert.rejects(put('aa'), /fetch failed/);
    assert.deepEqual(names(), []);
    await assert.rejects(put('bb'), /fetch failed/);
    assert.deepEqual(names(), ['bb']);
  });

  it('answers success without effect, and still refuses what is wrong', async () => {
    simulator.faults.ignoreNext(3);
    assert.equal(await statusOf('aa'), 200);
    assert.equal(await statusOf('1'), 400);
    assert.equal((await fetch(`${simulator.url}/config/v1/device-group/aa`)).status, 404);
    assert.deepEqual(names(), []);
  });

  it('does the request and breaks the answer off in the middle of its body', async () => {
    simulator.faults.halfAnswerNext(1);
    const response = await put('aa');
    assert.equal(response.status, 200);
    await assert.rejects(response.text(), /terminated/);
    assert.deepEqual(names(), ['aa']);
  });

  it('breaks off in the middle of the head where the answer has no body', async () => {
    simulator.faults.halfAnswerNext(1);
    await assert.rejects(fetch(`${simulator.url}/api/subscriber/imsi-1`, { method: 'DELETE' }), /fetch failed/);
  });

  it('answers 200 with text that is no JSON', async () => {
    await statusOf('aa');
    simulator.faults.garbageNext(1);
    const response = await fetch(`${simulator.url}/config/v1/device-group/aa`);
    assert.equal(response.status, 200);
    await assert.rejects(response.json(), SyntaxError);
  });

  it('goes down, refuses connections, and comes up on the same port with its state', async () => {
    await statusOf('aa');
    const { url } = simulator;
    await simulator.faults.goDown();
    await assert.rejects(put('bb'), ({ cause }: Error) => (cause as NodeJS.ErrnoException).code === 'ECONNREFUSED');
    await simulator.faults.comeUp({ state: 'kept' });
    assert.equal(simulator.url, url);
    const response = await fetch(`${url}/config/v1/device-group`);
    assert.deepEqual(await response.json(), ['aa']);
  });

  it('restarts without its state, and open connections and held requests are gone', async () => {
    await statusOf('aa');
    simulator.faults.hangNext(1);
    const held = assert.rejects(put('bb'), /fetch failed/);
    await simulator.waitFor(({ requests }) => requests.some(({ fault }) => fault === 'hang'));
    await simulator.faults.restart({ state: 'lost' });
    await held;
    simulator.faults.release();
    assert.deepEqual(names(), []);
    assert.equal(await statusOf('cc'), 200);
  });

  it('survives a client that leaves in the middle of its request', async () => {
    const socket = connect(simulator.port, '127.0.0.1');
    socket.write('POST /config/v1/device-group/aa HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{', () =>
      socket.destroy(),
    );
    await new Promise((resolve) => socket.once('close', resolve));
    assert.equal(await statusOf('bb'), 200);
    assert.deepEqual(names(), ['bb']);
  });

  it('refuses to start on a port that is taken', async () => {
    await assert.rejects(startSdCoreSimulator({ port: simulator.port }), { code: 'EADDRINUSE' });
  });

  it('asks for its configuration after each start until somebody answers, whatever the answer', async () => {
    let calls = 0;
    let arrived: () => void = () => {};
    const configurer = createServer((request, response) => {
      calls += 1;
      assert.equal(request.method, 'POST');
      assert.equal(request.url, '/synchronize');
      if (calls === 1) response.destroy();
      else {
        response.writeHead(500).end();
        arrived();
      }
    });
    await new Promise<void>((resolve) => configurer.listen(0, '127.0.0.1', resolve));
    const syncUrl = `http://127.0.0.1:${(configurer.address() as AddressInfo).port}/synchronize`;
    const answered = (): Promise<void> => new Promise((resolve) => (arrived = resolve));
    const first = answered();
    const caller = await startSdCoreSimulator({ syncUrl, syncRetryMs: 1 });
    try {
      await first;
      assert.equal(calls, 2);
      const second = answered();
      await caller.faults.restart({ state: 'kept' });
      await second;
      assert.equal(calls, 3);
    } finally {
      await caller.close();
      configurer.closeAllConnections();
      await new Promise((resolve) => configurer.close(resolve));
    }
  });
});

describe('sd-core simulator command', () => {
  const main = fileURLToPath(new URL('../../../adapters/sd-core/simulator/main.js', import.meta.url));

  it('says its endpoint, prints each request in one line, and ends on SIGTERM with code 0', async () => {
    const child = spawn(process.execPath, [main, '--port', '0', '--core-version', '2.0'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      const hello = String((await lines.next()).value);
      const endpoint = /endpoint (http:\/\/127\.0\.0\.1:\d+\/config) /.exec(hello)?.[1];
      assert.ok(endpoint, hello);
      await (await fetch(`${endpoint}/v1/device-group/aa`, { method: 'DELETE' })).text();
      assert.match(
        String((await lines.next()).value),
        /^\S+ DELETE \/config\/v1\/device-group\/aa -> 200 \(0 bytes\)$/,
      );
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      assert.equal(await ended, 0);
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('refuses wrong arguments with code 1 and a message that names them', async () => {
    for (const [args, message] of [
      [['--core-version', '9'], /--core-version 9: know only 2\.0, 2\.1, 3\.0/],
      [['--port', '70000'], /--port 70000: must be 0 to 65535/],
      [['--sync-url', 'ftp://x'], /--sync-url ftp:\/\/x: must be an http URL/],
      [['--colour'], /--colour/],
    ] as const) {
      const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'inherit', 'pipe'] });
      let text = '';
      child.stderr.on('data', (chunk: Buffer) => (text += chunk));
      assert.equal(await new Promise((resolve) => child.once('close', resolve)), 1);
      assert.match(text, message);
    }
  });
});
