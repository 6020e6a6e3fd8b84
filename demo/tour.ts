// The tour: each step does one thing through gNMI, shows what happened, and fails the demo if it did not happen as told.

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { credentials, type ServiceError, status } from '@grpc/grpc-js';
import type { RequestEntry, SdCoreSimulator } from '../adapters/sd-core/simulator/simulator.ts';
import { hashPassword } from '../src/access/password.ts';
import { linesOf } from '../src/cli/watch.ts';
import { packageRoot } from '../src/package-root.ts';
import { Encoding, ListMode, type SubscribeResponse, SubscriptionMode } from '../src/proto/gnmi.ts';
import { type GnmiClient, gnmiClient, type SubscribeStream } from '../src/proto/gnmi-client.ts';
import { parsePath } from '../src/proto/path-text.ts';
import { revisionOf } from '../src/proto/transaction-info.ts';
import type { Service } from '../src/service.ts';
import { people, samplePlatform } from './people.ts';
import type { Systems } from './slice-systems.ts';
import { sliceTour } from './slice-tour.ts';

/** What the tour talks to and where it prints. */
export interface Stage {
  readonly service: Service;
  readonly core: SdCoreSimulator;
  /** Addresses of user planes by the URIs that the samples name them by. */
  readonly userPlanes: ReadonlyMap<string, string>;
  /** The systems of the second part. */
  readonly systems: Systems;
  readonly operatorSecret: string;
  readonly print: (line: string) => void;
}

/** Walks through all steps; throws an Error that says which expectation was not met. */
export async function tour(stage: Stage): Promise<void> {
  const operator = clientFor(stage, 'operator', stage.operatorSecret);
  const alice = clientFor(stage, 'alice', people.alice.password);
  const bob = clientFor(stage, 'bob', people.bob.password);
  const anna = clientFor(stage, 'anna', people.anna.password);
  try {
    await describePlatform(stage, operator);
    const stream = await openStream(stage, anna);
    await loadIntent(stage, alice, 'acme');
    await stream.changes(1);
    await loadIntent(stage, bob, 'globex');
    await showDocuments(stage);
    await refuseBadEdit(stage, alice);
    await refuseStranger(stage, bob);
    await refuseStillReferenced(stage, alice);
    await oneLeaf(stage, alice, stream);
    stream.close();
    await sliceTour(operator, stage.systems, stage.print);
  } finally {
    for (const client of [operator, alice, bob, anna]) client.close();
  }
}

function clientFor(stage: Stage, username: string, password: string): GnmiClient {
  return gnmiClient({
    address: `127.0.0.1:${stage.service.gnmiPort}`,
    channel: credentials.createInsecure(),
    username,
    password,
    timeoutMs: 60_000,
  });
}

async function describePlatform(stage: Stage, operator: GnmiClient): Promise<void> {
  heading(
    stage,
    'The operator describes the platform: two tenants, their targets, one SD-Core with user planes, four users',
  );
  const json = await samplePlatform(`${stage.core.url}/config`, stage.userPlanes, (password) =>
    hashPassword(password, randomBytes(16)),
  );
  const response = await operator.set({ prefix: { target: 'platform' }, update: [updateOf('/', json)] });
  stage.print(`accepted as revision ${expectRevision(revisionOf(response))}`);
}

async function loadIntent(stage: Stage, admin: GnmiClient, tenant: string): Promise<void> {
  heading(stage, `The admin of ${tenant} loads its intent through gNMI Set`);
  const json = readFileSync(join(packageRoot, `models/aether/2.1/valid/${tenant}.json`), 'utf8');
  const response = await admin.set({ prefix: { target: tenant }, replace: [updateOf('/', json)] });
  const revision = expectRevision(revisionOf(response));
  stage.print(
    `accepted as revision ${revision}: ${stage.service.datastore.snapshot(tenant)?.size} rows, valid, authorized, durable`,
  );
}

async function showDocuments(stage: Stage): Promise<void> {
  heading(stage, 'What arrived at the SD-Core');
  await stage.service.southbound.settled();
  const { deviceGroups, networkSlices } = stage.core;
  const requests = changesOf(stage.core);
  for (const request of requests) stage.print(lineOf(request));
  const slice = requests.find(({ path }) => path.endsWith('/network-slice/acme-chicago-robots'));
  const group = requests.find(({ path }) => path.endsWith('/device-group/acme-chicago-robots'));
  for (const request of [group, slice]) {
    if (request === undefined) throw new Error('the SD-Core never got acme-chicago-robots');
    stage.print(`\nbody of ${request.method} ${request.path}:\n${request.body}`);
  }
  const failed = requests.find((request) => request.status !== 200);
  if (failed !== undefined) throw new Error(`the SD-Core refused ${lineOf(failed)}`);
  if (deviceGroups.size === 0 || networkSlices.size === 0) throw new Error('the SD-Core holds no configuration');
  stage.print(`\nthe SD-Core now holds ${deviceGroups.size} device groups and ${networkSlices.size} network slices`);
}

async function refuseBadEdit(stage: Stage, alice: GnmiClient): Promise<void> {
  heading(stage, 'A bad edit: an endpoint whose last port is below its first');
  const path = '/application[application-id=acme-robot-control]/endpoint[endpoint-id=telemetry]';
  const endpoint = { 'endpoint-id': 'telemetry', 'port-start': 2000, 'port-end': 1000 };
  await expectRefusal(stage, status.INVALID_ARGUMENT, /port/, () =>
    alice.set({ prefix: { target: 'acme' }, update: [updateOf(path, JSON.stringify(endpoint))] }),
  );
}

