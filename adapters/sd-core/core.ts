// The adapter of a core: device groups and network slices of the Aether model in its configuration service.

import type { Adapter, Because, Device, DocumentRef, IntentNode, Json } from '../../src/southbound/adapter.ts';
import { CORE_PARAMETERS, checkHttpDevice } from './check-device.ts';
import { WebconsoleClient } from './client.ts';
import { deviceGroupBody } from './device-group.ts';
import { dialectOf } from './dialect.ts';
import { listDocuments } from './documents.ts';
import { coreGaps } from './gaps.ts';
import { interruption } from './interruption.ts';
import { nameOnDevice, requireName } from './names.ts';
import { networkSliceBody } from './network-slice.ts';
import { readBack } from './read-back.ts';
import { coreEndpoints } from './slices.ts';
import { ueState } from './ue-state.ts';

export const coreAdapter: Adapter = {
  kind: 'sd-core',
  models: ['aether@2.1'],
  documentKinds: {
    'device-group': { readable: true, removal: 'remove' },
    'network-slice': { readable: true, removal: 'remove' },
  },
  partition: 'site',
  checkDevice: (device) => checkHttpDevice(device, CORE_PARAMETERS),
  endpoints: coreEndpoints,
  list: listDocuments,
  gaps: coreGaps,
  render,
  readBack: (_device, ref, body) => readBack(ref, body),
  interruption,
  state: ueState,
  connect: (device, secret) => new WebconsoleClient(device.address, secret),
};

function render(intent: IntentNode, device: Device, ref: DocumentRef, because: Because): Json {
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
