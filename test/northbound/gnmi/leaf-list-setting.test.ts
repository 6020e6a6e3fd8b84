// The setting gnmi.leafListUpdate of a service that is started as operators start it.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentials } from '@grpc/grpc-js';
import { EdgeconfError } from '../../../src/errors.ts';
import { gnmiClient } from '../../../src/proto/gnmi-client.ts';
import { startService } from '../../../src/service.ts';
import { loadSettings } from '../../../src/settings.ts';
import { path, update, valuesOf } from './messages.ts';

const settings = (override: Record<string, string | number | boolean>) =>
  loadSettings({ file: '/dev/null', env: {}, override });

describe('the setting gnmi.leafListUpdate', () => {
  /** The endpoints of a device after an update of `["http://a"]` with `["http://b"]`. */
  async function updated(override: Record<string, string>): Promise<unknown> {
    const folder = await mkdtemp(join(tmpdir(), 'edgeconf-setting-'));
    const { service, firstOperator } = await startService(
      settings({
        ...override,
        data: folder,
        'gnmi.port': 0,
        'gnmi.plaintext': true,
        'http.port': 0,
        'log.level': 'silent',
      }),
    );
    const client = gnmiClient({
      address: `127.0.0.1:${service.gnmiPort}`,
      channel: credentials.createInsecure(),
      username: firstOperator?.name,
      password: firstOperator?.secret,
    });
    const prefix = { target: 'platform' };
    const endpoint = '/device[name=core]/endpoint';
    const device = { kind: 'sd-core', address: 'http://127.0.0.1:1', enabled: false, endpoint: ['http://a'] };
    try {
      await client.set({ prefix, update: [update('/device[name=core]', device)] });
      await client.set({ prefix, update: [update(endpoint, ['http://b'])] });
      const { notification = [] } = await client.get({ prefix, path: [path(endpoint)] });
      return valuesOf(notification[0] ?? {})[endpoint];
    } finally {
      client.close();
      await service.close();
      await rm(folder, { recursive: true, force: true });
    }
  }

  it('adds the values of an update unless told otherwise', async () => {
    assert.deepEqual(await updated({}), ['http://a', 'http://b']);
  });

  it('keeps the values of an update alone when it is replace', async () => {
    assert.deepEqual(await updated({ 'gnmi.leafListUpdate': 'replace' }), ['http://b']);
  });

  it('is refused when it is neither', () => {
    assert.throws(
      () => settings({ 'gnmi.leafListUpdate': 'append' }),
      (error: unknown) =>
        error instanceof EdgeconfError &&
        error.code === 'INVALID_ARGUMENT' &&
        error.message === 'the command line: gnmi.leafListUpdate is "append"; it must be merge or replace',
    );
  });
});
