// Runs a simulated SD-Core from the command line and prints each request in one line.
import { parseArgs } from 'node:util';
import { CORE_TRAITS, type CoreVersion } from './documents.ts';
import { startSdCoreSimulator } from './simulator.ts';

const USAGE = `Usage: node dist/adapters/sd-core/simulator/main.js [options]

A simulated SD-Core webconsole on 127.0.0.1. State is in memory only.

  --port <number>           port to listen on, 0 for a free one (5000)
  --core-version <version>  ${Object.keys(CORE_TRAITS).join(', ')} (3.0)
  --sync-url <url>          where to POST after the start until somebody answers
  --register <imsi>=<ip>    a device that is connected, with its address; any number of times
  --help                    this text
`;

const now = (): string => new Date().toISOString().slice(11, 19);

async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string', default: '5000' },
      'core-version': { type: 'string', default: '3.0' },
      'sync-url': { type: 'string' },
      register: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const version = values['core-version'];
  const port = Number(values.port);
  if (!Object.hasOwn(CORE_TRAITS, version))
    throw new Error(`--core-version ${version}: know only ${Object.keys(CORE_TRAITS).join(', ')}`);
  if (!/^[0-9]+$/.test(values.port) || port > 65_535) throw new Error(`--port ${values.port}: must be 0 to 65535`);
  const syncUrl = values['sync-url'];
  if (syncUrl !== undefined && !/^http:\/\//.test(syncUrl))
    throw new Error(`--sync-url ${syncUrl}: must be an http URL`);
  const devices = values.register.map((text) => {
    const [, imsi, address] = /^([0-9]{14,15})=(\S+)$/.exec(text) ?? [];
    if (imsi === undefined || address === undefined) throw new Error(`--register ${text}: must be <imsi>=<ip>`);
    return { imsi, address };
  });
  const simulator = await startSdCoreSimulator({
    port,
    version: version as CoreVersion,
    ...(syncUrl !== undefined && { syncUrl }),
    onRequest: ({ method, path, body, status }) =>
      console.log(`${now()} ${method} ${path} -> ${status} (${Buffer.byteLength(body)} bytes)`),
    onWarning: ({ slice, deviceGroup, reason }) =>
      console.log(`${now()} skipped device group ${deviceGroup} of slice ${slice}: ${reason}`),
  });
  for (const { imsi, address } of devices) simulator.ues.register(imsi, address);
  console.log(`simulated SD-Core ${version}: endpoint ${simulator.url}/config (Ctrl-C to stop)`);
  const stop = (): void => void simulator.close();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

run(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
