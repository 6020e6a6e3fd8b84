// The whole service as `edgeconf serve` makes it, with two enterprises and one user for each caller of the matrix.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, credentials } from '@grpc/grpc-js';
import { hashPassword } from '../../../src/access/password.ts';
import type { Edit } from '../../../src/datastore/transaction.ts';
import { readJson } from '../../../src/schema/json-text.ts';
import { fragmentFromJson } from '../../../src/schema/normalize.ts';
import { type Service, startService } from '../../../src/service.ts';
import { loadSettings } from '../../../src/settings.ts';
import { type Caller, callers } from './row.ts';

export interface Stage {
  readonly service: Service;
  readonly client: Client;
  /** Metadata that the caller sends. */
  credentialsOf(caller: Caller): Readonly<Record<string, string>>;
  /** All revisions of the service that a call may change: the same afterwards when it changed nothing. */
  readonly revision: number;
  /** Puts back what the callers may have changed. */
  restore(): Promise<void>;
  close(): Promise<void>;
}

const site = (id: string, enterprise: number) => ({
  'site-id': id,
  'display-name': id,
  'imsi-definition': { mcc: '315', mnc: '010', enterprise, format: 'CCCNNNEEESSSSSS' },
});

/** What makes a core have documents. */
const connected = (target: string) => ({
  'connectivity-service': { 'core-5g': { endpoint: coreOf(target) } },
  'ip-domain': [{ 'ip-domain-id': 'pool', dnn: 'internet', subnet: '10.3.0.0/24', 'dns-primary': '10.0.0.53' }],
  'device-group': [
    {
      ...{ 'device-group-id': 'robots', 'ip-domain': 'pool', 'traffic-class': 'gold' },
      mbr: { uplink: '1000000', downlink: '1000000' },
    },
  ],
  slice: [
    {
      ...{ 'slice-id': 'line', sst: '1', sd: '000001', upf: 'upf', 'default-behavior': 'DENY-ALL' },
      'device-group': [{ 'device-group': 'robots' }],
    },
  ],
});

/** By this name intent knows the core of a tenant. */
function coreOf(target: string): string {
  return `http://core.${target}.example`;
}

const intentOf = (target: string) => ({
  application: [
    { 'application-id': 'cam', address: '10.1.0.0/24' },
    { 'application-id': 'plc', address: '10.2.0.0/24' },
  ],
  'traffic-class': [{ 'traffic-class-id': 'gold', qci: 9, arp: 9 }],
  template: [{ 'template-id': 'open', 'default-behavior': 'DENY-ALL' }],
  site: [
    {
      ...site('chicago', 1),
      ...connected(target),
      'small-cell': [{ 'small-cell-id': 'cell', address: 'cell-chicago', tac: '0001' }],
      upf: [{ 'upf-id': 'upf', address: 'upf-chicago', port: 8805 }],
      device: [
        { 'device-id': 'robot', 'display-name': 'Robot' },
        { 'device-id': 'drill', 'display-name': 'Drill' },
      ],
    },
    site('dallas', 2),
  ],
});

/** For whom a role is given, and with which parameters. */
function giftOf(caller: Caller): object | undefined {
  if (caller === 'without-roles' || caller === 'unauthenticated') return undefined;
  const parameters: Readonly<Partial<Record<Caller, Readonly<Record<string, string>>>>> = {
    'site-admin': { site: 'chicago' },
    'third-party-provider': { application: 'cam' },
    'end-user': { site: 'chicago', device: 'robot' },
  };
  return {
    tenant: caller === 'operator' || caller === 'auditor' ? '*' : 'acme',
    role: caller,
    parameter: Object.entries(parameters[caller] ?? {}).map(([name, value]) => ({ name, value: [value] })),
  };
}

async function people(): Promise<object[]> {
  return Promise.all(
    callers.map(async (name) => {
      const gift = giftOf(name);
      // The lowest cost: these passwords protect nothing.
      const hash = await hashPassword(`${name}-secret`, Buffer.from('0123456789abcdef'), { N: 2, r: 1, p: 1 });
      return { name, 'password-hash': hash, ...(gift === undefined ? {} : { role: [gift] }) };
    }),
  );
}

export async function startStage(): Promise<Stage> {
  const data = await mkdtemp(join(tmpdir(), 'edgeconf-matrix-'));
  const settings = loadSettings({
    env: {},
    override: {
      data,
      'gnmi.plaintext': true,
      'gnmi.host': '127.0.0.1',
      'gnmi.port': 0,
      'http.port': 0,
      'log.level': 'silent',
    },
  });
  const { service } = await startService(settings);
  const { datastore } = service;

  async function write(op: 'update' | 'replace', target: string, value: unknown): Promise<void> {
    const root = datastore.snapshot(target)?.model.root;
    if (root === undefined) throw new Error(`no target ${target}`);
    const edits: Edit[] = [{ op, path: [], json: fragmentFromJson(root, [], readJson(JSON.stringify(value))) }];
    await datastore.commit({ author: 'system', edits: [{ target, edits }], authorize: () => {} });
  }

  const user = await people();
  const targets = ['acme', 'globex'];
  await write('update', 'platform', {
    tenant: targets.map((name) => ({ name })),
    target: targets.map((name) => ({ name, tenant: name, model: 'aether', 'model-version': '2.1' })),
    user,
    // Nobody is dialled.
    device: targets.map((name, i) => ({
      ...{ name: `core-${name}`, kind: 'sd-core', address: `http://127.0.0.1:${i + 1}/config`, version: '3.0' },
      ...{ endpoint: [coreOf(name)], enabled: false },
    })),
  });
  const { rows } = datastore.snapshot('platform') ?? {};
  for (const target of targets) await write('replace', target, intentOf(target));
  const client = new Client(`127.0.0.1:${service.gnmiPort}`, credentials.createInsecure());

  return {
    service,
    client,
    credentialsOf: (caller) => (caller === 'unauthenticated' ? {} : { username: caller, password: `${caller}-secret` }),
    get revision() {
      return datastore.head.revision;
    },
    async restore() {
      for (const target of targets) await write('replace', target, intentOf(target));
      if (datastore.snapshot('platform')?.rows === rows) return;
      const list = [...(datastore.snapshot('platform')?.model.root.children.values() ?? [])].find(
        ({ name }) => name === 'user',
      );
      if (list === undefined) throw new Error('the platform has no users');
      const edits: Edit[] = [{ op: 'delete', query: [{ node: list, keys: ['end-user'] }] }];
      await datastore.commit({ author: 'system', edits: [{ target: 'platform', edits }], authorize: () => {} });
      await write('update', 'platform', { user });
    },
    async close() {
      client.close();
      await service.close();
      await rm(data, { recursive: true, force: true });
    },
  };
}
