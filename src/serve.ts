// `edgeconf serve`, `init`, `recover`, `verify` and `audit`: what they print and when they end.

import { certificateFiles } from './certificate-files.ts';
import type { FirstOperator } from './first-operator.ts';
import {
  checkAudit,
  checkDataFolder,
  exportAudit,
  makeDataFolder,
  recoverDataFolder,
  startService,
} from './service.ts';
import { isLoopback, type Settings } from './settings.ts';

/** Runs the service until the signal aborts. */
export async function serve(settings: Settings, signal: AbortSignal, print: (line: string) => void): Promise<void> {
  const { service, firstOperator } = await startService(settings);
  try {
    if (firstOperator !== undefined) for (const line of introduction(settings, firstOperator)) print(line);
    const security = settings['gnmi.plaintext'] ? 'plaintext' : 'TLS';
    const scope = isLoopback(settings['gnmi.host']) ? ', for this machine only' : '';
    print(`edgeconf serves gNMI on ${settings['gnmi.host']}:${service.gnmiPort} (${security}${scope})`);
    print(`health on http://${settings['http.host']}:${service.httpPort}/healthz; data in ${settings.data}`);
    print(`at revision ${service.datastore.head.revision}; Ctrl-C stops it`);
    if (!signal.aborted) {
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    }
  } finally {
    await service.close();
  }
}

/** Makes the data folder. @returns the lines to print; the secret is in them and nowhere else. */
export async function init(settings: Settings, operator: string): Promise<readonly string[]> {
  return introduction(settings, await makeDataFolder(settings, operator));
}

/** Makes an operator of somebody again. @returns the lines to print; the secret is in them and nowhere else. */
export async function recover(settings: Settings, operator: string): Promise<readonly string[]> {
  const recovered = await recoverDataFolder(settings, operator);
  return [`data folder ${settings.data} has this operator, shown once, write it down:`, ...secretLines(recovered)];
}

/** Checks the data folder; what holds is printed. @throws EdgeconfError saying what does not */
export function verify(settings: Settings, print: (line: string) => void): Promise<void> {
  return checkDataFolder(settings, print);
}

/** What the commands on the audit log do to a data folder that they open themselves. */
export const localAudit = { verify: checkAudit, export: exportAudit };

function introduction(settings: Settings, operator: FirstOperator): string[] {
  return [
    `data folder ${settings.data} is new; its first operator is shown once, write it down:`,
    ...secretLines(operator),
    ...(settings['gnmi.plaintext'] ? [] : [`clients can trust ${certificateFiles(settings.data).ca}`]),
  ];
}

function secretLines({ name, secret }: FirstOperator): string[] {
  return [
    `  user    ${name}`,
    `  secret  ${secret}`,
    `  (for the CLI: export EDGECONF_CLIENT_USER=${name} EDGECONF_CLIENT_PASSWORD=${secret})`,
  ];
}
