// A whole service in this process for tests: datastore in a temporary folder, platform with two enterprises, gRPC on loopback.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentials, Server, ServerCredentials } from '@grpc/grpc-js';
import { Level } from 'level';
import { Access, type AccessOptions } from '../src/access/access.ts';
import { hashPassword } from '../src/access/password.ts';
import type { SetTimer } from '../src/datastore/confirmed-commits.ts';
import { type Datastore, openDatastore } from '../src/datastore/datastore.ts';
import { readModels } from '../src/datastore/model-folder.ts';
import type { CommitResult, Edit, Plan } from '../src/datastore/transaction.ts';
import { accessService } from '../src/northbound/api/access-service.ts';
import { southboundService } from '../src/northbound/api/southbound-service.ts';
import { FrontDoor } from '../src/northbound/front-door.ts';
import { earlyAck } from '../src/northbound/gnmi/early-ack.ts';
import type { LeafListUpdate, Settled } from '../src/northbound/gnmi/gnmi-deps.ts';
import { type GnmiService, gnmiService, grpcServerOptions } from '../src/northbound/gnmi/gnmi-service.ts';
import { defaultLimits, type GnmiLimits } from '../src/northbound/gnmi/limits.ts';
import type { Timers } from '../src/northbound/gnmi/timers.ts';
import { packageRoot } from '../src/package-root.ts';
import { type GnmiClient, gnmiClient } from '../src/proto/gnmi-client.ts';
import { readJson } from '../src/schema/json-text.ts';
import { fragmentFromJson } from '../src/schema/normalize.ts';
import type { Adapter } from '../src/southbound/adapter.ts';
import { levelAckStore } from '../src/southbound/device/ack-store.ts';
import { Reconciler } from '../src/southbound/reconciler.ts';

/** The users of the seed; the password of each is its name with `-secret` behind it. */
export type TestUser =
  | 'operator' // everything in every target and in the platform
  | 'acme-admin' // everything in target acme
  | 'acme-reader' // reads target acme
  | 'acme-planner' // reads and writes /application of acme, sees nothing else
  | 'globex-admin' // everything in target globex
  | 'nobody'; // has no role

export interface TestServiceOptions {
  /** The wall clock and the timers of the datastore. */
  readonly now?: () => bigint;
  readonly timer?: SetTimer;
  readonly leafListUpdate?: LeafListUpdate;
  readonly settled?: Settled;
  readonly sampleDeletes?: boolean;
  /** When samples of streams are due; default: the system's timers. */
  readonly timers?: Timers;
  readonly limits?: Partial<GnmiLimits>;
  readonly plan?: Plan;
  /** The clocks of budgets and freezes; default: the system's. */
  readonly clocks?: Pick<AccessOptions, 'nowMs' | 'wallMs'>;
  /** Data folder to open; default: a new one that is removed at the end. */
  readonly folder?: string;
  /** Drives devices and answers questions about their documents, with these adapters; default: no devices. */
  readonly adapters?: readonly Adapter[];
  /** More models beside those of the repository, as folders of models. */
  readonly models?: readonly string[];
}

export interface TestService {
  readonly datastore: Datastore;
  readonly access: Access;
  readonly gnmi: GnmiService;
  readonly folder: string;
  /** `host:port` of the gRPC server. */
  readonly address: string;
  /** A client that is closed with the service. */
  client(user?: TestUser | string, password?: string): GnmiClient;
  /** Commits as the service itself: what `value` says is merged into the target. */
  merge(target: string, value: unknown): Promise<CommitResult>;
  /** Commits as the service itself: the target holds exactly `value` afterwards. */
  reset(target: string, value: unknown): Promise<CommitResult>;
  close(): Promise<void>;
}

const rule = (name: string, target: string, path: string, action: string[], effect = 'allow') => ({
  name,
  effect,
  target,
  path,
  action,
});
const all = ['read', 'create', 'update', 'delete', 'execute'];

