// A process that asks as much of one tenant's target as it can, and does not mind being refused.

import { status } from '@grpc/grpc-js';
import { editedLeaf, editedValue } from './aether-data.ts';
import { answerParent } from './child.ts';
import { connect } from './client.ts';
import { round } from './percentiles.ts';

/** How much it does. */
export interface Hammering {
  readonly address: string;
  readonly target: string;
  /** Each sets a leaf of its own again as soon as the last answer is there. */
  readonly callers: number;
}

/** Requests per second, by what became of them. */
export interface Hammered {
  readonly servedPerSecond: number;
  readonly refusedPerSecond: number;
}

let stopped = false;
let work: Promise<Hammered> | undefined;

const answers = {
  /** Begins, and answers when the first request was served. */
  async start({ address, target, callers }: Hammering): Promise<void> {
    stopped = false;
    const client = connect(address);
    await client.setLeaf(target, editedLeaf(0), editedValue(0, 0, 1));
    const startMs = performance.now();
    let [served, refused] = [0, 0];
    const call = async (caller: number): Promise<void> => {
      for (let i = 0; !stopped; i++) {
        try {
          await client.setLeaf(target, editedLeaf(caller), editedValue(caller, caller, i));
          served += 1;
        } catch (error) {
          if ((error as { code?: status }).code !== status.RESOURCE_EXHAUSTED) throw error;
          refused += 1;
        }
      }
    };
    work = Promise.all(Array.from({ length: callers }, (_, caller) => call(caller))).then(() => {
      const seconds = (performance.now() - startMs) / 1000;
      client.close();
      return { servedPerSecond: round(served / seconds), refusedPerSecond: round(refused / seconds) };
    });
    // It fails with the service; `stop` tells.
    work.catch(() => {});
  },
  async stop(): Promise<Hammered> {
    stopped = true;
    return (await work) ?? { servedPerSecond: 0, refusedPerSecond: 0 };
  },
};

/** What it can be asked. */
export type HammerAnswers = typeof answers;

answerParent(answers);
