// The content of each document of a core.

import type { Because, Device, DocumentRef, IntentNode, Json } from '../../src/southbound/adapter.ts';
import { deviceGroupBody } from './device-group.ts';
import { dialectOf } from './dialect.ts';
import { nameOnDevice, requireName } from './names.ts';
import { networkSliceBody } from './network-slice.ts';

/** @throws EdgeconfError FAILED_PRECONDITION when the core could not take what intent says */
export function renderDocument(intent: IntentNode, device: Device, ref: DocumentRef, because: Because): Json {
  const [, siteId = '', , entryId = ''] = ref.source;
  const site = intent.entry('site', siteId);
  const list = ref.kind === 'network-slice' ? 'slice' : 'device-group';
  const entry = site?.entry(list, entryId);
  if (site === undefined || entry === undefined) throw new Error(`${ref.id} is made from what is not in the intent`);
  requireName(list, nameOnDevice(site, entryId, device));
  const dialect = dialectOf(device);
  return ref.kind === 'network-slice'
    ? networkSliceBody(intent, site, entry, device, dialect, because)
    : deviceGroupBody(intent, site, entry, dialect, because);
}
