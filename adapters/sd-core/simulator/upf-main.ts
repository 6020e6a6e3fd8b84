// Runs a simulated user plane from the command line and prints each request in one line.
import { parseArgs } from 'node:util';
import { startUpfSimulator } from './upf.ts';

const USAGE = `Usage: node dist/adapters/sd-core/simulator/upf-main.js [options]

The configuration service of a simulated user plane on 127.0.0.1. State is in memory only.

  --port <number>     port to listen on, 0 for a free one (8080)
  --datapath-fails    take nothing, and answer as if all were well
  --help              this text
`;

const now = (): string => new Date().toISOString().slice(11, 19);

async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string', default: '8080' },
      'datapath-fails': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const port = Number(values.port);
  if (!/^[0-9]+$/.test(values.port) || port > 65_535) throw new Error(`--port ${values.port}: must be 0 to 65535`);
  const simulator = await startUpfSimulator({
    port,
    onRequest: ({ method, path, body, status }) => console.log(`${now()} ${method} ${path} -> ${status} ${body}`),
  });
  simulator.datapathFails = values['datapath-fails'];
  console.log(`simulated user plane: endpoint ${simulator.url} (Ctrl-C to stop)`);
  const stop = (): void => void simulator.close();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

run(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
