// `npm run demo`: the service and a simulated SD-Core on loopback, a tour of the main job, and then a running service to play with.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSdCoreSimulator } from '../adapters/sd-core/simulator/simulator.ts';
import { startUpfSimulator } from '../adapters/sd-core/simulator/upf.ts';
import { setLogLevel } from '../src/log.ts';
import { startService } from '../src/service.ts';
import { loadSettings } from '../src/settings.ts';
import { people, upfEndpoints } from './people.ts';
import { startSystems } from './slice-systems.ts';
import { tour } from './tour.ts';

const once = process.argv.includes('--once');
const print = (line: string): void => console.log(line);
const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());

const data = await mkdtemp(join(tmpdir(), 'edgeconf-demo-'));
setLogLevel('error');
const core = await startSdCoreSimulator();
const upfs = await Promise.all(upfEndpoints.map(() => startUpfSimulator()));
const userPlanes = new Map(upfEndpoints.map((endpoint, i) => [endpoint, upfs[i]?.url ?? '']));
const systems = await startSystems();
try {
  // A tour that ends by itself takes free ports, so that it runs beside anything.
  const ports = once ? { 'gnmi.port': 0, 'http.port': 0 } : {};
  const settings = loadSettings({
    override: { data, 'gnmi.plaintext': true, 'gnmi.host': '127.0.0.1', 'log.level': 'error', ...ports },
  });
  const started = await startService(settings);
  const { service } = started;
  try {
    print(
      `edgeconf serves gNMI on 127.0.0.1:${service.gnmiPort}, health on http://127.0.0.1:${service.httpPort}/healthz`,
    );
    print(`a simulated SD-Core (webconsole REST) listens on ${core.url}`);
    await tour({ service, core, userPlanes, systems, operatorSecret: started.firstOperator?.secret ?? '', print });
    print('\nEvery step went as told.');
    if (!once && !stop.signal.aborted) {
      printInvitation(service.gnmiPort, started.firstOperator?.secret ?? '');
      await new Promise<void>((resolve) => stop.signal.addEventListener('abort', () => resolve()));
    }
  } finally {
    await service.close();
  }
} catch (error) {
  console.error(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  for (const each of [core, ...upfs, systems]) await each.close();
  await rm(data, { recursive: true, force: true });
}

function printInvitation(port: number, operatorSecret: string): void {
  print('\nThe service keeps running until Ctrl-C. In another terminal, for example:\n');
  const login = `-a 127.0.0.1:${port} --insecure -u alice -p ${people.alice.password} --target acme`;
  print(`  gnmic ${login} get --path "/site[site-id=acme-chicago]/slice" -e json_ietf`);
  print(`  gnmic ${login} subscribe --path /site/device-group --stream-mode on-change`);
  print(`  npx edgeconf watch /site -u alice -p ${people.alice.password} -t acme`);
  print(
    `  npx edgeconf set "/site[site-id=acme-chicago]/display-name" Chicago -u alice -p ${people.alice.password} -t acme`,
  );
  print(`\nThe operator of this run is 'operator' with the secret ${operatorSecret}`);
}
