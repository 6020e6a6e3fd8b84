// The process that the crash run kills: the whole service under gNMI load; prints a line for each Set that was answered.

import { credentials } from '@grpc/grpc-js';
import { hashPassword } from '../src/access/password.ts';
import { type GnmiClient, gnmiClient } from '../src/proto/gnmi-client.ts';
import { revisionOf } from '../src/proto/transaction-info.ts';
import { type Service, startService } from '../src/service.ts';
import { loadSettings } from '../src/settings.ts';
import { crashUser, loadTargets, platformJson, setRequest, shown, type Writer, writers } from './crash-workload.ts';

const [data, models] = process.argv.slice(2);
if (data === undefined || models === undefined) {
  throw new Error('usage: crash-child.js <data folder> <models folder>');
}
const { service } = await startService(
  loadSettings({
    env: {},
    override: { data, models, 'gnmi.port': 0, 'http.port': 0, 'gnmi.plaintext': true, 'log.level': 'silent' },
  }),
);
await declareTargets(service);
const client = gnmiClient({
  address: `127.0.0.1:${service.gnmiPort}`,
  channel: credentials.createInsecure(),
  username: crashUser.name,
  password: crashUser.password,
});
await Promise.all(writers.map((writer) => writeForever(service, client, writer)));

async function declareTargets({ datastore }: Service): Promise<void> {
  if (loadTargets.every((target) => datastore.snapshot(target) !== undefined)) return;
  // The lowest cost: this password protects nothing.
  const hash = await hashPassword(crashUser.password, Buffer.from('0123456789abcdef'), { N: 2, r: 1, p: 1 });
  await datastore.commit({
    author: 'crash',
    edits: [{ target: 'platform', edits: [{ op: 'update', path: [], json: platformJson(hash) }] }],
    authorize: () => {},
  });
}

async function writeForever({ datastore }: Service, gnmi: GnmiClient, writer: Writer): Promise<never> {
  const last = shown(writer, (target) => datastore.snapshot(target));
  if (last === 'torn') throw new Error(`the rows of writer ${writer.name} are torn`);
  for (let n = last + 1; ; n++) {
    const revision = revisionOf(await gnmi.set(setRequest(writer, n)));
    process.stdout.write(`acknowledged ${writer.name} ${n} ${revision}\n`);
  }
}
