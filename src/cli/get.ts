// `edgeconf get`: prints the configuration and state at one or more paths.

import { DataType, Encoding, type Notification } from '../proto/gnmi.ts';
import { parsePath, printElems } from '../proto/path-text.ts';
import type { Connection } from './connection.ts';
import { printValue } from './value.ts';

/**
 * `config` leaves out state, so that the output is what `edgeconf set --file` takes. `flat` prints one `path = value` line a
 * leaf, otherwise indented JSON; with several values each has its path above it.
 */
export async function get(
  connection: Connection,
  paths: readonly string[],
  options: { flat: boolean; config: boolean },
): Promise<string> {
  const response = await connection.client.get({
    prefix: connection.prefix,
    path: paths.map(parsePath),
    type: options.config ? DataType.CONFIG : DataType.ALL,
    encoding: options.flat ? Encoding.PROTO : Encoding.JSON_IETF,
  });
  const values = (response.notification ?? []).flatMap(valuesOf);
  if (options.flat) return values.map(({ path, value }) => `${path} = ${printValue(value)}`).join('\n');
  if (values.length === 1) return printValue(values[0]?.value, 2);
  return values.map(({ path, value }) => `# ${path}\n${printValue(value, 2)}`).join('\n');
}

function valuesOf(notification: Notification) {
  const prefix = notification.prefix?.elem ?? [];
  return (notification.update ?? []).map(({ path, val }) => ({
    path: printElems([...prefix, ...(path?.elem ?? [])]),
    value: val,
  }));
}
