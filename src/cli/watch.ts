// `edgeconf watch`: prints the present values and then every change, until it is stopped.

import { Encoding, ListMode, type Notification, type SubscribeResponse, SubscriptionMode } from '../proto/gnmi.ts';
import { parsePath, printElems } from '../proto/path-text.ts';
import type { Connection } from './connection.ts';
import { printValue } from './value.ts';

/** `updatesOnly` leaves the present values out. Ends when the service ends the stream or `signal` aborts. */
export function watch(
  connection: Connection,
  paths: readonly string[],
  options: { updatesOnly: boolean; signal: AbortSignal; print: (line: string) => void },
): Promise<void> {
  const stream = connection.client.subscribe();
  stream.write({
    subscribe: {
      prefix: connection.prefix,
      mode: ListMode.STREAM,
      encoding: Encoding.PROTO,
      updates_only: options.updatesOnly,
      subscription: paths.map((path) => ({ path: parsePath(path), mode: SubscriptionMode.ON_CHANGE })),
    },
  });
  return new Promise((resolve, reject) => {
    options.signal.addEventListener('abort', () => stream.cancel());
    stream.on('data', (response: SubscribeResponse) => {
      for (const line of linesOf(response)) options.print(line);
    });
    stream.on('end', () => resolve());
    stream.on('error', (error) => (options.signal.aborted ? resolve() : reject(error)));
  });
}

/** Lines for one response: `time  path = value`, `time  path deleted`, or the mark that the present values are complete. */
export function linesOf(response: SubscribeResponse): string[] {
  if (response.sync_response === true) return ['-- these were the present values; changes follow --'];
  return response.update ? notificationLines(response.update) : [];
}

function notificationLines(notification: Notification): string[] {
  const time = timeOf(notification);
  const prefix = notification.prefix?.elem ?? [];
  const deleted = (notification.delete ?? []).map(
    (path) => `${time}  ${printElems([...prefix, ...(path.elem ?? [])])} deleted`,
  );
  const updated = (notification.update ?? []).map(
    ({ path, val }) => `${time}  ${printElems([...prefix, ...(path?.elem ?? [])])} = ${printValue(val)}`,
  );
  return [...deleted, ...updated];
}

/** Local time of day of a notification's timestamp (ns since the epoch). */
function timeOf(notification: Notification): string {
  const ms = BigInt(notification.timestamp?.toString() ?? '0') / 1_000_000n;
  const date = new Date(Number(ms));
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
