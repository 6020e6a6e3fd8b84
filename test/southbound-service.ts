// The whole service with a simulated core for tests of questions about documents: two enterprises, and users with less and more rights.

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentials } from '@grpc/grpc-js';
import { type SdCoreSimulator, startSdCoreSimulator } from '../adapters/sd-core/simulator/simulator.ts';
import { hashPassword } from '../src/access/password.ts';
import type { Edit } from '../src/datastore/transaction.ts';
import { packageRoot } from '../src/package-root.ts';
import { type GnmiClient, gnmiClient } from '../src/proto/gnmi-client.ts';
import type { ServiceClientOptions } from '../src/proto/service-client.ts';
import { type SouthboundClient, southboundClient } from '../src/proto/southbound-client.ts';
import { readJson } from '../src/schema/json-text.ts';
import { fragmentFromJson } from '../src/schema/normalize.ts';
import { type Service, startService } from '../src/service.ts';
import { loadSettings } from '../src/settings.ts';

/** Users; the password of each is its name with `-secret` behind it. */
export type CoreUser =
  | 'boss' // operator
  | 'auditor' // reads everything
  | 'acme-admin' // everything in target acme
  | 'chicago-admin' // the site Chicago of acme
  | 'cams-only' // reads the device group of the cameras, and names of sites
  | 'core-team' // reads and executes the device core-1, and reads few things of all tenants
  | 'core-switch' // reads the name of the device core-1 and sets its version
  | 'globex-admin'; // everything in target globex

export interface CoreService {
  readonly service: Service;
  readonly simulator: SdCoreSimulator;
  readonly options: (user: CoreUser) => ServiceClientOptions;
  southbound(user: CoreUser): SouthboundClient;
  gnmi(user: CoreUser): GnmiClient;
  /** Commits as the service itself. */
  write(op: 'update' | 'replace', target: string, value: unknown): Promise<void>;
  /** Until the devices have taken everything. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

/** The sample intent of an enterprise, without what no device here answers for. */
export async function sampleIntent(name: 'acme' | 'globex'): Promise<string> {
  const text = await readFile(join(packageRoot, `models/aether/2.1/valid/${name}.json`), 'utf8');
  return text.replaceAll(/,\s*"config-endpoint": "[^"]*"/g, '');
}

/**
 * Devices and intents are there and in effect.
 * @param running a core that somebody else has configured: then there are no device and no intents, and it is not closed.
 */
export async function startCoreService(running?: SdCoreSimulator): Promise<CoreService> {
  const data = await mkdtemp(join(tmpdir(), 'edgeconf-questions-'));
  const simulator = running ?? (await startSdCoreSimulator({ version: '3.0' }));
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
  const clients: { close(): void }[] = [];

  async function write(op: 'update' | 'replace', target: string, value: unknown): Promise<void> {
    const root = datastore.snapshot(target)?.model.root;
    if (root === undefined) throw new Error(`no target ${target}`);
    const edits: Edit[] = [{ op, path: [], json: fragmentFromJson(root, [], readJson(JSON.stringify(value))) }];
    await datastore.commit({ author: 'system', edits: [{ target, edits }], authorize: () => {} });
  }

  const intents = await Promise.all((['acme', 'globex'] as const).map(sampleIntent));
  const endpoints = intents.flatMap((text) => [...text.matchAll(/"endpoint": "(http[^"]+)"/g)].map(([, uri]) => uri));
  await write('update', 'platform', {
    tenant: [{ name: 'acme' }, { name: 'globex' }],
    target: ['acme', 'globex'].map((name) => ({ name, tenant: name, model: 'aether', 'model-version': '2.1' })),
    role: [
      {
        name: 'cams',
        rule: ['/site/site-id', '/site/device-group[device-group-id=acme-chicago-cameras]'].map((path, i) => ({
          ...{ name: `rule-${i}`, effect: 'allow', target: '*', path, action: ['read'] },
        })),
      },
      {
        name: 'switch',
        rule: [
          { path: '/device/name', action: ['read'] },
          { path: '/device/version', action: ['update'] },
        ].map((rule, i) => ({ name: `rule-${i}`, effect: 'allow', target: 'platform', ...rule })),
      },
    ],
    user: await people(),
    device: (running === undefined ? ['core-1'] : []).map((name) => ({
      ...{ name, kind: 'sd-core', address: `${simulator.url}/config`, version: '3.0' },
      endpoint: [...new Set(endpoints)],
    })),
  });
  if (running === undefined) {
    await write('replace', 'acme', JSON.parse(intents[0] ?? ''));
    await write('replace', 'globex', JSON.parse(intents[1] ?? ''));
  }
  await service.southbound.settled();

  const options = (username: CoreUser): ServiceClientOptions => ({
    address: `127.0.0.1:${service.gnmiPort}`,
    channel: credentials.createInsecure(),
    username,
    password: `${username}-secret`,
  });
  function kept<Client extends { close(): void }>(client: Client): Client {
    clients.push(client);
    return client;
  }
  return {
    ...{ service, simulator, options, write },
    southbound: (user) => kept(southboundClient(options(user))),
    gnmi: (user) => kept(gnmiClient(options(user))),
    settle: async () => {
      await service.southbound.settled();
    },
    async close() {
      for (const client of clients) client.close();
      await service.close();
      if (running === undefined) await simulator.close();
      await rm(data, { recursive: true, force: true });
    },
  };
}

async function people(): Promise<object[]> {
  const gifts: Readonly<Record<CoreUser, object>> = {
    boss: { tenant: '*', role: 'operator' },
    auditor: { tenant: '*', role: 'auditor' },
    'acme-admin': { tenant: 'acme', role: 'enterprise-admin' },
    'chicago-admin': { tenant: 'acme', role: 'site-admin', parameter: [{ name: 'site', value: ['acme-chicago'] }] },
    'cams-only': { tenant: 'acme', role: 'cams' },
    'core-team': { tenant: '*', role: 'core-team', parameter: [{ name: 'device', value: ['core-1'] }] },
    'core-switch': { tenant: '*', role: 'switch' },
    'globex-admin': { tenant: 'globex', role: 'enterprise-admin' },
  };
  return Promise.all(
    Object.entries(gifts).map(async ([name, role]) => ({
      name,
      // The lowest cost: these passwords protect nothing.
      'password-hash': await hashPassword(`${name}-secret`, Buffer.from('0123456789abcdef'), { N: 2, r: 1, p: 1 }),
      role: [role],
    })),
  );
}
