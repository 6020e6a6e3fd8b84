// How soon a service with a large configuration is ready, answers a Get and takes a commit, counted from the start of its process.

import { get } from 'node:http';
import { createServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { running } from '../test/e2e/edgeconf-process.ts';
import { attempt } from './attempt.ts';
import { connect } from './client.ts';
import type { Measurement } from './measurement.ts';
import { loadCards } from './memory.ts';
import { round } from './percentiles.ts';
import { aetherTargets } from './platform-seed.ts';
import { startBenchService } from './service.ts';
import { cardLeaf } from './sim-cards.ts';

/** All from the start of the process `edgeconf serve`. */
export interface StartUp {
  readonly entries: number;
  readonly readySeconds: number;
  readonly firstGetSeconds: number;
  readonly firstCommitSeconds: number;
}

const pollMs = 5;

export const startUp: Measurement<'startUp', StartUp | null> = {
  name: 'startUp',
  run: ({ entries, deadlineMs }, say) =>
    attempt(say, `a start with ${entries} entries`, deadlineMs, async (scope) => {
      const loader = await startBenchService(scope, { targets: aetherTargets('bench'), deadlineMs });
      await loadCards(loader, entries);
      await loader.process.ask('stop', undefined);
      const [gnmi, http] = [await freePort(), await freePort()];
      const start = performance.now();
      const since = (): number => round((performance.now() - start) / 1000);
      const service = running(await scope.folder(), ['serve'], {
        EDGECONF_DATA: loader.data,
        EDGECONF_GNMI_PORT: String(gnmi),
        EDGECONF_HTTP_PORT: String(http),
        EDGECONF_GNMI_PLAINTEXT: 'true',
        EDGECONF_LOG_LEVEL: 'silent',
        EDGECONF_COMMIT_DEADLINE_MS: String(deadlineMs),
      });
      scope.onEnd(() => service.kill('SIGKILL'));
      let gone = false;
      service.child.once('close', () => {
        gone = true;
      });
      while (!(await isReady(http))) {
        if (gone) throw new Error('edgeconf serve ended before it was ready');
        await setTimeout(pollMs);
      }
      const readySeconds = since();
      const client = connect(`127.0.0.1:${gnmi}`);
      scope.onEnd(() => client.close());
      await client.get('bench', cardLeaf(entries - 1, 'iccid'));
      const firstGetSeconds = since();
      await client.setLeaf('bench', cardLeaf(entries - 1, 'display-name'), 'after the start');
      return { entries, readySeconds, firstGetSeconds, firstCommitSeconds: since() };
    }),
  table: (figures) => ({
    title: `Start with ${figures?.entries.toLocaleString('en-US') ?? 'all'} entries of 5 leaves (s from the start of the process)`,
    columns: ['what', 'seconds', 'target'],
    rows: [
      ['/readyz', figures?.readySeconds, ''],
      ['first Get', figures?.firstGetSeconds, '1'],
      ['first commit', figures?.firstCommitSeconds, '4'],
    ],
  }),
};

/** A port that nobody listens on now. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function isReady(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    get({ host: '127.0.0.1', port, path: '/readyz', agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    }).on('error', () => resolve(false));
  });
}
