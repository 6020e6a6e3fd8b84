// While a large file is being set: says how far the service is with it.

import { Encoding, ListMode, type SubscribeResponse, SubscriptionMode } from '../proto/gnmi.ts';
import { parsePath } from '../proto/path-text.ts';
import type { Connection } from './connection.ts';
import { printValue } from './value.ts';

/** State that every target has while a large transaction on it is under way. */
const transaction = parsePath('/edgeconf-metadata:transaction');

const sentences: Readonly<Record<string, string>> = {
  plan: 'valid; authorized and planned for the devices',
  storage: 'being made durable',
};

/**
 * Prints a line whenever the service has got on. A user who may not read that, or a service that does not tell it, is no
 * reason to fail.
 * @returns ends it
 */
export function showProgress(connection: Connection, print: (line: string) => void): () => void {
  const stream = connection.client.subscribe();
  let last = '';
  const say = (line: string): void => {
    if (line !== last) print(line);
    last = line;
  };
  stream.on('error', () => {});
  stream.on('data', ({ update }: SubscribeResponse) => {
    for (const { path, val } of update?.update ?? []) {
      const name = path?.elem?.at(-1)?.name;
      const sentence = sentences[val?.string_val ?? ''];
      if (name === 'done') say(`validation: ${printValue(val)} % read`);
      else if (name === 'phase' && sentence !== undefined) say(sentence);
    }
  });
  stream.write({
    subscribe: {
      prefix: connection.prefix,
      mode: ListMode.STREAM,
      encoding: Encoding.PROTO,
      subscription: [{ path: transaction, mode: SubscriptionMode.ON_CHANGE }],
    },
  });
  return () => stream.cancel();
}
