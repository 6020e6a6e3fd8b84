// `edgeconf audit`: proves the audit log of a data folder, and takes it from the service or from a folder.

import type { Command } from 'commander';
import { EdgeconfError } from '../errors.ts';
import { auditClient, type ExportFrom } from '../proto/audit.ts';
import { loadSettings, type Settings } from '../settings.ts';
import type { Connection } from './connection.ts';
import type { ClientOptions } from './program.ts';

/** What is done to a data folder without a service; handed in by main. */
export interface LocalAudit {
  /** Proves both chains; prints what holds. @throws EdgeconfError saying what does not */
  verify(settings: Settings, head: string | undefined, print: (line: string) => void): Promise<void>;
  /** Prints the records of both chains. */
  export(settings: Settings, from: ExportFrom | undefined, print: (record: string) => void): Promise<void>;
}

export interface AuditCommandParts {
  readonly local: LocalAudit;
  /** Adds the options of a client. */
  readonly client: (command: Command) => Command;
  readonly talk: (options: ClientOptions, action: (connection: Connection) => Promise<void>) => Promise<void>;
  readonly print: (line: string) => void;
}

interface FolderOptions extends ClientOptions {
  data?: string;
}

export function addAuditCommands(program: Command, { local, client, talk, print }: AuditCommandParts): void {
  const audit = program.command('audit').description('the audit log: who changed what, and who was refused');

  audit
    .command('verify')
    .description('prove journal and audit log of a data folder or a copy; a service may run on it, nothing is changed')
    .option('--settings <file>', 'settings file')
    .option('--data <folder>', 'the data folder to check')
    .option('--head <hash>', 'a head noted before: it must be in its chain')
    .action((options: FolderOptions & { head?: string }) => local.verify(settingsOf(options), options.head, print));

  client(audit.command('export'))
    .description('print the audit log as JSON lines: transactions and refusals in order of time, without values')
    .option('--from <start>', 'begin with this revision, or at a time such as 2026-01-31T12:00:00Z', exportFrom)
    .option('--data <folder>', 'read a data folder instead of asking the service')
    .action((options: FolderOptions & { from?: ExportFrom }) =>
      options.data === undefined
        ? talk(options, (connection) => exportOnline(connection, options.from, print))
        : local.export(settingsOf(options), options.from, print),
    );
}

async function exportOnline(
  { options }: Connection,
  from: ExportFrom | undefined,
  print: (line: string) => void,
): Promise<void> {
  const service = auditClient(options);
  try {
    for await (const record of service.records(from)) print(record);
  } finally {
    service.close();
  }
}

function settingsOf({ settings, data }: FolderOptions): Settings {
  return loadSettings({ file: settings, override: data === undefined ? {} : { data } });
}

/** Reads a revision, or a time to the nanosecond. @throws EdgeconfError INVALID_ARGUMENT */
export function exportFrom(text: string): ExportFrom {
  if (/^\d{1,15}$/.test(text)) return { revision: Number(text) };
  const [, whole = '', fraction = '', zone = whole.includes('T') ? 'Z' : ''] =
    /^(\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?)?)(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})?$/.exec(text) ?? [];
  const ms = Date.parse(`${whole}${zone}`);
  if (!Number.isNaN(ms) && ms >= 0) return { timeNs: BigInt(ms) * 1_000_000n + BigInt(fraction.padEnd(9, '0')) };
  throw new EdgeconfError(
    'INVALID_ARGUMENT',
    `--from ${text}: write a revision such as 17, or a time such as 2026-01-31T12:00:00Z`,
  );
}
