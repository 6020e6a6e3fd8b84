// The SD-Core adapter: device groups and network slices of the Aether model in the core's configuration service.

import type { Adapter, Because, Device, DocumentRef, IntentNode, Json } from '../../src/southbound/adapter.ts';
import { WebconsoleClient } from './client.ts';
import { deviceGroupBody } from './device-group.ts';
import { dialectOf } from './dialect.ts';
import { coreEndpoints, listDocuments } from './documents.ts';
import { networkSliceBody } from './network-slice.ts';

export const adapter: Adapter = {
  kind: 'sd-core',
  models: ['aether@2.1'],
  documentKinds: {
    'device-group': { readable: true, removal: 'remove' },
    'network-slice': { readable: true, removal: 'remove' },
  },
  partition: 'site',
  endpoints: coreEndpoints,
  list: listDocuments,
  render,
  connect: (device, secret) => new WebconsoleClient(device.address, secret),
};

function render(intent: IntentNode, device: Device, ref: DocumentRef, _because: Because): Json {
  const [, siteId = '', , entryId = ''] = ref.source;
  const site = intent.entry('site', siteId);
  const list = ref.kind === 'network-slice' ? 'slice' : 'device-group';
  const entry = site?.entry(list, entryId);
  if (site === undefined || entry === undefined) throw new Error(`${ref.id} is made from what is not in the intent`);
  const dialect = dialectOf(device.version);
  return ref.kind === 'network-slice'
    ? networkSliceBody(intent, site, entry, dialect)
    : deviceGroupBody(intent, site, entry, dialect);
}

export const adapters: readonly Adapter[] = [adapter];
