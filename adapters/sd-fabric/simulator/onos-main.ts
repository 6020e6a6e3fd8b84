// Runs a simulated controller of a fabric from the command line and prints each request in one line.

import { parseArgs } from 'node:util';
import { startOnosSimulator } from './onos-simulator.ts';

const USAGE = `Usage: node dist/adapters/sd-fabric/simulator/onos-main.js [options]

A simulated ONOS with the fabric-tna application on 127.0.0.1. State is in memory only.

  --port <number>            port to listen on, 0 for a free one (8181)
  --credentials <user:pass>  who may sign in (onos:rocks)
  --slicing-updates <how>    taken, or kept: stored without effect, as some versions do (taken)
  --help                     this text
`;

async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string', default: '8181' },
      credentials: { type: 'string', default: 'onos:rocks' },
      'slicing-updates': { type: 'string', default: 'taken' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  if (!/^[0-9]+$/.test(values.port) || Number(values.port) > 65_535) {
    throw new Error(`--port ${values.port}: must be 0 to 65535`);
  }
  const slicingUpdates = values['slicing-updates'];
  if (slicingUpdates !== 'taken' && slicingUpdates !== 'kept') {
    throw new Error(`--slicing-updates ${slicingUpdates}: must be taken or kept`);
  }
  const now = (): string => new Date().toISOString().slice(11, 19);
  const simulator = await startOnosSimulator({
    port: Number(values.port),
    credentials: values.credentials,
    slicingUpdates,
    onRequest: ({ method, path, status }) => console.log(`${now()} ${method} ${path} -> ${status}`),
    onWarning: ({ slice, reason }) => console.log(`${now()} slice ${slice}: ${reason}`),
  });
  console.log(`simulated ONOS: ${simulator.url} (Ctrl-C to stop)`);
  const stop = (): void => void simulator.close();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

run(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
