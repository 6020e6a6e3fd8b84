// The health listener over a real socket.

import assert from 'node:assert/strict';
import { type HttpFace, serveHealth } from '../../../src/northbound/http/health.ts';

describe('HTTP health', () => {
  let face: HttpFace;
  let missing: string[] = [];
  const called: (string | undefined)[] = [];
  before(async () => {
    face = await serveHealth(
      '127.0.0.1',
      0,
      () => missing,
      (device) => {
        called.push(device);
        return device === undefined || device === 'core 1';
      },
    );
  });
  after(() => face.close());
  const url = (path: string): string => `http://127.0.0.1:${face.port}${path}`;

  it('says alive on /healthz, whatever is missing', async () => {
    missing = ['the journal'];
    const response = await fetch(url('/healthz'));
    assert.deepEqual([response.status, await response.json()], [200, { status: 'alive' }]);
  });

  it('answers /readyz with 503 and what is missing until nothing is', async () => {
    missing = ['the journal'];
    const before = await fetch(url('/readyz'));
    assert.deepEqual([before.status, await before.json()], [503, { status: 'not ready', missing: ['the journal'] }]);
    missing = [];
    const after = await fetch(url('/readyz?verbose'));
    assert.deepEqual([after.status, await after.json()], [200, { status: 'ready', missing: [] }]);
  });

  it('answers another path with 404 and another method with 405', async () => {
    assert.equal((await fetch(url('/'))).status, 404);
    assert.equal((await fetch(url('/healthz'), { method: 'POST', body: 'x' })).status, 405);
  });

  it('takes the call of a device that restarted, whatever it sends along, and names no device to others', async () => {
    const post = async (path: string, method = 'POST') =>
      (await fetch(url(path), method === 'GET' ? {} : { method, body: 'x'.repeat(100_000) })).status;
    assert.deepEqual([await post('/synchronize/core%201'), await post('/synchronize')], [202, 202]);
    assert.deepEqual(called.splice(0), ['core 1', undefined]);
    assert.deepEqual([await post('/synchronize/core-2'), await post('/synchronize/%ff')], [404, 404]);
    assert.deepEqual([await post('/synchronize/core%201', 'GET'), await post('/synchronize', 'PUT')], [405, 405]);
    assert.deepEqual(called, ['core-2']);
  });

  it('refuses a port in use with the reason', async () => {
    await assert.rejects(
      serveHealth('127.0.0.1', face.port, () => []),
      { code: 'EADDRINUSE' },
    );
  });
});
