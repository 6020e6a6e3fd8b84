// The process of the service under test: the whole of it with its built-in settings, and what only it can tell about itself.

import { type Service, startService } from '../src/service.ts';
import { loadSettings } from '../src/settings.ts';
import { answerParent } from './child.ts';
import { type SeedTarget, seedPlatform } from './platform-seed.ts';
import { settledMemory } from './process-memory.ts';

/** How it is started. */
export interface ServiceStart {
  readonly data: string;
  /** Folder of models; absent: those of the product. */
  readonly models?: string | undefined;
  readonly targets: readonly SeedTarget[];
  readonly commitDeadlineMs: number;
}

let running: Service | undefined;
/** When a revision was applied, in ns of the clock that all processes of the system share. */
const appliedNs = new Map<number, bigint>();

const answers = {
  async start({ data, models = '', targets, commitDeadlineMs }: ServiceStart): Promise<{ address: string }> {
    const override = {
      data,
      models,
      'gnmi.port': 0,
      'http.port': 0,
      'gnmi.plaintext': true,
      'log.level': 'silent',
      'commit.deadlineMs': commitDeadlineMs,
    };
    const { service } = await startService(loadSettings({ env: {}, override }));
    running = service;
    await seedPlatform(service.datastore, targets);
    return { address: `127.0.0.1:${service.gnmiPort}` };
  },
  /** From now on it is noted when commits are applied. */
  watchCommits(): void {
    running?.datastore.listen(({ revision }) => appliedNs.set(revision, process.hrtime.bigint()));
  },
  appliedAt(revision: number): bigint {
    const at = appliedNs.get(revision);
    appliedNs.delete(revision);
    if (at === undefined) throw new Error(`revision ${revision} was not seen`);
    return at;
  },
  memory: settledMemory,
  async stop(): Promise<void> {
    await running?.close();
    running = undefined;
  },
};

/** What it can be asked. */
export type ServiceAnswers = typeof answers;

answerParent(answers);
