// Finds out how a core keeps IP domains: from a device group that it has, else by a trial with one of our own.

import type { DeviceClient, DocumentRef, Json } from '../../src/southbound/adapter.ts';
import { SAFE_VERSION } from './dialect.ts';

/** Name of the device group of the trial, which is in no slice. */
const TRIAL = 'edgeconf-version-trial';

/** A domain in both forms: a core keeps the one that it knows. */
const BOTH_FORMS: Json = {
  imsis: [],
  'ip-domain-name': TRIAL,
  'ip-domain-expanded': { dnn: TRIAL },
  'ip-domains': [{ dnn: TRIAL }],
};

/** A version of which the dialect is right for the core; undefined when another hand took the trial group away meanwhile. */
export async function findVersion(
  client: Pick<Required<DeviceClient>, 'list' | 'read' | 'put' | 'remove'>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const trial = refOf(`device-group/${TRIAL}`);
  for (const id of await client.list('device-group', signal)) {
    const body = id === trial.id ? undefined : await client.read(refOf(id), signal);
    if (body !== undefined) return versionOf(body);
  }
  // One that a broken connection left behind is overwritten and removed here.
  await client.put(trial, BOTH_FORMS, signal);
  const body = await client.read(trial, signal);
  await client.remove(trial, signal);
  return body === undefined ? undefined : versionOf(body);
}

/** A core of the older form prints the object for every group, whatever was put. */
function versionOf(body: Json): string {
  const isOlder = body !== null && typeof body === 'object' && Object.hasOwn(body, 'ip-domain-expanded');
  return isOlder ? SAFE_VERSION.object : SAFE_VERSION.list;
}

function refOf(id: string): DocumentRef {
  return { kind: 'device-group', id, source: [], dependsOn: [] };
}
