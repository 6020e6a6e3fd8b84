// Starts the service under test in its own process, and gives clients for it.

import type { Scope } from './attempt.ts';
import type { Child } from './child.ts';
import { type BenchClient, connect } from './client.ts';
import type { SeedDevice, SeedTarget } from './platform-seed.ts';
import type { ServiceAnswers } from './service-process.ts';

/** A service in a process of its own. */
export interface BenchService {
  readonly address: string;
  /** `host:port` of its HTTP server. */
  readonly httpAddress: string;
  readonly data: string;
  readonly process: Child<ServiceAnswers>;
  readonly client: BenchClient;
}

/** What differs between measurements. */
export interface BenchServiceOptions {
  readonly targets: readonly SeedTarget[];
  readonly devices?: readonly SeedDevice[];
  /** Data folder; absent: a new one. */
  readonly data?: string;
  readonly models?: string;
  /** The service's own limit for one commit: that of the measurement, so that it never is the first to give up. */
  readonly deadlineMs: number;
}

/** Starts it; it ends with the scope. */
export async function startBenchService(scope: Scope, options: BenchServiceOptions): Promise<BenchService> {
  const { targets, devices, models, deadlineMs: commitDeadlineMs } = options;
  const data = options.data ?? (await scope.folder());
  const process = scope.child<ServiceAnswers>('service-process');
  const addresses = await process.ask('start', { data, models, targets, devices, commitDeadlineMs });
  const { address } = addresses;
  const client = connect(address);
  scope.onEnd(() => client.close());
  return { ...addresses, data, process, client };
}
