// A process that sends one large Set, so that making and encoding it holds up nobody who measures.

import { answerParent } from './child.ts';
import { type BenchClient, connect } from './client.ts';

let client: BenchClient | undefined;
let send: (() => Promise<number | undefined>) | undefined;

const answers = {
  /** Takes the Set in and connects. */
  async prepare({ address, target, json }: { address: string; target: string; json: string }): Promise<void> {
    client ??= connect(address);
    await client.noop();
    send = async () => client?.load(target, json);
  },
  /** Sends it. @returns how long it took, s. */
  async send(): Promise<number> {
    return (await send?.()) ?? Number.NaN;
  },
};

/** What it can be asked. */
export type LoaderAnswers = typeof answers;

answerParent(answers);
