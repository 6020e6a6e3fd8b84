// The command line: which commands there are, what they take, and how they end.

import { readFileSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import { EdgeconfError } from '../errors.ts';
import { describeSettings, loadSettings, type Settings } from '../settings.ts';
import { addAccessCommands } from './access-commands.ts';
import { addAuditCommands, type LocalAudit } from './audit.ts';
import { confirmDeletes } from './confirm-deletes.ts';
import { type Connection, connect, explain } from './connection.ts';
import { ExitCode } from './exit-code.ts';
import { get } from './get.ts';
import { showProgress } from './progress.ts';
import { set } from './set.ts';
import { addSouthboundCommands } from './southbound-commands.ts';
import { watch } from './watch.ts';

/** What the CLI cannot do as a client; handed in by main. */
export interface Local {
  /** Runs the service until `signal` aborts. */
  serve(settings: Settings, signal: AbortSignal, print: (line: string) => void): Promise<void>;
  /** Makes a data folder; the lines tell the operator's name and secret, once. */
  init(settings: Settings, operator: string): Promise<readonly string[]>;
  /** Makes an operator of somebody again, in a data folder that no service has open; the lines tell the secret, once. */
  recover(settings: Settings, operator: string): Promise<readonly string[]>;
  /** Checks a data folder that no service has open; prints what holds. @throws EdgeconfError saying what does not */
  verify(settings: Settings, print: (line: string) => void): Promise<void>;
  /** The audit log of a data folder. */
  readonly audit: LocalAudit;
  readonly version: string;
}

/** Where output goes; replaceable in tests. */
export interface Terminal {
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
  readonly signal: AbortSignal;
}

/** What every command that talks to the service is given. */
export interface ClientOptions {
  address?: string;
  user?: string;
  password?: string;
  token?: string;
  target?: string;
  ca?: string;
  certificate?: string;
  key?: string;
  plaintext?: boolean;
  settings?: string;
}

/** Runs one command line. @returns the exit code: 0 done, 1 refused or failed, 2 a mistake in the command line. */
export async function run(args: readonly string[], local: Local, terminal: Terminal): Promise<number> {
  const program = buildProgram(local, terminal);
  try {
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof ExitCode) return error.code;
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    terminal.err(error instanceof ClientFailure ? error.message : explain(error, ''));
    return 1;
  }
}

/** A failed call, already in words for the person at the terminal. */
class ClientFailure extends Error {}

