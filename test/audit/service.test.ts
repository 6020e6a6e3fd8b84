// The audit log of a whole service: what gets into it over real sockets, who may take it, and what it never holds.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentials } from '@grpc/grpc-js';
import { hashPassword } from '../../src/access/password.ts';
import { auditFile } from '../../src/audit/log-file.ts';
import type { FirstOperator } from '../../src/first-operator.ts';
import { type AuditClient, auditClient } from '../../src/proto/audit.ts';
import { type GnmiClient, gnmiClient } from '../../src/proto/gnmi-client.ts';
import { parsePath } from '../../src/proto/path-text.ts';
import { localAudit } from '../../src/serve.ts';
import { type Service, startService } from '../../src/service.ts';
import { loadSettings, type Settings } from '../../src/settings.ts';
import { entriesOf, verified } from './fixture.ts';

const secret = 'correct-horse-battery-staple';

type Json = Record<string, unknown>;

describe('the audit log of a service', () => {
  let folder: string;
  let settings: Settings;
  let service: Service;
  let operator: FirstOperator;
  const open: { close(): void }[] = [];

  const options = (username: string, password: string) => ({
    address: `127.0.0.1:${service.gnmiPort}`,
    channel: credentials.createInsecure(),
    username,
    password,
  });
  const kept = <T extends { close(): void }>(client: T): T => {
    open.push(client);
    return client;
  };
  const gnmi = (user: string, password = secret): GnmiClient => kept(gnmiClient(options(user, password)));
  const audit = (user: string, password = secret): AuditClient => kept(auditClient(options(user, password)));
  const set = (client: GnmiClient, target: string, path: string, value: unknown) => {
    const val = { json_ietf_val: Buffer.from(JSON.stringify(value)) };
    return client.set({ prefix: { target }, update: [{ path: parsePath(path), val }] });
  };
  const exported = async (client: AuditClient, from?: Parameters<AuditClient['records']>[0]): Promise<Json[]> => {
    const records: Json[] = [];
    for await (const record of client.records(from)) records.push(JSON.parse(record));
    return records;
  };

  before(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'edgeconf-test-')), 'data');
    settings = loadSettings({
      env: {},
      override: { data: folder, 'gnmi.port': 0, 'http.port': 0, 'gnmi.plaintext': true, 'log.level': 'silent' },
    });
    const started = await startService(settings);
    service = started.service;
    assert.ok(started.firstOperator);
    operator = started.firstOperator;
    const hash = await hashPassword(secret, Buffer.from('0123456789abcdef'), { N: 2, r: 1, p: 1 });
    const user = (name: string, tenant: string, role: string) => ({
      name,
      'password-hash': hash,
      role: [{ tenant, role }],
    });
    await set(gnmi(operator.name, operator.secret), 'platform', '/', {
      'edgeconf-platform:tenant': [{ name: 'acme' }, { name: 'globex' }],
      'edgeconf-platform:target': ['acme', 'globex'].map((name) => ({
        name,
        tenant: name,
        model: 'aether',
        'model-version': '2.1',
      })),
      'edgeconf-platform:user': [user('adele', 'acme', 'enterprise-admin'), user('otto', '*', 'auditor')],
    });
  });
  after(async () => {
    for (const client of open) client.close();
    await service.close();
    await rm(join(folder, '..'), { recursive: true, force: true });
  });

  it('has each change in the journal with the RPC, the client, and the policy that allowed it', async () => {
    await set(gnmi('adele'), 'acme', '/application[application-id=radio]', {
      'display-name': 'Radio',
      address: '10.0.0.0/24',
    });
    const { author, labels } = await service.datastore.history.entry(3);
    assert.equal(author, 'adele');
    const { 'edgeconf:peer': peer, ...rest } = labels;
    assert.deepEqual(rest, { 'edgeconf:via': '/gnmi.gNMI/Set', 'edgeconf:policy': '2' });
    assert.match(peer ?? '', /^127\.0\.0\.1:\d+$/);
  });

  it('has each denial with who, what and why, and no values', async () => {
    const mallory = gnmi('adele');
    await assert.rejects(set(mallory, 'globex', '/application[application-id=spy]/display-name', 'topsecretvalue'));
    await assert.rejects(mallory.get({ prefix: { target: 'globex' }, path: [parsePath('/site')] }));
    const stream = mallory.subscribe();
    const ended = new Promise((resolve) => stream.on('error', resolve));
    stream.write({
      subscribe: { prefix: { target: 'globex' }, subscription: [{ path: parsePath('/site') }], mode: 1 },
    });
    await ended;
    const records = await exported(audit('otto'));
    const denied = records.filter(({ kind }) => kind === 'denied');
    assert.deepEqual(
      denied.map(({ user, method, code, asked, revision }) => [user, method, code, asked, revision]),
      [
        ['/gnmi.gNMI/Set', 'target globex: update /application[application-id=spy]/display-name'],
        ['/gnmi.gNMI/Get', 'target globex: /site'],
        ['/gnmi.gNMI/Subscribe', 'target globex: /site'],
      ].map(([method, asked]) => ['adele', method, 'PERMISSION_DENIED', asked, 3]),
    );
    assert.match(String(denied[0]?.message), /^no access to target 'globex'/);
  });

  it('has each failed login with the name that was claimed and never what was given as secret', async () => {
    const guess = 'hunter2-guessed-secret';
    await assert.rejects(gnmi('root', guess).capabilities());
    await assert.rejects(gnmi('adele', guess).get({ prefix: { target: 'acme' }, path: [{}] }));
    const records = await exported(audit('otto'));
    const failed = records.filter(({ kind }) => kind === 'login-failed');
    assert.deepEqual(
      failed.map(({ user, method, code, groups }) => [user, method, code, groups]),
      [
        ['root', '/gnmi.gNMI/Capabilities', 'UNAUTHENTICATED', []],
        ['adele', '/gnmi.gNMI/Get', 'UNAUTHENTICATED', []],
      ],
    );
    for (const name of await readdir(folder, { recursive: true })) {
      const bytes = await readFile(join(folder, name)).catch(() => Buffer.alloc(0));
      for (const never of [guess, secret, 'topsecretvalue']) {
        assert.equal(bytes.includes(never), false, `${name} holds ${never}`);
      }
    }
  });

  it('is taken by an auditor, in order of time, from a revision or a time on, and that is in it too', async () => {
    const records = await exported(audit('otto'));
    const times = records.map(({ time }) => String(time));
    assert.deepEqual(times, [...times].sort());
    const transactions = records.filter(({ kind }) => kind === 'transaction');
    assert.deepEqual(
      transactions.map(({ revision, author, targets }) => [revision, author, targets]),
      [
        [1, 'edgeconf-init', ['platform']],
        [2, 'operator', ['platform']],
        [3, 'adele', ['acme']],
      ],
    );
    assert.equal(
      records.some((record) => JSON.stringify(record).includes('Radio')),
      false,
    );
    assert.ok(
      records.some(({ kind, user, asked }) => kind === 'exported' && user === 'otto' && asked === 'the audit log'),
    );
    const later = await exported(audit('otto'), { revision: 3 });
    assert.equal(later[0]?.revision, 3);
    assert.equal(later[0]?.kind, 'transaction');
    const { timeNs } = service.datastore.head;
    assert.deepEqual((await exported(audit('otto'), { timeNs: timeNs + 1n }))[0]?.kind, 'denied');
    await assert.rejects(exported(audit('otto'), { revision: 99 }), { details: /the journal ends at revision 3/ });
  });

  it('is refused to an enterprise admin and to who is not recognized, and the refusal is in it', async () => {
    await assert.rejects(exported(audit('adele')), {
      code: 7,
      details: "user 'adele' may not execute /audit in target 'platform', which is to take the audit log",
    });
    await assert.rejects(exported(audit('adele', 'wrong')), { code: 16 });
    const records = await exported(audit('otto'));
    const refused = records.filter(({ method, code }) => method === '/edgeconf.audit.v1.Audit/Export' && code !== '');
    assert.deepEqual(
      refused.map(({ kind, user, asked }) => [kind, user, asked]),
      [
        ['denied', 'adele', 'the audit log'],
        ['login-failed', 'adele', 'the audit log'],
      ],
    );
  });

  it('loses count of none of many failed logins at once', async () => {
    const total = async () =>
      (await entriesOf(folder))
        .filter(({ kind }) => kind === 'login-failed' || kind === 'suppressed')
        .reduce((sum, { count }) => sum + count, 0);
    const before = await total();
    const clients = Array.from({ length: 5 }, (_, i) => gnmi(`guess-${i}`, 'wrong'));
    const calls = Array.from({ length: 400 }, (_, i) => clients[i % 5]?.capabilities());
    const results = await Promise.allSettled(calls);
    assert.ok(results.every(({ status }) => status === 'rejected'));
    // An export waits for what was refused before it.
    await exported(audit('otto'));
    assert.equal((await total()) - before, 400);
  });

  it('is named by the next change, proven while the service runs, and on a copy of its folder', async () => {
    const { revision } = service.datastore.head;
    await set(gnmi('adele'), 'acme', '/application[application-id=radio]/display-name', 'Radio 2');
    await set(gnmi('adele'), 'acme', '/application[application-id=radio]/display-name', 'Radio 3');
    const { labels } = await service.datastore.history.entry(revision + 1);
    const entries = await entriesOf(folder);
    const [, sequence = '', hash] = /^(\d+):(.*)$/.exec(labels['edgeconf:audit'] ?? '') ?? [];
    assert.equal(entries[Number(sequence) - 1]?.hash, hash);
    assert.equal((await service.datastore.history.entry(revision + 2)).labels['edgeconf:audit'], undefined);
    assert.match((await verified(folder, hash))[0] ?? '', /^the noted head is audit entry /);
    const copy = join(folder, '../copy');
    // In this order, so that nothing in the copy names what is not in it yet.
    for (const name of ['edgeconf.json', 'head.json', 'store', 'audit']) {
      await cp(join(folder, name), join(copy, name), { recursive: true }).catch((error) => {
        if (name !== 'head.json') throw error;
      });
    }
    assert.match((await verified(copy)).at(-2) ?? '', /^whole; head of the journal 5:/);
  });

  it('is exported from the folder itself like from the service', async () => {
    const online = await exported(audit('otto'), { revision: 4 });
    const offline: Json[] = [];
    await localAudit.export(settings, { revision: 4 }, (record) => offline.push(JSON.parse(record)));
    assert.deepEqual(offline.slice(0, online.length), online);
  });

  it('tells its head in the tree', async () => {
    const client = gnmi('otto');
    const stream = client.subscribe();
    stream.on('error', () => {});
    const target = 'platform';
    const wanted = (await entriesOf(folder)).length;
    const told = new Promise<number>((resolve) => {
      stream.on('data', ({ update }) => {
        for (const { path, val } of update?.update ?? []) {
          const count = Number(val?.uint_val ?? 0);
          if (path?.elem?.at(-1)?.name === 'entries' && count >= wanted) resolve(count);
        }
      });
    });
    stream.write({
      subscribe: { prefix: { target }, subscription: [{ path: parsePath('/audit'), mode: 1 }], mode: 0, encoding: 2 },
    });
    await told;
    stream.cancel();
  });

  it('is proven and exported by the CLI', async () => {
    const cli = (...args: string[]) =>
      spawnSync(process.execPath, ['bin/edgeconf.js', 'audit', ...args], {
        encoding: 'utf8',
        env: { PATH: process.env.PATH, EDGECONF_DATA: folder },
      });
    const proof = cli('verify');
    assert.equal(proof.status, 0);
    assert.match(proof.stdout, /^journal: 5 transactions, .*\naudit log: \d+ entries .*\nlinks: .*\nwhole; head of/);
    const unknown = cli('verify', '--head', 'ab'.repeat(32));
    assert.equal(unknown.status, 1);
    assert.match(unknown.stderr, /^DATA_LOSS: no transaction and no audit entry has the hash abab/);
    const offline = cli('export', '--data', folder, '--from', '5');
    assert.equal(JSON.parse(offline.stdout.split('\n')[0] ?? '').revision, 5);
    assert.equal(cli('export', '--from', 'yesterday').status, 1);
    assert.equal((await readFile(auditFile(folder), 'utf8')).endsWith('\n'), true);
  });
});