async function platformSeed(): Promise<object> {
  const salt = Buffer.from('0123456789abcdef');
  // The lowest cost: these passwords protect nothing.
  const user = async (name: string, role?: [tenant: string, role: string]) => ({
    name,
    'password-hash': await hashPassword(`${name}-secret`, salt, { N: 2, r: 1, p: 1 }),
    ...(role === undefined ? {} : { role: [{ tenant: role[0], role: role[1] }] }),
  });
  return {
    tenant: [{ name: 'acme' }, { name: 'globex' }],
    target: ['acme', 'globex'].map((name) => ({ name, tenant: name, model: 'aether', 'model-version': '2.1' })),
    role: [
      { name: 'operator', rule: [rule('tenants', '*', '/', all), rule('platform', 'platform', '/', all)] },
      { name: 'admin', rule: [rule('all', '*', '/', all)] },
      { name: 'reader', rule: [rule('all', '*', '/', ['read'])] },
      { name: 'planner', rule: [rule('applications', '*', '/application', all)] },
    ],
    user: await Promise.all([
      user('operator', ['*', 'operator']),
      user('acme-admin', ['acme', 'admin']),
      user('acme-reader', ['acme', 'reader']),
      user('acme-planner', ['acme', 'planner']),
      user('globex-admin', ['globex', 'admin']),
      user('nobody'),
    ]),
  };
}

/** Starts a service with the platform seeded; the targets `acme` and `globex` (aether@2.1) are there and empty. */
export async function startService(options: TestServiceOptions = {}): Promise<TestService> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'edgeconf-test-')));
  const folders = [join(packageRoot, 'models'), ...(options.models ?? [])];
  const models = (await Promise.all(folders.map(readModels))).flat();
  const engine = options.adapters === undefined ? undefined : await startEngine(folder, options.adapters);
  const { now, timer, leafListUpdate, settled, sampleDeletes, timers } = options;
  const datastore = await openDatastore({
    folder,
    models,
    plan: options.plan ?? engine?.reconciler.plan ?? (() => {}),
    released: (request) => engine?.reconciler.released(request),
    workers: 1,
    ...(now === undefined ? {} : { now }),
    ...(timer === undefined ? {} : { timer }),
  });
  const access = new Access(datastore, options.clocks);
  const limits = { ...defaultLimits, ...options.limits };
  const door = new FrontDoor({ access });
  const questions = accessService({ datastore, door });
  await engine?.reconciler.start(datastore);
  const documents =
    engine === undefined ? undefined : southboundService({ datastore, door, engine: engine.reconciler });
  const gnmi = gnmiService({
    datastore,
    door,
    limits,
    ...(leafListUpdate === undefined ? {} : { leafListUpdate }),
    ...(settled === undefined ? {} : { settled }),
    ...(sampleDeletes === undefined ? {} : { sampleDeletes }),
    ...(timers === undefined ? {} : { timers }),
  });
  const server = new Server({ ...grpcServerOptions(limits), interceptors: [earlyAck(limits)] });
  for (const { definition, implementation } of [gnmi, questions, ...(documents === undefined ? [] : [documents])]) {
    server.addService(definition, implementation);
  }
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  const address = `127.0.0.1:${port}`;
  const clients: GnmiClient[] = [];

  async function write(op: 'update' | 'replace', target: string, value: unknown): Promise<CommitResult> {
    const root = datastore.snapshot(target)?.model.root;
    if (root === undefined) throw new Error(`no target ${target}`);
    const json = fragmentFromJson(root, [], readJson(JSON.stringify(value)));
    const edits: Edit[] = [{ op, path: [], json }];
    return datastore.commit({ author: 'system', edits: [{ target, edits }], authorize: () => {} });
  }

  if (datastore.head.revision === 0) await write('update', 'platform', await platformSeed());

  return {
    datastore,
    access,
    gnmi,
    folder,
    address,
    merge: (target, value) => write('update', target, value),
    reset: (target, value) => write('replace', target, value),
    client(user = 'operator', password = `${user}-secret`) {
      const client = gnmiClient({ address, channel: credentials.createInsecure(), username: user, password });
      clients.push(client);
      return client;
    },
    async close() {
      for (const client of clients) client.close();
      gnmi.endStreams();
      questions.close();
      documents?.close();
      server.forceShutdown();
      await engine?.close();
      await datastore.close();
      if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What devices acknowledge is kept beside the data. */
async function startEngine(
  folder: string,
  adapters: readonly Adapter[],
): Promise<{ reconciler: Reconciler; close(): Promise<void> }> {
  const acknowledged = new Level<string, string>(`${folder}-devices`);
  await acknowledged.open();
  const reconciler = new Reconciler({ adapters, store: levelAckStore(acknowledged) });
  return {
    reconciler,
    async close() {
      await reconciler.close();
      await acknowledged.close();
      await rm(`${folder}-devices`, { recursive: true, force: true });
    },
  };
}
