// The commands below `edgeconf access`: what they take, and what they are about.

import { type Command, Option } from 'commander';
import { accessClient } from '../proto/access-client.ts';
import { check } from './access-check.ts';
import { diff } from './access-diff.ts';
import { prove } from './access-prove.ts';
import { reach } from './access-reach.ts';
import { generateTests, testPolicy } from './access-test.ts';
import { whoCan } from './access-who-can.ts';
import type { Asking } from './asking.ts';
import { confirmDeletes } from './confirm-deletes.ts';
import type { Connection } from './connection.ts';
import { ExitCode } from './exit-code.ts';

/** What the program lends to its commands. */
export interface Tools<Options extends object> {
  /** Adds the options of everything that talks to the service. */
  client(command: Command): Command;
  talk(options: Options, action: (connection: Connection) => Promise<void>): Promise<void>;
  readText(file: string): string;
  readonly print: (line: string) => void;
}

interface Common {
  json?: boolean;
}

interface AboutSomebody extends Common {
  of?: string;
  group: string[];
}

interface Planned {
  file?: string;
  replace: boolean;
  delete: string[];
  confirmDeletes?: string;
}

/** Exit codes: 0 for yes, 1 for no (denied, a crossing, a failed test) and for failures, 2 for a mistake in the command line. */
export function addAccessCommands<Options extends object>(
  program: Command,
  { client, talk, readText, print }: Tools<Options>,
): void {
  const access = program.command('access').description('ask who may do what, and why');
  const command = (name: string) => client(access.command(name)).option('--json', 'print the answer as JSON', false);
  const ask = (options: Options & Common, work: (asking: Asking) => Promise<boolean>): Promise<void> =>
    talk(options, async (connection) => {
      const service = accessClient(connection.options);
      try {
        const target = connection.prefix?.target ?? '';
        const asker = connection.options.username ?? '';
        const isYes = await work({ access: service, target, asker, json: options.json === true, print });
        if (!isYes) throw new ExitCode(1);
      } finally {
        service.close();
      }
    });
  const somebody = (of: Command) =>
    of
      .option('--of <user>', 'ask about this user instead of yourself')
      .addOption(
        new Option('--group <name>', 'ask about a member of this group, beside those that the policy says')
          .argParser((value: string, before: string[]) => [...before, value])
          .default([], 'none'),
      );

  somebody(command('check'))
    .description('may somebody do this, and which rule decides; exit code 0: allowed, 1: denied or allowed in part')
    .argument('<action>', 'read, create, update, delete or execute')
    .argument('<path>', 'gNMI path')
    .action((action: string, path: string, options: Options & AboutSomebody) =>
      ask(options, (asking) => check(asking, { subject: subjectOf(options), action, path })),
    );

  command('who-can')
    .description('who may do this, with the rule that allows it')
    .argument('<action>', 'read, create, update, delete or execute')
    .argument('<path>', 'gNMI path')
    .action((action: string, path: string, options: Options & Common) =>
      ask(options, (asking) => whoCan(asking, action, path)),
    );

  somebody(command('reach'))
    .description('everything that somebody may do, by target and action')
    .action((options: Options & AboutSomebody) => ask(options, (asking) => reach(asking, subjectOf(options))));

  command('diff')
    .description('which decisions would flip if the platform target were changed; nothing is changed')
    .argument('[pairs...]', '<path> <value> pairs, as for set')
    .option('-f, --file <file>', 'JSON file to merge into the platform target')
    .option('--replace', 'replace what is at the paths instead of merging', false)
    .addOption(
      new Option('-d, --delete <path>', 'also delete this path')
        .argParser((value: string, before: string[]) => [...before, value])
        .default([], 'none'),
    )
    .addOption(confirmDeletes())
    .action((pairs: string[], options: Options & Common & Planned) =>
      ask(options, (asking) => {
        const files = options.file === undefined ? [] : [{ path: '/', json: readText(options.file) }];
        const { delete: deletes, replace, confirmDeletes } = options;
        return diff(asking, { pairs, files, deletes, replace, confirmDeletes });
      }),
    );

  command('prove')
    .description('every way in which somebody of one tenant could touch another one; exit code 1 when there is one')
    .action((options: Options & Common) => ask(options, prove));

  command('test')
    .description(
      'run policy tests: YAML lists of {user, groups, action, target, path, expect}; exit code 1 when one fails',
    )
    .argument('<file...>', 'files of tests')
    .option(
      '--generate',
      'add the tests that are missing at the boundaries of the policy, with their present verdict',
      false,
    )
    .action((files: string[], options: Options & Common & { generate: boolean }) =>
      ask(options, (asking) => (options.generate ? generateTests(asking, files) : testPolicy(asking, files))),
    );
}

function subjectOf({ of: user = '', group: groups }: AboutSomebody) {
  return { user, groups };
}
