// The `edgeconf` command: the CLI, with the service loaded only by the commands that run it.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './cli/program.ts';
import { packageRoot } from './package-root.ts';

// Node's deprecation warnings, e.g. of an IP address as TLS server name, are of no use to whoever runs a command.
process.noDeprecation = true;
const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string };
const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());

process.exitCode = await run(
  process.argv.slice(2),
  {
    version,
    serve: async (settings, signal, print) => (await import('./serve.ts')).serve(settings, signal, print),
    init: async (settings, operator) => (await import('./serve.ts')).init(settings, operator),
    recover: async (settings, operator) => (await import('./serve.ts')).recover(settings, operator),
    verify: async (settings, print) => (await import('./serve.ts')).verify(settings, print),
    audit: {
      verify: async (...given) => (await import('./serve.ts')).localAudit.verify(...given),
      export: async (...given) => (await import('./serve.ts')).localAudit.export(...given),
    },
  },
  { out: (line) => console.log(line), err: (line) => console.error(line), signal: stop.signal },
);
