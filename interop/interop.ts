// `npm run interop`: runs third-party gNMI clients against a real edgeconf over plaintext, TLS and mTLS, and prints a matrix.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { authority } from '../test/northbound/authority.ts';
import { type Built, buildGnmic, buildGo, buildPygnmi, gnmicVersion } from './build.ts';
import { type Checks, type Mode, modes } from './check.ts';
import { gnmiCli } from './gnmi-cli.ts';
import { gnmic } from './gnmic.ts';
import { gnxi } from './gnxi.ts';
import { pygnmi } from './pygnmi.ts';
import { startTarget, type Target, type Transport } from './target.ts';
import { telegraf } from './telegraf.ts';

interface Client {
  readonly name: string;
  readonly build: () => Promise<Built>;
  readonly checks: (folder: string) => Checks;
}

const clients: readonly Client[] = [
  { name: `gnmic ${gnmicVersion}`, build: buildGnmic, checks: gnmic },
  { name: 'pygnmi 0.8.15', build: buildPygnmi, checks: pygnmi },
  {
    name: 'gnmi_cli v0.14.1',
    build: () => buildGo('gnmi_cli', ['github.com/openconfig/gnmi/cmd/gnmi_cli']),
    checks: gnmiCli,
  },
  {
    name: 'gnxi 2aeceb5',
    build: () =>
      buildGo(
        'gnxi',
        ['capabilities', 'get', 'set', 'subscribe'].map((name) => `github.com/google/gnxi/gnmi_${name}`),
      ),
    checks: gnxi,
  },
  {
    name: 'telegraf v1.37.2',
    build: () =>
      buildGo('telegraf', [
        '-tags=custom,inputs.gnmi,outputs.file,serializers.influx',
        'github.com/influxdata/telegraf/cmd/telegraf',
      ]),
    checks: telegraf,
  },
];
const transports: readonly Transport[] = ['plaintext', 'TLS', 'mTLS'];

type Result = 'pass' | 'fail' | 'skip' | '-';
const row = new Map<string, Map<Mode, Result>>();
const told: string[] = [];
const only = process.argv.slice(2);
const folder = await mkdtemp(join(tmpdir(), 'edgeconf-interop-'));
const trust = await authority('interop CA');

try {
  const wanted = clients.filter(({ name }) => only.length === 0 || only.some((part) => name.startsWith(part)));
  const built = new Map<Client, Built>();
  for (const client of wanted) built.set(client, await client.build());
  for (const transport of transports) {
    const target = await startTarget(transport, join(folder, transport), trust);
    try {
      for (const client of wanted) await runClient(client, built.get(client) ?? { missing: 'not built' }, target);
    } finally {
      await target.close();
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
print();

async function runClient({ name, checks }: Client, built: Built, target: Target): Promise<void> {
  const results = new Map<Mode, Result>();
  row.set(`${name} ${target.transport}`, results);
  if ('missing' in built) {
    for (const mode of modes) results.set(mode, 'skip');
    told.push(`skipped ${name}: ${built.missing}`);
    return;
  }
  const all = checks(built.folder);
  const impossible = all.impossible?.(target);
  if (impossible !== undefined) {
    for (const mode of modes) results.set(mode, all[mode] === undefined ? '-' : 'skip');
    told.push(`skipped ${name} over ${target.transport}: ${impossible}`);
    return;
  }
  console.log(`${name} over ${target.transport}`);
  for (const mode of modes) {
    const check = all[mode];
    if (check === undefined) {
      results.set(mode, '-');
      continue;
    }
    try {
      await check(target);
      results.set(mode, 'pass');
    } catch (error) {
      results.set(mode, 'fail');
      told.push(
        `FAIL ${name}, ${target.transport}, ${mode}: ${(error as Error).message.replace(/\s+/g, ' ').slice(0, 600)}`,
      );
      console.log(told.at(-1));
    }
  }
}

function print(): void {
  const names = [...row.keys()];
  const width = Math.max(...modes.map((mode) => mode.length));
  console.log('');
  for (const [i, name] of names.entries()) console.log(`${' '.repeat(width)} ${' |    '.repeat(i)} ${name}`);
  for (const mode of modes) {
    const cells = names.map((name) => (row.get(name)?.get(mode) ?? '-').padEnd(5));
    console.log(`${mode.padEnd(width)}  ${cells.join(' ')}`);
  }
  const count = (wanted: Result): number =>
    [...row.values()].flatMap((results) => [...results.values()]).filter((result) => result === wanted).length;
  console.log('\n"-": the client has no such mode');
  for (const line of new Set(told)) if (line.startsWith('skipped')) console.log(line);
  console.log(`\n${count('pass')} passed, ${count('fail')} failed, ${count('skip')} skipped`);
  if (count('fail') > 0) process.exitCode = 1;
}