function buildProgram(local: Local, terminal: Terminal): Command {
  const program = new Command('edgeconf')
    .description('Runtime control for edge clouds.')
    .version(local.version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.err(text.trimEnd()),
    })
    .showHelpAfterError('(add --help for the usage)');

  program
    .command('serve')
    .description('run the service; makes the data folder and the first operator when there is none')
    .option('--settings <file>', 'settings file (default: edgeconf.yaml in this folder, if there is one)')
    .addHelpText('after', `\n${describeSettings()}`)
    .action((options: ClientOptions) =>
      local.serve(loadSettings({ file: options.settings }), terminal.signal, terminal.out),
    );

  program
    .command('init')
    .description('make a data folder with certificates and one operator, whose secret is printed once')
    .option('--settings <file>', 'settings file')
    .option('--data <folder>', 'the data folder to make')
    .option('--operator <name>', 'name of the first operator', 'operator')
    .action(async (options: ClientOptions & { data?: string; operator: string }) => {
      const override = options.data === undefined ? {} : { data: options.data };
      const lines = await local.init(loadSettings({ file: options.settings, override }), options.operator);
      for (const line of lines) terminal.out(line);
    });

  program
    .command('recover')
    .description(
      'when nobody can sign in as operator any more: give one a new password and the role operator, with no service running',
    )
    .option('--settings <file>', 'settings file')
    .option('--data <folder>', 'the data folder')
    .option('--operator <name>', 'the user, who may be new; other roles of the user are taken away', 'operator')
    .action(async (options: ClientOptions & { data?: string; operator: string }) => {
      const override = options.data === undefined ? {} : { data: options.data };
      const lines = await local.recover(loadSettings({ file: options.settings, override }), options.operator);
      for (const line of lines) terminal.out(line);
    });

  program
    .command('verify')
    .description(
      'check a whole data folder, with no service running on it: journal, rows, and every target by its model',
    )
    .option('--settings <file>', 'settings file')
    .option('--data <folder>', 'the data folder to check')
    .action((options: ClientOptions & { data?: string }) => {
      const override = options.data === undefined ? {} : { data: options.data };
      return local.verify(loadSettings({ file: options.settings, override }), terminal.out);
    });

  client(program.command('get'))
    .description('print the configuration at paths, such as /site[site-id=chicago]')
    .argument('[path...]', 'gNMI paths', ['/'])
    .option('--flat', 'one `path = value` line for each leaf', false)
    .action((paths: string[], options: ClientOptions & { flat: boolean }) =>
      talk(options, async (connection) => terminal.out(await get(connection, paths, options))),
    );

  client(program.command('set'))
    .description('change values in one transaction: all of it is accepted, or nothing')
    .argument('[pairs...]', '<path> <value> pairs; a value is JSON or plain text')
    .option('-f, --file <file>', 'JSON file to put at --at')
    .option('--at <path>', 'where the file goes', '/')
    .option('--replace', 'replace what is at the paths instead of merging', false)
    .addOption(new Option('-d, --delete <path>', 'also delete this path').argParser(collect).default([], 'none'))
    .addOption(confirmDeletes())
    .addOption(certify())
    .addOption(wait())
    .action((pairs: string[], options: ClientOptions & SetOptions) =>
      talk(options, async (connection) => {
        const files = options.file === undefined ? [] : [{ path: options.at, json: readText(options.file) }];
        const isLarge = files.some(({ json }) => json.length > largeFile);
        const end = isLarge ? showProgress(connection, terminal.err) : () => {};
        try {
          const { delete: deletes, replace, confirmDeletes } = options;
          terminal.out(await set(connection, { pairs, files, deletes, replace, confirmDeletes }, options));
        } finally {
          end();
        }
      }),
    );

  client(program.command('delete'))
    .description('delete paths and all below, in one transaction')
    .argument('<path...>', 'gNMI paths; list keys may be left out or be *')
    .addOption(confirmDeletes())
    .addOption(certify())
    .addOption(wait())
    .action((paths: string[], options: ClientOptions & Pick<SetOptions, 'certify' | 'wait' | 'confirmDeletes'>) =>
      talk(options, async (connection) => {
        const { confirmDeletes } = options;
        const edits = { pairs: [], files: [], deletes: paths, replace: false, confirmDeletes };
        terminal.out(await set(connection, edits, options));
      }),
    );

  client(program.command('watch'))
    .description('print the present values and then every change as it happens; Ctrl-C ends it')
    .argument('[path...]', 'gNMI paths', ['/'])
    .option('--updates-only', 'leave the present values out', false)
    .action((paths: string[], options: ClientOptions & { updatesOnly: boolean }) =>
      talk(options, (connection) =>
        watch(connection, paths, { updatesOnly: options.updatesOnly, signal: terminal.signal, print: terminal.out }),
      ),
    );

  addAccessCommands(program, { client, talk, readText, print: terminal.out });
  addSouthboundCommands(program, { client, talk, readText, print: terminal.out, tell: terminal.err });
  addAuditCommands(program, { local: local.audit, client, talk, print: terminal.out });

  return program;
}

/** Of a larger file it is shown how far the service is. */
const largeFile = 1024 * 1024;

interface SetOptions {
  file?: string;
  at: string;
  replace: boolean;
  delete: string[];
  confirmDeletes?: string;
  certify: boolean;
  wait: boolean;
}

function certify(): Option {
  return new Option('--certify', 'also tell which targets and devices were touched, and whose').default(false);
}

function wait(): Option {
  return new Option('--wait', 'wait until the devices have taken it, and tell what they refuse').default(false);
}

function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

/** Options that every command which talks to the service takes; each has a setting behind it. */
function client(command: Command): Command {
  return command
    .option('-a, --address <host:port>', 'the service')
    .option('-t, --target <name>', 'gNMI target; may be left out when you can read only one')
    .option('-u, --user <name>', 'user name')
    .option('-p, --password <secret>', 'password; EDGECONF_CLIENT_PASSWORD keeps it out of the process list')
    .option('--token <token>', 'bearer token instead of them; EDGECONF_CLIENT_TOKEN keeps it out of the process list')
    .option('--ca <file>', 'trust this CA certificate (PEM)')
    .option('--certificate <file>', 'certificate (PEM) to show to a service that asks for one')
    .option('--key <file>', 'its private key (PEM)')
    .option('--plaintext', 'no TLS')
    .option('--settings <file>', 'settings file');
}

async function talk(options: ClientOptions, action: (connection: Connection) => Promise<void>): Promise<void> {
  const { settings: file, address, target, user, password, token, ca, certificate, key, plaintext } = options;
  const override = Object.fromEntries(
    Object.entries({ address, target, user, password, token, ca, certificate, key, plaintext })
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [`client.${name}`, value]),
  );
  // A CA on the command line asks for TLS, whatever the settings file says.
  if (ca !== undefined && plaintext === undefined) override['client.plaintext'] = false;
  // Who names a user on the command line does not mean the token of the settings.
  if (user !== undefined && token === undefined) override['client.token'] = '';
  const connection = connect(loadSettings({ file, override }));
  try {
    await action(connection);
  } catch (error) {
    if (error instanceof ExitCode) throw error;
    throw new ClientFailure(explain(error, connection.address), { cause: error });
  } finally {
    connection.client.close();
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new EdgeconfError('INVALID_ARGUMENT', `cannot read ${file}: ${(error as Error).message}`);
  }
}
