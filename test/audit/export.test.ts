// The export of the audit log: its order and where it begins, and the stream that carries it.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  type ClientReadableStream,
  credentials,
  Metadata,
  makeGenericClientConstructor,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import fc from 'fast-check';
import { hashPassword } from '../../src/access/password.ts';
import type { AuditEntry } from '../../src/audit/audit-entry.ts';
import { AuditLog } from '../../src/audit/audit-log.ts';
import { type ExportFrom, exportRecords } from '../../src/audit/export.ts';
import { exportFrom } from '../../src/cli/audit.ts';
import { auditService } from '../../src/northbound/api/audit-service.ts';
import { FrontDoor } from '../../src/northbound/front-door.ts';
import { type GrpcServer, serveGrpc } from '../../src/northbound/grpc-server.ts';
import { refusalEvent } from '../../src/northbound/refusal-event.ts';
import { auditClient, auditDefinition, type ExportResponse } from '../../src/proto/audit.ts';
import { removeTempFolders } from '../datastore/temp-folder.ts';
import { startService, type TestService } from '../service.ts';
import { refusal, TestFolder } from './fixture.ts';

interface Exported {
  readonly kind: string;
  readonly revision: number;
  readonly sequence?: number;
  readonly time: string;
}

async function exported(made: TestFolder, from?: ExportFrom): Promise<Exported[]> {
  const records: Exported[] = [];
  const source = { journal: made.journal, entries: made.log.entries() };
  for await (const record of exportRecords(source, from)) records.push(JSON.parse(record));
  return records;
}

describe('an export of the audit log', () => {
  after(removeTempFolders);

  it('has every transaction and every entry once, in order of time, from anywhere on', async () => {
    const steps = fc.array(fc.constantFrom('commit', 'refuse', 'back'), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(steps, fc.nat(), async (plan, at) => {
        const made = await TestFolder.make();
        for (const step of plan) {
          if (step === 'commit') await made.commit();
          else if (step === 'refuse') await made.refuse(1);
          // A clock that is set back changes no order.
          else made.nowNs -= 10_000n;
        }
        const all = await exported(made);
        assert.equal(all.length, made.journal.head.revision + made.log.head.sequence);
        const times = all.map(({ time }) => time);
        assert.deepEqual(times, [...times].sort());
        for (const [i, { kind, revision }] of all.entries()) {
          const before = all.slice(0, i).filter((each) => each.kind === 'transaction');
          assert.ok(kind === 'transaction' ? before.length === revision - 1 : before.length >= revision);
        }
        const from = all[at % Math.max(1, all.length)];
        if (from !== undefined) {
          const rest = await exported(made, exportFrom(from.time));
          assert.deepEqual(
            rest,
            all.filter(({ time }) => time >= from.time),
          );
          const revision = { revision: Math.max(1, from.revision) };
          if (made.journal.head.revision > 0) {
            const first = (await exported(made, revision))[0];
            assert.deepEqual([first?.kind, first?.revision], ['transaction', revision.revision]);
          }
        }
        await made.close();
      }),
      { numRuns: 25 },
    );
  });

  it('lets go of the journal when nobody takes the rest', async () => {
    const made = await TestFolder.make();
    for (let i = 0; i < 3; i++) await made.commit();
    await made.refuse(2);
    const { journal } = made;
    let open = 0;
    const outlines = async function* (from: number) {
      open++;
      try {
        yield* journal.outlines(from);
      } finally {
        open--;
      }
    };
    const source = { head: journal.head, headers: (from: number) => journal.headers(from), outlines };
    for await (const _ of exportRecords({ journal: source, entries: made.log.entries() })) {
      assert.equal(open, 1);
      break;
    }
    assert.equal(open, 0);
    await made.close();
  });

  it('refuses to begin with a transaction that there is not', async () => {
    const made = await TestFolder.make();
    await made.commit();
    await assert.rejects(exported(made, { revision: 2 }), { code: 'OUT_OF_RANGE' });
    await made.close();
  });

  it('begins where the command line says: a revision, a day, a time to the nanosecond', () => {
    assert.deepEqual(exportFrom('17'), { revision: 17 });
    assert.deepEqual(exportFrom('2026-01-01'), { timeNs: 1_767_225_600_000_000_000n });
    assert.deepEqual(exportFrom('2026-01-01T00:00'), { timeNs: 1_767_225_600_000_000_000n });
    assert.deepEqual(exportFrom('2026-01-01T01:00:00.000000001+01:00'), { timeNs: 1_767_225_600_000_000_001n });
    for (const text of ['', 'yesterday', '-1', '2026-13-01', '1.5', '2026-01-01T00:00:00.1234567890Z']) {
      assert.throws(() => exportFrom(text), { code: 'INVALID_ARGUMENT' }, text);
    }
  });
});

/** A service of tests, whose stream never ends by itself. */
const endlessDefinition = {
  Endless: { ...auditDefinition.Export, path: '/test.Test/Endless' },
} as unknown as ServiceDefinition;

