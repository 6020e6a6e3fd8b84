// The call of a device that has restarted: POST /synchronize/<device>, or /synchronize for who cannot say which one it is.

/** Starts reading a device back. @returns whether there is such a device */
export type Synchronize = (device: string | undefined) => boolean;

const PATH = '/synchronize';

/**
 * Anybody who reaches the port may call: nothing is told, and nothing is done but that devices are read back, one reading
 * after the other however many calls come.
 * @returns status and body; undefined when the path is another one
 */
export function answerSynchronize(
  method: string | undefined,
  path: string,
  synchronize: Synchronize,
): { readonly status: number; readonly body: object } | undefined {
  if (path !== PATH && !path.startsWith(`${PATH}/`)) return undefined;
  if (method !== 'POST') return { status: 405, body: { error: 'use POST' } };
  const name = path.slice(PATH.length + 1);
  const device = decoded(name);
  if (device === undefined) return { status: 404, body: { error: 'no such device' } };
  const isKnown = synchronize(device === '' ? undefined : device);
  return isKnown
    ? { status: 202, body: { status: 'will be read back' } }
    : { status: 404, body: { error: 'no such device' } };
}

function decoded(name: string): string | undefined {
  try {
    return decodeURIComponent(name);
  } catch {
    return undefined;
  }
}
