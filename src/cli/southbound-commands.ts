// The commands that ask about devices' documents: what they take, and how they end.

import { type Command, Option } from 'commander';
import { EdgeconfError } from '../errors.ts';
import { type SouthboundClient, southboundClient } from '../proto/southbound-client.ts';
import type { Tools } from './access-commands.ts';
import { confirmDeletes } from './confirm-deletes.ts';
import { documents, oneDocument, reaches } from './documents.ts';
import { ExitCode } from './exit-code.ts';
import { explainDocument } from './explain.ts';
import { importDevice, verifyDevice } from './import-device.ts';
import { plan } from './plan.ts';

/** What these commands work with. */
export interface AskingDocuments {
  readonly southbound: SouthboundClient;
  /** The target of the command line; '' when it names none. */
  readonly target: string;
  /** JSON instead of text. */
  readonly json: boolean;
  readonly print: (line: string) => void;
  /** For what is not part of the answer. */
  readonly tell: (line: string) => void;
}

interface Common {
  json?: boolean;
}

interface Planned extends Common {
  file?: string;
  at: string;
  replace: boolean;
  delete: string[];
  confirmDeletes?: string;
  bodies: boolean;
  askDevices: boolean;
}

/** Exit codes: 0 for yes, 1 for no (not in effect, a difference, something left over) and for failures. */
export function addSouthboundCommands<Options extends object>(
  program: Command,
  { client, talk, readText, print, tell }: Tools<Options> & { readonly tell: (line: string) => void },
): void {
  const command = (name: string) => client(program.command(name)).option('--json', 'print the answer as JSON', false);
  const ask = (options: Options & Common, work: (asking: AskingDocuments) => Promise<boolean>): Promise<void> =>
    talk(options, async (connection) => {
      const southbound = southboundClient(connection.options);
      try {
        const target = connection.prefix?.target ?? '';
        const isYes = await work({ southbound, target, json: options.json === true, print, tell });
        if (!isYes) throw new ExitCode(1);
      } finally {
        southbound.close();
      }
    });

  command('documents')
    .description('what devices are told, and how each document stands; exit code 1 when one is not in effect')
    .option('--device <name>', 'of this device only')
    .action((options: Options & Common & { device?: string }) =>
      ask(options, (asking) => documents(asking, options.device)),
    );

  command('document')
    .description('one document of a device; exit code 1 when the device does not hold what it should')
    .argument('<device>', 'name of the device in target platform')
    .argument('<document>', 'id of the document, such as device-group/robots')
    .option('--ask', 'ask the device what it holds now', false)
    .action((device: string, document: string, options: Options & Common & { ask: boolean }) =>
      ask(options, (asking) => oneDocument(asking, { device, document, ask_device: options.ask })),
    );

  command('explain')
    .description('why the leaves of a document are as they are: the rule, and the intent that it looked at')
    .argument('<device>', 'name of the device')
    .argument('<document>', 'id of the document')
    .argument('[leaf]', 'a leaf, or what leaves lie in, such as /slice-id/sst', '')
    .action((device: string, document: string, leaf: string, options: Options & Common) =>
      ask(options, (asking) => explainDocument(asking, { device, document, leaf })),
    );

  command('reaches')
    .description('which documents are made from a part of intent; exit code 1 when none is')
    .argument('<path>', 'gNMI path in the target')
    .action((path: string, options: Options & Common) => ask(options, (asking) => reaches(asking, path)));

  command('plan')
    .description('what a change would do to devices, step by step; takes what `set` takes, and changes nothing')
    .argument('[pairs...]', '<path> <value> pairs; a value is JSON or plain text')
    .option('-f, --file <file>', 'JSON file to put at --at')
    .option('--at <path>', 'where the file goes', '/')
    .option('--replace', 'replace what is at the paths instead of merging', false)
    .addOption(collected('-d, --delete <path>', 'also delete this path'))
    .addOption(confirmDeletes())
    .option('--bodies', 'print the documents before and after', false)
    .option('--ask-devices', 'ask the devices what they hold already', false)
    .action((pairs: string[], options: Options & Planned) =>
      ask(options, (asking) => {
        const files = options.file === undefined ? [] : [{ path: options.at, json: readText(options.file) }];
        const { delete: deletes, replace, confirmDeletes } = options;
        return plan(asking, { pairs, files, deletes, replace, confirmDeletes }, options);
      }),
    );

  command('import')
    .description(
      'the intent that a device holds now, as JSON for `plan` and `set --file`; exit code 1 when something is left over',
    )
    .argument('<device>', 'name of the device')
    .addOption(collected('--option <name=value>', 'what the adapter must be told; its README lists them'))
    .action((device: string, options: Options & Common & { option: string[] }) =>
      ask(options, (asking) => importDevice(asking, device, Object.fromEntries(options.option.map(namedValue)))),
    );

  command('verify-device')
    .description('read everything back from a device now; exit code 1 when something differs')
    .argument('<device>', 'name of the device')
    .action((device: string, options: Options & Common) => ask(options, (asking) => verifyDevice(asking, device)));
}

function collected(flags: string, description: string): Option {
  return new Option(flags, description)
    .argParser((value: string, before: string[]) => [...before, value])
    .default([], 'none');
}

function namedValue(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new EdgeconfError('INVALID_ARGUMENT', `--option ${text}: write name=value`);
}
