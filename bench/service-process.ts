// The process of the service under test: the whole of it with its built-in settings, and what only it can tell about itself.

import { type Service, startService } from '../src/service.ts';
import { loadSettings } from '../src/settings.ts';
import { answerParent } from './child.ts';
import { type SeedDevice, type SeedTarget, seedDevices, seedPlatform } from './platform-seed.ts';
import { settledMemory } from './process-memory.ts';

/** How it is started. */
export interface ServiceStart {
  readonly data: string;
  /** Folder of models; absent: those of the product. */
  readonly models?: string | undefined;
  readonly targets: readonly SeedTarget[];
  readonly devices?: readonly SeedDevice[] | undefined;
  readonly commitDeadlineMs: number;
}

/** `host:port` of what it serves. */
export interface ServiceAddresses {
  readonly address: string;
  readonly httpAddress: string;
}

let running: Service | undefined;
/** When a revision was applied, in ns of the clock that all processes of the system share. */
const appliedNs = new Map<number, bigint>();

const answers = {
  async start({ data, models = '', targets, devices = [], commitDeadlineMs }: ServiceStart): Promise<ServiceAddresses> {
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
    await seedDevices(service.datastore, devices);
    return { address: `127.0.0.1:${service.gnmiPort}`, httpAddress: `127.0.0.1:${service.httpPort}` };
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
  /** Resolves when everything is in effect on the devices. */
  async settled(): Promise<void> {
    await running?.southbound.settled();
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
