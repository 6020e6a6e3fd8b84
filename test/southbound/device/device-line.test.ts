// Checks the line to a device over very many calls: a signal that lives as long as the line must not remember them.

import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { describe, it } from 'mocha';
import { coreAdapter } from '../../../adapters/sd-core/index.ts';
import { systemClock } from '../../../src/southbound/device/clock.ts';
import { DeviceLine } from '../../../src/southbound/device/device-line.ts';

const device = {
  name: 'core',
  kind: 'sd-core',
  address: 'http://127.0.0.1:1/config',
  endpoints: [],
  version: '3.0',
  enabled: true,
  credentials: undefined,
  parameters: {},
};

/** What the runtime keeps for signals that were made of this one. */
function remembered(signal: AbortSignal): number {
  const sets = Object.getOwnPropertySymbols(signal)
    .filter(({ description }) => description === 'kDependantSignals')
    .map((symbol) => (signal as unknown as Record<symbol, Set<unknown> | null>)[symbol]);
  return sets.reduce((sum, set) => sum + (set?.size ?? 0), getEventListeners(signal, 'abort').length);
}

describe('the line to a device', () => {
  const lineOf = (stopped: AbortSignal, operationTimeoutMs: number): DeviceLine =>
    new DeviceLine(
      {
        clock: systemClock,
        random: () => 1,
        backoff: { firstMs: 1, longestMs: 1 },
        operationTimeoutMs,
        resolveSecret: async () => '',
      },
      coreAdapter,
      device,
      stopped,
    );

  it('keeps nothing of calls and pauses that are over', async () => {
    const stopped = new AbortController();
    const line = lineOf(stopped.signal, 60_000);
    for (let i = 0; i < 20; i += 1) {
      await line.call(async () => {});
      line.failed(new Error('busy'));
      await line.ready();
    }
    assert.equal(remembered(stopped.signal), 0);
    await line.close();
  });

  it('ends a call after the longest time, and when it is stopped', async () => {
    const stopped = new AbortController();
    const hang = (line: DeviceLine, begun = () => {}) =>
      line.call(
        (_client, signal) =>
          new Promise<void>((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason));
            begun();
          }),
      );
    await assert.rejects(hang(lineOf(stopped.signal, 5)), { name: 'TimeoutError' });
    await assert.rejects(
      hang(lineOf(stopped.signal, 60_000), () => stopped.abort()),
      { name: 'AbortError' },
    );
  });

  it('sends nothing when it is stopped while it connects', async () => {
    const stopped = new AbortController();
    const call = lineOf(stopped.signal, 60_000).call(async () => assert.fail('it was sent'));
    stopped.abort();
    await assert.rejects(call, { name: 'AbortError' });
  });
});
