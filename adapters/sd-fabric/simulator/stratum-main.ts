// Runs a simulated switch from the command line and prints each call in one line.

import { parseArgs } from 'node:util';
import { status } from '@grpc/grpc-js';
import { startStratumSimulator } from './stratum-simulator.ts';

const USAGE = `Usage: node dist/adapters/sd-fabric/simulator/stratum-main.js [options]

A simulated Stratum switch that speaks gNMI on 127.0.0.1. State is in memory only.

  --port <number>      port to listen on, 0 for a free one (9339)
  --platform <name>    what the hardware is (PLT_GENERIC_BAREFOOT_TOFINO)
  --help               this text
`;

async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string', default: '9339' },
      platform: { type: 'string', default: 'PLT_GENERIC_BAREFOOT_TOFINO' },
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
  const now = (): string => new Date().toISOString().slice(11, 19);
  const simulator = await startStratumSimulator({
    port: Number(values.port),
    platform: values.platform,
    onCall: ({ method, paths, code }) =>
      console.log(`${now()} ${method} ${paths.join(', ')} -> ${code === undefined ? 'no answer' : status[code]}`),
  });
  console.log(`simulated switch: ${simulator.url} (Ctrl-C to stop)`);
  const stop = (): void => void simulator.close();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

run(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
