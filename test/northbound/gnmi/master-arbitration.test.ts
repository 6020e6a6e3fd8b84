// Master arbitration over a real socket: the highest election id of a role writes, all others are refused.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Long from 'long';
import type { Snapshot } from '../../../src/datastore/snapshot.ts';
import type { Extension, SetRequest } from '../../../src/proto/gnmi.ts';
import { readJson } from '../../../src/schema/json-text.ts';
import { fragmentFromJson } from '../../../src/schema/normalize.ts';
import { startService, type TestService } from '../../service.ts';
import { path, refused, update } from './messages.ts';

const qci = '/traffic-class[traffic-class-id=t]/qci';

function as(high: number | string, low: number | string, role?: string): { extension: Extension[] } {
  const election_id = { high: Long.fromString(`${high}`, true), low: Long.fromString(`${low}`, true) };
  return {
    extension: [{ master_arbitration: { election_id, ...(role === undefined ? {} : { role: { id: role } }) } }],
  };
}

function trafficClass(acme: Snapshot | undefined, value: number): string {
  const { root } = acme?.model ?? assert.fail();
  return fragmentFromJson(root, [], readJson(`{"traffic-class":[{"traffic-class-id":"t","qci":${value}}]}`));
}

describe('gNMI master arbitration', () => {
  let service: TestService;
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'edgeconf-election-'));
    service = await startService({ folder });
  });
  afterEach(async () => {
    await service.close();
    await rm(folder, { recursive: true });
  });

  const set = (request: SetRequest, user = 'acme-admin') => service.client(user).set(request);
  const write = (value: number): SetRequest => ({ update: [update(qci, value)] });

  it('accepts the same id again and a higher one, and refuses a lower one naming the highest', async () => {
    await set({ ...write(1), ...as(0, 7) });
    await set({ ...write(2), ...as(0, 7) });
    await set({ ...write(3), ...as(0, 8) });
    const { head } = service.datastore;
    await refused(
      set({ ...write(4), ...as(0, 7) }),
      'PERMISSION_DENIED',
      'election id 7',
      'default role',
      '8',
      "'acme'",
    );
    assert.deepEqual(service.datastore.head, head);
  });

  it('compares all 128 bits', async () => {
    await set({ ...write(1), ...as(1, 0) });
    await refused(set({ ...write(2), ...as(0, '18446744073709551615') }), 'PERMISSION_DENIED', '18446744073709551616');
    await set({ ...write(2), ...as('18446744073709551615', '18446744073709551615') });
  });

  it('takes an empty Set as the news of a new master', async () => {
    await set({ ...write(1), ...as(0, 1) });
    assert.deepEqual((await set(as(0, 2))).response, []);
    await refused(set({ ...write(2), ...as(0, 1) }), 'PERMISSION_DENIED', '2');
    await refused(set(as(0, 1)), 'PERMISSION_DENIED', '2');
  });

  it('keeps the higher id of a Set that fails otherwise', async () => {
    await refused(set({ ...write(99), ...as(0, 5) }), 'INVALID_ARGUMENT', 'qci');
    await refused(set({ ...write(1), ...as(0, 4) }), 'PERMISSION_DENIED', '5');
  });

  it('arbitrates each role on its own, and the default role like one more', async () => {
    await set({ ...write(1), ...as(0, 9, 'planner') });
    await set({ ...write(2), ...as(0, 1) });
    await set({ ...write(3), ...as(0, 2, '') });
    await refused(set({ ...write(4), ...as(0, 1) }), 'PERMISSION_DENIED', 'default role');
    await refused(set({ ...write(4), ...as(0, 8, 'planner') }), 'PERMISSION_DENIED', "role 'planner'");
  });

  it('accepts a Set without the extension', async () => {
    await set({ ...write(1), ...as(0, 9) });
    await set(write(2));
  });

  it('keeps ids for each target, so that no tenant shuts out another', async () => {
    await set({ ...write(1), ...as('18446744073709551615', '18446744073709551615') });
    await set({ ...write(1), ...as(0, 1) }, 'globex-admin');
  });

  it('remembers the highest id over a restart', async () => {
    await set({ ...write(1), ...as(3, 4) });
    await service.close();
    service = await startService({ folder });
    await refused(set({ ...write(2), ...as(3, 3) }), 'PERMISSION_DENIED', '55340232221128654852');
  });

  it('refuses the extension without an election id', async () => {
    const extension = [{ master_arbitration: { role: { id: 'x' } } }];
    await refused(set({ ...write(1), extension }), 'INVALID_ARGUMENT', 'master_arbitration has no election_id');
  });

  it('lets nobody vote who may not write', async () => {
    await refused(set(as(9, 9), 'acme-reader'), 'PERMISSION_DENIED', 'acme-reader', "'acme'");
    await set({ ...write(1), ...as(0, 1) });
  });

  it('counts no vote that waits for its turn until the rights for it are gone', async () => {
    const client = service.client('acme-admin');
    await client.set(write(1));
    let letGo = (): void => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const { datastore } = service;
    const edits = [{ op: 'update' as const, path: [], json: trafficClass(datastore.snapshot('acme'), 2) }];
    const first = datastore.commit({ author: 'system', edits: [{ target: 'acme', edits }], authorize: () => held });
    const vote = refused(client.set(as(9, 9)), 'PERMISSION_DENIED', 'acme');
    // What comes behind it on the same connection is answered: the Set has passed the front door.
    await client.get({ prefix: { target: 'acme' }, path: [path(qci)] });
    await service.merge('platform', { role: [{ name: 'admin', rule: [{ name: 'all', effect: 'deny' }] }] });
    letGo();
    await first;
    await vote;
    await service.client('operator').set({ prefix: { target: 'acme' }, ...as(0, 1) });
  });

  it('asks for a target when an empty Set could mean several', async () => {
    await refused(set(as(0, 1), 'operator'), 'INVALID_ARGUMENT', 'name a target', 'acme');
    await set({ prefix: { target: 'acme' }, ...as(0, 1) }, 'operator');
    await refused(set({ delete: [path(qci)], ...as(0, 0) }), 'PERMISSION_DENIED', '1');
  });
});
