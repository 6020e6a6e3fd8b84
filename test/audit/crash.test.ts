// A service that is killed among refusals and changes: what each chain says of the other holds all the same.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentials } from '@grpc/grpc-js';
import { type GnmiClient, gnmiClient } from '../../src/proto/gnmi-client.ts';
import { parsePath } from '../../src/proto/path-text.ts';
import { running } from '../e2e/edgeconf-process.ts';
import { verified } from './fixture.ts';

const rounds = 2;

describe('the audit log of a service that is killed', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'edgeconf-test-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('is whole whenever that happens, and goes on', async () => {
    let secret = '';
    for (let round = 1; round <= rounds; round++) {
      const service = running(folder, ['serve'], {
        EDGECONF_GNMI_PORT: '0',
        EDGECONF_HTTP_PORT: '0',
        EDGECONF_GNMI_PLAINTEXT: 'true',
        EDGECONF_LOG_LEVEL: 'silent',
      });
      const address = /127\.0\.0\.1:\d+/.exec(await service.line(/serves gNMI on/))?.[0] ?? assert.fail();
      if (round === 1) secret = /secret {2}(\S+)/.exec(await service.line(/^ {2}secret/))?.[1] ?? assert.fail();
      const client = (password: string) =>
        gnmiClient({ address, channel: credentials.createInsecure(), username: 'operator', password });
      const [good, bad] = [client(secret), client('wrong')];
      for (let i = 0; i < 5; i++) {
        await bad.capabilities().catch(() => {});
        await rename(good, `Acme ${round}.${i}`);
      }
      // Something is under way of both.
      const last = Promise.allSettled([bad.capabilities(), rename(good, 'last')]);
      await service.kill('SIGKILL');
      await last;
      good.close();
      bad.close();
      const lines = await verified(join(folder, 'data'));
      assert.match(lines.at(-2) ?? '', /^whole; head of the journal/, `round ${round}`);
    }
  });
});

async function rename(client: GnmiClient, name: string): Promise<void> {
  const val = { string_val: name };
  const path = parsePath('/tenant[name=acme]/display-name');
  await client.set({ prefix: { target: 'platform' }, update: [{ path, val }] });
}