describe('the audit service', () => {
  let service: TestService;
  let log: AuditLog;
  let server: GrpcServer;
  let door: FrontDoor;
  let produced = 0;
  let ended: Promise<void>;

  before(async () => {
    service = await startService();
    const { datastore, folder } = service;
    // Admits everything: what is looked at here is a long log.
    const much = { burst: 1_000_000, refillMs: 1 };
    const limits = { each: much, all: much, maxNames: 10 };
    log = await AuditLog.open({ folder, journalHead: () => datastore.head, limits });
    door = new FrontDoor({ access: service.access, onRefusal: (each) => log.note(refusalEvent(each)) });
    let end = (): void => {};
    ended = new Promise((resolve) => {
      end = resolve;
    });
    const endless = door.stream<object, ExportResponse>(async function* () {
      try {
        for (;;) {
          produced++;
          yield { record: ['x'.repeat(64 * 1024)] };
        }
      } finally {
        end();
      }
    });
    server = await serveGrpc({
      host: '127.0.0.1',
      port: 0,
      services: [
        auditService({ door, datastore, audit: log }),
        { definition: endlessDefinition, implementation: { Endless: endless } },
      ],
      channelOptions: {},
      keepalive: { intervalMs: 60_000, timeoutMs: 20_000 },
    });
    const long = 'x'.repeat(600);
    for (let i = 0; i < 8_000; i++) {
      log.note(refusal({ user: `user-${i}`, message: long, asked: long }));
      if (i % 2_000 === 0) await log.settled();
    }
    await log.settled();
  });
  after(async () => {
    await server.close();
    await log.close();
    await service.close();
    await removeTempFolders();
  });

  const options = (user: string) => ({
    address: `127.0.0.1:${server.port}`,
    channel: credentials.createInsecure(),
    username: user,
    password: `${user}-secret`,
  });

  /** What an export ends with when something happens behind its first record. */
  async function endsBy(change: () => Promise<unknown>, error: { code: number; details: RegExp }): Promise<void> {
    const client = auditClient(options('operator'));
    const records = client.records(undefined)[Symbol.asyncIterator]();
    assert.equal((await records.next()).done, false);
    await change();
    let taken = 1;
    await assert.rejects(async () => {
      while (!(await records.next()).done) taken++;
    }, error);
    assert.ok(taken < 8_000, `${taken} records`);
    client.close();
  }

  it('ends an export when the password by which it was asked for changes meanwhile', async () => {
    const hash = await hashPassword('operator-secret', Buffer.alloc(16, 1), { N: 2, r: 1, p: 1 });
    await endsBy(() => service.merge('platform', { user: [{ name: 'operator', 'password-hash': hash }] }), {
      code: 16,
      details: /^the password is not accepted any more as it was; call again$/,
    });
    // Nobody has failed to sign in: it is told of a user who was known.
    await log.settled();
    let last: AuditEntry | undefined;
    for await (const { entry } of log.entries()) last = entry;
    assert.deepEqual([last?.kind, last?.user, last?.code], ['denied', 'operator', 'UNAUTHENTICATED']);
  });

  it('ends an export when the right to it goes meanwhile', async () => {
    await endsBy(async () => service.reset('platform', await withoutOperator(service)), {
      code: 7,
      details: /^user 'operator' may not execute \/audit/,
    });
  });

  it('sends no more than the client takes, and stops when it goes', async () => {
    const Client = makeGenericClientConstructor(endlessDefinition, 'Test');
    const client = new Client(`127.0.0.1:${server.port}`, credentials.createInsecure());
    const metadata = new Metadata();
    metadata.set('username', 'acme-admin');
    metadata.set('password', 'acme-admin-secret');
    type Call = (request: object, metadata: Metadata) => ClientReadableStream<ExportResponse>;
    const call = (client.Endless as unknown as Call).call(client, {}, metadata);
    call.on('error', () => {});
    for (let taken = 0; taken < 3; taken++) {
      while (call.read() === null) await once(call, 'readable');
    }
    call.cancel();
    await ended;
    assert.ok(produced < 200, `${produced} messages`);
    client.close();
  });
});

/** The platform's configuration in which `operator` is somebody else's admin. */
async function withoutOperator(service: TestService): Promise<object> {
  const { notification } = await service
    .client()
    .get({ prefix: { target: 'platform' }, path: [{}], type: 1, encoding: 4 });
  const text = Buffer.from(notification?.[0]?.update?.[0]?.val?.json_ietf_val ?? '').toString();
  const platform = JSON.parse(text) as { 'edgeconf-platform:user': { name: string; role?: object }[] };
  for (const user of platform['edgeconf-platform:user'])
    if (user.name === 'operator') user.role = [{ tenant: 'acme', role: 'admin' }];
  // Somebody must be able to edit the policy.
  const editor = { name: 'editor', role: [{ tenant: '*', role: 'operator' }] };
  platform['edgeconf-platform:user'].push(editor);
  return platform;
}