async function refuseStranger(stage: Stage, bob: GnmiClient): Promise<void> {
  heading(stage, "An edit by the wrong tenant: Globex's admin writes into Acme's configuration");
  const path = '/site[site-id=acme-chicago]/display-name';
  await expectRefusal(stage, status.PERMISSION_DENIED, /acme/, () =>
    bob.set({ prefix: { target: 'acme' }, update: [updateOf(path, '"Mine now"')] }),
  );
}

async function refuseStillReferenced(stage: Stage, alice: GnmiClient): Promise<void> {
  heading(stage, 'A delete of what is still needed: a traffic class that device groups refer to');
  const path = '/traffic-class[traffic-class-id=control]';
  await expectRefusal(stage, status.INVALID_ARGUMENT, /traffic-class/, () =>
    alice.set({ prefix: { target: 'acme' }, delete: [parsePath(path)] }),
  );
}

async function oneLeaf(stage: Stage, alice: GnmiClient, stream: Stream): Promise<void> {
  heading(stage, 'A small change: the robots of Chicago get 80 Mb/s down');
  stage.core.clearLog();
  const path = '/site[site-id=acme-chicago]/device-group[device-group-id=acme-chicago-robots]/mbr/downlink';
  const seen = stream.count();
  const response = await alice.set({ prefix: { target: 'acme' }, update: [updateOf(path, '"80000000"')] });
  stage.print(`accepted as revision ${expectRevision(revisionOf(response))}`);
  await stream.changes(seen + 1);
  await stage.service.southbound.settled();
  const requests = changesOf(stage.core);
  for (const request of requests) stage.print(lineOf(request));
  const paths = requests.map(({ method, path: to }) => `${method} ${to}`);
  if (paths.length !== 1 || !paths[0]?.endsWith('/device-group/acme-chicago-robots')) {
    throw new Error(
      `exactly the one document that depends on the leaf should be sent, not: ${paths.join(', ') || 'none'}`,
    );
  }
  if (requests[0]?.body.includes('80000000') !== true) throw new Error('the new bit rate did not reach the SD-Core');
}

interface Stream {
  count(): number;
  /** Resolves when that many notifications with changes have come. */
  changes(wanted: number): Promise<void>;
  close(): void;
}

/** A reader of Acme follows its device groups; the stream's lines are printed as they come. */
async function openStream(stage: Stage, anna: GnmiClient): Promise<Stream> {
  heading(
    stage,
    "A reader of Acme subscribes to the rates of its device groups, ON_CHANGE; '>>' marks what the stream prints",
  );
  const stream: SubscribeStream = anna.subscribe();
  let synced = false;
  let count = 0;
  let failure: Error | undefined;
  let wake = (): void => {};
  stream.on('error', (error: Error) => {
    failure = error;
    wake();
  });
  stream.on('data', (response: SubscribeResponse) => {
    const lines = linesOf(response);
    for (const line of lines.slice(0, 8)) stage.print(`  >> ${line}`);
    if (lines.length > 8) stage.print(`  >> ... and ${lines.length - 8} more`);
    if (response.sync_response === true) synced = true;
    else count++;
    wake();
  });
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) {
      if (failure !== undefined) throw new Error(`the stream broke: ${failure.message}`);
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  stream.write({
    subscribe: {
      prefix: { target: 'acme' },
      mode: ListMode.STREAM,
      encoding: Encoding.PROTO,
      subscription: [{ path: parsePath('/site/device-group/mbr'), mode: SubscriptionMode.ON_CHANGE }],
    },
  });
  await until(() => synced);
  return {
    count: () => count,
    changes: (wanted) => until(() => count >= wanted),
    close: () => {
      stream.on('error', () => {});
      stream.cancel();
    },
  };
}

async function expectRefusal(stage: Stage, code: status, words: RegExp, action: () => Promise<unknown>): Promise<void> {
  const { head } = stage.service.datastore;
  const sent = changesOf(stage.core).length;
  const error = await action().then(
    () => undefined,
    (refusal: ServiceError) => refusal,
  );
  if (error === undefined) throw new Error('the edit was accepted and should not have been');
  if (error.code !== code || !words.test(error.details)) {
    throw new Error(`refused in an unexpected way: ${status[error.code]} ${error.details}`);
  }
  if (stage.service.datastore.head.revision !== head.revision) throw new Error('a refused edit left a revision behind');
  if (changesOf(stage.core).length !== sent) throw new Error('a refused edit reached the SD-Core');
  stage.print(`refused: ${status[code]}: ${error.details}`);
  stage.print(`nothing changed: the journal is still at revision ${head.revision}`);
}

function expectRevision(revision: number | undefined): number {
  if (revision === undefined) throw new Error('the answer to the Set names no revision');
  return revision;
}

function updateOf(path: string, json: string) {
  return { path: parsePath(path), val: { json_ietf_val: Buffer.from(json) } };
}

/** What was asked to change something: the service also reads back what it has sent. */
function changesOf({ requests }: SdCoreSimulator): RequestEntry[] {
  return requests.filter(({ method }) => method !== 'GET');
}

function lineOf({ method, path, status: code }: RequestEntry): string {
  return `${method.padEnd(6)} ${path}  ${code}`;
}

function heading(stage: Stage, text: string): void {
  stage.print(`\n== ${text}`);
}
