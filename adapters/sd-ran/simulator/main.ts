// Runs the simulated applications of SD-RAN from the command line and prints each call in one line.
import { parseArgs } from 'node:util';
import { startSdRanSimulator } from './simulator.ts';
import { CU, DU } from './world.ts';

const USAGE = `Usage: node dist/adapters/sd-ran/simulator/main.js [options]

The slice manager, load balancer, PCI application and key figure monitor of SD-RAN on one port of 127.0.0.1.
State is in memory only.

  --port <number>    port to listen on, 0 for a free one (5150)
  --node <id>        an E2 node that is connected; may be given several times (${CU}, ${DU})
  --ue <id>:<drb>    an attached device: its DU UE F1AP id and bearer; may be given several times (1240:5, 1241:5);
                     the first node is the central unit that knows them
  --help             this text
`;

async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string', default: '5150' },
      node: { type: 'string', multiple: true },
      ue: { type: 'string', multiple: true },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const port = Number(values.port);
  if (!/^[0-9]+$/.test(values.port) || port > 65_535) throw new Error(`--port ${values.port}: must be 0 to 65535`);
  const nodes = values.node ?? [CU, DU];
  const users = (values.ue ?? ['1240:5', '1241:5']).map((text) => {
    const [, id = '', drb = ''] = /^([0-9]+):([0-9]+)$/.exec(text) ?? [];
    if (id === '') throw new Error(`--ue ${text}: must be <id>:<drb>, such as 1240:5`);
    return { cu: nodes[0] ?? '', duUeF1apId: id, drbs: [Number(drb)] };
  });
  const simulator = await startSdRanSimulator({
    port,
    nodes,
    users,
    onRequest: ({ path, request, outcome }) => {
      const time = new Date().toISOString().slice(11, 19);
      console.log(`${time} ${path} ${JSON.stringify(request)} -> ${outcome ?? 'held'}`);
    },
  });
  console.log(`simulated SD-RAN: ${simulator.address} (Ctrl-C to stop)`);
  const stop = (): void => void simulator.close();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

run(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
